import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** Writes a file under another name until it is whole: nobody takes half of one for all. Folders above it are made. */
export async function writeFileWhole(
  file: string,
  chunks: AsyncIterable<string | Uint8Array>,
): Promise<{ file: string; bytes: number }> {
  const unfinished = `${file}.unfinished`;
  await mkdir(path.dirname(path.resolve(file)), { recursive: true });
  const out = createWriteStream(unfinished);
  try {
    await pipeline(Readable.from(chunks), out);
    await rename(unfinished, file);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
  return { file, bytes: out.bytesWritten };
}
