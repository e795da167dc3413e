import { isUtf8 } from 'node:buffer';
import { Problem } from './errors.js';

/** Containers within containers. Senders of events stay below ten. */
export const DEPTH_MAX = 64;
/** Values and member names of one text: more than a mebibyte of ordinary JSON has. */
export const TOKENS_MAX = 250_000;

/** What a string token holds, so that whoever looks for it need not read it again: a backslash, an `@`, a `%`, a `~`. */
export const ESCAPED = 1;
export const AT_SIGN = 2;
export const PERCENT = 4;
export const TILDE = 16;

/**
 * Is told of each token in the order of the text. `start` and `end` are the offsets of the raw token, quotes included. `path` holds the
 * names of the members around it, its own last; array indices are left out. It is one array for all calls: copy what must last.
 */
export interface JsonVisitor {
  string?(path: readonly string[], start: number, end: number, flags: number): void;
  number?(path: readonly string[], start: number, end: number): void;
  /** A member name that holds one of the characters above. The others are not worth a call: hardly any text has one that does. */
  oddName?(path: readonly string[], start: number, end: number, flags: number): void;
  /** A member whose name the same object had before: `JSON.parse` keeps the last one. Looking for them costs, so only on request. */
  duplicate?(path: readonly string[], start: number, end: number): void;
}

export interface JsonLimits {
  depthMax?: number;
  tokensMax?: number;
}

/** Reads a JSON text once and accepts what `JSON.parse` accepts, within the limits. Throws Problem `unreadable_body`. */
export function scanJson(text: string, visitor: JsonVisitor = {}, limits: JsonLimits = {}): void {
  new Scan(text, visitor, limits.depthMax ?? DEPTH_MAX, limits.tokensMax ?? TOKENS_MAX).run();
}

/**
 * `JSON.parse` within the limits. A member called `__proto__` stays an ordinary member of its object and is never its prototype; to copy
 * such objects use spread or `Object.fromEntries`, not assignment. Throws Problem `unreadable_body`.
 */
export function parseStrict(text: string, limits?: JsonLimits): unknown {
  if (!isWithin(text, limits)) scanJson(text, {}, limits);
  try {
    return JSON.parse(text);
  } catch {
    scanJson(text, {}, limits); // says where and why
    throw unreadable('The body is not valid JSON.');
  }
}

/** Whether a text is so short and has so few brackets that it cannot go beyond the limits. Most need no closer look. */
function isWithin(text: string, { depthMax = DEPTH_MAX, tokensMax = TOKENS_MAX }: JsonLimits = {}): boolean {
  if (text.length > tokensMax) return false;
  let left = depthMax;
  for (const bracket of ['{', '['])
    for (let at = text.indexOf(bracket); at >= 0; at = text.indexOf(bracket, at + 1)) if (--left < 0) return false;
  return true;
}

/** The text of UTF-8 bytes, byte for byte: no replacement characters, no byte order mark. Throws Problem `unreadable_body`. */
export function decodeStrictUtf8(bytes: Buffer): string {
  if (!isUtf8(bytes)) throw unreadable('The body is not valid UTF-8.');
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf)
    throw unreadable('The body begins with a byte order mark.');
  return bytes.toString('utf8');
}

const unreadable = (why: string): Problem => new Problem('unreadable_body', why);

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const OBJECT = 0x7b;
const OBJECT_END = 0x7d;
const ARRAY = 0x5b;
const ARRAY_END = 0x5d;

// One look-up per character of a string: 0 is an ordinary one, 8 ends or breaks the run, the flags are noted.
const KINDS = new Uint8Array(128);
KINDS.fill(8, 0, 0x20);
KINDS[QUOTE] = 8;
KINDS[BACKSLASH] = 8;
KINDS[0x40] = AT_SIGN;
KINDS[0x25] = PERCENT;
KINDS[0x7e] = TILDE;

// Which characters may follow a backslash.
const ESCAPES = new Set([...'"\\/bfnrtu'].map((char) => char.charCodeAt(0)));

// Member names repeat from text to text. Finding the string that is there already saves making it and hashing it anew.
const NAMES_MAX = 2048; // a power of two
const NAME_LENGTH_MAX = 40; // characters
const names = new Array<string | undefined>(NAMES_MAX).fill(undefined);

class Scan {
  private at = 0;
  private depth = 0;
  private tokens = 0;
  private flags = 0;
  private hash = 0;
  /** Whether anybody wants to know where a token is. */
  private readonly told: boolean;
  // The name of the member whose value comes next.
  private pending = false;
  private nameStart = 0;
  private nameEnd = 0;
  private nameFlags = 0;
  private nameHash = 0;
  private namePlace = 0;
  private readonly path: string[] = [];
  private readonly seen: Set<string>[] = [];

  constructor(
    private readonly text: string,
    private readonly visitor: JsonVisitor,
    private readonly depthMax: number,
    private readonly tokensMax: number,
  ) {
    this.told = !!(visitor.string ?? visitor.number ?? visitor.oddName ?? visitor.duplicate);
  }

  run(): void {
    this.value(this.space());
    this.space();
    if (this.at < this.text.length) this.fail();
  }

  /** Skips white space; the code of the next character, 0 at the end. */
  private space(): number {
    const { text } = this;
    const { length } = text;
    for (let at = this.at; at < length; at++) {
      const code = text.charCodeAt(at);
      if (code > 0x20 || (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09)) {
        this.at = at;
        return code;
      }
    }
    this.at = length;
    return 0;
  }

  private value(code: number): void {
    if (++this.tokens > this.tokensMax) throw unreadable(`The body has more than ${this.tokensMax} values and names.`);
    if (code === 0x74) return this.word('true');
    if (code === 0x66) return this.word('false');
    if (code === 0x6e) return this.word('null');
    if (this.pending) this.takeName();
    if (code === QUOTE) this.string();
    else if (code === OBJECT) this.object();
    else if (code === ARRAY) this.array();
    else if (code === 0x2d || (code >= 0x30 && code <= 0x39)) this.number(code);
    else this.fail();
  }

  private object(): void {
    this.enter();
    const { path } = this;
    const place = path.length;
    if (this.visitor.duplicate) this.seen[this.depth] = new Set();
    let code = this.space();
    if (code === OBJECT_END) return this.leave();
    for (;;) {
      if (code !== QUOTE) this.fail();
      this.name(place);
      if (this.space() !== COLON) this.fail();
      this.at++;
      this.value(this.space());
      code = this.space();
      if (code === OBJECT_END) {
        this.pending = false;
        if (path.length > place) path.pop();
        return this.leave();
      }
      if (code !== COMMA) this.fail();
      this.at++;
      code = this.space();
    }
  }

  private array(): void {
    this.enter();
    let code = this.space();
    if (code === ARRAY_END) return this.leave();
    for (;;) {
      this.value(code);
      code = this.space();
      if (code === ARRAY_END) return this.leave();
      if (code !== COMMA) this.fail();
      this.at++;
      code = this.space();
    }
  }

  private enter(): void {
    if (++this.depth > this.depthMax)
      throw unreadable(`The body is nested deeper than ${this.depthMax} at offset ${this.at}.`);
    this.at++;
  }

  private leave(): void {
    this.depth--;
    this.at++;
  }

  /** Its text is made only when something below it is told to somebody: a third of all members are null, true or false. */
  private name(place: number): void {
    this.tokens++;
    const start = this.at;
    this.skipString();
    if (!this.told) return;
    this.pending = true;
    this.nameStart = start + 1;
    this.nameEnd = this.at - 1;
    this.nameFlags = this.flags;
    this.nameHash = this.hash;
    this.namePlace = place;
    if (this.visitor.duplicate) this.noteDuplicate(start);
    if (this.flags !== 0 && this.visitor.oddName) {
      this.takeName();
      this.visitor.oddName(this.path, start, this.at, this.nameFlags);
    }
  }

  private takeName(): void {
    this.pending = false;
    this.path[this.namePlace] = this.nameAt(this.nameStart, this.nameEnd);
  }

  private noteDuplicate(start: number): void {
    this.takeName();
    const name = this.path[this.namePlace]!;
    const seen = this.seen[this.depth]!;
    if (seen.has(name)) this.visitor.duplicate!(this.path, start, this.at);
    seen.add(name);
  }

  /** The name between two offsets, from the table of names where it is there. */
  private nameAt(start: number, end: number): string {
    const { text, nameFlags, nameHash } = this;
    if ((nameFlags & ESCAPED) !== 0) return JSON.parse(text.slice(start - 1, end + 1)) as string;
    const length = end - start;
    if (length > NAME_LENGTH_MAX) return text.slice(start, end);
    const slot = (nameHash ^ (nameHash >>> 11)) & (NAMES_MAX - 1);
    const known = names[slot];
    if (known !== undefined && known.length === length && text.startsWith(known, start)) return known;
    // A short copy: a slice would keep the whole text alive. What may be an address is not kept at all.
    const name = String.fromCharCode(...codesOf(text, start, end));
    if (nameFlags === 0) names[slot] = name;
    return name;
  }

  private string(): void {
    const start = this.at;
    this.skipString();
    if (this.visitor.string) this.visitor.string(this.path, start, this.at, this.flags);
  }

  /** Moves behind the string that begins here, and notes what is in it. */
  private skipString(): void {
    const { text } = this;
    const { length } = text;
    let at = this.at + 1;
    let flags = 0;
    let hash = 0;
    for (; at < length; at++) {
      const code = text.charCodeAt(at);
      hash = (Math.imul(hash, 31) + code) | 0;
      if (code >= 128) continue;
      const kind = KINDS[code]!;
      if (kind === 0) continue;
      if (kind !== 8) flags |= kind;
      else if (code === QUOTE) {
        this.at = at + 1;
        this.flags = flags;
        this.hash = hash;
        return;
      } else if (code === BACKSLASH) {
        flags |= ESCAPED;
        at = this.escape(at);
      } else this.failAt(at);
    }
    this.failAt(length);
  }

  /** The offset of the last character of an escape. */
  private escape(at: number): number {
    const code = this.text.charCodeAt(at + 1);
    if (!ESCAPES.has(code)) this.failAt(at);
    if (code !== 0x75) return at + 1;
    for (let digit = at + 2; digit < at + 6; digit++) if (!isHex(this.text.charCodeAt(digit))) this.failAt(at);
    return at + 5;
  }

  private number(first: number): void {
    const { text, at: start } = this;
    let at = start;
    let code = first;
    if (code === 0x2d) code = text.charCodeAt(++at);
    if (code === 0x30) code = text.charCodeAt(++at);
    else {
      const from = at;
      while (code >= 0x30 && code <= 0x39) code = text.charCodeAt(++at);
      if (at === from) this.failAt(at);
    }
    if (code === 0x2e) {
      const from = ++at;
      while (isDigit(text.charCodeAt(at))) at++;
      if (at === from) this.failAt(at);
      code = text.charCodeAt(at);
    }
    if (code === 0x65 || code === 0x45) {
      code = text.charCodeAt(++at);
      if (code === 0x2b || code === 0x2d) at++;
      const from = at;
      while (isDigit(text.charCodeAt(at))) at++;
      if (at === from) this.failAt(at);
    }
    this.at = at;
    if (this.visitor.number) this.visitor.number(this.path, start, at);
  }

  private word(expected: string): void {
    if (!this.text.startsWith(expected, this.at)) this.fail();
    this.at += expected.length;
  }

  private fail(): never {
    this.failAt(this.at);
  }

  private failAt(at: number): never {
    const what = at >= this.text.length ? 'It ends too early' : 'A character is not allowed there';
    throw unreadable(`The body is not valid JSON at offset ${at}: ${what}.`);
  }
}

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;
const isHex = (code: number): boolean =>
  isDigit(code) || (code >= 0x41 && code <= 0x46) || (code >= 0x61 && code <= 0x66);

function codesOf(text: string, start: number, end: number): number[] {
  const codes: number[] = [];
  for (let at = start; at < end; at++) codes.push(text.charCodeAt(at));
  return codes;
}
