import { SourceFailure } from '../source.js';

const NEWLINE = new Uint8Array([10]);
const END = 'PK\u0005\u0006'; // begins the record that ends every ZIP
const END_WITHIN = 1_024; // bytes from the end

/**
 * The files of a ZIP, one after the other and unzipped themselves where they are gzip, with a line end after each. Memory holds what one
 * piece of the archive unfolds to. Throws SourceFailure for an archive that is broken or ends early.
 */
export async function* unzippedFiles(archive: AsyncIterable<Uint8Array>, who: string): AsyncGenerator<Uint8Array> {
  const { Gunzip, Unzip, UnzipInflate } = await import('fflate');
  let out: Uint8Array[] = [];
  let tail = Buffer.alloc(0);
  const unzip = new Unzip((file) => {
    const gunzip = file.name.endsWith('.gz') ? new Gunzip((piece) => out.push(piece)) : undefined;
    file.ondata = (error, piece, final) => {
      if (error) throw error;
      if (gunzip) gunzip.push(piece, final);
      else out.push(piece);
      if (final) out.push(NEWLINE);
    };
    file.start();
  });
  unzip.register(UnzipInflate);
  try {
    let last: Uint8Array | undefined;
    for await (const piece of archive) {
      tail = Buffer.concat([tail, piece]).subarray(-END_WITHIN);
      if (last) unzip.push(last, false);
      last = piece;
      yield* out;
      out = [];
    }
    if (last) unzip.push(last, true);
    yield* out;
  } catch (error) {
    if (error instanceof SourceFailure) throw error;
    throw new SourceFailure(`${who} sent an archive that cannot be read: ${(error as Error).message}`);
  }
  if (tail.length > 0 && !tail.includes(END, 0, 'latin1'))
    throw new SourceFailure(`${who} sent no ZIP, or a part of one`);
}
