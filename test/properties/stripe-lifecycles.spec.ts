import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { InterpretableEntry } from '../../src/catalog/facts.js';
import { interpret } from '../../src/ingest/interpret.js';
import type { Json } from '../fixtures/stripe-events.js';
import { projected } from '../support/memory-model.js';

const folder = path.join(process.env['TRUTH_LEDGER_FIXTURES'] ?? '../shared/fixtures', 'stripe/lifecycles-derived');

/** What each recorded lifecycle comes to, worked out by hand from its objects; all in cents of USD. What is not named is zero. */
const LIFECYCLES: Record<string, { sums: Record<string, number>; fees: number[] }> = {
  charge_two_partial_refunds: { sums: { payments: 1, revenue_gross: 3000, refunds: 1500 }, fees: [] },
  // 10.00 a month and 15.00 once.
  subscription_and_one_time_item: {
    sums: { payments: 1, revenue_gross: 2500, new_subscriptions: 1, mrr_new: 1000 },
    fees: [103],
  },
  // 25.00 a month, then 250.00 a year: 20.83 a month.
  subscription_create_then_upgrade: {
    sums: { payments: 2, revenue_gross: 25_000, new_subscriptions: 1, mrr_new: 2500, mrr_contraction: 417 },
    fees: [103, 683],
  },
  subscription_pause_resume: {
    sums: {
      ...{ payments: 1, revenue_gross: 2500, new_subscriptions: 1, churned_subscriptions: 1 },
      ...{ reactivated_subscriptions: 1, mrr_new: 2500, mrr_churn: 2500, mrr_reactivation: 2500 },
    },
    fees: [103],
  },
  subscription_quantity_change: {
    sums: { payments: 1, revenue_gross: 1000, new_subscriptions: 1, mrr_new: 1000 },
    fees: [59],
  },
  // The note's refund was recorded only by its id, and money is booked from refunds.
  subscription_then_credit_note: {
    sums: { payments: 1, revenue_gross: 2500, new_subscriptions: 1, mrr_new: 2500 },
    fees: [103],
  },
  subscription_trial_cancel_now: { sums: {}, fees: [] },
  // A tenth off, which is not in the monthly value.
  subscription_with_coupon: {
    sums: { payments: 1, revenue_gross: 2250, new_subscriptions: 1, mrr_new: 2500 },
    fees: [95],
  },
};

const METRICS = [
  ...['payments', 'revenue_gross', 'refunds', 'disputes', 'new_subscriptions', 'reactivated_subscriptions'],
  ...['churned_subscriptions', 'mrr_new', 'mrr_reactivation', 'mrr_expansion', 'mrr_contraction', 'mrr_churn'],
];

const read = (name: string): Json[] => {
  const parsed = JSON.parse(readFileSync(path.join(folder, name), 'utf8')) as Json[] | { data: Json[] };
  return Array.isArray(parsed) ? parsed : parsed.data;
};

/** In live mode, so that it counts. */
const entryOf = (event: Json): InterpretableEntry => ({
  ...{
    id: String(event['id']),
    position: 1,
    type: `stripe.${String(event['type'])}`,
    schemaVersion: 1,
    origin: 'stripe',
  },
  ...{ account: '', originEventId: String(event['id']), occurredAt: Number(event['created']) * 1000 },
  attributes: { livemode: 'true' },
  body: { ...event, livemode: true },
});

const sumsOf = async (entries: readonly InterpretableEntry[]): Promise<Record<string, number>> => {
  const batch = entries.map((entry, index) => ({ id: index + 1, facts: interpret(entry) ?? [] }));
  const model = await projected([batch]);
  const sums = METRICS.map((metric) => [metric, Number(model.total(metric))] as const);
  return Object.fromEntries(sums.filter(([, sum]) => sum !== 0));
};

// They are not a part of the repository: where they are absent there is nothing to run.
if (existsSync(folder)) describe('lifecycles of recorded objects', lifecycles);
else describe('recorded lifecycles', () => it('are absent', () => expect(existsSync(folder)).toBe(false)));

function lifecycles(): void {
  it.each(Object.entries(LIFECYCLES))(
    'given %s, then it comes to what was worked out by hand, in any order',
    async (name, { sums }) => {
      const entries = read(`${name}.events.json`).map(entryOf);
      expect(await sumsOf(entries)).toEqual(sums);
      expect(await sumsOf([...entries].reverse())).toEqual(sums);
    },
  );

  it.each(Object.entries(LIFECYCLES).filter(([, { fees }]) => fees.length > 0))(
    'given the balance transactions of %s in its charges, then their fees are told to the cent',
    (name, { fees }) => {
      const balance = read(`${name}.balance_transactions.json`);
      const moved = read(`${name}.events.json`)
        .filter(({ type }) => type === 'charge.updated')
        .map((event) => {
          const { object } = event['data'] as { object: Json };
          const line = balance.find(({ id }) => id === object['balance_transaction']);
          return entryOf({ ...event, data: { object: { ...object, balance_transaction: line } } });
        })
        .flatMap((entry) => interpret(entry)!)
        .filter(({ type }) => type === 'BalanceMoved')
        .map(({ fields }) => fields);
      expect(moved.map(({ fee }) => Number(fee))).toEqual(fees);
      for (const { gross, fee, net, fee_processing: processing } of moved) {
        expect([Number(gross) - Number(fee), processing]).toEqual([Number(net), fee]);
      }
    },
  );

  it('given the credit note, then its parts are told, and it is no refund', () => {
    const [note] = read('subscription_then_credit_note.events.json').filter(
      ({ type }) => type === 'credit_note.created',
    );
    expect(interpret(entryOf(note!))).toMatchObject([
      { type: 'CreditNoteChanged', fields: { amount: '500', amount_after_payment: '500', amount_before_payment: '0' } },
    ]);
  });
}
