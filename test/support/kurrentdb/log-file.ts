// The log in a file, one JSON line a record, written before it is answered: it outlives a killed process as a server's does.
// It is not synced: a machine that loses power is not what it stands for.
import { appendFileSync, existsSync, readFileSync, truncateSync } from 'node:fs';
import { createLog, type Log, type LogOptions, type LogRecord } from './log.js';

export function openLogFile(file: string, options: LogOptions = {}): Log {
  const kept = existsSync(file) ? wholeLines(file) : [];
  const log = createLog({
    ...options,
    written: (records) => appendFileSync(file, records.map((record) => `${lineOf(record)}\n`).join('')),
  });
  log.restore(kept.map(recordOf));
  return log;
}

const lineOf = ({ data, metadata, revision, position, ...record }: LogRecord): string =>
  JSON.stringify({
    ...record,
    data: Buffer.from(data).toString('base64'),
    metadata: Buffer.from(metadata).toString('base64'),
    revision: String(revision),
    position: String(position),
  });

/** A last line that is torn was never answered, so it is cut off. */
function wholeLines(file: string): string[] {
  const bytes = readFileSync(file);
  const end = bytes.lastIndexOf('\n') + 1;
  truncateSync(file, end);
  return bytes.toString('utf8', 0, end).split('\n').slice(0, -1);
}

function recordOf(line: string): LogRecord {
  const { data, metadata, revision, position, created, ...record } = JSON.parse(line) as Record<string, string>;
  return {
    ...(record as Pick<LogRecord, 'id' | 'stream' | 'type' | 'contentType'>),
    data: Buffer.from(data!, 'base64'),
    metadata: Buffer.from(metadata!, 'base64'),
    revision: BigInt(revision!),
    position: BigInt(position!),
    created: new Date(created!),
  };
}
