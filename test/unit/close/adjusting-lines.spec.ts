import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { adjustingLines } from '../../../src/close/period/adjusting-lines.js';
import { lineJson, lineOf } from '../../../src/close/period/close-contents.js';
import type { JournalLine } from '../../../src/close/period/journal-line.js';
import type { PostingLine } from '../../../src/close/journal/posting.js';

const NOVEMBER = { id: '2026-11', from: '2026-11-01', to: '2026-11-30' };
const DECEMBER = { id: '2026-12', from: '2026-12-01', to: '2026-12-31' };

interface Posted {
  entry: string;
  day: number;
  account: string;
  amount: bigint;
  position: number;
}
const posted = fc.record<Posted>({
  entry: fc.constantFrom('stripe:a', 'stripe:b', 'stripe:c'),
  day: fc.integer({ min: 1, max: 4 }),
  account: fc.constantFrom('4000', '4100'),
  amount: fc.bigInt({ min: -900n, max: 900n }),
  position: fc.integer({ min: 1, max: 20 }),
});

/** Two lines an entry, so that each balances; ordered by day. */
const linesOf = (all: readonly Posted[]): PostingLine[] =>
  all
    .flatMap(({ entry, day, account, amount, position }) =>
      [
        [account, amount],
        ['1100', -amount],
      ].map(([to, value], index) => ({
        ...{ entry, line: index + 1, period: '2026-10', day: `2026-10-0${day}`, at: 0, currency: 'USD', position },
        ...{ kind: 'charge' as const, account: to as string, amount: value as bigint, memo: entry },
      })),
    )
    .sort((a, b) => (a.day < b.day ? -1 : a.day > b.day ? 1 : 0));

async function* stream<T>(lines: readonly T[]): AsyncGenerator<T> {
  yield* lines;
}
async function all<T>(lines: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const line of lines) found.push(line);
  return found;
}
const own = (lines: readonly PostingLine[]): JournalLine[] => lines.map((line) => ({ ...line, originDay: line.day }));
const byOriginDay = (lines: readonly JournalLine[]): JournalLine[] =>
  [...lines].sort((a, b) => (a.originDay < b.originDay ? -1 : a.originDay > b.originDay ? 1 : 0));
const adjust = (booked: readonly JournalLine[], known: readonly PostingLine[], into = NOVEMBER, sameModel = false) => {
  const closed = { period: '2026-10', upTo: 10, sameModel, booked: stream(byOriginDay(booked)), known: stream(known) };
  return all(adjustingLines(closed, into));
};
const sums = (lines: readonly (PostingLine & { originDay?: string; originEntry?: string | undefined })[]) => {
  const found: Record<string, bigint> = {};
  for (const { originDay, day, originEntry, entry, account, amount } of lines) {
    const key = `${originDay ?? day} ${originEntry ?? entry} ${account}`;
    found[key] = (found[key] ?? 0n) + amount;
    if (found[key] === 0n) delete found[key];
  }
  return found;
};

describe('the lines that adjust a closed period', () => {
  it('given any journal and any later knowledge, then journal and adjustments together are what is known, entry by entry', async () => {
    const histories = fc.tuple(fc.array(posted), fc.array(posted), fc.array(posted));
    await fc.assert(
      fc.asyncProperty(histories, async ([first, second, third]) => {
        const journal = own(linesOf(first));
        const november = await adjust(journal, linesOf(second));
        expect(sums([...journal, ...november])).toEqual(sums(linesOf(second)));
        const december = await adjust([...journal, ...november], linesOf(third), DECEMBER);
        expect(sums([...journal, ...november, ...december])).toEqual(sums(linesOf(third)));
        expect(await adjust([...journal, ...november, ...december], linesOf(third))).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it('given any adjustments, then each of their entries balances, is of the open period and names the closed one', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(posted), fc.array(posted), async (first, second) => {
        const lines = await adjust(own(linesOf(first)), linesOf(second));
        const entries = Map.groupBy(lines, ({ entry }) => entry);
        for (const [entry, of] of entries) {
          expect(of.reduce((sum, { amount }) => sum + amount, 0n)).toBe(0n);
          expect(entry).toMatch(/^adjust:2026-10:stripe:[abc]$/);
        }
        for (const { day, period, adjusts } of lines)
          expect([day, period, adjusts]).toEqual(['2026-11-01', '2026-11', '2026-10']);
      }),
      { numRuns: 60 },
    );
  });

  it('given what came after the close, and what is only read otherwise, then each says its cause', async () => {
    const of = (position: number, amount: bigint) =>
      linesOf([{ entry: 'stripe:a', day: 1, account: '4000', amount, position }]);
    const [late] = await adjust([], of(11, 5n));
    const [read] = await adjust(own(of(3, 4n)), of(3, 5n));
    const [gone] = await adjust(own(of(3, 4n)), []);
    const [takenBack] = await adjust(own(of(3, 4n)), [], NOVEMBER, true);
    expect([late, read, gone, takenBack].map((each) => each!.cause)).toEqual([
      'late_fact',
      'interpreter_changed',
      'interpreter_changed',
      'late_fact',
    ]);
  });

  it('given a rate that came late, then the difference is one of worth alone, and says so', async () => {
    const of = (functional: bigint) =>
      linesOf([{ entry: 'stripe:a', day: 1, account: '4000', amount: 5n, position: 3 }]).map((line, index) => ({
        ...line,
        functional: index === 0 ? functional : -functional,
      }));
    const lines = await adjust(own(of(4n)), of(6n));
    expect(lines.map(({ amount, functional, cause }) => [amount, functional, cause])).toEqual([
      [0n, -2n, 'fx'],
      [0n, 2n, 'fx'],
    ]);
  });

  it('given any line, when it is stored and read, then it is the same', async () => {
    const [line] = await adjust(
      [],
      linesOf([{ entry: 'stripe:a', day: 1, account: '4000', amount: 5n, position: 11 }]),
    );
    const full = { ...line!, functional: 7n, rate: '1.4', object: 'stripe:txn_1', entryId: 'e' };
    expect(lineJson(lineOf(JSON.parse(JSON.stringify(lineJson(full)))))).toEqual(lineJson(full));
    expect(lineOf(lineJson(full))).toEqual(full);
  });
});
