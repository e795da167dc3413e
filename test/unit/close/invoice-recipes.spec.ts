import { describe, expect, it } from '@jest/globals';
import { stripeEntry } from '../../fixtures/stripe-events.js';
import { chargeEvent, line, refundEvent, s } from '../../support/books-given.js';
import { linesOf, MemoryBooks } from '../../support/memory-books.js';

type Json = Record<string, unknown>;

const FINALIZED = '2026-07-10T10:00:00Z';
const at = s(FINALIZED);

/** An invoice of 119.00, 19.00 of it tax, in one of its states. */
const invoice = (type: string, time: string, over: Json = {}, steps: Json = {}) =>
  stripeEntry(
    `invoice.${type}`,
    {
      ...{ id: 'in_1', object: 'invoice', currency: 'eur', created: at, billing_reason: 'manual', status: 'open' },
      ...{ total: 11_900, amount_due: 11_900, total_taxes: [{ amount: 1_900 }] },
      status_transitions: { finalized_at: at, ...steps },
      payments: { data: [{ payment: { type: 'payment_intent', payment_intent: 'pi_1' } }] },
      lines: { data: [{ amount: 10_000, period: { start: at, end: at } }] },
      ...over,
    },
    { created: s(time) },
  );

const open = invoice('finalized', FINALIZED);
const charge = (time: string, amount = 11_900, transaction: unknown = line('txn_1', time, 'charge', amount)) =>
  chargeEvent('ch_1', time, amount, transaction, { payment_intent: 'pi_1' });

const note = (over: Json, type = 'created', time = '2026-07-12T10:00:00Z') =>
  stripeEntry(
    `credit_note.${type}`,
    {
      ...{ id: 'cn_1', object: 'credit_note', invoice: 'in_1', currency: 'eur', status: 'issued', amount: 2_380 },
      ...{ created: s('2026-07-12T10:00:00Z'), total: 2_380, total_excluding_tax: 2_000, refunds: [] },
      ...{ pre_payment_amount: 0, post_payment_amount: 0, ...over },
    },
    { created: s(time) },
  );

/** What all accounts stand at, without those at nothing. */
const all = (books: MemoryBooks): Record<string, string> =>
  Object.fromEntries(
    ACCOUNTS.map((account) => [account, books.balance(account)['EUR']]).filter(([, sum]) => sum !== undefined) as [
      string,
      string,
    ][],
  );
const ACCOUNTS = [
  ...['bank', 'paid_elsewhere', 'clearing.stripe', 'payments_in_process', 'receivable', 'suspense', 'customer_balance'],
  ...['refunds_due', 'deferred_revenue', 'tax_payable', 'revenue', 'refunds', 'credit_notes', 'bad_debt'],
];

describe('outcomes of an invoice', () => {
  it('given it is finalised, then it is owed, its tax is due and the rest is revenue', () =>
    expect(all(new MemoryBooks().tell(open))).toEqual({
      receivable: '11900',
      tax_payable: '-1900',
      revenue: '-10000',
    }));

  it('given a draft, then nothing is owed', () =>
    expect(
      new MemoryBooks().tell(invoice('created', FINALIZED, { status: 'draft' }, { finalized_at: null })).standing,
    ).toEqual([]));

  it('given its payment, whichever came first, then the charge pays it and is no revenue', () => {
    const paid = { receivable: undefined, 'clearing.stripe': '11900', tax_payable: '-1900', revenue: '-10000' };
    const { receivable: _, ...expected } = paid;
    expect(all(new MemoryBooks().tell(open, charge('2026-07-11T10:00:00Z')))).toEqual(expected);
    expect(all(new MemoryBooks().tell(charge('2026-07-11T10:00:00Z'), open))).toEqual(expected);
  });

  it('given a payment that settles in dollars, then the invoice is paid in euros, and the two meet in conversion', () => {
    const settled = line('txn_1', '2026-07-11T10:00:00Z', 'charge', 13_000, 0, { currency: 'usd' });
    const books = new MemoryBooks().tell(open, charge('2026-07-11T10:00:00Z', 11_900, settled));
    expect(linesOf(books.entries.get('payment:ch_1'))).toEqual([
      'payments_in_process 13000 USD',
      'receivable -11900 EUR',
      'conversion -13000 USD',
      'conversion 11900 EUR',
    ]);
    expect(books.balance('receivable')).toEqual({});
  });

  it('given a balance of the customer, then it pays its part', () => {
    const balance = { starting_balance: -5_000, ending_balance: 0, amount_due: 6_900 };
    expect(all(new MemoryBooks().tell(invoice('finalized', FINALIZED, balance)))).toMatchObject({
      ...{ receivable: '6900', customer_balance: '5000' },
    });
  });

  it('given an invoice that comes to a credit, then the balance takes it in', () => {
    const credit = { total: -3_000, amount_due: 0, total_taxes: [], starting_balance: 0, ending_balance: -3_000 };
    expect(all(new MemoryBooks().tell(invoice('finalized', FINALIZED, credit)))).toEqual({
      customer_balance: '-3000',
      revenue: '3000',
    });
  });

  it('given it is voided, then everything is undone on that day, also what was earned until then', () => {
    const lines = { data: [{ amount: 10_000, period: { start: at, end: at + 100 * 86_400 } }] };
    const voided = invoice(
      'voided',
      '2026-07-20T10:00:00Z',
      { status: 'void', lines },
      { voided_at: s('2026-07-20T10:00:00Z') },
    );
    const books = new MemoryBooks().tell(invoice('finalized', FINALIZED, { lines }), voided);
    expect(all(books)).toEqual({});
    expect(books.entries.get('invoice:in_1:void')).toMatchObject({ day: '2026-07-20', kind: 'invoice_void' });
    expect(linesOf(books.entries.get('invoice:in_1:void'))).toContain('revenue 1000 EUR'); // ten days of 1.00
  });

  it('given it is given up and then half of it is paid, then so much of the loss comes back', () => {
    const given = invoice(
      'marked_uncollectible',
      '2026-07-20T10:00:00Z',
      { status: 'uncollectible' },
      { marked_uncollectible_at: s('2026-07-20T10:00:00Z') },
    );
    expect(all(new MemoryBooks().tell(open, given))).toEqual({
      bad_debt: '11900',
      tax_payable: '-1900',
      revenue: '-10000',
    });
    const paid = new MemoryBooks().tell(open, given, charge('2026-08-02T10:00:00Z', 5_950));
    expect(all(paid)).toMatchObject({ bad_debt: '5950', 'clearing.stripe': '5950' });
    expect(paid.entries.get('invoice:in_1:recovered:payment:ch_1')!.day).toBe('2026-08-02');
    const voided = invoice(
      'voided',
      '2026-08-05T10:00:00Z',
      { status: 'void' },
      { marked_uncollectible_at: s('2026-07-20T10:00:00Z'), voided_at: s('2026-08-05T10:00:00Z') },
    );
    expect(all(new MemoryBooks().tell(open, given, voided))).toEqual({});
  });

  it('given it is given up and then a part of it is credited, then that part is no loss', () => {
    const given = invoice(
      'marked_uncollectible',
      '2026-07-11T10:00:00Z',
      { status: 'uncollectible' },
      { marked_uncollectible_at: s('2026-07-11T10:00:00Z') },
    );
    const books = new MemoryBooks().tell(open, given, note({ pre_payment_amount: 2_380 }));
    const back = books.entries.get('invoice:in_1:recovered:credit_note:cn_1');
    expect([back!.day, ...linesOf(back)]).toEqual(['2026-07-12', 'bad_debt -2380 EUR', 'receivable 2380 EUR']);
    expect(all(books)).toEqual({
      ...{ bad_debt: '9520', tax_payable: '-1520', revenue: '-10000', credit_notes: '2000' },
    });
    const undone = { pre_payment_amount: 2_380, status: 'void', voided_at: s('2026-08-03T10:00:00Z') };
    books.tell(note(undone, 'voided', '2026-08-03T10:00:00Z'));
    expect(all(books)).toEqual({ bad_debt: '11900', tax_payable: '-1900', revenue: '-10000' });
  });

  it('given it is paid outside the provider, told once as a whole or payment by payment, then it is paid once', () => {
    const paid = invoice(
      'paid',
      '2026-07-15T10:00:00Z',
      { status: 'paid', amount_paid_off_stripe: 11_900 },
      { paid_at: s('2026-07-15T10:00:00Z') },
    );
    const part = stripeEntry(
      'invoice_payment.paid',
      {
        ...{ id: 'inpay_1', invoice: 'in_1', amount_paid: 5_000, currency: 'eur', payment: { type: 'payment_record' } },
        status_transitions: { paid_at: s('2026-07-14T10:00:00Z') },
      },
      { created: s('2026-07-14T10:00:00Z') },
    );
    const expected = { paid_elsewhere: '11900', tax_payable: '-1900', revenue: '-10000' };
    expect(all(new MemoryBooks().tell(open, paid))).toEqual(expected);
    const books = new MemoryBooks().tell(open, part, paid);
    expect(all(books)).toEqual(expected);
    expect([...books.entries.values()].filter(({ kind }) => kind === 'paid_elsewhere').map(({ day }) => day)).toEqual([
      '2026-07-14',
      '2026-07-15',
    ]);
  });

  it('given it is overpaid, then the rest belongs to the customer', () => {
    const over = invoice(
      'overpaid',
      '2026-07-15T10:00:00Z',
      { status: 'paid', amount_overpaid: 100 },
      { paid_at: s('2026-07-15T10:00:00Z') },
    );
    expect(all(new MemoryBooks().tell(open, over, charge('2026-07-15T10:00:00Z', 12_000)))).toEqual({
      ...{ 'clearing.stripe': '12000', customer_balance: '-100', tax_payable: '-1900', revenue: '-10000' },
    });
  });

  it('given a bounced debit, then it is owed again', () => {
    const bounced = stripeEntry(
      'charge.failed',
      {
        ...{
          id: 'ch_1',
          amount: 11_900,
          amount_captured: 11_900,
          created: at,
          currency: 'eur',
          status: 'failed',
          metadata: {},
        },
        ...{
          payment_intent: 'pi_1',
          failure_balance_transaction: line('txn_2', '2026-07-19T10:00:00Z', 'charge_failure', -11_900),
        },
      },
      { created: s('2026-07-19T10:00:00Z') },
    );
    expect(all(new MemoryBooks().tell(open, charge('2026-07-11T10:00:00Z'), bounced))).toEqual({
      ...{ receivable: '11900', tax_payable: '-1900', revenue: '-10000' },
    });
  });

  it('given lines that the event did not carry, then what they come to is in suspense', () => {
    const lines = { has_more: true, data: [{ amount: 4_000, period: { start: at, end: at } }] };
    expect(all(new MemoryBooks().tell(invoice('finalized', FINALIZED, { lines })))).toEqual({
      ...{ receivable: '11900', tax_payable: '-1900', suspense: '-6000', revenue: '-4000' },
    });
  });
});

describe('credit notes', () => {
  it.each([
    ['before payment', { pre_payment_amount: 2_380 }, { receivable: '9520' }],
    [
      'to the balance',
      { post_payment_amount: 2_380, customer_balance_transaction: 'cbtxn_1' },
      { receivable: '11900', customer_balance: '-2380' },
    ],
    [
      'outside',
      { post_payment_amount: 2_380, out_of_band_amount: 2_380 },
      { receivable: '11900', paid_elsewhere: '-2380' },
    ],
    ['nobody knows how', { post_payment_amount: 2_380 }, { receivable: '11900', suspense: '-2380' }],
  ])('given one %s, then revenue and tax are less, and it is taken from there', (_, over, expected) => {
    expect(all(new MemoryBooks().tell(open, note(over)))).toEqual({
      ...expected,
      ...{ tax_payable: '-1520', revenue: '-10000', credit_notes: '2000' },
    });
  });

  it('given one that a refund pays back, whichever came first, then revenue is less once', () => {
    const refund = refundEvent('re_1', '2026-07-12T10:00:00Z', 'ch_1', 2_380, {
      ...{ payment_intent: 'pi_1', balance_transaction: line('txn_2', '2026-07-12T10:00:00Z', 'refund', -2_380) },
    });
    const credited = note({ post_payment_amount: 2_380, refunds: [{ refund: 're_1', amount_refunded: 2_380 }] });
    const events = [open, charge('2026-07-11T10:00:00Z'), credited, refund];
    const expected = { 'clearing.stripe': '9520', tax_payable: '-1520', revenue: '-10000', credit_notes: '2000' };
    expect(all(new MemoryBooks().tell(...events))).toEqual(expected);
    expect(all(new MemoryBooks().tell(...events.reverse()))).toEqual(expected);
  });

  it('given one that is voided, then it is undone on that day', () => {
    const voided = note(
      { pre_payment_amount: 2_380, status: 'void', voided_at: s('2026-08-03T10:00:00Z') },
      'voided',
      '2026-08-03T10:00:00Z',
    );
    const books = new MemoryBooks().tell(open, note({ pre_payment_amount: 2_380 }), voided);
    expect(all(books)).toEqual({ receivable: '11900', tax_payable: '-1900', revenue: '-10000' });
    expect(books.entries.get('credit_note:cn_1:void')!.day).toBe('2026-08-03');
  });
});

describe('deferred revenue', () => {
  const tenDays = {
    data: [{ amount: 10_000, period: { start: s('2026-07-10T00:00:00Z'), end: s('2026-07-20T00:00:00Z') } }],
  };
  const releases = (books: MemoryBooks) =>
    [...books.entries.values()]
      .filter(({ kind }) => kind === 'release')
      .map(({ day, until, lines }) => `${day}..${until} ${lines[0]!.amount}`)
      .sort();

  it('given a service over days, then it is deferred and released over them', () => {
    const books = new MemoryBooks().tell(invoice('finalized', FINALIZED, { lines: tenDays }));
    expect(linesOf(books.entries.get('invoice:in_1'))).toContain('deferred_revenue -10000 EUR');
    expect(releases(books)).toEqual(['2026-07-10..2026-07-19 10000']);
  });

  it('given it is billed when half of it is over, then that half is earned at once', () => {
    const lines = {
      data: [{ amount: 10_000, period: { start: s('2026-07-05T00:00:00Z'), end: s('2026-07-15T00:00:00Z') } }],
    };
    const books = new MemoryBooks().tell(invoice('finalized', FINALIZED, { lines }));
    expect(linesOf(books.entries.get('invoice:in_1'))).toContain('revenue -5000 EUR');
    expect(releases(books)).toEqual(['2026-07-10..2026-07-14 5000']);
  });

  it('given a discount and tax within a line, then only what is left of it is deferred', () => {
    const lines = {
      data: [
        {
          ...{
            amount: 12_900,
            discount_amounts: [{ amount: 1_000 }],
            taxes: [{ amount: 1_900, tax_behavior: 'inclusive' }],
          },
          period: { start: s('2026-07-10T00:00:00Z'), end: s('2026-07-20T00:00:00Z') },
        },
      ],
    };
    expect(releases(new MemoryBooks().tell(invoice('finalized', FINALIZED, { lines })))).toEqual([
      '2026-07-10..2026-07-19 10000',
    ]);
  });

  it('given a refund without a credit note in the middle, then it takes from the days to come first', () => {
    const refund = (amount: number) =>
      refundEvent('re_1', '2026-07-16T10:00:00Z', 'ch_1', amount, {
        ...{ payment_intent: 'pi_1', balance_transaction: line('txn_2', '2026-07-16T10:00:00Z', 'refund', -amount) },
      });
    const before = [invoice('finalized', FINALIZED, { lines: tenDays }), charge('2026-07-10T10:00:00Z')];
    const part = new MemoryBooks().tell(...before, refund(1_000));
    expect(releases(part)).toEqual(['2026-07-10..2026-07-15 6000', '2026-07-16..2026-07-19 3000']);
    expect(part.balance('refunds')).toEqual({});
    const more = new MemoryBooks().tell(...before, refund(5_000));
    expect(releases(more)).toEqual(['2026-07-10..2026-07-15 6000']);
    expect(more.balance('refunds')).toEqual({ EUR: '1000' });
    expect(more.balance('deferred_revenue')).toEqual({});
  });

  const taken = { pre_payment_amount: 2_380 };
  const voidedNote = note(
    { ...taken, status: 'void', voided_at: s('2026-07-15T10:00:00Z') },
    'voided',
    '2026-07-15T10:00:00Z',
  );

  it('given a credit note that is voided, then its day keeps what it took, and the day of that gives it back', () => {
    const books = new MemoryBooks().tell(invoice('finalized', FINALIZED, { lines: tenDays }), note(taken), voidedNote);
    const unwound = books.entries.get('credit_note:cn_1:deferral');
    expect([unwound!.day, ...linesOf(unwound)]).toEqual([
      ...['2026-07-12', 'deferred_revenue 2000 EUR', 'credit_notes -2000 EUR'],
    ]);
    // Of 2.50 a day: three days are over, five are to come.
    const undone = books.entries.get('credit_note:cn_1:deferral:undone');
    expect([undone!.day, ...linesOf(undone)]).toEqual([
      ...['2026-07-15', 'deferred_revenue -1250 EUR', 'revenue -750 EUR', 'credit_notes 2000 EUR'],
    ]);
    expect(releases(books)).toEqual([
      ...['2026-07-10..2026-07-11 2000', '2026-07-12..2026-07-14 2250', '2026-07-15..2026-07-19 5000'],
    ]);
    expect(all(books)).toEqual({ receivable: '11900', tax_payable: '-1900', revenue: '-10000' });
  });

  it('given the invoice is voided after that, then nothing is left of it all', () => {
    const gone = invoice(
      'voided',
      '2026-07-17T10:00:00Z',
      { status: 'void', lines: tenDays },
      { voided_at: s('2026-07-17T10:00:00Z') },
    );
    const open = invoice('finalized', FINALIZED, { lines: tenDays });
    expect(all(new MemoryBooks().tell(open, note(taken), voidedNote, gone))).toEqual({});
  });

  it('given a refund that fails, then its day keeps what it took, and the day of failure gives it back', () => {
    const refund = (type: string, time: string, over: Json) =>
      refundEvent(
        're_1',
        '2026-07-16T10:00:00Z',
        'ch_1',
        1_000,
        {
          ...{ payment_intent: 'pi_1', told_at: s(time), ...over },
          balance_transaction: line('txn_2', '2026-07-16T10:00:00Z', 'refund', -1_000),
        },
        type,
      );
    const books = new MemoryBooks().tell(
      ...[invoice('finalized', FINALIZED, { lines: tenDays }), charge('2026-07-10T10:00:00Z')],
      refund('created', '2026-07-16T10:00:00Z', {}),
      refund('failed', '2026-07-18T10:00:00Z', { status: 'failed' }),
    );
    const unwound = books.entries.get('refund:re_1:deferral');
    expect([unwound!.day, ...linesOf(unwound)]).toEqual([
      ...['2026-07-16', 'deferred_revenue 1000 EUR', 'refunds -1000 EUR'],
    ]);
    const undone = books.entries.get('refund:re_1:deferral:undone');
    expect([undone!.day, ...linesOf(undone)]).toEqual([
      ...['2026-07-18', 'deferred_revenue -500 EUR', 'revenue -500 EUR', 'refunds 1000 EUR'],
    ]);
    expect(releases(books)).toEqual([
      ...['2026-07-10..2026-07-15 6000', '2026-07-16..2026-07-17 1500', '2026-07-18..2026-07-19 2000'],
    ]);
    expect([books.balance('revenue'), books.balance('refunds')]).toEqual([{ EUR: '-10000' }, {}]);
  });
});
