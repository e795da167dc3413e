/**
 * The lines of a stream of UTF-8, without their ends; the last one too where nothing ends it. Lines end at LF or CR LF and nowhere else: node's
 * readline also ends them at U+2028 and U+2029, which JSON may hold as they are. Throws `tooLong()` for a line of more than `maxBytes`.
 */
export async function* textLines(
  pieces: AsyncIterable<Uint8Array | string>,
  maxBytes: number,
  tooLong: () => Error,
): AsyncGenerator<string> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const piece of pieces) {
    const added = typeof piece === 'string' ? Buffer.from(piece, 'utf8') : Buffer.from(piece);
    const whole = rest.length === 0 ? added : Buffer.concat([rest, added]);
    let from = 0;
    for (let end = whole.indexOf(10); end >= 0; end = whole.indexOf(10, from)) {
      yield textOf(whole, from, end);
      from = end + 1;
    }
    rest = whole.subarray(from);
    if (rest.length > maxBytes) throw tooLong();
  }
  if (rest.length > 0) yield textOf(rest, 0, rest.length);
}

const textOf = (bytes: Buffer, from: number, end: number): string =>
  bytes.toString('utf8', from, bytes[end - 1] === 13 && end > from ? end - 1 : end);
