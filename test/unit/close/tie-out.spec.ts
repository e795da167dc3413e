import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { categoriesOf, differencesOf, identityOf } from '../../../src/close/tie-out/tie-out.js';
import { resultOf, stillPending } from '../../../src/close/tie-out/tie-out-result.js';
import type { BalanceLine } from '../../../src/ingest/balance-line.js';

const line = (id: string, over: Partial<BalanceLine> = {}): BalanceLine => ({
  ...{ id, at: 1_000, currency: 'USD', gross: 1_000n, fee: 59n, net: 941n, category: 'charge', source: `ch_${id}` },
  ...over,
});
const map = (...lines: BalanceLine[]) => new Map(lines.map((each) => [each.id, each]));
const nowhere = { elsewhere: new Map<string, BalanceLine>(), known: new Set<string>() };
const kinds = (differences: ReturnType<typeof differencesOf>) =>
  differences.map(({ line: id, kind, net }) => [id, kind, net]);

describe('two sides of a balance', () => {
  it('given the same lines, then nothing differs', () => {
    expect(differencesOf(map(line('a'), line('b')), map(line('b'), line('a')), nowhere)).toEqual([]);
  });

  it.each<[string, BalanceLine | undefined, BalanceLine | undefined, string]>([
    ['only the provider has a payment that never arrived', undefined, line('a'), 'missing_webhook'],
    ['only the provider has a fee of the account', undefined, line('a', { category: 'fee', source: undefined }), 'fee'],
    [
      'only the provider has money of a dispute',
      undefined,
      line('a', { category: 'dispute', source: 'dp_1' }),
      'dispute',
    ],
    ['only the ledger has it', line('a'), undefined, 'unknown'],
    ['the fee is another', line('a', { fee: 58n, net: 942n }), line('a'), 'fee'],
    ['the gross is another', line('a', { gross: 999n, net: 940n }), line('a'), 'unknown'],
    [
      'the gross of a dispute is another',
      line('a', { category: 'dispute', gross: 1n }),
      line('a', { category: 'dispute' }),
      'dispute',
    ],
    ['the category is another', line('a', { category: 'refund' }), line('a'), 'unknown'],
  ])('given that %s, then it is one difference of its kind', (_, ours, stated, kind) => {
    const found = differencesOf(map(...(ours ? [ours] : [])), map(...(stated ? [stated] : [])), nowhere);
    expect(kinds(found)).toEqual([['a', kind, (stated?.net ?? 0n) - (ours?.net ?? 0n)]]);
  });

  it('given one that the ledger has at another time, or of a payment that it knows, then it is a matter of time', () => {
    const around = { elsewhere: map(line('a', { at: 9_999 })), known: new Set(['ch_b']) };
    expect(kinds(differencesOf(map(), map(line('a'), line('b')), around))).toEqual([
      ['a', 'timing', 941n],
      ['b', 'timing', 941n],
    ]);
  });

  it('given another currency, then both currencies differ, each by what it has', () => {
    const found = differencesOf(map(line('a', { currency: 'EUR', net: 900n })), map(line('a')), nowhere);
    expect(found.map(({ currency, kind, net }) => [currency, kind, net])).toEqual([
      ['EUR', 'fx', -900n],
      ['USD', 'fx', 941n],
    ]);
  });

  it('given any two sides, then the differences of a currency sum to what lies between its sums', () => {
    const lines = fc.uniqueArray(
      fc.record({
        id: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
        gross: fc.bigInt({ min: -900n, max: 900n }),
        fee: fc.bigInt({ min: 0n, max: 90n }),
        currency: fc.constantFrom('USD', 'EUR'),
        category: fc.constantFrom('charge', 'refund', 'dispute', 'fee'),
      }),
      { selector: ({ id }) => id },
    );
    fc.assert(
      fc.property(lines, lines, (left, right) => {
        const [ours, stated] = [left, right].map((side) =>
          map(...side.map(({ id, ...rest }) => line(id, { ...rest, net: rest.gross - rest.fee }))),
        ) as [Map<string, BalanceLine>, Map<string, BalanceLine>];
        const differences = differencesOf(ours, stated, nowhere);
        const ties = categoriesOf(ours.values(), stated.values());
        for (const currency of ['USD', 'EUR']) {
          const own = ties.filter((tie) => tie.currency === currency);
          const between = own.reduce((sum, tie) => sum + tie.provider.net - tie.ledger.net, 0n);
          const told = differences.filter((each) => each.currency === currency).reduce((sum, { net }) => sum + net, 0n);
          expect(told).toBe(between);
        }
        const same = [...ours].filter(([id, each]) => {
          const other = stated.get(id);
          return (
            other !== undefined &&
            ['gross', 'fee', 'currency', 'category'].every((name) => each[name as 'gross'] === other[name as 'gross'])
          );
        });
        const differing = new Set(differences.map((each) => each.line));
        expect(differing.size).toBe(new Set([...ours.keys(), ...stated.keys()]).size - same.length);
      }),
      { numRuns: 500 },
    );
  });
});

describe('the balance at the two ends of a period', () => {
  const ties = categoriesOf(
    map(line('a'), line('b', { category: 'payout', gross: -500n, fee: 0n, net: -500n })).values(),
    [],
  );

  it('given that all that moved lies between them, then the identity holds, and else it does not', () => {
    expect(identityOf({ currency: 'USD', start: 100n, end: 541n }, ties)).toMatchObject({ moved: 441n, holds: true });
    expect(identityOf({ currency: 'USD', start: 100n, end: 540n }, ties)).toMatchObject({ moved: 441n, holds: false });
    expect(identityOf({ currency: 'EUR', start: 7n, end: 7n }, ties)).toMatchObject({ moved: 0n, holds: true });
  });
});

describe('what was compared with a part of the other side', () => {
  it('given that a report was left out, then no currency is tied, and none differs, until it is there', () => {
    const own = [line('a'), line('b', { currency: 'EUR' })];
    const head = {
      period: '2026-10',
      provider: 'adyen',
      from: '2026-10-01',
      until: '2026-11-01',
      statement: 'report:r1',
    };
    const parts = {
      categories: categoriesOf(own, [own[0]!]),
      differences: differencesOf(map(...own), map(own[0]!), nowhere),
      identities: [],
    };
    const whole = resultOf({ ...head, model_position: 7 }, parts);
    expect(whole.currencies.map(({ currency, status }) => [currency, status])).toEqual([
      ['EUR', 'differs'],
      ['USD', 'tied'],
    ]);
    const told = stillPending(whole, 'Left out is report r0.');
    expect([told.status, told.reason]).toEqual(['pending', 'Left out is report r0.']);
    expect(told.currencies.map(({ status }) => status)).toEqual(['pending', 'pending']);
    expect(told.differences).toEqual(whole.differences);
  });
});
