import { afterAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { rescale } from '../../src/kernel/money.js';
import { projected, type MemoryModel } from '../support/memory-model.js';
import { arriving, stripeHistory, told } from '../support/stripe-histories.js';
import type { Truth } from '../support/stripe-truth.js';

const HISTORIES = 10_000;
const MEASURED = new Set([
  ...['payments', 'revenue_gross', 'refunds', 'disputes', 'new_subscriptions', 'reactivated_subscriptions'],
  ...['churned_subscriptions', 'mrr_new', 'mrr_reactivation', 'mrr_expansion', 'mrr_contraction', 'mrr_churn'],
]);

let histories = 0;
let right = 0;
let events = 0;
let deliveries = 0;

/** The model's sums as `Truth` keeps them, without those that come to nothing. */
function sumsOf({ contributions }: MemoryModel): Record<string, string> {
  const sums = new Map<string, bigint>();
  for (const { metric, day, currency, delta } of contributions) {
    if (!MEASURED.has(metric)) continue;
    const key = `${metric}|${day}|${currency}`;
    sums.set(key, (sums.get(key) ?? 0n) + BigInt(delta));
  }
  return texts(sums);
}

const texts = (sums: ReadonlyMap<string, bigint>): Record<string, string> =>
  Object.fromEntries(
    [...sums]
      .filter(([, sum]) => sum !== 0n)
      .map(([key, sum]) => [key, String(sum)] as const)
      .sort(),
  );

/** What is left of all money, by currency: the model's in minor units, the provider's in units of its own. */
function moneyLeft(model: MemoryModel, { moved }: Truth): [kept: string, sent: string][] {
  return [...moved].map(([currency, sent]) => {
    const code = { currency: currency.toUpperCase() };
    const kept = model.total('revenue_gross', code) - model.total('refunds', code) - model.total('disputes', code);
    const hundredfold = currency === 'isk' || currency === 'ugx';
    return [String(kept), String(hundredfold ? rescale(sent, 2, 0) : sent)];
  });
}

describe('random histories of a Stripe account', () => {
  it(`given ${HISTORIES} of them, out of order, doubled, late and within one second, then every one ends as it happened`, async () => {
    await fc.assert(
      fc.asyncProperty(stripeHistory, async (history) => {
        histories += 1;
        const { entries, truth } = told(history);
        const batches = arriving(entries, history);
        const model = await projected(batches);
        // Compared as text: ten thousand times, a matcher costs seconds.
        const [found, meant] = [sumsOf(model), texts(truth.sums)];
        if (JSON.stringify(found) !== JSON.stringify(meant)) expect(found).toEqual(meant);
        for (const [kept, sent] of moneyLeft(model, truth)) if (kept !== sent) expect(kept).toBe(sent);
        right += 1;
        events += entries.length;
        deliveries += batches.flat().length;
      }),
      { numRuns: HISTORIES },
    );
  }, 600_000);

  it('given some of them in order and shuffled, then the whole model is the same', async () => {
    await fc.assert(
      fc.asyncProperty(stripeHistory, async (history) => {
        const { entries } = told(history);
        const straight = await projected(arriving(entries, { ...history, shuffle: null, again: 0 }));
        expect(await (await projected(arriving(entries, history))).state()).toEqual(await straight.state());
      }),
      { numRuns: 500 },
    );
  });

  afterAll(() => {
    const sizes = `${histories} histories, ${events} events, ${deliveries} deliveries`;
    process.stdout.write(`stripeHistory: ${sizes}, ${histories - right} wrong final states\n`);
  });
});
