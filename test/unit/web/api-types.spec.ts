import { spawnSync } from 'node:child_process';
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
