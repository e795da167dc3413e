/** Between texts that are packed into one. */
export const LINE_END = '\x1e';

/** Texts that are packed into one, each an id, or an id and what is told of it; by the number of the line. */
export interface Lines {
  readonly text: string;
  readonly count: number;
  /** Where each begins in the text. */
  readonly starts: Int32Array;
  /** Where the id of each ends. */
  readonly idEnds: Int32Array;
  /** Hashes of the ids. */
  readonly hashes: Int32Array;
  /** How many lines do not hold the separator exactly once; 0 where there is no separator. */
  readonly irregular: number;
}

// Of FNV-1a, as 32 bits with a sign.
const SEED = 0x811c9dc5 | 0;
const PRIME = 0x01000193;
const END = LINE_END.charCodeAt(0);

/** The lines of a text, of which each character is looked at once; undefined where they are not as many. `separator`: one character that ends an id, or none. */
export function linesOf(text: string, count: number, separator: string): Lines | undefined {
  const [starts, idEnds, hashes] = [new Int32Array(count), new Int32Array(count), new Int32Array(count)];
  const idEnd = separator === '' ? -1 : separator.charCodeAt(0);
  let irregular = 0;
  let at = 0;
  for (let line = 0; line < count; line += 1, at += 1) {
    if (at > text.length) return undefined;
    starts[line] = at;
    let hash = SEED;
    for (; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if (code === END || code === idEnd) break;
      hash = Math.imul(hash ^ code, PRIME);
    }
    idEnds[line] = at;
    hashes[line] = hash;
    let found = 0;
    for (; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if (code === END) break;
      if (code === idEnd) found += 1;
    }
    if (idEnd >= 0 && found !== 1) irregular += 1;
  }
  return at === text.length + 1 ? { text, count, starts, idEnds, hashes, irregular } : undefined;
}

/** Where a line ends. */
export const endOf = ({ starts, text }: Pick<Lines, 'starts' | 'text'>, line: number): number =>
  line + 1 < starts.length ? starts[line + 1]! - 1 : text.length;

/** The id that a line begins with. It is cut from the text, and keeps that in memory. */
export const idAt = ({ text, starts, idEnds }: Lines, line: number): string => text.slice(starts[line], idEnds[line]);

/** The hash that a line has which is this id. */
export function hashOf(id: string): number {
  let hash = SEED;
  for (let at = 0; at < id.length; at += 1) hash = Math.imul(hash ^ id.charCodeAt(at), PRIME);
  return hash;
}
