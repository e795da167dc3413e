import fc from 'fast-check';
import { type Fact, stampOf } from '../../src/catalog/facts.js';

const T0 = Date.UTC(2026, 9, 1);
const id = (prefix: string, max: number) => fc.integer({ min: 0, max }).map((n) => `${prefix}${n}`);
const at = fc.integer({ min: 0, max: 20 }).map((n) => T0 + n * 7 * 3_600_000);
const node = fc.oneof(id('user:u', 2), id('stripe:cus_', 3), id('email:e', 2), id('anonymous:a', 3));
const nodes = fc.uniqueArray(node, { maxLength: 3 });
const money = {
  amount: fc.integer({ min: 1, max: 9 }).map((n) => String(n * 100)),
  currency: fc.constantFrom('USD', 'JPY'),
};

const person = (type: Fact['type'], fields: Record<string, fc.Arbitrary<unknown>>, effect: fc.Arbitrary<string>) =>
  fc.record({ type: fc.constant(type), subject: node, effect, fields: fc.record(fields), nodes });
const purchase = (
  type: Fact['type'],
  subject: fc.Arbitrary<string>,
  fields: Record<string, fc.Arbitrary<unknown>>,
  effect: fc.Arbitrary<string>,
) =>
  fc.record({
    type: fc.constant(type),
    subject,
    effect,
    fields: fc.record(fields),
    nodes,
    refs: fc.uniqueArray(fc.oneof(id('order:o', 3), id('intent:pi_', 3), id('checkout:c', 2), id('session:cs_', 2)), {
      maxLength: 2,
    }),
  });

/** Facts over few ids, so that they meet: purchases that merge, people who are linked, effects that are restated. */
const anyFact = fc.oneof(
  fc.record({
    type: fc.constant('UserSignedUp' as const),
    subject: id('user:u', 2),
    effect: fc.constant('signed_up'),
    fields: fc.record({ at }),
    nodes,
  }),
  person('Linked', {}, fc.constant('linked')),
  // So many contacts that they are no one person's.
  fc.record({
    type: fc.constant('Linked' as const),
    subject: id('user:u', 2),
    effect: fc.constant('linked'),
    fields: fc.constant({}),
    nodes: fc.constant(Array.from({ length: 21 }, (_, n) => `email:many${n}`)),
  }),
  fc
    .uniqueArray(fc.oneof(id('user:u', 2), id('stripe:cus_', 3), id('email:e', 2), id('anonymous:a', 3)), {
      minLength: 2,
      maxLength: 2,
    })
    .chain(([subject, other]) =>
      fc.record({
        type: fc.constant('IdentityDecided' as const),
        subject: fc.constant(subject!),
        effect: fc.constant(`decided:${other}`),
        fields: fc.record({ at, kind: fc.constantFrom('join', 'separate') }),
        nodes: fc.constant([other!]),
      }),
    ),
  fc.record({
    type: fc.constant('TouchRecorded' as const),
    subject: node,
    effect: id('touch:', 9),
    fields: fc.record({
      at,
      source: fc.constantFrom('google', 'linkedin', null),
      medium: fc.constant('cpc'),
      campaign: fc.constant(''),
    }),
  }),
  purchase('CheckoutStarted', id('checkout:c', 2), { at }, fc.constant('started')),
  purchase('OrderPlaced', id('order:o', 3), { at, ...money, customer_present: fc.boolean() }, fc.constant('placed')),
  purchase('OrderCompleted', id('order:o', 3), { at }, fc.constant('completed')),
  purchase('OrderCancelled', id('order:o', 3), { at }, fc.constant('cancelled')),
  purchase('PaymentCaptured', id('payment:ch_', 4), { at, ...money }, fc.constant('captured')),
  purchase(
    'RefundChanged',
    fc.oneof(id('payment:ch_', 4), id('intent:pi_', 3)),
    { at, ...money, status: fc.constantFrom('succeeded', 'failed') },
    id('refund:re_', 2),
  ),
  purchase('DisputeFundsWithdrawn', id('payment:ch_', 4), { at, ...money }, fc.constant('dispute:dp_1:withdrawn')),
);

/** Decisions on a pair have different numbers. */
const numbered = <F extends { type: string; fields: object }>(fact: F, entry: number, index: number): F =>
  fact.type === 'IdentityDecided' ? { ...fact, fields: { ...fact.fields, number: entry * 10 + index } } : fact;

/** Entries with one to three facts; each its own version, as a provider gives. */
export const history = fc
  .array(fc.array(anyFact, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 14 })
  .map((entries) =>
    entries.map((facts, entry) => ({
      id: entry + 1,
      facts: facts.map(
        (fact, index) =>
          ({ ...numbered(fact, entry, index), stamp: stampOf(5, entry, `evt_${entry}_${index}`) }) as Fact,
      ),
    })),
  );

export const shuffled = history.chain((entries) =>
  fc.record({
    entries: fc.constant(entries),
    order: fc.shuffledSubarray([...entries, ...entries.slice(0, 3)], {
      minLength: entries.length + Math.min(3, entries.length),
    }),
    cut: fc.integer({ min: 1, max: 6 }),
  }),
);

export const inBatches = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));
