// Processes that the benches start, and stop again whatever happens.
import { spawn } from 'node:child_process';
import path from 'node:path';

const children = new Set();
process.on('exit', () => children.forEach((child) => child.kill('SIGTERM')));
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

/** Starts a script of the benches on this Node. Each line of JSON it prints goes to `onLine`. */
export function startNode(args, { env = {}, onLine = () => undefined } = {}) {
  const child = spawn(process.execPath, args, {
    cwd: path.dirname(import.meta.dirname),
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  children.add(child);
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop();
    for (const line of lines) if (line.startsWith('{')) onLine(JSON.parse(line));
  });
  const ended = new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      children.delete(child);
      if (code === 0) resolve();
      else reject(new Error(`${path.basename(args[0])} ended with ${code ?? signal}`));
    });
  });
  ended.catch(() => undefined);
  return { child, ended };
}

/** Runs a script to its end; resolves with the last line of JSON it printed. */
export async function runNode(args, options = {}) {
  let last;
  await startNode(args, { ...options, onLine: (line) => (last = line) }).ended;
  return last;
}
