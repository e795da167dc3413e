import { spawnSync } from 'node:child_process';
import { readFileSync, readlinkSync, realpathSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** Where a pid means something: the machine, since its last boot, and the container on it. */
export interface Place {
  host: string;
  boot: string;
  pids: string;
}

/** Stands where the system does not tell when a process began. */
const UNKNOWN = 'unknown';

/** When the process began, so that a pid given to another program later is told apart; undefined where no such process lives. */
export function processStamp(pid: number): string | undefined {
  if (!isAlive(pid)) return undefined;
  if (process.platform === 'linux') {
    const { state, startTicks } = linuxStat(pid);
    return state === 'Z' || state === 'X' ? undefined : startTicks;
  }
  if (process.platform === 'win32') return UNKNOWN;
  const asked = spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], {
    encoding: 'utf8',
    env: { LC_ALL: 'C', PATH: process.env['PATH'] },
  });
  return asked.status === 0 ? asked.stdout.trim() : UNKNOWN;
}

/** Whether the process that had this stamp still lives. */
export function isSameProcess(pid: number, stamp: string): boolean {
  const now = processStamp(pid);
  return now !== undefined && (now === stamp || now === UNKNOWN || stamp === UNKNOWN);
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

export function thisPlace(): Place {
  if (process.platform !== 'linux') return { host: os.hostname(), boot: UNKNOWN, pids: UNKNOWN };
  return {
    host: os.hostname(),
    boot: readOr(UNKNOWN, () => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
    pids: readOr(UNKNOWN, () => readlinkSync('/proc/self/ns/pid')),
  };
}

/**
 * What a pid found in postmaster.pid is: the server of this data folder, `gone` (also a dead process that nobody has reaped yet), or
 * `other`, a program that was given the pid after a crash and must be left alone.
 */
export function serverState(pid: number, dataFolder: string): 'server' | 'gone' | 'other' {
  if (processStamp(pid) === undefined) return 'gone';
  if (process.platform === 'linux') return linuxServerState(pid, dataFolder);
  const asked = spawnSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
  // Windows has no ps: there the answer over the connection is the only proof.
  if (asked.status !== 0) return process.platform === 'win32' ? 'server' : 'gone';
  return asked.stdout.includes(dataFolder) ? 'server' : 'other';
}

// A server of PostgreSQL works in its data folder.
function linuxServerState(pid: number, dataFolder: string): 'server' | 'gone' | 'other' {
  try {
    const program = path.basename(readlinkSync(`/proc/${pid}/exe`));
    const folder = readlinkSync(`/proc/${pid}/cwd`);
    return program.startsWith('postgres') && folder === realpathSync(dataFolder) ? 'server' : 'other';
  } catch (error) {
    // EACCES: a process of somebody else, whereas the server runs under our own user.
    return (error as NodeJS.ErrnoException).code === 'ENOENT' && processStamp(pid) === undefined ? 'gone' : 'other';
  }
}

function linuxStat(pid: number): { state: string; startTicks: string } {
  const stat = readOr('', () => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  if (stat === '') return isAlive(pid) ? { state: UNKNOWN, startTicks: UNKNOWN } : { state: 'X', startTicks: UNKNOWN };
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' '); // the program's name before it may hold spaces
  return { state: fields[0] ?? UNKNOWN, startTicks: fields[19] ?? UNKNOWN };
}

function readOr(fallback: string, read: () => string): string {
  try {
    return read();
  } catch {
    return fallback;
  }
}
