import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BookStandings } from '../../src/close/books/book-standings.js';
import { testDatabase, type TestDatabase } from '../support/database.js';

let test: TestDatabase;
beforeAll(async () => {
  test = await testDatabase();
});
afterAll(() => test.drop());

const posted = (position: number, version = 'v1') =>
  test.database.pool.query('update books.checkpoint set position = $1, version = $2', [position, version]);

/** What is found of a sum at position 10 that was begun when books were posted so far, and kept when they were posted further. */
async function keptOf(kind: string, begun: [number, string?], kept: [number, string?]): Promise<unknown> {
  const deps = { pool: test.database.pool, kind, version: 'v1' };
  const standings = new BookStandings<string>(deps);
  await posted(...begun);
  await standings.before('2026-11-01', 10);
  await posted(...kept);
  await standings.keep(10, [{ day: '2026-10-31', state: 'a sum' }]);
  return (await new BookStandings<string>(deps).before('2026-11-01', 10))?.state;
}

describe('what books came to after a month', () => {
  it('given everything was posted before it was added up, then it is kept', async () => {
    expect(await keptOf('whole', [10], [12])).toBe('a sum');
  });

  it.each<[string, [number, string?], [number, string?]]>([
    ['a part was posted', [4], [4]],
    ['the rest was posted while it was added up', [4], [10]],
    ['the books were begun anew meanwhile', [10], [0]],
    ['another version posted meanwhile', [10], [10, 'v2']],
  ])('given %s, then it is not kept', async (kind, begun, kept) => {
    expect(await keptOf(kind, begun, kept)).toBeUndefined();
  });
});
