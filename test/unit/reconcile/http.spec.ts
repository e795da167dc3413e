import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createHttp, retryAfterMs } from '../../../src/reconcile/pull/http.js';
import { linesOf } from '../../../src/reconcile/pull/lines.js';
import { FakeSource } from '../../support/fake-source.js';

let fake: FakeSource;
beforeAll(async () => {
  fake = await FakeSource.start();
});
beforeEach(() => fake.reset());
afterAll(() => fake.stop());

const now = new Date('2026-10-03T10:00:00Z');
const http = () => createHttp({ now: () => now, pause: () => Promise.resolve(), timeoutMs: 100, attempts: 2 });
const request = () => ({ who: 'Tool', url: fake.url });

describe('a request to a source', () => {
  it('given an answer that stops in the middle, then it is given up, as JSON and as a stream', async () => {
    fake.answer = () => ({ body: '{"a":', hangs: true });
    await expect(http().json(request())).rejects.toThrow('Tool broke off its answer: nothing came for 0.1 s');
    const read = async () => {
      for await (const piece of http().stream(request())) expect(String(Buffer.from(piece))).toBe('{"a":');
    };
    await expect(read()).rejects.toThrow('Tool broke off its answer: nothing came for 0.1 s');
  });

  it('given nobody who listens, then it is tried again and told', async () => {
    await expect(http().json({ who: 'Tool', url: 'http://127.0.0.1:9' })).rejects.toThrow(
      /^Tool could not be reached: /,
    );
  });

  it('given a redirect, then a key does not follow it', async () => {
    fake.answer = () => ({ status: 302, headers: { location: `${fake.url}/elsewhere` } });
    await expect(http().json({ ...request(), headers: { authorization: 'Bearer k' } })).rejects.toThrow(
      'could not be reached',
    );
    expect(fake.asked.map(({ path }) => path)).toEqual(['/', '/']);
  });

  it.each([
    ['5', 5_000],
    ['Sat, 03 Oct 2026 10:01:00 GMT', 60_000],
    ['Sat, 03 Oct 2026 09:00:00 GMT', 0],
    ['soon', undefined],
    [null, undefined],
  ])('reads Retry-After %p', (header, expected) => expect(retryAfterMs(header, now)).toBe(expected));
});

describe('lines of a stream', () => {
  const read = async (...pieces: string[]): Promise<string[]> => {
    const bytes = async function* () {
      for (const piece of pieces) yield await Promise.resolve(Buffer.from(piece, 'latin1'));
    };
    const lines: string[] = [];
    for await (const line of linesOf(bytes(), 'Tool')) lines.push(line);
    return lines;
  };

  it.each([
    [
      ['a\nb', 'c\n', '\nd'],
      ['a', 'bc', '', 'd'],
    ],
    [
      ['a\r\nb\r', '\n'],
      ['a', 'b'],
    ],
    [['caf\xc3', '\xa9\n'], ['café']],
    [[], []],
  ])('%j are %j', async (pieces, lines) => expect(await read(...pieces)).toEqual(lines));

  it('given a line without an end, then a failure and no memory that grows', async () => {
    await expect(read(...Array.from({ length: 20 }, () => 'x'.repeat(100_000)))).rejects.toThrow('a line of more than');
  });
});
