import { describe, expect, it } from '@jest/globals';
import { openJournal } from '../../../src/close/period/closable.js';
import type { Closing } from '../../../src/close/period/closing-store.js';
import type { JournalLine } from '../../../src/close/period/journal-line.js';
import { RECIPES_VERSION } from '../../../src/close/post/recipes-version.js';

type Deps = Parameters<typeof openJournal>[0];

/** A close of a month, as the given code read its entries. */
const closing = (month: string, modelVersion: string, recipes?: number): Closing =>
  ({
    ...{ period: month, version: 1, from: `${month}-01`, to: `${month}-30`, upTo: 10, digest: '', modelVersion },
    header: { books_settings: 'these', ...(recipes === undefined ? {} : { recipes_version: recipes }) },
  }) as Closing;

/** Booked in September, and known no more. */
const booked: JournalLine = {
  ...{ entry: 'payment:ch_1', line: 1, period: '2026-09', day: '2026-09-03', originDay: '2026-09-03', at: 0 },
  ...{ account: '4000', amount: -1_000n, currency: 'EUR', kind: 'charge', memo: 'captured', adjusts: undefined },
};

async function* stream<T>(...lines: T[]): AsyncGenerator<T> {
  yield* lines;
}

/** Why October differs from what September booked, where something of the first of August came, or of another day, or nothing. */
async function causesAfter(...closings: readonly Closing[]): Promise<(string | undefined)[]> {
  return causesWhere({ changed: '2026-08-01' }, ...closings);
}
async function causesWhere(
  { changed, settings = 'these' }: { changed: string | undefined; settings?: string },
  ...closings: readonly Closing[]
): Promise<(string | undefined)[]> {
  const deps = {
    books: { lines: () => stream(), settings, firstChange: () => Promise.resolve(changed) },
    closings: { linesOf: ({ from }: { from: string }) => (from.startsWith('2026-09') ? stream(booked) : stream()) },
    versions: { model: 'now', interpreters: '1', fold: 1 },
  } as unknown as Deps;
  const causes = [];
  const october = { id: '2026-10', from: '2026-10-01', to: '2026-10-31' };
  for await (const { cause } of openJournal(deps, october, closings, 20)) causes.push(cause);
  return causes;
}

describe('why a closed day differs', () => {
  it('given the last close read entries as they are read now, then something came, whatever the first one read', async () => {
    const last = closing('2026-09', 'now', RECIPES_VERSION);
    expect(await causesAfter(last)).toEqual(['late_fact']);
    expect(await causesAfter(closing('2026-08', 'before', RECIPES_VERSION), last)).toEqual(['late_fact']);
    expect(await causesAfter(closing('2026-08', 'now'), last)).toEqual(['late_fact']);
  });

  it('given the last close read them by another model, or posted them by other recipes, then it is the code', async () => {
    for (const last of [closing('2026-09', 'before', RECIPES_VERSION), closing('2026-09', 'now', RECIPES_VERSION - 1)])
      expect(await causesAfter(closing('2026-08', 'now', RECIPES_VERSION), last)).toEqual(['interpreter_changed']);
    expect(await causesAfter(closing('2026-09', 'now'))).toEqual(['interpreter_changed']);
  });

  it('given nothing came of its days since the last close, then a month is not gone through, unless it is written down in another way', async () => {
    const last = closing('2026-09', 'now', RECIPES_VERSION);
    expect(await causesWhere({ changed: '2026-09-30' }, last)).toEqual(['late_fact']);
    expect(await causesWhere({ changed: '2026-10-01' }, last)).toEqual([]);
    expect(await causesWhere({ changed: undefined }, last)).toEqual([]);
    expect(await causesWhere({ changed: undefined, settings: 'others' }, last)).toEqual(['late_fact']);
    expect(await causesWhere({ changed: undefined }, closing('2026-09', 'before', RECIPES_VERSION))).toEqual([
      'interpreter_changed',
    ]);
  });
});
