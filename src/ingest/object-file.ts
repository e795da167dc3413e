import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { SetupError } from '../kernel/errors.js';

/** A file of objects: its name, and the digest that tells it from another of that name. */
export interface ObjectFile {
  name: string;
  digest: string;
  bytes: number;
  /** How much of `content` was read so far. */
  bytesRead(): number;
  content(): Readable;
}

/** Throws SetupError when it is no file that can be read. */
export async function openObjectFile(file: string): Promise<ObjectFile> {
  try {
    const found = await stat(file);
    if (!found.isFile()) throw new Error('no file');
    const hash = createHash('sha256');
    for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
    let reading: ReturnType<typeof createReadStream> | undefined;
    return {
      name: path.basename(file),
      digest: hash.digest('hex'),
      bytes: found.size,
      bytesRead: () => reading?.bytesRead ?? 0,
      content: () => (reading = createReadStream(file)),
    };
  } catch (error) {
    const { code } = error as { code?: string };
    throw new SetupError(`${file} cannot be read${code === undefined ? ': it is no file' : ` (${code})`}.`);
  }
}
