import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Facets } from '../../../src/close/journal/account-rules.js';
import { ACCOUNTS, chartOfAccounts } from '../../../src/close/journal/chart-of-accounts.js';
import { calendarMonths } from '../../../src/close/fiscal-calendar.js';
import { Valuation, valued, type ValuedLine } from '../../../src/close/books/functional.js';
import { credit, debit, journalEntry, Unbalanced } from '../../../src/close/journal/journal-entry.js';
import { convertedTogether, Rates } from '../../../src/close/books/rates.js';
import type { StoredLine } from '../../../src/close/journal/read-lines.js';
import { cutAt, firstDays, onDay, shares, type Spread } from '../../../src/close/journal/spread.js';
import { addDays } from '../../../src/kernel/day.js';

const DAY = '2026-07-10';
const spread = fc
  .record({ days: fc.integer({ min: 1, max: 400 }), amount: fc.bigInt({ min: -10_000_000n, max: 10_000_000n }) })
  .map(({ days, amount }): Spread => ({ from: DAY, until: addDays(DAY, days - 1), amount }));

const daysOf = ({ from, until }: Spread): string[] => {
  const days = [];
  for (let day = from; day <= until; day = addDays(day, 1)) days.push(day);
  return days;
};
const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((total, amount) => total + amount, 0n);

describe('an amount spread over days', () => {
  it('given any, then its days sum to it, differ by a unit at most, and the larger ones come first', () =>
    fc.assert(
      fc.property(spread, (whole) => {
        const amounts = daysOf(whole).map((day) => onDay(whole, day));
        expect(sum(amounts)).toBe(whole.amount);
        const sizes = amounts.map((amount) => (amount < 0n ? -amount : amount));
        expect(sizes[0]! - sizes.at(-1)!).toBeLessThanOrEqual(1n);
        expect([...sizes].sort((a, b) => (a > b ? -1 : a < b ? 1 : 0))).toEqual(sizes);
      }),
      { numRuns: 100 },
    ));

  it('given a cut at any day, then both parts spread just as the whole did', () =>
    fc.assert(
      fc.property(spread, fc.integer({ min: -3, max: 410 }), (whole, at) => {
        const { before, after } = cutAt(whole, addDays(DAY, at));
        const parts = [before, after].filter((part) => part !== undefined);
        expect(parts.flatMap((part) => daysOf(part).map((day) => onDay(part, day)))).toEqual(
          daysOf(whole).map((day) => onDay(whole, day)),
        );
        expect(before?.amount ?? 0n).toBe(firstDays(whole, at));
      }),
      { numRuns: 100 },
    ));

  it('given shares by weight, then they sum to the whole', () => {
    expect(shares(100n, [1n, 1n, 1n])).toEqual([34n, 33n, 33n]);
    expect(shares(-100n, [2n, 0n, 1n])).toEqual([-67n, 0n, -33n]);
    expect(() => shares(1n, [0n])).toThrow(RangeError);
  });
});

describe('a journal entry', () => {
  const about = { entry: 'e', day: DAY, at: 0, kind: 'charge', memo: '' } as const;

  it('given debits that differ from credits in one currency, then there is none', () => {
    const lines = [debit('bank', 100n, 'EUR'), credit('revenue', 100n, 'USD')];
    expect(() => journalEntry({ ...about, lines })).toThrow(Unbalanced);
    expect(() =>
      journalEntry({ ...about, lines: [debit('bank', 100n, 'EUR'), credit('revenue', 99n, 'EUR')] }),
    ).toThrow('e: debits less credits are 1 EUR');
  });

  it('given lines of nothing, then they are left out, and an entry of none is none', () => {
    const both = [debit('bank', 5n, 'EUR'), credit('bank', 5n, 'EUR')];
    expect(journalEntry({ ...about, lines: both })).toBeUndefined();
    const lines = [...both, debit('fees', 1n, 'EUR'), credit('bank', 1n, 'EUR')];
    expect(journalEntry({ ...about, lines })!.lines).toEqual([credit('bank', 1n, 'EUR'), debit('fees', 1n, 'EUR')]);
  });
});

describe('a chart of accounts', () => {
  const file = (value: unknown) => ({
    path: 'chart.json',
    text: typeof value === 'string' ? value : JSON.stringify(value),
  });

  it('given codes and names, then they take the place of ours', () => {
    const chart = chartOfAccounts(file({ revenue: { code: '8400' }, bank: { name: 'Sparkasse' } }));
    expect(chart.revenue).toEqual({ ...ACCOUNTS.revenue, code: '8400' });
    expect(chart.bank).toEqual({ ...ACCOUNTS.bank, name: 'Sparkasse' });
    expect(chartOfAccounts().revenue.code).toBe('4000');
    expect(chartOfAccounts(file({ receivable: { party: 'Customers' } })).receivable).toEqual({
      ...{ code: '1200', name: 'Accounts receivable', type: 'asset', party: 'Customers' },
    });
  });

  it.each([
    ['{', 'CHART_OF_ACCOUNTS: chart.json is not JSON.'],
    [{ sales: { code: '1' } }, 'chart.json: there is no account sales; there are bank,'],
    [{ revenue: { code: '1000' } }, 'chart.json: bank and revenue have the code 1000.'],
    [{ revenue: { number: 1 } }, 'chart.json: revenue Unrecognized key: "number".'],
    [{ revenue: { type: 'good' } }, 'chart.json: revenue.type'],
  ])('given %j, then it says what is wrong', (value, sentence) =>
    expect(() => chartOfAccounts(file(value))).toThrow(sentence),
  );
});

describe('rates', () => {
  const recorded = (day: string, base: string, quote: string, rate: string, source = 'ECB') => ({
    day,
    base,
    quote,
    rate,
    source,
  });

  it('given a weekend, then the last rate of the week before counts, and none that is older', () => {
    const rates = new Rates('EUR', [recorded('2026-07-10', 'USD', 'EUR', '0.9')]);
    expect(rates.of('USD', '2026-07-12')!.text).toBe('0.9 ECB 2026-07-10');
    expect(rates.of('USD', '2026-07-17')).toBeDefined();
    expect(rates.of('USD', '2026-07-18')).toBeUndefined();
    expect(rates.of('USD', '2026-07-09')).toBeUndefined();
  });

  it('given a rate the other way round, then it is inverted; of two sources the first recorded counts', () => {
    const rates = new Rates('EUR', [recorded(DAY, 'EUR', 'USD', '1.25'), recorded(DAY, 'USD', 'EUR', '0.9', 'other')]);
    expect(rates.of('USD', DAY)!.text).toBe('0.8 ECB 2026-07-10');
    expect(convertedTogether([1000n, -1000n], rates.of('USD', DAY)!)).toEqual([800n, -800n]);
  });

  it('given currencies with other minor units, then amounts are of the functional one', () => {
    const rates = new Rates('EUR', [recorded(DAY, 'JPY', 'EUR', '0.006')]);
    expect(convertedTogether([1000n, -1000n], rates.of('JPY', DAY)!)).toEqual([600n, -600n]); // ¥1,000 are 6.00
  });
});

const ACCOUNTS_USED = [
  'clearing.stripe',
  'revenue',
  'payments_in_process',
  'receivable',
  'fees',
  'conversion',
] as const;
const rate = fc
  .integer({ min: 1, max: 99_999 })
  .map((units) => `${Math.floor(units / 10_000)}.${String(units % 10_000).padStart(4, '0')}`);
const step = fc.record({
  days: fc.integer({ min: 0, max: 9 }),
  accounts: fc.uniqueArray(fc.constantFrom(...ACCOUNTS_USED), { minLength: 2, maxLength: 4 }),
  amounts: fc.array(fc.bigInt({ min: -9_999n, max: 9_999n }), { minLength: 3, maxLength: 3 }),
  other: fc.boolean(),
  provider: fc.constantFrom('stripe', 'adyen'),
});

/** The entry that brings every account to nothing. */
function emptied(journal: readonly StoredLine[], day: string): StoredLine[] {
  const sums = new Map<string, StoredLine>();
  for (const line of journal) {
    const key = `${line.account} ${line.currency} ${line.provider}`;
    sums.set(key, { ...line, amount: (sums.get(key)?.amount ?? 0n) - line.amount });
  }
  return [...sums.values()].map((line, index) => ({ ...line, entry: 'last', line: index + 1, day, rateDay: day }));
}

/** Balanced lines of an entry in dollars, and sometimes in yen beside. */
function entryOf(
  { accounts, amounts, other, provider }: Omit<typeof step extends fc.Arbitrary<infer T> ? T : never, 'days'>,
  n: number,
  day: string,
) {
  const lines: StoredLine[] = [];
  for (const currency of other ? ['USD', 'JPY'] : ['USD']) {
    const values = accounts.slice(1).map((_, index) => amounts[index]!);
    [...values, -sum(values)].forEach((amount, index) =>
      lines.push({
        ...{
          entry: `e${String(n).padStart(3, '0')}`,
          line: lines.length + 1,
          day,
          rateDay: day,
          period: day.slice(0, 7),
          at: 0,
        },
        ...{ account: accounts[index] as StoredLine['account'], amount, currency, kind: 'charge', object: undefined },
        ...{ memo: '', entryId: '', position: n, provider },
      }),
    );
  }
  return lines;
}

describe('the journal in the functional currency', () => {
  it('given any entries and rates, then every entry sums to zero, an account at nothing is worth nothing, also each part that rules make of it, and from the end of any month on it is the same', async () => {
    const property = fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 20 }),
      fc.array(rate, { minLength: 12, maxLength: 12 }),
      fc.boolean(), // whether rules divide what is held by provider
      async (steps, weekly, isDivided) => {
        const heldIn = ({ account, provider }: Facets) => (isDivided ? `${account} of ${provider}` : undefined);
        let day = '2026-07-01';
        const journal = steps.flatMap((each, n) => entryOf(each, n, (day = addDays(day, each.days))));
        journal.push(...emptied(journal, (day = addDays(day, 3))));
        const recorded = ['USD', 'JPY'].flatMap((base) =>
          weekly.flatMap((value, week) =>
            [0, 7, 14, 21].map((more) => ({
              base,
              quote: 'EUR',
              source: 'ECB',
              rate: /[1-9]/.test(value) ? value : '1',
              day: addDays('2026-06-28', week * 28 + more),
            })),
          ),
        );
        const last = addDays(day, 40);
        const lines: ValuedLine[] = [];
        const valuation = new Valuation(new Rates('EUR', recorded), () => 0, calendarMonths, undefined, heldIn);
        for await (const line of valued(streamOf(journal), valuation, { from: '2026-01-01', to: last }))
          lines.push(line);
        const sums = new Map<string, bigint>();
        for (const { entry, day: on, functional } of lines)
          sums.set(`${entry} ${on}`, (sums.get(`${entry} ${on}`) ?? 0n) + functional!);
        for (const total of sums.values()) expect(total).toBe(0n);
        for (const account of ['clearing.stripe', 'payments_in_process', 'receivable', 'conversion'])
          for (const currency of ['USD', 'JPY']) {
            const of = lines.filter(
              (each) => each.account === account && each.currency === currency && each.kind !== 'remeasurement',
            );
            expect(sum(of.map(({ amount }) => amount))).toBe(0n);
            if (account === 'conversion') continue;
            expect(sum(of.map(({ functional }) => functional!))).toBe(0n);
            for (const part of isDivided ? ['stripe', 'adyen'] : []) {
              const own = of.filter(({ provider }) => provider === part);
              expect([part, sum(own.map(({ functional }) => functional!))]).toEqual([part, 0n]);
            }
          }
        for (const end of valuation.ends) {
          const begun = JSON.parse(JSON.stringify(end)) as typeof end;
          const after = ({ day: on }: { day: string }): boolean => on > begun.day;
          const again = new Valuation(new Rates('EUR', recorded), () => 0, calendarMonths, begun, heldIn);
          const rest: ValuedLine[] = [];
          const days = { from: addDays(begun.day, 1), to: last };
          for await (const line of valued(streamOf(journal.filter(after)), again, days)) rest.push(line);
          expect(rest).toEqual(lines.filter(after));
          expect(again.sums).toEqual(valuation.sums);
        }
        const conversion = lines.filter(({ account }) => account === 'conversion');
        expect(sum(conversion.map(({ functional }) => functional!))).toBe(0n);
      },
    );
    await fc.assert(property, { numRuns: 150 });
  });

  it('given an end that is far from the last rate, then what is held is measured as long as there are rates, and not month by month until then', async () => {
    const rates = new Rates('EUR', [
      { day: '2026-07-01', base: 'USD', quote: 'EUR', source: 'ECB', rate: '0.5' },
      { day: '2026-07-31', base: 'USD', quote: 'EUR', source: 'ECB', rate: '1' },
    ]);
    const held = { accounts: ['clearing.stripe' as const, 'revenue' as const], amounts: [100n, 0n, 0n], other: false };
    const journal = entryOf({ ...held, provider: 'stripe' }, 1, '2026-07-01');
    const valuation = new Valuation(rates, () => 0);
    const lines: ValuedLine[] = [];
    for await (const line of valued(streamOf(journal), valuation, { from: '2026-07-01', to: '2999-12-31' }))
      lines.push(line);
    const measured = lines.filter(({ kind, account }) => kind === 'remeasurement' && account === 'clearing.stripe');
    expect(measured.map(({ day, functional }) => [day, functional])).toEqual([
      ['2026-07-31', 50n],
      ['2026-08-01', -50n],
    ]);
    expect(valuation.ends.map(({ day }) => day)).toEqual(['2026-07-31', '2026-08-31']);
  });

  it('given no rate, then a line has no worth, and none is made up', async () => {
    const journal = entryOf(
      { accounts: ['clearing.stripe', 'revenue'], amounts: [100n, 0n, 0n], other: false, provider: 'stripe' },
      1,
      DAY,
    );
    const lines = [];
    for await (const line of valued(streamOf(journal), new Valuation(new Rates('EUR', []), () => 0), {
      from: DAY,
      to: '2026-08-31',
    }))
      lines.push(line);
    expect(lines.map(({ functional }) => functional)).toEqual([undefined, undefined]);
  });
});

async function* streamOf(lines: readonly StoredLine[]): AsyncGenerator<StoredLine> {
  yield* lines;
}
