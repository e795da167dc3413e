// Which Node this package runs on, and how a script hands over to it. Plain JavaScript without dependencies: it must run on Node 20.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const OLDEST = [22, 12]; // as package.json says
const system = process.platform === 'win32' ? 'win' : process.platform;
const program = process.platform === 'win32' ? 'node.exe' : 'node';

/** Path of the Node that the lock file pins, without links; undefined where none is published for this platform, or it cannot run here (musl). */
export function pinnedNode(root) {
  const installed = path.join(root, 'node_modules', `node-${system}-${process.arch}`, 'bin', program);
  if (!existsSync(installed)) return undefined;
  const node = realpathSync(installed);
  return isThisNode(node) || spawnSync(node, ['-v']).status === 0 ? node : undefined;
}

/** Whether this process runs on it already: otherwise a script that hands over to it would do so without end. */
export const isThisNode = (node) => node === realpathSync(process.execPath);

export function isTooOld(version = process.versions.node) {
  const [major, minor] = version.split('.').map(Number);
  return major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]);
}

const ORPHANED_CHECK_MS = 100;
const parent = process.ppid; // as early as can be: installing and building take a while, in which nobody here sees a signal
const isOrphaned = () => process.env.npm_lifecycle_event !== undefined && process.ppid !== parent;

/** Runs a program in place of this process, which passes signals on to it and ends as it does. */
export function handOverTo(command, args, options = {}) {
  if (isOrphaned()) process.exit(128 + os.constants.signals.SIGTERM);
  const child = spawn(command, args, { stdio: 'inherit', ...options });
  // A terminal sends Ctrl-C to both; a process manager signals only this one, so it is passed on. The child decides when to end.
  const pass = (signal) => signal !== 'SIGINT' && child.kill(signal);
  const signals = ['SIGTERM', 'SIGINT', 'SIGHUP'];
  for (const name of signals) process.on(name, pass);
  const watch = whenOrphaned(() => child.kill('SIGTERM'));
  child.on('error', (error) => {
    console.error(`${command} could not be started: ${error.message}`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code);
    clearInterval(watch);
    for (const name of signals) process.off(name, pass);
    process.kill(process.pid, signal);
    process.exitCode = 128 + os.constants.signals[signal]; // of one that does not end a process by itself
  });
}

/** npm starts its scripts in a shell, and signals only that: the shell dies, and nobody tells this process. The watch keeps no process alive. */
export function whenOrphaned(then) {
  const timer = setInterval(() => {
    if (!isOrphaned()) return;
    clearInterval(timer);
    then();
  }, ORPHANED_CHECK_MS);
  return timer.unref();
}
