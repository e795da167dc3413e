import { stripeEntry } from '../fixtures/stripe-events.js';
import { chargeEvent, disputeEvent, line, orderEvent, payoutEvent, refundEvent, s } from './books-given.js';

/*
 * A quarter of an invented shop in Berlin (UTC+2 in summer), written by hand: what happened, and the statements that follow from it.
 * Amounts of events are in cents, statements in euros and dollars. Debits are positive.
 */

const usd = { currency: 'usd' };

// 3 July: 100.00, fee 1.75.
const ch1 = chargeEvent(
  'ch_1',
  '2026-07-03T10:00:00Z',
  10_000,
  line('txn_1', '2026-07-03T10:00:00Z', 'charge', 10_000, 175),
);

// 5 July: 80.00 are authorised; 8 July: 60.00 of them are captured, fee 1.15.
const held = {
  id: 'ch_2',
  object: 'charge',
  amount: 8_000,
  created: s('2026-07-05T10:00:00Z'),
  currency: 'eur',
  metadata: {},
};
const authorised = stripeEntry(
  'charge.succeeded',
  { ...held, captured: false, status: 'succeeded' },
  { created: held.created },
);
const captured = stripeEntry(
  'charge.captured',
  {
    ...{ ...held, captured: true, status: 'succeeded', amount_captured: 6_000, amount_refunded: 2_000 },
    balance_transaction: line('txn_2', '2026-07-08T09:00:00Z', 'charge', 6_000, 115),
  },
  { created: s('2026-07-08T09:00:00Z') },
);

// 6 July: an order of 59.50, 9.50 of it tax, fee 1.10. 22 July: 23.80 of it are refunded, 3.80 of that tax.
const ordered = [
  orderEvent('o_9', '2026-07-06T09:50:00Z', 5_950, { tax: '950' }),
  chargeEvent(
    ...(['ch_9', '2026-07-06T10:00:00Z', 5_950] as const),
    line('txn_21', '2026-07-06T10:00:00Z', 'charge', 5_950, 110),
    { metadata: { order_id: 'o_9' } },
  ),
  refundEvent('re_4', '2026-07-22T10:00:00Z', 'ch_9', 2_380, {
    balance_transaction: line('txn_22', '2026-07-22T10:00:00Z', 'refund', -2_380),
  }),
];

// 10 July: $100.00 that stay dollars, fee $3.20. 12 July: $50.00 that the provider settles as 45.00, fee 1.55.
const ch3 = chargeEvent(
  'ch_3',
  '2026-07-10T10:00:00Z',
  10_000,
  line('txn_3', '2026-07-10T10:00:00Z', 'charge', 10_000, 320, usd),
  usd,
);
const ch4 = chargeEvent(
  ...(['ch_4', '2026-07-12T10:00:00Z', 5_000] as const),
  line('txn_4', '2026-07-12T10:00:00Z', 'charge', 4_500, 155, { exchange_rate: 0.9 }),
  usd,
);

// 15 July: 30.00 of the first are refunded.
const re1 = refundEvent('re_1', '2026-07-15T10:00:00Z', 'ch_1', 3_000, {
  balance_transaction: line('txn_5', '2026-07-15T10:00:00Z', 'refund', -3_000),
});

// 20 July: a plan for a year, 1,000.00 and 190.00 of tax, paid at once; fee 17.10.
const finalized = s('2026-07-20T08:00:00Z');
const plan = {
  ...{ id: 'in_1', object: 'invoice', currency: 'eur', created: finalized, billing_reason: 'subscription_create' },
  ...{ total: 119_000, amount_due: 119_000, amount_paid: 0, status: 'open', total_taxes: [{ amount: 19_000 }] },
  status_transitions: { finalized_at: finalized },
  payments: { data: [{ payment: { type: 'payment_intent', payment_intent: 'pi_5' } }] },
  lines: { data: [{ amount: 100_000, period: { start: s('2026-07-19T22:00:00Z'), end: s('2027-07-19T22:00:00Z') } }] },
};
const invoiced = [
  stripeEntry('invoice.finalized', plan, { created: finalized }),
  chargeEvent(
    ...(['ch_5', '2026-07-20T08:00:00Z', 119_000] as const),
    line('txn_6', '2026-07-20T08:00:00Z', 'charge', 119_000, 1_710),
    { payment_intent: 'pi_5' },
  ),
  stripeEntry(
    'invoice.paid',
    {
      ...plan,
      status: 'paid',
      amount_paid: 119_000,
      status_transitions: { finalized_at: finalized, paid_at: finalized },
    },
    { created: finalized + 2 },
  ),
];

// 28 July: a debit of 200.00 is made, which succeeds on 3 August; fee 0.35.
const debit = { ...held, id: 'ch_6', amount: 20_000, created: s('2026-07-28T10:00:00Z') };
export const pending = stripeEntry(
  'charge.pending',
  { ...debit, captured: false, status: 'pending' },
  { created: debit.created },
);
export const succeeded = stripeEntry(
  'charge.succeeded',
  {
    ...{ ...debit, captured: true, status: 'succeeded', amount_captured: 20_000 },
    balance_transaction: line('txn_10', '2026-08-03T06:00:00Z', 'charge', 20_000, 35),
  },
  { created: s('2026-08-03T06:00:00Z') },
);

// 30 July: 1,300.00 go to the bank, which has them on 3 August.
const toBank = {
  arrival_date: s('2026-08-03T00:00:00Z'),
  balance_transaction: line('txn_7', '2026-07-30T04:00:00Z', 'payout', -130_000),
};
const po1 = (type: string, time: string, status: string) =>
  payoutEvent(type, time, 'po_1', '2026-07-30T04:00:00Z', 130_000, { ...toBank, status });

// 31 July, 23:30 in Berlin: 20.00, which the provider writes down at 0:05 of August; fee 0.55.
const ch7 = chargeEvent('ch_7', '2026-07-31T21:30:00Z', 2_000, 'txn_8');
export const ch7Settled = chargeEvent(
  'ch_7',
  '2026-07-31T21:30:00Z',
  2_000,
  line('txn_8', '2026-07-31T22:05:00Z', 'charge', 2_000, 55),
);

export const july = [
  ch1,
  authorised,
  captured,
  ...ordered,
  ch3,
  ch4,
  re1,
  ...invoiced,
  pending,
  po1('created', '2026-07-30T04:00:00Z', 'in_transit'),
  ch7,
];

// 5 August: the rest of the first is disputed, 70.00 and 20.00 for it. 10 August: the 60.00 too; won on 28 August, fee and all.
const taken1 = line('txn_11', '2026-08-05T10:00:00Z', 'dispute', -7_000, 2_000);
const taken2 = line('txn_12', '2026-08-10T10:00:00Z', 'dispute', -6_000, 2_000);
const given2 = line('txn_13', '2026-08-28T10:00:00Z', 'dispute_reversal', 6_000, -2_000);
const disputes = [
  disputeEvent('funds_withdrawn', '2026-08-05T10:00:00Z', 'dp_1', 'ch_1', 7_000, { balance_transactions: [taken1] }),
  disputeEvent('funds_withdrawn', '2026-08-10T10:00:00Z', 'dp_2', 'ch_2', 6_000, { balance_transactions: [taken2] }),
  disputeEvent('funds_reinstated', '2026-08-28T10:00:00Z', 'dp_2', 'ch_2', 6_000, {
    balance_transactions: [taken2, given2],
    status: 'won',
  }),
];

// 12 August: 100.00 go to the bank, said to be there on the 14th; on 2 September they are back.
const failing = {
  arrival_date: s('2026-08-14T00:00:00Z'),
  balance_transaction: line('txn_14', '2026-08-12T04:00:00Z', 'payout', -10_000),
};
const po2 = (type: string, time: string, over: Record<string, unknown>) =>
  payoutEvent(type, time, 'po_2', '2026-08-12T04:00:00Z', 10_000, { ...failing, ...over });
const po2Failed = po2('failed', '2026-09-02T10:00:00Z', {
  status: 'failed',
  failure_balance_transaction: line('txn_15', '2026-09-02T10:00:00Z', 'payout_reversal', 10_000),
});

// 20 August: the dollars go to the bank, which has them on the 21st.
export const po3 = payoutEvent('paid', '2026-08-21T10:00:00Z', 'po_3', '2026-08-20T04:00:00Z', 9_680, {
  ...{ ...usd, arrival_date: s('2026-08-21T00:00:00Z'), status: 'paid' },
  balance_transaction: line('txn_16', '2026-08-20T04:00:00Z', 'payout', -9_680, 0, usd),
});

// 30 August: 119.00, fee 1.90. Of what order it is, and that 19.00 of it are tax, the shop tells in September.
const ch10 = chargeEvent(
  ...(['ch_10', '2026-08-30T10:00:00Z', 11_900] as const),
  line('txn_23', '2026-08-30T10:00:00Z', 'charge', 11_900, 190),
);
const orderedLate = orderEvent('o_10', '2026-08-30T09:50:00Z', 11_900, { tax: '1900' }, { payment_id: 'ch_10' });

export const august = [
  ...[ch10, ch7Settled, succeeded, po1('paid', '2026-08-03T08:00:00Z', 'paid'), ...disputes],
  ...[po2('paid', '2026-08-14T08:00:00Z', { status: 'paid' }), po3],
];

// Made on 31 August and heard of in September: 5.00 of the one at the edge are refunded.
const late = refundEvent('re_2', '2026-08-31T10:00:00Z', 'ch_7', 500, {
  balance_transaction: line('txn_17', '2026-08-31T10:00:00Z', 'refund', -500),
});

// 10 September: the first dispute is lost.
const lost = disputeEvent('closed', '2026-09-10T10:00:00Z', 'dp_1', 'ch_1', 7_000, {
  balance_transactions: [taken1],
  status: 'lost',
});

// 15 September: half of the plan is credited, 500.00 and 95.00 of tax, and refunded.
const credited = [
  refundEvent('re_3', '2026-09-15T10:00:00Z', 'ch_5', 59_500, {
    ...{ payment_intent: 'pi_5', balance_transaction: line('txn_18', '2026-09-15T10:00:00Z', 'refund', -59_500) },
  }),
  stripeEntry(
    'credit_note.created',
    {
      ...{ id: 'cn_1', object: 'credit_note', invoice: 'in_1', currency: 'eur', status: 'issued', amount: 59_500 },
      ...{ created: s('2026-09-15T10:00:00Z'), pre_payment_amount: 0, post_payment_amount: 59_500 },
      ...{ total: 59_500, total_excluding_tax: 50_000, refunds: [{ refund: 're_3', amount_refunded: 59_500 }] },
    },
    { created: s('2026-09-15T10:00:00Z') },
  ),
];

// 20 September: 1,000.00, fee 14.25. 29 September: 500.00 go to the bank, and are on their way at the end of the quarter.
const ch8 = chargeEvent(
  'ch_8',
  '2026-09-20T10:00:00Z',
  100_000,
  line('txn_19', '2026-09-20T10:00:00Z', 'charge', 100_000, 1_425),
);
const po4 = payoutEvent('created', '2026-09-29T04:00:00Z', 'po_4', '2026-09-29T04:00:00Z', 50_000, {
  ...{ arrival_date: s('2026-10-01T00:00:00Z'), status: 'in_transit' },
  balance_transaction: line('txn_20', '2026-09-29T04:00:00Z', 'payout', -50_000),
});

export const september = [po2Failed, late, orderedLate, lost, ...credited, ch8, po4];

/** The rates of the dollar that were recorded. */
export const rates = Object.entries({
  '2026-07-10': '0.90',
  '2026-07-31': '0.92',
  '2026-08-20': '0.95',
  '2026-08-21': '0.94',
}).map(([day, rate]) => ({ source: 'ECB', base: 'USD', quote: 'EUR', day, rate }));

/** What the books say from its beginning to the end of each month, as it was known then; of August also as it is known in September. */
export const statements = {
  july: {
    'bank_in_transit EUR': '1300.00',
    'clearing.stripe EUR': '78.05',
    'payments_in_process EUR': '20.00',
    'deferred_revenue EUR': '-967.12', // 12 of 365 days are earned, 2.74 each
    'tax_payable EUR': '-195.70',
    'revenue EUR': '-307.88', // 100.00 + 60.00 + 45.00 + 20.00 + 50.00 + 32.88
    'refunds EUR': '50.00',
    'fees EUR': '22.65',
    'clearing.stripe USD': '96.80',
    'fees USD': '3.20',
    'revenue USD': '-100.00',
  },
  august: {
    'bank EUR': '1400.00',
    'clearing.stripe EUR': '224.25',
    'dispute_receivable EUR': '70.00',
    'deferred_revenue EUR': '-882.18',
    'tax_payable EUR': '-195.70',
    'revenue EUR': '-711.82', // + 200.00 + 119.00 + 84.94
    'refunds EUR': '50.00',
    'fees EUR': '25.45',
    'dispute_fees EUR': '20.00',
    'bank USD': '96.80',
    'fees USD': '3.20',
    'revenue USD': '-100.00',
  },
  /** Without what was not delivered: the debit of 200.00, and that the dollars went to the bank. */
  augustUndelivered: {
    'bank EUR': '1400.00',
    'clearing.stripe EUR': '24.60', // 224.25 less 199.65
    'dispute_receivable EUR': '70.00',
    'deferred_revenue EUR': '-882.18',
    'tax_payable EUR': '-195.70',
    'revenue EUR': '-511.82',
    'refunds EUR': '50.00',
    'fees EUR': '25.10',
    'dispute_fees EUR': '20.00',
    'clearing.stripe USD': '96.80',
    'fees USD': '3.20',
    'revenue USD': '-100.00',
  },
  /** The refund of the 31st and the tax of the 30th came late, and what was said to be in the bank on the 14th never was. */
  augustLater: {
    'bank EUR': '1300.00',
    'bank_in_transit EUR': '100.00',
    'clearing.stripe EUR': '219.25',
    'dispute_receivable EUR': '70.00',
    'deferred_revenue EUR': '-882.18',
    'tax_payable EUR': '-214.70',
    'revenue EUR': '-692.82',
    'refunds EUR': '55.00',
    'fees EUR': '25.45',
    'dispute_fees EUR': '20.00',
    'bank USD': '96.80',
    'fees USD': '3.20',
    'revenue USD': '-100.00',
  },
  september: {
    'bank EUR': '1300.00',
    'bank_in_transit EUR': '500.00',
    'clearing.stripe EUR': '210.00',
    'deferred_revenue EUR': '-325.90', // 500.00 are credited, 38.36 and 17.92 earned
    'tax_payable EUR': '-119.70',
    'revenue EUR': '-1749.10',
    'refunds EUR': '55.00',
    'fees EUR': '39.70',
    'dispute_fees EUR': '20.00',
    'dispute_losses EUR': '70.00',
    'bank USD': '96.80',
    'fees USD': '3.20',
    'revenue USD': '-100.00',
  },
} as const;
