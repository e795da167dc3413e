import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Fact, stampOf } from '../../src/catalog/facts.js';
import { applyFact, type EffectRecord } from '../../src/catalog/merge-facts.js';
import { inBatches } from '../support/histories.js';
import { projected } from '../support/memory-model.js';

const AUTHORISED = Date.UTC(2026, 9, 1, 12);
const CAPTURED = Date.UTC(2026, 9, 4, 12);

const capture = (id: number, stamp: string, fields: Fact['fields']) => ({
  id,
  facts: [
    {
      ...{ type: 'PaymentCaptured', subject: 'payment:ch_1', effect: 'captured', stamp },
      ...{ fields: { currency: 'USD', ...fields }, nodes: ['user:u1'] },
    } satisfies Fact,
  ],
});

/** Each entry of a payment restates its capture: some know its day, some only that of the authorisation, some an older amount. */
const restated = [
  capture(1, stampOf(5, 1, 'evt_1'), { provisional_at: AUTHORISED, amount: '900' }),
  capture(2, stampOf(5, 3, 'evt_3'), { at: CAPTURED, amount: '700' }),
  capture(3, stampOf(5, 2, 'evt_2'), { provisional_at: AUTHORISED, amount: '800' }),
];

describe('several entries that restate one capture', () => {
  it('given any order, duplication and batching, then it is one payment, of the latest amount, on the day of the capture', async () => {
    const any = fc.record({
      order: fc.shuffledSubarray([...restated, ...restated], { minLength: 6 }),
      size: fc.integer({ min: 1, max: 6 }),
    });
    const state = await (await projected([restated])).state();
    await fc.assert(
      fc.asyncProperty(any, async ({ order, size }) => {
        const model = await projected(inBatches(order, size));
        expect([model.total('payments'), model.total('revenue_gross')]).toEqual([1n, 700n]);
        expect(model.total('revenue_gross', { day: '2026-10-04' })).toBe(700n);
        expect(await model.state()).toEqual(state);
      }),
      { numRuns: 40 },
    );
  });

  it('given only the authorisation dates it, then that day is provisional: it counts, and is taken back when the capture is known', async () => {
    const early = await projected([[restated[0]!]]);
    expect(early.total('revenue_gross', { day: '2026-10-01' })).toBe(900n);
    const later = await projected([[restated[0]!], [restated[1]!]]);
    expect([
      later.total('revenue_gross', { day: '2026-10-01' }),
      later.total('revenue_gross', { day: '2026-10-04' }),
    ]).toEqual([0n, 700n]);
    expect(later.contributions.filter(({ metric }) => metric === 'revenue_gross').map(({ delta }) => delta)).toEqual([
      '900',
      '-900',
      '700',
    ]);
  });
});

describe('who prevails', () => {
  const said = (...facts: readonly [stamp: string, amount: string][]): unknown =>
    facts.reduce<EffectRecord | undefined>(
      (known, [stamp, amount]) => applyFact(known, capture(1, stamp, { amount }).facts[0]!, stamp).effect,
      undefined,
    )!.fields['amount'];

  it.each<[string, string, string]>([
    ['the origin of the higher rank, however old', stampOf(6, 1, 'a'), stampOf(5, 9, 'b')],
    ['of one rank the later version', stampOf(5, 10, 'a'), stampOf(5, 9, 'b')],
    ['of one version the greater event id', stampOf(5, 9, 'b'), stampOf(5, 9, 'a')],
  ])('%s, in both orders', (_what, winner, loser) => {
    expect([said([winner, '1'], [loser, '2']), said([loser, '2'], [winner, '1'])]).toEqual(['1', '1']);
    expect([said([winner, '2'], [loser, '1']), said([loser, '1'], [winner, '2'])]).toEqual(['2', '2']);
  });
});
