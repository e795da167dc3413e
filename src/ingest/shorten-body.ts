import { isObject } from './json-members.js';

/** What stands in the place of a leaf that was left out. */
export const LEFT_OUT = '[truncated]';

/** Bytes of a text that is longer than every id, word and amount there is: nothing that counts is lost with it. */
const TEXT_KEPT = 2_048;

const SHARE_MIN = 32; // bytes; members that would get less are left out with their names

/**
 * JSON text of a value in at most about `bytesMax` bytes, without its largest leaves. Room is shared at every level so that small
 * members stay whole and only the largest give way.
 */
export function shortenBody(value: unknown, bytesMax: number): string {
  return JSON.stringify(shortened(value, bytesMax, new Map()));
}

/**
 * JSON text of a value in at most `bytesMax` bytes where leaving out its longest texts is enough for that, and no number can depend on them;
 * undefined otherwise.
 */
export function withoutLongTexts(value: unknown, bytesMax: number): string | undefined {
  let excess = sizeOf(value, new Map()) - bytesMax;
  const long = textSizesIn(value).filter((bytes) => bytes > TEXT_KEPT);
  let shortest = Infinity;
  for (const bytes of long.sort((a, b) => b - a)) {
    if (excess <= 0) break;
    excess -= bytes - Buffer.byteLength(JSON.stringify(LEFT_OUT));
    shortest = bytes;
  }
  return excess > 0 ? undefined : JSON.stringify(withoutTexts(value, shortest));
}

const textSizesIn = (value: unknown): number[] =>
  value !== null && typeof value === 'object' ? Object.values(value).flatMap(textSizesIn) : [textBytes(value)];
const textBytes = (value: unknown): number =>
  typeof value === 'string' ? Buffer.byteLength(JSON.stringify(value)) : 0;

function withoutTexts(value: unknown, shortest: number): unknown {
  if (Array.isArray(value)) return value.map((each) => withoutTexts(each, shortest));
  if (!isObject(value)) return textBytes(value) >= shortest ? LEFT_OUT : value;
  return Object.fromEntries(membersOf(value).map(([key, member]) => [key, withoutTexts(member, shortest)]));
}

/** What was left out as if it had never been there: to read it as a text would make one id of many. */
export function withoutLeftOut(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((each) => each !== LEFT_OUT).map(withoutLeftOut);
  if (!isObject(value)) return value;
  const kept = membersOf(value).filter(([key, member]) => key !== LEFT_OUT && member !== LEFT_OUT);
  return Object.fromEntries(kept.map(([key, member]) => [key, withoutLeftOut(member)]));
}

/** A value without any text that takes more than `bytesMin` bytes. */
export const onlyShortTexts = (value: unknown, bytesMin = TEXT_KEPT): unknown => withoutTexts(value, bytesMin + 1);

/** A stretch of one of the long texts of a value: which, in the order in which they stand there. */
interface Piece {
  nth: number;
  from: number;
  until: number;
}

/**
 * What `onlyShortTexts` leaves out, in bodies with texts of about `bytesMax` bytes each: a body has the members that lead to its texts, so that what is
 * personal there is so here, and a text that goes on in the next body follows there. In an array its place tells which element a text is of.
 */
export function longTextsOf(value: unknown, bytesMin: number, bytesMax: number): unknown[] {
  const lots: Piece[][] = [];
  let room = 0;
  for (const piece of textsIn(value).flatMap((text, nth) => piecesOf(text, nth, bytesMin, bytesMax))) {
    const bytes = piece.bytes;
    if (bytes > room) {
      lots.push([]);
      room = bytesMax;
    }
    lots.at(-1)!.push(piece);
    room -= bytes;
  }
  return lots.map((lot) => only(value, new Map(lot.map((piece) => [piece.nth, piece])), { nth: 0 }));
}

const textsIn = (value: unknown): string[] =>
  value !== null && typeof value === 'object'
    ? Object.values(value).flatMap(textsIn)
    : typeof value === 'string'
      ? [value]
      : [];

/** A character of two units takes twelve bytes at most as JSON. */
const BYTES_OF_A_PAIR = 12;

function piecesOf(text: string, nth: number, bytesMin: number, bytesMax: number): (Piece & { bytes: number })[] {
  const bytes = textBytes(text);
  if (bytes <= bytesMin) return [];
  if (bytes <= bytesMax) return [{ nth, from: 0, until: text.length, bytes }];
  const pieces: (Piece & { bytes: number })[] = [];
  for (let from = 0, until; from < text.length; from = until) {
    until = Math.min(text.length, from + Math.floor(bytesMax / BYTES_OF_A_PAIR) * 2);
    if (until < text.length && isFirstHalf(text.charCodeAt(until - 1))) until -= 1;
    pieces.push({ nth, from, until, bytes: bytesMax }); // one to a body, so that they follow each other
  }
  return pieces;
}

const isFirstHalf = (unit: number): boolean => unit >= 0xd800 && unit < 0xdc00;

/** A value with nothing but these texts; undefined where it has none of them. `at`: how many texts stand before it. */
function only(value: unknown, pieces: ReadonlyMap<number, Piece>, at: { nth: number }): unknown {
  if (typeof value === 'string') {
    const piece = pieces.get(at.nth++);
    return piece && value.slice(piece.from, piece.until);
  }
  if (value === null || typeof value !== 'object') return undefined;
  const kept = membersOf(value)
    .map(([key, member]) => [key, only(member, pieces, at)] as const)
    .filter(([, member]) => member !== undefined);
  if (kept.length === 0) return undefined;
  if (!Array.isArray(value)) return Object.fromEntries(kept);
  const places = Array<unknown>(Number(kept.at(-1)![0]) + 1).fill(null);
  for (const [key, member] of kept) places[Number(key)] = member;
  return places;
}

/** JSON text without the spaces between its tokens: Stripe indents what it sends. */
export function withoutSpaces(text: string): string {
  const tokens: string[] = [];
  for (let at = 0; at < text.length;) {
    const open = text.indexOf('"', at);
    tokens.push(text.slice(at, open < 0 ? undefined : open).replace(/\s+/g, ''));
    if (open < 0) break;
    let close = text.indexOf('"', open + 1);
    while (isEscaped(text, close)) close = text.indexOf('"', close + 1);
    tokens.push(text.slice(open, close + 1));
    at = close + 1;
  }
  return tokens.join('');
}

function isEscaped(text: string, at: number): boolean {
  let first = at;
  while (text[first - 1] === '\\') first -= 1;
  return (at - first) % 2 === 1;
}

type Sizes = Map<object, number>;

function shortened(value: unknown, room: number, sizes: Sizes): unknown {
  if (sizeOf(value, sizes) <= room) return value;
  if (value === null || typeof value !== 'object') return LEFT_OUT;
  const members = membersOf(value).map(([key, member], at) => ({ key, member, at, size: sizeOf(member, sizes) }));
  const kept: { key: string; member: unknown; at: number }[] = [];
  let left = room - 2;
  members.sort((a, b) => a.size - b.size);
  for (const [index, { key, member, at, size }] of members.entries()) {
    const name = Array.isArray(value) ? 1 : sizeOf(key, sizes) + 2;
    const share = Math.floor(left / (members.length - index)) - name;
    if (share < SHARE_MIN && size > share) continue;
    const fitting = size <= share ? member : shortened(member, share, sizes);
    kept.push({ key, member: fitting, at });
    left -= name + sizeOf(fitting, sizes);
  }
  kept.sort((a, b) => a.at - b.at);
  if (Array.isArray(value)) return kept.map(({ member }) => member);
  return Object.fromEntries(kept.map(({ key, member }) => [key, member])); // keeps a member called __proto__ a member
}

const membersOf = (value: object): [string, unknown][] => Object.entries(value);

function sizeOf(value: unknown, sizes: Sizes): number {
  if (value === null || typeof value !== 'object') return Buffer.byteLength(JSON.stringify(value) ?? 'null');
  const known = sizes.get(value);
  if (known !== undefined) return known;
  let size = 2;
  for (const [key, member] of membersOf(value)) {
    size += sizeOf(member, sizes) + (Array.isArray(value) ? 1 : sizeOf(key, sizes) + 2);
  }
  sizes.set(value, size);
  return size;
}
