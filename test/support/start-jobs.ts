import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import readline from 'node:readline';
import type { JobsProcessOptions } from './jobs-process.js';

/** What a worker in a process of its own printed: that it is ready, that it waits, what it gave up. */
export type Said = Partial<Record<'ready' | 'holding' | 'resumed' | 'parked' | 'log' | 'error', unknown>>;

export interface JobsProcess {
  said: Said[];
  signal(name: NodeJS.Signals): void;
  /** Lets it go on from where it holds. */
  go(): void;
  kill(): Promise<void>;
  /** Resolves with its exit code. */
  close(): Promise<number | null>;
}

/** Starts a worker that can be paused and killed at a chosen moment. */
export function startJobs(options: JobsProcessOptions): JobsProcess {
  const at = (file: string): string => path.join(import.meta.dirname, file);
  const args = ['--import', at('typescript.mjs'), at('jobs-process.ts'), JSON.stringify(options)];
  const child: ChildProcess = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
  const said: Said[] = [];
  readline.createInterface(child.stdout!).on('line', (line) => said.push(JSON.parse(line) as Said));
  return {
    said,
    signal: (name) => void child.kill(name),
    go: () => void child.stdin!.write('go\n'),
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
    close: () => {
      child.stdin!.end();
      return exited;
    },
  };
}
