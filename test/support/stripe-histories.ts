import fc from 'fast-check';
import type { Fact, InterpretableEntry } from '../../src/catalog/facts.js';
import { interpret } from '../../src/ingest/interpret.js';
import { stripeEntry } from '../fixtures/stripe-events.js';
import { paymentStory, type Tell, tellPayment } from './stripe-payment-story.js';
import { subscriptionStory, tellSubscription } from './stripe-subscription-story.js';
import { Truth } from './stripe-truth.js';

const T0 = Date.UTC(2026, 0, 5, 22) / 1000;

/** One to three stories of one shop, and how their events arrive: in any order, some more than once, cut into batches anywhere. */
export const stripeHistory = fc.record({
  payments: fc.array(paymentStory, { maxLength: 2 }),
  subscriptions: fc.array(subscriptionStory, { maxLength: 2 }),
  /** Of the order of arrival; null: as it happened. */
  shuffle: fc.option(fc.integer({ min: 1, max: 2 ** 31 - 2 }), { freq: 20 }),
  again: fc.integer({ min: 0, max: 5 }),
  batch: fc.integer({ min: 1, max: 30 }),
});

export type StripeHistory = typeof stripeHistory extends fc.Arbitrary<infer T> ? T : never;

export interface Arrived {
  id: number;
  facts: readonly Fact[];
}

/** The events of a history as they happened, and what they must come to. */
export function told(history: StripeHistory): { entries: InterpretableEntry[]; truth: Truth } {
  const truth = new Truth();
  const entries: InterpretableEntry[] = [];
  const teller =
    (apiVersion: string): Tell =>
    (type, created, object, previous) => {
      // Ids in no order of time, as Stripe's are.
      const id = `evt_${((entries.length + 1) * 7_919) % 10_007}`;
      const options = { created, id, entryId: id, apiVersion, ...(previous ? { previous } : {}) };
      entries.push(stripeEntry(type, object, options));
    };
  for (const [nth, story] of history.payments.entries()) {
    tellPayment(story, `p${nth}`, T0 + story.start, teller(story.old ? '2020-08-27' : '2026-10-28.endive'), truth);
  }
  for (const [nth, story] of history.subscriptions.entries()) {
    tellSubscription(story, `s${nth}`, T0 + story.start, teller(story.old ? '2018-01-23' : '2025-09-30.clover'), truth);
  }
  return { entries, truth };
}

/** The same events as they arrive, in batches. */
export function arriving(
  entries: readonly InterpretableEntry[],
  { shuffle, again, batch }: StripeHistory,
): Arrived[][] {
  const all = entries.map((entry, index) => ({ id: index + 1, facts: interpret(entry) ?? [] }));
  const twice = [...all, ...all.slice(0, again)];
  if (shuffle !== null) shuffled(twice, shuffle);
  const batches: Arrived[][] = [];
  for (let from = 0; from < twice.length; from += batch) batches.push(twice.slice(from, from + batch));
  return batches;
}

/** In place, by Fisher and Yates, with Park and Miller's generator. */
function shuffled(items: unknown[], seed: number): void {
  let random = seed;
  for (let last = items.length - 1; last > 0; last--) {
    random = (random * 48_271) % 2_147_483_647;
    const other = random % (last + 1);
    [items[last], items[other]] = [items[other], items[last]];
  }
}
