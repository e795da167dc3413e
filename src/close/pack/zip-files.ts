import { createHash, sign, type KeyObject } from 'node:crypto';
import { strToU8, Zip, ZipDeflate } from 'fflate';
import type { PackFile } from './pack-facts.js';

const BYTES_MAX = 0xffff_ffff - 64 * 1024 * 1024; // this form of a zip counts in 32 bits; room for its directory
const END_BYTES = 22; // of the record that ends a zip, whose last two bytes are the length of the comment behind it
const SEAL = 'truth-ledger/zip/1 ';
const COMMENT_BYTES = SEAL.length + 88; // with a signature in base64

/**
 * A zip of files, as they are read: memory does not grow with their size. Its comment is a signature over every byte before it, so that
 * nothing of the zip can be another either, such as a time in its directory. Throws RangeError above 4 GiB.
 */
export async function* zipFiles(
  files: AsyncIterable<PackFile>,
  { modified, signingKey }: { modified: Date; signingKey: KeyObject },
): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  let held = Buffer.alloc(0); // the end record must not be out before its comment is known
  let bytes = 0;
  const zip = new Zip((error, chunk) => {
    if (error) throw error;
    held = Buffer.concat([held, chunk]);
    bytes += chunk.length;
  });
  const take = (): Buffer => {
    if (bytes > BYTES_MAX)
      throw new RangeError('A pack of more than 4 GiB is written into a folder, not into one file.');
    const taken = held.subarray(0, Math.max(0, held.length - END_BYTES));
    held = held.subarray(taken.length);
    hash.update(taken);
    return taken;
  };
  for await (const { name, chunks } of files) {
    const packed = new ZipDeflate(name, { level: 6 });
    packed.mtime = modified;
    zip.add(packed);
    for await (const chunk of chunks) {
      packed.push(typeof chunk === 'string' ? strToU8(chunk) : chunk);
      yield take();
    }
    packed.push(new Uint8Array(0), true);
  }
  zip.end();
  yield take();
  held.writeUInt16LE(COMMENT_BYTES, END_BYTES - 2);
  const digest = hash.update(held).digest('hex');
  yield held;
  yield strToU8(SEAL + sign(null, Buffer.from(SEAL + digest), signingKey).toString('base64'));
}
