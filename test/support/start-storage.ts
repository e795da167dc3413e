import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import path from 'node:path';
import readline from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import type { StorageProcessOptions } from './storage-process.js';

/** What the process printed about itself once its database was open, or why it was not. */
export interface Answer {
  ready?: true;
  /** Pid of the embedded server. */
  server?: number;
  owner?: boolean;
  url?: string;
  refused?: string;
  name?: string;
}

export interface StorageProcess {
  pid: number;
  answer: Promise<Answer>;
  logs: string[];
  /** kill -9; resolves when the process is gone. */
  kill(): Promise<void>;
  /** Lets it close its database; resolves with its exit code. */
  close(): Promise<number | null>;
}

const REPOSITORY = path.resolve(import.meta.dirname, '../..');

/** Opens a database in a process of its own. `repository` and `user` stand for other checkouts and other users. */
export function startStorage(
  options: StorageProcessOptions,
  { repository = REPOSITORY, user }: { repository?: string; user?: { uid: number; gid: number } } = {},
): StorageProcess {
  const at = (file: string): string => path.join(repository, 'test/support', file);
  const args = ['--import', at('typescript.mjs'), at('storage-process.ts'), JSON.stringify(options)];
  const child = spawn(process.execPath, args, { cwd: '/', stdio: ['pipe', 'pipe', 'pipe'], ...user });
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
  const logs: string[] = [];
  return {
    pid: child.pid!,
    answer: answerOf(child, exited, logs),
    logs,
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
    close: () => {
      child.stdin.end();
      return exited;
    },
  };
}

/** Waits until the condition holds, for as long as the test may run. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await pause(10);
}

function answerOf(child: ChildProcess, exited: Promise<unknown>, logs: string[]): Promise<Answer> {
  let errors = '';
  child.stderr!.on('data', (part: Buffer) => (errors += part.toString()));
  return new Promise((resolve, reject) => {
    readline.createInterface(child.stdout!).on('line', (line) => {
      const said = JSON.parse(line) as Answer & { log?: string };
      if (said.log === undefined) resolve(said);
      else logs.push(said.log);
    });
    const died = exited.then(() => reject(new Error(`The process ended without an answer: ${errors}`)));
    died.catch(() => undefined);
  });
}
