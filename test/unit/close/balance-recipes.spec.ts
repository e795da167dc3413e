import { describe, expect, it } from '@jest/globals';
import { BALANCE_RULES } from '../../../src/close/recipes/balance-rules.js';
import type { Fact } from '../../../src/catalog/facts.js';
import { stripeEntry } from '../../fixtures/stripe-events.js';
import { chargeEvent, disputeEvent, line, refundEvent, s } from '../../support/books-given.js';
import { linesOf, MemoryBooks } from '../../support/memory-books.js';

/** A line of the balance by itself, as a list of the provider has it. */
const moved = (id: string, fields: Fact['fields'], subject = `balance:${id}`): Fact => ({
  ...{ type: 'BalanceMoved', subject, effect: `balance:${id}`, stamp: '5.1.evt' },
  fields: { at: Date.parse('2026-07-03T10:00:00Z'), currency: 'EUR', fee: '0', ...fields },
});

/** What a line of −10.00 does beside clearing, for each category that has no event of its own. */
const DIRECT: Readonly<Record<string, string>> = {
  fee: 'account_fees',
  stripe_fee: 'account_fees',
  platform_fee: 'account_fees',
  network_cost: 'account_fees',
  stripe_balance_payment_debit: 'account_fees',
  stripe_balance_payment_debit_reversal: 'account_fees',
  other_adjustment: 'adjustments',
  contribution: 'contributions',
  climate_order_purchase: 'contributions',
  climate_order_refund: 'contributions',
  tax: 'input_tax',
  stripe_fee_tax: 'input_tax',
  risk_reserved_funds: 'reserve',
  connect_reserved_funds: 'reserve',
  payment_network_reserved_funds: 'reserve',
  minimum_balance_hold: 'reserve',
  unnamed_payout: 'bank_in_transit',
  unnamed_payout_reversal: 'bank_in_transit',
  payout_returned: 'bank',
  batch_transfer: 'batch_transfers',
  topup: 'bank',
  topup_reversal: 'bank',
  inbound_transfer: 'bank',
  inbound_transfer_reversal: 'bank',
  outbound_transfer: 'bank',
  outbound_transfer_reversal: 'bank',
  transfer: 'connected_accounts',
  transfer_reversal: 'connected_accounts',
  connect_collection_transfer: 'connected_accounts',
  platform_earning: 'platform_earnings',
  platform_earning_refund: 'platform_earnings',
  advance: 'financing',
  advance_funding: 'financing',
  anticipation_repayment: 'financing',
  financing_payout: 'financing',
  financing_payout_reversal: 'financing',
  financing_paydown: 'financing',
  financing_paydown_reversal: 'financing',
  obligation: 'financing',
  issuing_authorization_hold: 'issuing',
  issuing_authorization_release: 'issuing',
  issuing_transaction: 'issuing',
  issuing_dispute: 'issuing',
  issuing_disbursement: 'issuing',
  currency_conversion: 'conversion',
  unreconciled_customer_funds: 'customer_balance',
};

const WITH_EVENT = [
  ...['charge', 'charge_failure', 'partial_capture_reversal', 'refund', 'refund_failure'],
  ...['dispute', 'dispute_reversal', 'payout', 'payout_reversal'],
];

describe('lines of the balance', () => {
  it('every category is in this table', () =>
    expect(Object.keys(BALANCE_RULES).sort()).toEqual([...Object.keys(DIRECT), ...WITH_EVENT].sort()));

  it.each(Object.entries(DIRECT))('given %s by itself, then %s has the other side', (category, account) => {
    const books = new MemoryBooks().learn([moved('txn_1', { gross: '-1000', net: '-1000', category })]);
    expect(linesOf(books.entries.get('stripe:txn_1'))).toEqual(['clearing.stripe -1000 EUR', `${account} 1000 EUR`]);
  });

  it.each(WITH_EVENT)(
    'given %s whose event has not arrived, then it is in suspense, and clearing is right all the same',
    (category) => {
      const books = new MemoryBooks().learn([moved('txn_1', { gross: '-1000', net: '-1020', fee: '20', category })]);
      expect(books.balance('clearing.stripe')).toEqual({ EUR: '-1020' });
      expect(books.balance('suspense')).toEqual({ EUR: '1000' });
      expect(books.entries.get('stripe:txn_1')!.memo).toContain('has not arrived');
    },
  );

  it.each([
    ['brand_new', undefined, 'no rule for brand_new'],
    [null, 'brand_new', 'no reporting category'],
  ])('given the category %s and the type %s, then it is in suspense and says why', (category, kind, memo) => {
    const books = new MemoryBooks().learn([
      moved('txn_1', { gross: '500', net: '500', category, ...(kind ? { kind } : {}) }),
    ]);
    expect(linesOf(books.entries.get('stripe:txn_1'))).toEqual(['clearing.stripe 500 EUR', 'suspense -500 EUR']);
    expect(books.entries.get('stripe:txn_1')).toMatchObject({ kind: 'suspense', memo });
  });

  it('given no category but a type that is known, then the type decides', () => {
    const books = new MemoryBooks().learn([
      moved('txn_1', { gross: '-300', net: '-300', category: null, kind: 'tax_fee' }),
    ]);
    expect(books.balance('input_tax')).toEqual({ EUR: '300' });
  });

  it('given a line that does not add up, then the difference is in suspense', () => {
    const books = new MemoryBooks().learn([moved('txn_1', { gross: '-1000', net: '-1005', category: 'fee' })]);
    expect(books.balance('clearing.stripe')).toEqual({ EUR: '-1005' });
    expect(books.balance('suspense')).toEqual({ EUR: '5' });
  });

  it('given fees of several kinds, then each has its account, and what is left is the processing fee', () => {
    const transaction = line('txn_1', '2026-07-03T10:00:00Z', 'charge', 10_000, 700, {
      fee_details: [
        { type: 'stripe_fee', amount: 300 },
        { type: 'application_fee', amount: 200 },
        { type: 'tax', amount: 57 },
        { type: 'payment_method_passthrough_fee', amount: 43 },
        { type: 'brand_new', amount: 100 },
      ],
    });
    const books = new MemoryBooks().tell(chargeEvent('ch_1', '2026-07-03T10:00:00Z', 10_000, transaction));
    expect(linesOf(books.entries.get('stripe:txn_1'))).toEqual([
      'clearing.stripe 9300 EUR',
      'fees 400 EUR',
      'application_fees 200 EUR',
      'input_tax 57 EUR',
      'passthrough_fees 43 EUR',
      'payments_in_process -10000 EUR',
    ]);
  });

  it('given a line that two objects carry, then it is one', () => {
    const taken = line('txn_1', '2026-07-03T10:00:00Z', 'refund', -300);
    const books = new MemoryBooks()
      .tell(chargeEvent('ch_1', '2026-07-01T10:00:00Z', 1000, line('txn_0', '2026-07-01T10:00:00Z', 'charge', 1000)))
      .tell(refundEvent('re_1', '2026-07-03T10:00:00Z', 'ch_1', 300, { balance_transaction: taken }))
      .learn([moved('txn_1', { gross: '-300', net: '-300', category: 'refund', source: 're_1' })]);
    expect(books.balance('clearing.stripe')).toEqual({ EUR: '700' });
    expect(books.balance('payments_in_process')).toEqual({});
  });

  it('given the line of a refund before anything else, then it leaves suspense when the refund names it', () => {
    const books = new MemoryBooks().learn([moved('txn_1', { gross: '-300', net: '-300', category: 'refund' })]);
    expect(books.balance('suspense')).toEqual({ EUR: '300' });
    books.tell(
      chargeEvent('ch_1', '2026-07-01T10:00:00Z', 1000, 'txn_0'),
      refundEvent('re_1', '2026-07-03T10:00:00Z', 'ch_1', 300, { balance_transaction: 'txn_1' }),
    );
    expect(books.balance('suspense')).toEqual({});
    expect(books.balance('payments_in_process')).toEqual({ EUR: '1000' });
  });

  it('given two refunds of one payment, then each has its own line, whatever came first', () => {
    const first = line('txn_1', '2026-08-01T00:30:00Z', 'refund', -300);
    const second = line('txn_2', '2026-07-31T23:30:00Z', 'refund', -200);
    const books = new MemoryBooks().tell(
      chargeEvent('ch_1', '2026-07-01T10:00:00Z', 1000, 'txn_0'),
      refundEvent('re_1', '2026-07-31T10:00:00Z', 'ch_1', 300, { balance_transaction: first }),
      refundEvent('re_2', '2026-07-31T11:00:00Z', 'ch_1', 200, { balance_transaction: second }),
    );
    expect(books.entries.get('stripe:txn_1')!.matter).toBe('stripe:refund:re_1');
    expect(books.entries.get('stripe:txn_2')!.matter).toBe('stripe:refund:re_2');
  });

  it('given a partial capture that is told as two lines, then revenue is what was captured', () => {
    const about = { id: 'ch_1', amount: 8000, currency: 'eur', created: s('2026-07-01T10:00:00Z'), metadata: {} };
    const books = new MemoryBooks()
      .tell(
        chargeEvent(
          'ch_1',
          '2026-07-01T10:00:00Z',
          6000,
          line('txn_1', '2026-07-01T10:00:00Z', 'charge', 8000, 90),
          about,
        ),
      )
      .learn([moved('txn_2', { gross: '-2000', net: '-2000', category: 'partial_capture_reversal' }, 'payment:ch_1')]);
    expect(books.balance('clearing.stripe')).toEqual({ EUR: '5910' });
    expect(books.balance('payments_in_process')).toEqual({});
    expect(books.balance('revenue')).toEqual({ EUR: '-6000' });
  });

  it('given an appeal that takes the money a second time, then all of it is lost with the dispute', () => {
    const taken = line('txn_1', '2026-07-05T10:00:00Z', 'dispute', -1000, 1500);
    const back = line('txn_2', '2026-07-15T10:00:00Z', 'dispute_reversal', 1000);
    const again = line('txn_3', '2026-07-25T10:00:00Z', 'dispute', -1000, 1500);
    const books = new MemoryBooks().tell(
      chargeEvent('ch_1', '2026-07-01T10:00:00Z', 1000, line('txn_0', '2026-07-01T10:00:00Z', 'charge', 1000)),
      disputeEvent('closed', '2026-07-30T10:00:00Z', 'dp_1', 'ch_1', 1000, {
        ...{ balance_transactions: [taken, back, again], status: 'lost' },
      }),
    );
    expect(books.balance('dispute_receivable')).toEqual({});
    expect(books.balance('dispute_losses')).toEqual({ EUR: '1000' });
    expect(books.balance('dispute_fees')).toEqual({ EUR: '3000' });
    expect(books.entries.get('dispute:dp_1:lost')!.day).toBe('2026-07-30');
  });

  it('given one that was won before it was lost, then the day on which it was lost counts', () => {
    const charge = chargeEvent(
      'ch_1',
      '2026-07-01T10:00:00Z',
      1000,
      line('txn_0', '2026-07-01T10:00:00Z', 'charge', 1000),
    );
    const closed = (time: string, status: string) =>
      disputeEvent('closed', time, 'dp_1', 'ch_1', 1000, {
        ...{ balance_transactions: [line('txn_1', '2026-07-05T10:00:00Z', 'dispute', -1000)], status },
      });
    const rulings = [closed('2026-07-20T10:00:00Z', 'won'), closed('2026-07-30T10:00:00Z', 'lost')];
    for (const order of [rulings, [...rulings].reverse()])
      expect(new MemoryBooks().tell(charge, ...order).entries.get('dispute:dp_1:lost')!.day).toBe('2026-07-30');
  });

  it('given two disputes of one payment whose lines name neither, then they go together in the order of time', () => {
    const dispute = (id: string, time: string, amount: number) =>
      disputeEvent('funds_withdrawn', time, id, 'ch_1', amount, { balance_transactions: [] });
    const books = new MemoryBooks()
      .tell(
        chargeEvent('ch_1', '2026-07-01T10:00:00Z', 1000, 'txn_0'),
        dispute('dp_2', '2026-07-05T10:00:00Z', 400),
        dispute('dp_1', '2026-07-09T10:00:00Z', 600),
      )
      .learn([
        moved(
          'txn_2',
          { gross: '-600', net: '-600', category: 'dispute', at: s('2026-07-10T10:00:00Z') * 1000 },
          'payment:ch_1',
        ),
        moved(
          'txn_3',
          { gross: '-400', net: '-400', category: 'dispute', at: s('2026-07-06T10:00:00Z') * 1000 },
          'payment:ch_1',
        ),
      ]);
    expect(books.entries.get('stripe:txn_3')!.matter).toBe('stripe:dispute:dp_2:withdrawn');
    expect(books.entries.get('stripe:txn_2')!.matter).toBe('stripe:dispute:dp_1:withdrawn');
  });

  it('given a fee of the account that was read from the list of the balance, then it is a cost of its day', () => {
    const fee = line('txn_9', '2026-07-31T10:00:00Z', 'fee', -1_000, 0, { source: null });
    const books = new MemoryBooks().tell(
      stripeEntry('object.balance_transaction', fee, { created: s('2026-08-03T10:00:00Z') }),
    );
    expect(books.entries.get('stripe:txn_9')).toMatchObject({ day: '2026-07-31', kind: 'account_fee' });
    expect(books.balance('account_fees')).toEqual({ EUR: '1000' });
  });

  it('given the money of another provider, then it has a clearing account of its own', () => {
    const entry = { id: 'entry', origin: 'adyen' };
    const books = new MemoryBooks().learn([moved('psp_1', { gross: '-100', net: '-100', category: 'fee' })], entry);
    expect(linesOf(books.entries.get('adyen:psp_1'))).toEqual(['clearing.adyen -100 EUR', 'account_fees 100 EUR']);
  });
});
