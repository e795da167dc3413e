import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { InterpretableEntry } from '../../src/catalog/facts.js';
import { projected, type MemoryModel } from '../support/memory-model.js';
import { arriving, stripeHistory, told } from '../support/stripe-histories.js';
import { objectsAtTheEnd } from '../support/stripe-objects.js';

const MONEY = new Set(['payments', 'revenue_gross', 'refunds', 'disputes']);
/** What each metric adds to the number of subscriptions, and to their value. */
const STOCKS: Readonly<Record<string, readonly [stock: string, sign: bigint]>> = {
  new_subscriptions: ['active', 1n],
  reactivated_subscriptions: ['active', 1n],
  churned_subscriptions: ['active', -1n],
  mrr_new: ['mrr', 1n],
  mrr_reactivation: ['mrr', 1n],
  mrr_expansion: ['mrr', 1n],
  mrr_contraction: ['mrr', -1n],
  mrr_churn: ['mrr', -1n],
};

type Sums = Record<string, string>;
const texts = (sums: ReadonlyMap<string, bigint>): Sums =>
  Object.fromEntries([...sums].filter(([, sum]) => sum !== 0n).map(([key, sum]) => [key, String(sum)]));

/** Money by metric, day and currency. */
function moneyOf(rows: Iterable<readonly [metric: string, day: string, currency: string, value: bigint]>): Sums {
  const sums = new Map<string, bigint>();
  for (const [metric, day, currency, value] of rows) {
    const key = `${metric}|${day}|${currency}`;
    if (MONEY.has(metric)) sums.set(key, (sums.get(key) ?? 0n) + value);
  }
  return texts(sums);
}

/** What there is in the end, whenever it came to be. */
function stocksOf(rows: Iterable<readonly [metric: string, day: string, currency: string, value: bigint]>): Sums {
  const sums = new Map<string, bigint>();
  for (const [metric, , currency, value] of rows) {
    const [stock, sign] = STOCKS[metric] ?? [];
    if (stock === undefined) continue;
    const key = `${stock}|${currency}`;
    sums.set(key, (sums.get(key) ?? 0n) + sign! * value);
  }
  return texts(sums);
}

const rowsOf = ({ contributions }: MemoryModel) =>
  contributions.map(({ metric, day, currency, delta }) => [metric, day, currency, BigInt(delta)] as const);
const truthOf = (sums: ReadonlyMap<string, bigint>) =>
  [...sums].map(([key, value]) => [...(key.split('|') as [string, string, string]), value] as const);

/**
 * What no object tells, so that its events have to arrive: that a part of an authorisation was let go and not refunded, and funds of a dispute
 * that its balance transactions leave out.
 */
const saidByEventsAlone = ({ type, body }: InterpretableEntry, unlisted: boolean): boolean => {
  const { amount, amount_captured: captured } = (body as { data: { object: Record<string, unknown> } }).data.object;
  return (type === 'stripe.charge.captured' && captured !== amount) || (unlisted && type.includes('.dispute.funds_'));
};

const END = Date.UTC(2026, 5, 1) / 1000;

describe('objects that were read beside events of the same history', () => {
  it('given all events, then the objects change no number, in whatever order they come', async () => {
    await fc.assert(
      fc.asyncProperty(stripeHistory, async (history) => {
        const { entries, truth } = told(history);
        const model = await projected(arriving([...entries, ...objectsAtTheEnd(entries, END)], history));
        expect(moneyOf(rowsOf(model))).toEqual(moneyOf(truthOf(truth.sums)));
        const straight = await projected(arriving(entries, history));
        const measured = (rows: ReturnType<typeof rowsOf>) => {
          const sums = new Map<string, bigint>();
          for (const [metric, day, currency, value] of rows) {
            const key = `${metric}|${day}|${currency}`;
            sums.set(key, (sums.get(key) ?? 0n) + value);
          }
          return texts(sums);
        };
        expect(measured(rowsOf(model))).toEqual(measured(rowsOf(straight)));
      }),
      { numRuns: 300 },
    );
  });

  it('given any events lost, then the objects make the money whole, to the day, and subscriptions as they are in the end', async () => {
    const lossy = fc.record({ history: stripeHistory, lost: fc.array(fc.boolean(), { minLength: 60, maxLength: 60 }) });
    await fc.assert(
      fc.asyncProperty(lossy, async ({ history, lost }) => {
        const { entries, truth } = told(history);
        const unlisted = history.payments.some(({ dispute }) => dispute === 'won_unlisted');
        const kept = entries.filter((entry, nth) => !lost[nth % lost.length] || saidByEventsAlone(entry, unlisted));
        const model = await projected(arriving([...kept, ...objectsAtTheEnd(entries, END)], history));
        expect(moneyOf(rowsOf(model))).toEqual(moneyOf(truthOf(truth.sums)));
        expect(stocksOf(rowsOf(model))).toEqual(stocksOf(truthOf(truth.sums)));
      }),
      { numRuns: 1_000 },
    );
  });
});
