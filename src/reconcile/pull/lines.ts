import { isObject } from '../../ingest/json-members.js';
import { SourceFailure } from '../source.js';

const LINE_MAX = 1024 * 1024; // bytes

/** The lines of a stream of UTF-8, without their ends; the last one too where nothing ends it. Throws SourceFailure for one that is endless. */
export async function* linesOf(pieces: AsyncIterable<Uint8Array>, who: string): AsyncGenerator<string> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const piece of pieces) {
    const whole: Buffer = rest.length === 0 ? Buffer.from(piece) : Buffer.concat([rest, piece]);
    let from = 0;
    for (let end = whole.indexOf(10); end >= 0; end = whole.indexOf(10, from)) {
      yield textOf(whole, from, end);
      from = end + 1;
    }
    rest = whole.subarray(from);
    if (rest.length > LINE_MAX) throw new SourceFailure(`${who} has a line of more than ${LINE_MAX} bytes`);
  }
  if (rest.length > 0) yield textOf(rest, 0, rest.length);
}

const textOf = (bytes: Buffer, from: number, end: number): string =>
  bytes.toString('utf8', from, bytes[end - 1] === 13 && end > from ? end - 1 : end);

/** A line of JSON; undefined for what is none, or no object. */
export function objectOf(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
