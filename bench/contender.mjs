// A contender in a process of its own, and the folder it works in.
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { startNode } from './processes.mjs';

const STATE_MS = 10_000;

/** Starts one. `args` come after the folder; `flags` are for Node. */
export async function startContender(script, args = [], flags = []) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'truth-ledger-contender-'));
  chmodSync(folder, 0o755); // the database's own user must get in
  const { child, ended } = startNode([...flags, path.join(import.meta.dirname, 'contenders', script), folder, ...args]);
  const told = (name) =>
    new Promise((resolve, reject) => {
      const listen = (message) => {
        if (!(name in message)) return;
        child.off('message', listen);
        resolve(message[name]);
      };
      child.on('message', listen);
      ended.then(() => reject(new Error(`${script} has ended`)), reject);
    });
  const { url } = await told('ready');
  return {
    url,
    pid: child.pid,
    async state() {
      child.send('state');
      return Promise.race([told('state'), late(script)]);
    },
    async stop() {
      child.send('stop');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const late = (script) =>
  new Promise((_, reject) => {
    setTimeout(() => reject(new Error(`${script} does not tell its state`)), STATE_MS).unref();
  });
