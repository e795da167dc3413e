import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Fact, factTypes, type InterpretableEntry } from '../../src/catalog/facts.js';
import { applyFact, type EffectRecord } from '../../src/catalog/merge-facts.js';
import { interpret } from '../../src/ingest/interpret.js';
import {
  aCharge,
  aDispute,
  anIntent,
  aRefund,
  aSession,
  aSubscription,
  aWithdrawal,
  DAY_S,
  invoiceVersions,
  type Json,
  stripeEntry,
  T0,
} from '../fixtures/stripe-events.js';

type Effects = Record<string, EffectRecord>;

/** Effects and links of a history, in a form that does not tell its order. */
function fold(entries: readonly InterpretableEntry[]): { effects: Effects; links: string[] } {
  const effects: Effects = {};
  const links = new Set<string>();
  for (const entry of entries) {
    for (const fact of interpret(entry) ?? []) {
      const key = `${fact.subject} ${fact.effect}`;
      effects[key] = applyFact(effects[key], fact, entry.id).effect;
      for (const other of [...(fact.refs ?? []), ...(fact.nodes ?? [])]) links.add(`${fact.subject} ${other}`);
    }
  }
  return { effects, links: [...links].sort() };
}

const step = (type: string, object: Json, afterS: number): InterpretableEntry =>
  stripeEntry(type, object, { created: T0 + afterS });

/** A payment from authorisation to a lost dispute, with everything that restates it, much of it within one second. */
const life: readonly InterpretableEntry[] = [
  step('payment_intent.created', anIntent({ latest_charge: null, status: 'requires_payment_method' }), 0),
  step('charge.succeeded', aCharge({ captured: false, amount_captured: 0 }), 0),
  step('payment_intent.amount_capturable_updated', anIntent({ status: 'requires_capture' }), 0),
  step('charge.captured', aCharge({ amount_captured: 4000 }), DAY_S),
  step('charge.updated', aCharge({ amount_captured: 4000, balance_transaction: 'txn_1' }), DAY_S),
  step('payment_intent.succeeded', anIntent(), DAY_S),
  step('checkout.session.completed', aSession({ payment_status: 'unpaid' }), 0),
  step('checkout.session.async_payment_succeeded', aSession(), DAY_S),
  step('invoice.finalized', { ...invoiceVersions['2025-03-31.basil'](), status: 'open' }, DAY_S),
  step('invoice.paid', invoiceVersions['2025-03-31.basil'](), DAY_S),
  step('refund.created', aRefund({ status: 'pending' }), 2 * DAY_S),
  step('refund.updated', aRefund({ status: 'succeeded' }), 2 * DAY_S),
  step('charge.refunded', aCharge({ amount_captured: 4000, refunds: [aRefund()] }), 2 * DAY_S),
  step('charge.dispute.created', aDispute(), 3 * DAY_S),
  step('charge.dispute.funds_withdrawn', aDispute({ balance_transactions: [aWithdrawal()] }), 3 * DAY_S),
  step('charge.dispute.closed', aDispute({ status: 'lost', balance_transactions: [aWithdrawal()] }), 9 * DAY_S),
  step('customer.subscription.created', aSubscription({ status: 'incomplete' }), 0),
  step('customer.subscription.updated', aSubscription(), 0),
];

describe('interpreted histories', () => {
  it('given the life of a payment, when it arrives in any order and any number of times, then the effects are the same', () => {
    const expected = fold(life);
    const arrivals = fc.shuffledSubarray([...life, ...life], {
      minLength: life.length * 2,
      maxLength: life.length * 2,
    });
    fc.assert(
      fc.property(arrivals, (entries) => {
        expect(fold(entries)).toEqual(expected);
      }),
      { numRuns: 300 },
    );
    const captured = expected.effects['payment:ch_a1 captured'];
    expect(captured?.fields).toMatchObject({ amount: '4000', at: (T0 + DAY_S) * 1000 });
    expect(expected.effects['session:cs_a1 changed']?.fields['payment_status']).toBe('paid');
    expect(expected.effects['subscription:sub_a1 changed']?.fields['status']).toBe('active');
  });

  it('given any object under any type we read, then it gives facts of declared fields or is parked, and is read the same twice', () => {
    const types = life.map(({ type }) => type.slice('stripe.'.length));
    const members = [
      ...new Set(life.flatMap(({ body }) => Object.keys((body as { data: { object: Json } }).data.object))),
    ];
    const odd = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.constantFrom('~sealed:1:x', 'eur', 'succeeded', 100, { id: 'x_1' }),
    );
    const object = fc.dictionary(fc.constantFrom(...members), odd, { maxKeys: 12 });
    const base = fc.constantFrom(...life.map(({ body }) => (body as { data: { object: Json } }).data.object));
    fc.assert(
      fc.property(fc.constantFrom(...types), base, object, (type, known, over) => {
        const entry = stripeEntry(type, { ...known, ...over }, { id: 'evt_odd' });
        const [first, second] = [attempt(entry), attempt(entry)];
        expect(second).toEqual(first);
        if (Array.isArray(first)) (first as Fact[]).forEach(expectDeclared);
      }),
      { numRuns: 2_000 },
    );
  });
});

function attempt(entry: InterpretableEntry): readonly Fact[] | string {
  try {
    return interpret(entry) ?? 'unknown';
  } catch (error) {
    // Parking is for what cannot be; anything else is a mistake of ours.
    if (error instanceof RangeError) return 'parked';
    if (error instanceof TypeError && /has no|currency/.test(error.message)) return 'parked';
    throw error;
  }
}

function expectDeclared(fact: Fact): void {
  expect(Object.keys(factTypes[fact.type])).toEqual(expect.arrayContaining(Object.keys(fact.fields)));
  expect(fact.subject).toMatch(/^[a-z]+:./);
  expect(JSON.stringify(fact)).not.toContain('~sealed');
  for (const [name, value] of Object.entries(fact.fields)) {
    if (name === 'at' || name.endsWith('_at')) expect(value === null || Number.isSafeInteger(value)).toBe(true);
    if (name.startsWith('amount')) expect(value === null || /^\d+$/.test(String(value))).toBe(true);
  }
}

const outside = process.env['TRUTH_LEDGER_FIXTURES'] ?? '../shared/fixtures';

/** Whole events, single or in lists, of the folders that hold them. */
function outsideEvents(): Json[] {
  const found: Json[] = [];
  for (const folder of ['sync-engine', 'stripe-ruby-mock', 'lifecycles-derived']) {
    const path = join(outside, 'stripe', folder);
    if (!existsSync(path)) continue;
    for (const file of readdirSync(path).filter(
      (name) => name.endsWith('.json') && !name.includes('balance_transactions'),
    )) {
      const parsed = JSON.parse(readFileSync(join(path, file), 'utf8')) as Json | Json[];
      found.push(...(Array.isArray(parsed) ? parsed : [parsed]));
    }
  }
  return found;
}

const events = outsideEvents();
// They are not a part of the repository: where they are absent there is nothing to run.
if (events.length > 0) describe('events recorded elsewhere', readOutside);

function readOutside(): void {
  const read = events.map((event, index) => {
    const { object, previous_attributes: previous } = event['data'] as { object: Json; previous_attributes?: Json };
    const entry = stripeEntry(String(event['type']), object, {
      created: Number(event['created']),
      id: `evt_outside_${index}`,
      previous,
    });
    return { entry, facts: interpret(entry) };
  });

  it('given events of many API versions, then none is parked and the core of them is known', () => {
    const known = read.filter(({ facts }) => facts !== undefined);
    const unknown = new Set(read.filter(({ facts }) => facts === undefined).map(({ entry }) => entry.type));
    expect(known.length).toBeGreaterThan(100);
    expect(
      [...unknown].filter((type) => /stripe\.(charge|refund|payment_intent|checkout|invoice)\./.test(type)),
    ).toEqual([]);
    read.flatMap(({ facts }) => facts ?? []).forEach(expectDeclared);
  });

  it('given them in reverse, then the effects are the same', () => {
    const entries = read.map(({ entry }) => entry);
    expect(fold([...entries].reverse())).toEqual(fold(entries));
  });

  it('given a recorded charge with two partial refunds, then it is booked once and both refunds count', () => {
    const { effects } = fold(
      read.filter(({ entry }) => isOf(entry, events, 'charge_two_partial_refunds')).map(({ entry }) => entry),
    );
    const refunds = Object.values(effects).filter(({ type }) => type === 'RefundChanged');
    const captures = Object.values(effects).filter(({ type }) => type === 'PaymentCaptured');
    expect([captures.length, refunds.length]).toEqual([1, 2]);
  });
}

const isOf = (entry: InterpretableEntry, all: readonly Json[], name: string): boolean =>
  String(all[Number(entry.originEventId.slice('evt_outside_'.length))]?.['id']).includes(name);
