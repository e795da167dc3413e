// npm run pack:landing: the landing middleware as a package of its own, truth-ledger-<version>.tgz in the working folder. A shop installs that: what
// the service depends on is none of its business.
import { spawnSync } from 'node:child_process';
import { copyFileSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { build } from './build.mjs';

const root = path.dirname(import.meta.dirname);
const at = (...parts) => path.join(root, ...parts);
const COMPILER = [
  '--target',
  'ES2023',
  '--lib',
  'ES2024',
  '--module',
  'NodeNext',
  '--strict',
  '--skipLibCheck',
  '--types',
  'node',
  '--ignoreConfig',
];
const npm = process.env.npm_execpath; // set by npm itself: the same npm that runs us

build();
const folder = mkdtempSync(path.join(os.tmpdir(), 'truth-ledger-landing-'));
try {
  const compiled = [...globSync('landing/*.js', { cwd: at('dist') }), 'catalog/attribution-markers.js'];
  for (const file of compiled) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    copyFileSync(at('dist', file), path.join(folder, file));
  }
  const types = ['--declaration', '--emitDeclarationOnly', '--typeRoots', at('node_modules/@types')];
  const folders = ['--rootDir', at('src'), '--outDir', folder];
  const compiler = at('node_modules/typescript/bin/tsc');
  run(process.execPath, compiler, at('src/landing/landing.ts'), ...COMPILER, ...types, ...folders);
  const { name, version, license } = JSON.parse(readFileSync(at('package.json'), 'utf8'));
  const landing = { types: './landing/landing.d.ts', default: './landing/landing.js' };
  const description = 'Records where visitors come from in a Truth Ledger.';
  const manifest = { name, version, description, license, type: 'module', exports: { './landing': landing } };
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify(manifest, null, 2));
  copyFileSync(at('LICENSE'), path.join(folder, 'LICENSE'));
  if (npm) run(process.execPath, npm, 'pack', folder);
  else run('npm', 'pack', folder);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function run(command, ...args) {
  const { status } = spawnSync(command, args, { stdio: 'inherit' });
  if (status !== 0) throw new Error(`${path.basename(command)} failed.`);
}
