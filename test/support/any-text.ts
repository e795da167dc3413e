import fc from 'fast-check';

const SURROGATES = { first: 0xd800, many: 0x800 }; // code points that are no characters by themselves
const LAST = 0x10ffff;

// The same characters as fast-check's unit `binary`, which makes a table of all 1.1 million first: more than a second, in each suite.
const character = fc
  .nat({ max: LAST - SURROGATES.many })
  .map((n) => String.fromCodePoint(n < SURROGATES.first ? n : n + SURROGATES.many), numberOf);

/** Of a character, the number it is made from, so that the texts fast-check thinks dangerous (`__proto__`) come too. Throws for anything else. */
function numberOf(given: unknown): number {
  const point = typeof given === 'string' ? given.codePointAt(0) : undefined;
  if (point === undefined || given !== String.fromCodePoint(point) || !String(given).isWellFormed())
    throw new TypeError('not one character');
  return point < SURROGATES.first ? point : point - SURROGATES.many;
}

/** Any text that UTF-8 can write. */
export const anyText = (limits: { maxLength?: number } = {}): fc.Arbitrary<string> =>
  fc.string({ unit: character, ...limits });
