import { appendFile, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Witness } from './seal.js';

const TAIL_BYTES = 64 * 1024; // some hundred notes
const NOTE = /(?:^|\n)[^\n]+\n(\d+)\n[^\n]{44}\n[^\n]+\n\n\u2014 [^\n]+ [^\n]{92}\n/g;

/** A file that keeps every note, one after the other, an empty line between them. A note that a crash cut off is none. */
export function witnessFile(path: string): Witness {
  let torn = false;
  return {
    async last() {
      const text = await endOf(path);
      torn = text !== '' && !text.endsWith('\n\n');
      const size = [...text.matchAll(NOTE)].at(-1)?.[1];
      return size === undefined ? undefined : Number(size);
    },
    async write(note) {
      const before = torn ? '\n\n' : '';
      torn = true; // until it is whole
      await mkdir(dirname(path), { recursive: true }); // with a database and a vault key of the operator's nobody else has made it
      await appendFile(path, `${before}${note}\n`);
      torn = false;
    },
  };
}

async function endOf(path: string): Promise<string> {
  try {
    await using file = await open(path, 'r');
    const { size } = await file.stat();
    const { buffer, bytesRead } = await file.read(
      Buffer.alloc(TAIL_BYTES),
      0,
      TAIL_BYTES,
      Math.max(0, size - TAIL_BYTES),
    );
    return buffer.toString('utf8', 0, bytesRead);
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return '';
    throw error;
  }
}
