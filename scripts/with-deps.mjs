// Plain JavaScript without dependencies: it must run on whatever Node the machine has (20 or later),
// before anything is installed. It installs what the lock file says, once, then continues on the pinned Node. `--beside=script.mjs`, as the
// first argument, runs a script meanwhile that needs none of it; how that ends is not asked.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { handOverTo, isTooOld, pinnedNode } from './run-on-node.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const at = (...p) => path.join(root, ...p);
const want = createHash('sha256')
  .update(readFileSync(at('package-lock.json')))
  .digest('hex');
const stamp = at('node_modules', '.installed-lock');
const npm = process.env.npm_execpath; // set by npm itself: the same npm that runs us
const args = process.argv.slice(2);
const beside = args[0]?.startsWith('--beside=') ? start(args.shift().replace('--beside=', '')) : undefined;

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== want) {
  console.log('Installing dependencies (once; about a minute) ...');
  const t = Date.now();
  // What builds and tests it, and the pinned Node, also where NODE_ENV=production or a setting of npm would leave them out.
  const ci = ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'];
  const r = npm
    ? spawnSync(process.execPath, [npm, ...ci], { cwd: root, stdio: 'inherit' })
    : spawnSync('npm', ci, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' });
  if (r.status !== 0) {
    await beside;
    console.error('npm ci failed. Is the npm registry reachable?');
    process.exit(r.status ?? 1);
  }
  writeFileSync(stamp, want);
  console.log(`Installed in ${((Date.now() - t) / 1000).toFixed(0)} s.`);
}
await beside;
const node = pinnedNode(root) ?? process.execPath;
if (node === process.execPath && isTooOld()) {
  console.error(
    `Node ${process.versions.node} is too old and no pinned Node runs on this ${process.platform}-${process.arch}: install Node 22.12 or later.`,
  );
  process.exit(1);
}
const [first, ...rest] = args;
handOverTo(node, first === '--' ? rest : [first, ...rest], {
  cwd: root,
  env: {
    ...process.env,
    PATH: path.dirname(node) + path.delimiter + at('node_modules', '.bin') + path.delimiter + process.env.PATH,
  },
});

function start(script) {
  const child = spawn(process.execPath, [script], { cwd: root, stdio: 'inherit' });
  return new Promise((resolve) => child.on('exit', resolve).on('error', resolve));
}
