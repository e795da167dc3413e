import { describe, expect, it } from '@jest/globals';
import { openJournal } from '../../../src/close/closable.js';
import type { Closing } from '../../../src/close/closing-store.js';
import type { JournalLine } from '../../../src/close/journal-line.js';
import { RECIPES_VERSION } from '../../../src/close/recipes-version.js';

type Deps = Parameters<typeof openJournal>[0];

/** A close of a month, as the given code read its entries. */
const closing = (month: string, modelVersion: string, recipes?: number): Closing =>
  ({
    ...{ period: month, version: 1, from: `${month}-01`, to: `${month}-30`, upTo: 10, digest: '', modelVersion },
    header: { ...(recipes === undefined ? {} : { recipes_version: recipes }) },
  }) as Closing;

/** Booked in September, and known no more. */
const booked: JournalLine = {
  ...{ entry: 'payment:ch_1', line: 1, period: '2026-09', day: '2026-09-03', originDay: '2026-09-03', at: 0 },
  ...{ account: '4000', amount: -1_000n, currency: 'EUR', kind: 'charge', memo: 'captured', adjusts: undefined },
};

async function* stream<T>(...lines: T[]): AsyncGenerator<T> {
  yield* lines;
}

/** Why October differs from what September booked. */
async function causesAfter(...closings: readonly Closing[]): Promise<(string | undefined)[]> {
  const deps = {
    books: { lines: () => stream() },
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
});
