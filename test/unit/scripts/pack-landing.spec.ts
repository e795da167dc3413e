import { spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';

const ROOT = path.join(import.meta.dirname, '../../..');
const SHOP = `import { createLanding } from 'truth-ledger/landing';
const landing = createLanding({ url: 'http://127.0.0.1:3000', key: 'k', consent: () => 'unknown' });
console.log(typeof landing.middleware, landing.state().waiting);`;

let shop: string;
const run = (...command: string[]) => {
  const { status, stdout, stderr } = spawnSync(command[0]!, command.slice(1), { cwd: shop, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command.join(' ')}: ${stdout}${stderr}`);
  return stdout;
};

beforeAll(() => {
  if (!existsSync(path.join(ROOT, 'dist/main.js')))
    throw new Error('There is no dist/main.js: run `npm run build`, or the whole of `npm test`.');
  shop = mkdtempSync(path.join(os.tmpdir(), 'truth-ledger-shop-'));
  run(process.execPath, path.join(ROOT, 'scripts/pack-landing.mjs'));
  const [packed] = globSync('truth-ledger-*.tgz', { cwd: shop });
  const installed = path.join(shop, 'node_modules/truth-ledger');
  mkdirSync(installed, { recursive: true });
  run('tar', 'xzf', packed!, '-C', installed, '--strip-components=1');
});
afterAll(() => rmSync(shop, { recursive: true, force: true }));

it('the packed landing middleware runs in a shop that has nothing else', () => {
  writeFileSync(path.join(shop, 'shop.mjs'), SHOP);
  expect(run(process.execPath, 'shop.mjs')).toBe('function 0\n');
});

it('its types are there', () => {
  writeFileSync(path.join(shop, 'shop.mts'), SHOP);
  const types = ['--typeRoots', path.join(ROOT, 'node_modules/@types'), '--types', 'node', '--skipLibCheck'];
  const how = ['--noEmit', '--strict', '--module', 'NodeNext', '--target', 'ES2023', ...types];
  expect(run(process.execPath, path.join(ROOT, 'node_modules/typescript/bin/tsc'), 'shop.mts', ...how)).toBe('');
});
