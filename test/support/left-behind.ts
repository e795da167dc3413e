import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const LOOKS = 100; // at processes that are just ending
const LOOK_MS = 50;
const WORKER = /jest-worker|jest\.js/; // Jest's own, which may end after its suites have

/** The temporary folder of a run. What its suites leave there, and the processes that still know of it, are told by name. */
export interface RunFolder {
  /** Removes it. Resolves with a line for everything that was left; processes also of another folder of the run. */
  close(beside: string): Promise<string[]>;
}

/** From here on the run and whatever it starts have a temporary folder of their own; its name is short, for the sockets in it. */
export function openRunFolder(): RunFolder {
  const before = process.env['TMPDIR'];
  const folder = mkdtempSync(path.join(os.tmpdir(), 'tl-'));
  chmodSync(folder, 0o755); // root's PostgreSQL runs as another user
  process.env['TMPDIR'] = folder;
  return {
    async close(beside) {
      if (before === undefined) delete process.env['TMPDIR'];
      else process.env['TMPDIR'] = before;
      const processes = await processesLeft([folder, beside]);
      const folders = leftIn(folder);
      for (const { pid } of processes) end(pid);
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
      return [...processes.map(({ pid, command }) => `process ${pid}: ${command}`), ...folders];
    },
  };
}

/** Names in a folder that are ours. Browsers and their like leave others. */
const leftIn = (folder: string): string[] =>
  readdirSync(folder).flatMap((name) =>
    /^(?:truth-ledger|tl|kurrentdb)-/.test(name) ? [path.join(folder, name)] : [],
  );

interface Left {
  pid: number;
  command: string;
}

/** Processes that were started with a word of one of the folders, by what Linux tells of them; elsewhere none. */
async function processesLeft(folders: readonly string[]): Promise<Left[]> {
  for (let look = 1; ; look += 1) {
    const found = process.platform === 'linux' ? processesOf(folders) : [];
    if (found.length === 0 || look === LOOKS) return found;
    await pause(LOOK_MS);
  }
}

function processesOf(folders: readonly string[]): Left[] {
  return readdirSync('/proc').flatMap((name) => {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid) return [];
    const command = told(pid, 'cmdline');
    const isOurs = folders.some((folder) => command.includes(folder) || told(pid, 'environ').includes(folder));
    return isOurs && !WORKER.test(command) ? [{ pid, command: command.slice(0, 200) }] : [];
  });
}

function told(pid: number, what: 'cmdline' | 'environ'): string {
  try {
    return readFileSync(`/proc/${pid}/${what}`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return ''; // it has ended, or is another user's
  }
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}
