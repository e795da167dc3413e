import { describe, expect, it } from '@jest/globals';
import type { InterpretableEntry } from '../../../src/catalog/facts.js';
import { TAX_LEFT } from '../../../src/close/recipes/sale-tax.js';
import { adyenEntry, aModification, anAuthorisation, DAY_MS, eur } from '../../fixtures/adyen-items.js';
import { aPayment, squareEntry } from '../../fixtures/square-events.js';
import { aSession, stripeEntry } from '../../fixtures/stripe-events.js';
import { chargeEvent, disputeEvent, line, orderEvent, refundEvent, s } from '../../support/books-given.js';
import { linesOf, MemoryBooks } from '../../support/memory-books.js';

type Json = Record<string, unknown>;

const ORDERED = '2026-07-10T09:55:00Z';
const PAID = '2026-07-10T10:00:00Z';
const LATER = '2026-07-20T10:00:00Z';

/** An order of 119.00 with 19.00 of tax within it. */
const order = orderEvent('o1', ORDERED, 11_900, { tax: '1900', shipping: '490' });
const ofOrder = (id = 'o1') => ({ metadata: { order_id: id } });
const charge = (amount = 11_900, over: Json = {}, id = 'ch_1', time = PAID) =>
  chargeEvent(id, time, amount, line(`txn_${id}`, time, 'charge', amount), { ...ofOrder(), ...over });
const refund = (id: string, time: string, amount: number, over: Json = {}, of = 'ch_1') =>
  refundEvent(id, time, of, amount, {
    balance_transaction: line(`txn_${id}`, time, 'refund', -amount),
    ...over,
  });
const session = (over: Json = {}) =>
  stripeEntry(
    'checkout.session.completed',
    aSession({
      ...{ id: 'cs_1', amount_total: 11_900, total_details: { amount_tax: 1_900 }, payment_intent: 'pi_1' },
      ...{ metadata: {}, ...over },
    }),
    { created: s(PAID) },
  );

/** What the journal entry of something says, the same in every order of what is told. */
function told(...entries: readonly InterpretableEntry[]): (entry: string) => string[] {
  const orders = entries.flatMap((_, at) => {
    const turned = [...entries.slice(at), ...entries.slice(0, at)];
    return [turned, [...turned].reverse(), [...turned, turned[0]!]];
  });
  const journals = orders.map((order) => new MemoryBooks().tell(...order));
  for (const { standing } of journals) expect(standing).toEqual(journals[0]!.standing);
  expect(journals[0]!.balance('suspense')).toEqual({});
  return (entry) => linesOf(journals[0]!.entries.get(entry));
}
const balance = (account: string, ...entries: readonly InterpretableEntry[]) =>
  new MemoryBooks().tell(...entries).balance(account);
const memoOf = (entry: string, ...entries: readonly InterpretableEntry[]) =>
  new MemoryBooks().tell(...entries).entries.get(entry)?.memo;

describe('the tax of a sale without an invoice', () => {
  const apart = ['payments_in_process 11900 EUR', 'revenue -10000 EUR', 'tax_payable -1900 EUR'];
  const whole = ['payments_in_process 11900 EUR', 'revenue -11900 EUR'];

  it('given the order tells it, before or after the payment, then it is kept apart, and shipping is revenue', () =>
    expect(told(order, charge())('payment:ch_1')).toEqual(apart));

  it.each<[string, InterpretableEntry[]]>([
    ['the order names the payment', [orderEvent('o1', ORDERED, 11_900, { tax: '1900' }, { payment_id: 'ch_1' })]],
    ['the order names its intent', [orderEvent('o1', ORDERED, 11_900, { tax: '1900' }, { payment_id: 'pi_1' })]],
    ['the session tells it', [session()]],
    ['the order is of its session', [session({ total_details: null, metadata: { order_id: 'o1' } }), order]],
    ['the order is of its checkout', [orderEvent('o1', ORDERED, 11_900, { tax: '1900' }, { checkout_id: 'c1' })]],
  ])('given %s, then too', (_, tellers) => {
    const payment = charge(11_900, { payment_intent: 'pi_1', metadata: { checkout_id: 'c1' } });
    expect(told(...tellers, payment)('payment:ch_1')).toEqual(apart);
  });

  it('given nobody tells it, then all is revenue; given it is told to be nothing, then too, and nothing is remarked', () => {
    expect(told(charge())('payment:ch_1')).toEqual(whole);
    const none = orderEvent('o1', ORDERED, 11_900, { tax: '0' });
    expect(told(none, session(), charge(11_900, { payment_intent: 'pi_1' }))('payment:ch_1')).toEqual(whole);
    expect(memoOf('payment:ch_1', none, charge())).toBe('captured');
  });

  it('given a part of the order is captured, then that part of its tax; what is paid beyond it, such as a tip, has none', () => {
    expect(told(order, charge(5_950))('payment:ch_1')).toEqual([
      ...['payments_in_process 5950 EUR', 'revenue -5000 EUR', 'tax_payable -950 EUR'],
    ]);
    expect(told(order, charge(12_900))('payment:ch_1')).toEqual([
      ...['payments_in_process 12900 EUR', 'revenue -11000 EUR', 'tax_payable -1900 EUR'],
    ]);
  });

  it('given two payments of one order, then its tax is shared out, and never told twice', () => {
    const entries = told(order, charge(4_001), charge(7_899, {}, 'ch_2', '2026-07-10T10:01:00Z'));
    expect(entries('payment:ch_1')).toEqual([
      ...['payments_in_process 4001 EUR', 'revenue -3362 EUR', 'tax_payable -639 EUR'],
    ]);
    expect(entries('payment:ch_2')).toEqual([
      ...['payments_in_process 7899 EUR', 'revenue -6638 EUR', 'tax_payable -1261 EUR'],
    ]);
  });

  it('given it is paid twice by mistake and the first is paid back, then the tax is due once', () => {
    const twice = [order, charge(), charge(11_900, {}, 'ch_2', '2026-07-10T10:01:00Z')];
    const back = refund('re_1', LATER, 11_900);
    expect(told(...twice, back)('refund:re_1')).toEqual(['payments_in_process -11900 EUR', 'refunds 11900 EUR']);
    expect(balance('tax_payable', ...twice, back)).toEqual({ EUR: '-1900' });
  });

  it('given one payment of two orders, then it has the tax of both', () => {
    const other = orderEvent('o2', ORDERED, 5_950, { tax: '950' }, { payment_id: 'ch_1' });
    expect(told(order, other, charge(17_850))('payment:ch_1')).toEqual([
      ...['payments_in_process 17850 EUR', 'revenue -15000 EUR', 'tax_payable -2850 EUR'],
    ]);
  });

  it('given the session tells another tax than the order, then the order has it right', () =>
    expect(
      told(
        order,
        session({ total_details: { amount_tax: 1_000 } }),
        charge(11_900, { payment_intent: 'pi_1' }),
      )('payment:ch_1'),
    ).toEqual(apart));

  it.each<[keyof typeof TAX_LEFT, string, InterpretableEntry[]]>([
    ['impossible', 'as much as the total', [orderEvent('o1', ORDERED, 1_900, { tax: '1900' })]],
    ['impossible', 'less than nothing', [session({ total_details: { amount_tax: -5 } })]],
    ['currency', 'in another currency', [orderEvent('o1', ORDERED, 11_900, { tax: '1900', currency: 'USD' })]],
    [
      ...(['several', 'by two orders of the checkout, one of which was tried in vain'] as const),
      ['o2', 'o3'].map((id) => orderEvent(id, ORDERED, 11_900, { tax: '1900' }, { checkout_id: 'c1' })),
    ],
  ])(
    'given a tax that nobody can keep apart (%s): told to be %s, then it is revenue, and says why',
    (why, _, tellers) => {
      const metadata = why === 'several' ? { checkout_id: 'c1' } : ofOrder().metadata;
      const payment = charge(11_900, { payment_intent: 'pi_1', metadata });
      expect(told(...tellers, payment)('payment:ch_1')).toEqual(whole);
      expect(memoOf('payment:ch_1', ...tellers, payment)).toBe(TAX_LEFT[why]);
    },
  );

  it('given two orders of one checkout, each named by its payment, then each payment has the tax of its own, paid or not', () => {
    const ofCheckout = { checkout_id: 'ck' };
    const [first, second] = [
      orderEvent('o1', ORDERED, 11_900, { tax: '1900' }, ofCheckout),
      orderEvent('o2', ORDERED, 10_000, { tax: '0' }, ofCheckout),
    ];
    const free = charge(10_000, ofOrder('o2'), 'ch_2');
    const untaxed = ['payments_in_process 10000 EUR', 'revenue -10000 EUR'];
    expect(told(first, second, free)('payment:ch_2')).toEqual(untaxed);
    const entries = told(first, second, charge(), free);
    expect(entries('payment:ch_1')).toEqual(apart);
    expect(entries('payment:ch_2')).toEqual(untaxed);
  });

  it('given the order is in another currency than the payment and its session in the same, then the session is heard', () => {
    const dollars = session({ currency: 'usd', amount_total: 12_900, total_details: { amount_tax: 2_060 } });
    const inDollars = (id: string, time: string, intent: string) =>
      chargeEvent(id, time, 12_900, line(`txn_${id}`, time, 'charge', 12_900, 0, { currency: 'usd' }), {
        ...{ ...ofOrder(), currency: 'usd', payment_intent: intent },
      });
    // The other is of no session: what that tells is not of it, though it came first.
    const other = inDollars('ch_2', ORDERED, 'pi_2');
    const entries = told(order, dollars, other, inDollars('ch_1', PAID, 'pi_1'));
    expect(entries('payment:ch_1')).toEqual([
      ...['payments_in_process 12900 USD', 'revenue -10840 USD', 'tax_payable -2060 USD'],
    ]);
    expect(entries('payment:ch_2')).toEqual(['payments_in_process 12900 USD', 'revenue -12900 USD']);
    expect(memoOf('payment:ch_2', order, other)).toBe(TAX_LEFT.currency);
  });

  it('given the order says what cannot be and the session what can, then the session is heard', () =>
    expect(
      told(
        ...[orderEvent('o1', ORDERED, 1_900, { tax: '1900' }), session()],
        charge(11_900, { payment_intent: 'pi_1' }),
      )('payment:ch_1'),
    ).toEqual(apart));

  it('given an order id that a hundred payments name, then it is of none, in any order; and one fewer is one sale', () => {
    const payments = Array.from({ length: 100 }, (_, at) => charge(119, {}, `ch_${at}`, PAID));
    const crowd = [new MemoryBooks().tell(order, ...payments), new MemoryBooks().tell(...payments.reverse(), order)];
    expect(crowd[0]!.standing).toEqual(crowd[1]!.standing);
    expect(crowd[0]!.balance('tax_payable')).toEqual({});
    expect(balance('tax_payable', order, ...payments.slice(1))).toEqual({ EUR: '-1881' });
  });
});

describe('tax that is paid back', () => {
  it('given refunds in parts, then each takes its share, and all together the whole of it, to the cent', () => {
    const parts = [1_111, 3_333, 7_456].map((amount, at) => refund(`re_${at}`, `2026-07-2${at}T10:00:00Z`, amount));
    const entries = told(order, charge(), ...parts);
    expect(entries('refund:re_0')).toEqual([
      ...['payments_in_process -1111 EUR', 'refunds 934 EUR', 'tax_payable 177 EUR'],
    ]);
    expect(entries('refund:re_1')).toEqual([
      ...['payments_in_process -3333 EUR', 'refunds 2800 EUR', 'tax_payable 533 EUR'],
    ]);
    expect(entries('refund:re_2')).toEqual([
      ...['payments_in_process -7456 EUR', 'refunds 6266 EUR', 'tax_payable 1190 EUR'],
    ]);
    expect(balance('tax_payable', order, charge(), ...parts)).toEqual({});
  });

  it('given a refund that fails, then its tax is due again', () => {
    const failed = refundEvent(
      ...(['re_1', LATER, 'ch_1', 5_950] as const),
      {
        ...{ status: 'failed', told_at: s('2026-07-22T10:00:00Z') },
        balance_transaction: line('txn_re_1', LATER, 'refund', -5_950),
        failure_balance_transaction: line('txn_back', '2026-07-22T10:00:00Z', 'refund_failure', 5_950),
      },
      'failed',
    );
    const entries = told(order, charge(), failed);
    expect(entries('refund:re_1')).toEqual([
      ...['payments_in_process -5950 EUR', 'refunds 5000 EUR', 'tax_payable 950 EUR'],
    ]);
    expect(entries('refund:re_1:failed')).toEqual([
      ...['payments_in_process 5950 EUR', 'refunds -5000 EUR', 'tax_payable -950 EUR'],
    ]);
  });

  it('given the bank takes the payment back, then nothing is due', () => {
    const bounced = stripeEntry(
      'charge.failed',
      {
        ...{ id: 'ch_1', object: 'charge', amount: 11_900, amount_captured: 11_900, created: s(PAID), currency: 'eur' },
        ...{ status: 'failed', failure_code: 'bounced', ...ofOrder() },
        failure_balance_transaction: line('txn_back', LATER, 'charge_failure', -11_900),
      },
      { created: s(LATER) },
    );
    expect(told(order, charge(), bounced)('payment:ch_1:returned')).toEqual([
      ...['payments_in_process -11900 EUR', 'revenue 10000 EUR', 'tax_payable 1900 EUR'],
    ]);
  });

  it('given a dispute that is withdrawn, reinstated or lost, then the tax of the sale is due all the same', () => {
    const taken = line('txn_d', LATER, 'dispute', -11_900);
    const over = { balance_transactions: [taken], ...ofOrder() };
    const withdrawn = disputeEvent('funds_withdrawn', LATER, 'dp_1', 'ch_1', 11_900, over);
    const won = disputeEvent('funds_reinstated', '2026-07-25T10:00:00Z', 'dp_1', 'ch_1', 11_900, {
      balance_transactions: [taken, line('txn_w', '2026-07-25T10:00:00Z', 'dispute_reversal', 11_900)],
      status: 'won',
    });
    const lost = disputeEvent('closed', '2026-07-25T10:00:00Z', 'dp_1', 'ch_1', 11_900, { ...over, status: 'lost' });
    for (const history of [[withdrawn], [withdrawn, won], [withdrawn, lost]])
      expect(balance('tax_payable', order, charge(), ...history)).toEqual({ EUR: '-1900' });
    expect(told(order, charge(), withdrawn, lost)('dispute:dp_1:lost')).toEqual([
      ...['dispute_losses 11900 EUR', 'dispute_receivable -11900 EUR'],
    ]);
  });

  it('given another currency of settlement, then revenue is the rest in that, tax is owed as it was charged, and a full refund at another rate leaves none', () => {
    const inDollars = { currency: 'usd' };
    const sold = chargeEvent('ch_1', PAID, 11_900, line('txn_1', PAID, 'charge', 13_000, 0, inDollars), ofOrder());
    const back = refundEvent('re_1', LATER, 'ch_1', 11_900, {
      balance_transaction: line('txn_2', LATER, 'refund', -13_500, 0, inDollars),
    });
    const entries = told(order, sold, back);
    expect(entries('payment:ch_1')).toEqual([
      ...['payments_in_process 13000 USD', 'revenue -10925 USD', 'tax_payable -1900 EUR'],
      ...['conversion -2075 USD', 'conversion 1900 EUR'],
    ]);
    expect(entries('refund:re_1')).toEqual([
      ...['payments_in_process -13500 USD', 'refunds 11345 USD', 'tax_payable 1900 EUR'],
      ...['conversion 2155 USD', 'conversion -1900 EUR'],
    ]);
  });
});

describe('tax of an order that is billed by an invoice', () => {
  const invoice = stripeEntry(
    'invoice.finalized',
    {
      ...{ id: 'in_1', object: 'invoice', currency: 'eur', created: s(PAID), billing_reason: 'manual', status: 'open' },
      ...{ total: 11_900, amount_due: 11_900, total_taxes: [{ amount: 1_900 }] },
      status_transitions: { finalized_at: s(PAID) },
      payments: { data: [{ payment: { type: 'payment_intent', payment_intent: 'pi_1' } }] },
      lines: { data: [{ amount: 10_000, period: { start: s(PAID), end: s(PAID) } }] },
    },
    { created: s(PAID) },
  );
  const paying = charge(11_900, { payment_intent: 'pi_1' });

  it('given the order and its session tell it too, then it is due once, as the invoice says', () => {
    const all = [order, session({ metadata: { order_id: 'o1' } }), invoice, paying];
    expect(told(...all)('payment:ch_1')).toEqual(['payments_in_process 11900 EUR', 'receivable -11900 EUR']);
    expect(balance('tax_payable', ...all)).toEqual({ EUR: '-1900' });
  });

  it('given another payment of the order that pays no invoice, though it came first, then it has no tax of its own, and no line of the other', () => {
    const all = [order, invoice, paying, charge(11_900, {}, 'ch_2', '2026-07-10T09:59:00Z')];
    expect(told(...all)('payment:ch_2')).toEqual(['payments_in_process 11900 EUR', 'revenue -11900 EUR']);
    expect(balance('tax_payable', ...all)).toEqual({ EUR: '-1900' });
    expect(balance('receivable', ...all)).toEqual({});
  });

  it('given another order of its checkout, named by a payment of its own, then that keeps the tax of its order', () => {
    const [first, second] = ['o1', 'o2'].map((id) =>
      orderEvent(id, ORDERED, 11_900, { tax: '1900' }, { checkout_id: 'ck' }),
    );
    const entries = told(first!, second!, invoice, paying, charge(11_900, ofOrder('o2'), 'ch_2'));
    expect(entries('payment:ch_1')).toEqual(['payments_in_process 11900 EUR', 'receivable -11900 EUR']);
    expect(entries('payment:ch_2')).toEqual([
      ...['payments_in_process 11900 EUR', 'revenue -10000 EUR', 'tax_payable -1900 EUR'],
    ]);
  });

  it('given a payment of its order in another currency, then that has no tax of its session either', () => {
    const dollars = session({ id: 'cs_2', currency: 'usd', payment_intent: 'pi_2' });
    const other = chargeEvent('ch_2', PAID, 11_900, line('txn_2', PAID, 'charge', 11_900, 0, { currency: 'usd' }), {
      ...{ ...ofOrder(), currency: 'usd', payment_intent: 'pi_2' },
    });
    expect(told(order, invoice, paying, dollars, other)('payment:ch_2')).toEqual([
      ...['payments_in_process 11900 USD', 'revenue -11900 USD'],
    ]);
  });
});

describe('the tax of a sale at Adyen and Square', () => {
  it('given captures in parts at Adyen, then each has its share, and a refund takes its own back', () => {
    const item = (code: string, reference: string, value: number, days: number) =>
      adyenEntry(aModification(code, reference, { amount: eur(value) }), { afterMs: days * DAY_MS });
    const placed = orderEvent('o1', '2026-10-03T08:55:00Z', 11_900, { tax: '1900' });
    const all = [
      ...[placed, adyenEntry(anAuthorisation({ amount: eur(11_900) }))],
      ...[item('CAPTURE', 'CAP1', 4_000, 1), item('CAPTURE', 'CAP2', 7_900, 2), item('REFUND', 'REF1', 11_900, 3)],
    ];
    const entries = told(...all);
    expect(entries('payment:PSP1:captured:CAP1')).toContain('tax_payable -639 EUR');
    expect(entries('payment:PSP1:captured:CAP2')).toContain('tax_payable -1261 EUR');
    expect(entries('refund:REF1')).toContain('tax_payable 1900 EUR');
  });

  it("given a payment at Square that has the order's id as its reference, then its tax is apart", () => {
    const placed = orderEvent('o1', '2026-10-03T08:55:00Z', 4_500, { tax: '718', currency: 'USD' });
    const paid = squareEntry('payment.updated', 'payment', aPayment({ status: 'COMPLETED', reference_id: 'o1' }));
    expect(told(placed, paid)('payment:PAY1')).toEqual([
      ...['payments_in_process 4990 USD', 'revenue -4272 USD', 'tax_payable -718 USD'],
    ]);
  });
});
