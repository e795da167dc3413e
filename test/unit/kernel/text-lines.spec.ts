import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { textLines } from '../../../src/kernel/text-lines.js';

const lines = async (pieces: readonly (Uint8Array | string)[], max = 1_000): Promise<string[]> => {
  const found: string[] = [];
  for await (const line of textLines(Readable.from(pieces), max, () => new RangeError('too long'))) found.push(line);
  return found;
};

describe('lines of a stream', () => {
  it('end at LF and CR LF, and the last one needs no end', async () => {
    expect(await lines(['a\nb\r\n\nc'])).toEqual(['a', 'b', '', 'c']);
    expect(await lines(['a\n'])).toEqual(['a']);
    expect(await lines([])).toEqual([]);
  });

  it('given what other readers take for an end, then it stays in its line', async () => {
    const odd = '{"name":"a\u2028b\u2029c\u0085d\re"}';
    expect(await lines([`${odd}\n${odd}`])).toEqual([odd, odd]);
  });

  it('given any lines cut anywhere, also within a character, then they are the same lines', async () => {
    const line = fc.string({ unit: 'grapheme', maxLength: 9 }).map((text) => text.replace(/[\r\n]/g, ''));
    await fc.assert(
      fc.asyncProperty(fc.array(line, { minLength: 1 }), fc.integer({ min: 1, max: 5 }), async (given, size) => {
        const bytes = Buffer.from(given.map((each) => `${each}\n`).join(''));
        const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
          bytes.subarray(at * size, (at + 1) * size),
        );
        expect(await lines(pieces)).toEqual(given);
      }),
    );
  });

  it('given one that has no end, then it is refused before it fills the memory', async () => {
    await expect(lines(['x'.repeat(10), 'x'.repeat(10)], 15)).rejects.toThrow('too long');
  });
});
