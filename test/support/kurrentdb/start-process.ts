import { spawn } from 'node:child_process';
import path from 'node:path';
import readline from 'node:readline';
import type { DoubleProcessOptions } from './process.js';

export interface DoubleProcess {
  pid: number;
  url: string;
  port: number;
  /** kill -9; resolves when the process is gone. */
  kill(): Promise<void>;
  close(): Promise<void>;
}

export async function startDoubleProcess(options: DoubleProcessOptions = {}): Promise<DoubleProcess> {
  const at = (file: string): string => path.join(import.meta.dirname, file);
  const args = ['--import', at('../typescript.mjs'), at('process.ts'), JSON.stringify(options)];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const said = new Promise<string>((resolve, reject) => {
    readline.createInterface(child.stdout).once('line', resolve);
    void exited.then(() => reject(new Error('The double ended before it listened.')));
  });
  const { url, port } = JSON.parse(await said) as { url: string; port: number };
  return {
    pid: child.pid!,
    url,
    port,
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
    close: async () => {
      child.stdin.end();
      await exited;
    },
  };
}
