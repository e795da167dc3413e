#!/usr/bin/env node
// npx truth-ledger: finds the pinned Node (this file itself runs on any from 20), builds when needed, then runs the command.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const scripts = path.dirname(fileURLToPath(import.meta.url));
const root = path.dirname(scripts);
const system = process.platform === 'win32' ? 'win' : process.platform;
const program = process.platform === 'win32' ? 'node.exe' : 'node';
const pinned = path.join(root, 'node_modules', `node-${system}-${process.arch}`, 'bin', program);
const node = existsSync(pinned) ? pinned : process.execPath;

if (node === process.execPath) {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 22 || (major === 22 && minor < 12)) {
    console.error(`Node ${process.versions.node} is too old: install Node 22.12 or later, or run npm ci here first.`);
    process.exit(2);
  }
  const { build } = await import('./build.mjs');
  build();
  await import('../dist/cli.js');
} else {
  const child = spawn(node, [path.join(scripts, 'truth-ledger.mjs'), ...process.argv.slice(2)], { stdio: 'inherit' });
  // A terminal sends Ctrl-C to both; a process manager signals only this one, so it is passed on. The child decides when to end.
  for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(name, () => name !== 'SIGINT' && child.kill(name));
  child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
}
