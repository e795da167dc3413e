// The double as a process of its own: `node --import ./test/support/typescript.mjs test/support/kurrentdb/process.ts '{"port":0}'`.
// It prints one JSON line with its address, and stops when its standard input ends.
import { startKurrentdb, type DoubleOptions } from './double.js';
import { createLog } from './log.js';
import { openLogFile } from './log-file.js';

export interface DoubleProcessOptions extends Pick<DoubleOptions, 'port' | 'limits' | 'maxBytes'> {
  /** Where the log is kept; in memory without it. */
  file?: string;
}

const { file, ...options } = JSON.parse(process.argv[2] ?? '{}') as DoubleProcessOptions;
const double = await startKurrentdb({ ...options, log: file ? openLogFile(file, options) : createLog(options) });
process.stdout.write(`${JSON.stringify({ url: double.url, port: double.leader.port })}\n`);
process.stdin.resume().once('end', () => void double.close().then(() => process.exit(0)));
