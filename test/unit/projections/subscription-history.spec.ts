import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { applyFact } from '../../../src/catalog/merge-facts.js';
import { interpret } from '../../../src/ingest/interpret.js';
import type { Effect } from '../../../src/projections/rows.js';
import { movementsOf, subscriptionHistory } from '../../../src/projections/subscription-history.js';
import { aSubscription, DAY_S, type Json, stripeEntry, T0 } from '../../fixtures/stripe-events.js';

type Told = [step: string, afterS: number, object: Json, previous?: Json];

/** Effects of a subscription that events tell in this order. */
function effectsOf(...told: Told[]): Record<string, Effect> {
  const effects: Record<string, Effect> = {};
  for (const [index, [step, afterS, object, previous]] of told.entries()) {
    const options = { created: T0 + afterS, id: `evt_${index}`, ...(previous ? { previous } : {}) };
    const entry = stripeEntry(`customer.subscription.${step}`, aSubscription(object), options);
    for (const fact of interpret(entry)!) effects[fact.effect] = applyFact(effects[fact.effect], fact, entry.id).effect;
  }
  return effects;
}

const moves = (...told: Told[]): string[] =>
  movementsOf(subscriptionHistory(effectsOf(...told))).map(
    ({ kind, at, amountMinor }) => `${kind} ${amountMinor} after ${at / 1000 - T0} s`,
  );

const amount = (unit: number): Json => ({
  items: { data: [{ quantity: 1, price: { currency: 'eur', unit_amount: unit, recurring: { interval: 'month' } } }] },
});
const ended = (afterS: number, over: Json = {}): Json => ({ status: 'canceled', ended_at: T0 + afterS, ...over });

describe('the movements of a subscription', () => {
  it.each<[string, Told[], string[]]>([
    ['a start', [['created', 0, {}]], ['new 2500 after 0 s']],
    ['a trial', [['created', 0, { status: 'trialing' }]], []],
    [
      'a trial that converts',
      [
        ['created', 0, { status: 'trialing', trial_end: T0 + DAY_S }],
        ['updated', DAY_S + 60, { trial_end: T0 + DAY_S }, { status: 'trialing' }],
      ],
      [`new 2500 after ${DAY_S + 60} s`],
    ],
    [
      'a trial that is cancelled',
      [
        ['created', 0, { status: 'trialing', trial_end: T0 + DAY_S }],
        ['deleted', 90, ended(90, { trial_end: T0 + DAY_S })],
      ],
      [],
    ],
    [
      'a first payment that fails for good',
      [
        ['created', 0, { status: 'incomplete' }],
        ['updated', DAY_S, { status: 'incomplete_expired' }, { status: 'incomplete' }],
      ],
      [],
    ],
    [
      'up, down and more of it',
      [
        ['created', 0, amount(1000)],
        ['updated', 10, amount(3000), amount(1000)],
        ['updated', 20, amount(500), amount(3000)],
      ],
      ['new 1000 after 0 s', 'expansion 2000 after 10 s', 'contraction 2500 after 20 s'],
    ],
    [
      'payments that fail, are given up and come after all',
      [
        ['created', 0, {}],
        ['updated', 10, { status: 'past_due' }, { status: 'active' }],
        ['updated', 20, { status: 'unpaid' }, { status: 'past_due' }],
        ['updated', 30, { status: 'active' }, { status: 'unpaid' }],
      ],
      ['new 2500 after 0 s', 'churn 2500 after 20 s', 'reactivation 2500 after 30 s'],
    ],
    [
      'a wish to cancel, and the end of the period',
      [
        ['created', 0, {}],
        ['updated', 10, { cancel_at_period_end: true, cancel_at: T0 + 99 }, { cancel_at_period_end: false }],
        ['deleted', 100, ended(99)],
      ],
      ['new 2500 after 0 s', 'churn 2500 after 99 s'],
    ],
    [
      'a pause and a resumption within the second of its making',
      [
        ['created', 0, {}],
        ['updated', 0, { pause_collection: null }, { pause_collection: { behavior: 'void' } }],
        ['updated', 0, { pause_collection: { behavior: 'void' } }, { pause_collection: null }],
      ],
      ['new 2500 after 0 s', 'churn 2500 after 0 s', 'reactivation 2500 after 0 s'],
    ],
    [
      'a status that nobody knows yet, which changes nothing',
      [
        ['created', 0, {}],
        ['updated', 10, { status: 'hibernating' }, { status: 'active' }],
        ['updated', 20, { status: 'active' }, { status: 'hibernating' }],
      ],
      ['new 2500 after 0 s'],
    ],
    [
      'an event that is dated after the end',
      [
        ['created', 0, {}],
        ['deleted', 50, ended(50)],
        ['updated', 60, {}],
      ],
      ['new 2500 after 0 s', 'churn 2500 after 50 s'],
    ],
    [
      'only a later event',
      [['updated', 99, amount(3000), amount(1000)]],
      ['new 1000 after 0 s', 'expansion 2000 after 99 s'],
    ],
    ['only its end', [['deleted', 99, ended(99)]], ['new 2500 after 0 s', 'churn 2500 after 99 s']],
    [
      'a price that turns into tiers',
      [
        ['created', 0, amount(1000)],
        ['updated', 9, { items: { data: [{ price: { currency: 'eur', billing_scheme: 'tiered' } }] } }, amount(1000)],
      ],
      ['new 1000 after 0 s', 'contraction 1000 after 9 s', 'unpriced 0 after 9 s'],
    ],
  ])('given %s, then its movements are these, however its events are kept', (_what, told, expected) => {
    expect(moves(...told)).toEqual(expected);
    fc.assert(
      fc.property(
        fc.shuffledSubarray(
          told.map((_, index) => index),
          { minLength: told.length },
        ),
        (order) => {
          const effects = effectsOf(...told);
          const keys = Object.keys(effects);
          const shuffled = order.concat(keys.map((_, index) => index)).flatMap((index) => keys[index] ?? []);
          const again = Object.fromEntries(shuffled.map((key) => [key, effects[key]!]));
          expect(movementsOf(subscriptionHistory(again))).toEqual(movementsOf(subscriptionHistory(effects)));
        },
      ),
      { numRuns: 20 },
    );
  });

  it('given many changes of one second whose ids tell nothing, then they are walked from state to state', () => {
    const change = (to: number, from: number): Told => ['updated', 10, amount(to), amount(from)];
    const start: Told = ['created', 0, amount(1000)];
    const changes = [change(2000, 1000), change(1000, 2000), change(3000, 1000), change(2500, 3000)];
    for (const order of [changes, [...changes].reverse(), [changes[2]!, changes[3]!, changes[0]!, changes[1]!]]) {
      const history = subscriptionHistory(effectsOf(start, ...order));
      expect(history.map(({ mrr }) => Number(mrr))).toEqual([1000, 2000, 1000, 3000, 2500]);
    }
  });
});
