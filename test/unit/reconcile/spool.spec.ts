import { open, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { Spool } from '../../../src/reconcile/pull/spool.js';

const spool = await Spool.open<'events' | 'pages'>(tmpdir());
const handle = await open(import.meta.filename);
const files = Object.getPrototypeOf(handle) as FileHandle;
await handle.close();

async function all(given: Spool<string>) {
  const batches: unknown[] = [];
  for await (const batch of given.batches()) batches.push(batch);
  return batches;
}

describe('rows on their way', () => {
  afterEach(() => void jest.restoreAllMocks());

  it('given texts with every kind of line end, then they come back as they were, in their order, twice', async () => {
    const lineEnds = { text: 'a\u2028b\u2029c\nd\re\r\nf\u0085g', bytes: 'é', n: 12n };
    await spool.add('events', [lineEnds, { text: '' }]);
    await spool.add('events', []);
    await spool.add('pages', [{ text: '\u2029' }]);
    const expected = [
      { table: 'events', rows: [{ ...lineEnds, n: '12' }, { text: '' }] },
      { table: 'pages', rows: [{ text: '\u2029' }] },
    ];
    expect(await all(spool)).toEqual(expected);
    expect(await all(spool)).toEqual(expected);
  });

  it('given one batch that was asked for, then the others are not read yet', async () => {
    const long = await Spool.open<'events'>(tmpdir());
    for (let i = 0; i < 1_000; i += 1) await long.add('events', [{ text: 'x'.repeat(100) }]);
    const read = jest.spyOn(files, 'read');
    await long.batches().next();
    const asked = read.mock.calls as unknown as [unknown, number, number][];
    expect(asked.reduce((sum, [, , length]) => sum + length, 0)).toBeLessThan(200);
    await long.close();
  });

  it('may be closed again', async () => {
    await spool.close();
    await spool.close();
    await expect(all(spool)).rejects.toThrow('closed');
  });
});
