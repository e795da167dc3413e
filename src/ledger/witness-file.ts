import { createReadStream } from 'node:fs';
import { access, appendFile, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import type { Checkpoint, Witness } from './seal.js';

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

const KEY_HASH_BYTES = 4;

/** The whole notes of a file, in their order; none where there is no file. Signatures are not looked at. */
export async function* notesIn(path: string): AsyncGenerator<Checkpoint> {
  if (
    !(await access(path).then(
      () => true,
      () => false,
    ))
  )
    return;
  let before: string[] = [];
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    const signature = /^\u2014 (.+) ([A-Za-z0-9+/]{91}=)$/.exec(line);
    const [origin, size, root, time, empty] = before;
    if (signature && empty === '' && origin === signature[1] && /^\d{1,15}$/.test(size!) && isBase64(root!)) {
      const signedAt = new Date(time!);
      if (!Number.isNaN(signedAt.getTime()))
        yield {
          origin: origin!,
          size: Number(size),
          root: Buffer.from(root!, 'base64'),
          signedAt,
          signature: Buffer.from(signature[2]!, 'base64').subarray(KEY_HASH_BYTES),
        };
    }
    before = [...before.slice(-4), line];
  }
}

const isBase64 = (text: string): boolean => /^[A-Za-z0-9+/]{43}=$/.test(text);

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
