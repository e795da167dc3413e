#!/usr/bin/env node
// npx truth-ledger: finds the pinned Node (this file itself runs on any from 20), builds when needed, then runs the command.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { handOverTo, isThisNode, isTooOld, pinnedNode, whenOrphaned } from './run-on-node.mjs';

const scripts = path.dirname(fileURLToPath(import.meta.url));
const pinned = pinnedNode(path.dirname(scripts));

if (pinned !== undefined && !isThisNode(pinned)) {
  handOverTo(pinned, [path.join(scripts, 'truth-ledger.mjs'), ...process.argv.slice(2)]);
} else {
  if (isTooOld()) {
    console.error(`Node ${process.versions.node} is too old: install Node 22.12 or later, or run npm ci here first.`);
    process.exit(2);
  }
  const { build } = await import('./build.mjs');
  build();
  whenOrphaned(() => process.kill(process.pid, 'SIGTERM'));
  await import('../dist/cli.js');
}
