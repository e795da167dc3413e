import { isObject } from '../../ingest/json-members.js';
import { textLines } from '../../kernel/text-lines.js';
import { SourceFailure } from '../source.js';

const LINE_MAX = 1024 * 1024; // bytes

/** The lines of a stream of UTF-8, without their ends; the last one too where nothing ends it. Throws SourceFailure for one that is endless. */
export const linesOf = (pieces: AsyncIterable<Uint8Array>, who: string): AsyncGenerator<string> =>
  textLines(pieces, LINE_MAX, () => new SourceFailure(`${who} has a line of more than ${LINE_MAX} bytes`));

/** A line of JSON; undefined for what is none, or no object. */
export function objectOf(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
