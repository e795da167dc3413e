import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from '@jest/globals';

const root = path.join(import.meta.dirname, '../../..');

it('the types of the dashboard are those of the OpenAPI document', () => {
  const check = spawnSync(process.execPath, ['scripts/generate-web-types.mjs', '--check'], {
    cwd: root,
    encoding: 'utf8',
  });
  if (check.status !== 0) throw new Error(check.stderr);
  expect(check.status).toBe(0);
});

it('no two answers of the interface have one name: the document would keep only one of them', () => {
  const folder = path.join(root, 'src/app/http');
  const names = readdirSync(folder).flatMap((file) =>
    [...readFileSync(path.join(folder, file), 'utf8').matchAll(/\bid: '([A-Z]\w+)'/g)].map(([, name]) => name!),
  );
  expect(names).toContain('Period');
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});
