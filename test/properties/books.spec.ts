import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { InterpretableEntry } from '../../src/catalog/facts.js';
import { sumsByCurrency } from '../../src/close/journal/journal-entry.js';
import { aSession, stripeEntry } from '../fixtures/stripe-events.js';
import { chargeEvent, disputeEvent, line, orderEvent, payoutEvent, refundEvent, s } from '../support/books-given.js';
import { MemoryBooks } from '../support/memory-books.js';

const RUNS = 150;
const START = Date.parse('2026-07-01T00:00:00Z');
const HOUR_MS = 3_600_000;

/** What happens to one payment; every step has the event that tells it and the line of the balance that it makes. */
interface Story {
  amount: number;
  hour: number;
  /** Hours from an event to its line of the balance. */
  lag: number;
  settled: 'eur' | 'usd';
  invoice: 'none' | 'monthly' | 'annual';
  tax: number;
  /** Who tells tax of what was ordered: also of what is invoiced, and then nobody hears it. */
  tells: 'nobody' | 'order' | 'session' | 'both';
  refunds: readonly number[];
  failsRefund: boolean;
  dispute: 'none' | 'open' | 'won' | 'lost';
  bounces: boolean;
  creditNote: boolean;
}

const story: fc.Arbitrary<Story> = fc.record({
  amount: fc.integer({ min: 200, max: 100_000 }),
  hour: fc.integer({ min: 0, max: 2_000 }),
  lag: fc.integer({ min: 0, max: 60 }),
  settled: fc.constantFrom('eur', 'usd'),
  invoice: fc.constantFrom('none', 'none', 'monthly', 'annual'),
  tax: fc.integer({ min: 0, max: 50 }),
  tells: fc.constantFrom('nobody', 'order', 'session', 'both'),
  refunds: fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 2 }),
  failsRefund: fc.boolean(),
  dispute: fc.constantFrom('none', 'none', 'open', 'won', 'lost'),
  bounces: fc.boolean(),
  creditNote: fc.boolean(),
});

const timeAt = (hour: number): string => new Date(START + hour * HOUR_MS).toISOString().replace('.000Z', 'Z');

/** The events of a story, the sum of its lines of the balance by currency, and the tax that is due in the end. */
function told(stories: readonly Story[]): { entries: InterpretableEntry[]; net: Map<string, bigint>; tax: number } {
  const entries: InterpretableEntry[] = [];
  const net = new Map<string, bigint>();
  const taxes = stories.map((each, index) => tellStory(each, index, entries, net));
  return { entries, net, tax: taxes.reduce((sum, tax) => sum + tax, 0) };
}

function tellStory(story: Story, n: number, entries: InterpretableEntry[], net: Map<string, bigint>): number {
  const { amount, hour, lag, settled } = story;
  const worth = (value: number): number => (settled === 'eur' ? value : Math.round(value * 1.17));
  const move = (id: string, at: number, category: string, value: number, fee = 0) => {
    const currency = settled.toUpperCase();
    net.set(currency, (net.get(currency) ?? 0n) + BigInt(worth(value) - fee));
    return line(id, timeAt(at), category, worth(value), fee, { currency: settled });
  };
  const charge = `ch_${n}`;
  const intent = `pi_${n}`;
  const about = { payment_intent: intent };
  const ofCharge = move(`txn_${n}_c`, hour + lag, 'charge', amount, 30 + (amount % 7));
  // First only its id is known, then the whole line.
  entries.push(
    chargeEvent(charge, timeAt(hour), amount, `txn_${n}_c`, about),
    stripeEntry(
      'charge.updated',
      {
        ...{ id: charge, object: 'charge', amount, amount_captured: amount, captured: true, created: s(timeAt(hour)) },
        ...{ currency: 'eur', paid: true, status: 'succeeded', balance_transaction: ofCharge, metadata: {}, ...about },
      },
      { created: s(timeAt(hour + lag)) },
    ),
  );
  const taxed = story.invoice === 'none' ? tellSale(story, n, entries) : tellInvoice(story, n, entries);
  if (story.invoice !== 'none') tellSale(story, n, entries);
  let left = amount;
  let cameBack = 0;
  story.refunds.forEach((percent, index) => {
    const value = Math.floor((amount * percent) / 100);
    if (value === 0 || value > left) return;
    left -= value;
    const id = `re_${n}_${index}`;
    const at = hour + 10 + index;
    const failed = story.failsRefund && index === 0;
    const transaction = move(`txn_${n}_r${index}`, at + lag, 'refund', -value);
    entries.push(refundEvent(id, timeAt(at), charge, value, { balance_transaction: transaction, ...about }));
    if (!failed) return;
    cameBack += value;
    const back = move(`txn_${n}_f${index}`, at + 20 + lag, 'refund_failure', value);
    const over = {
      ...{ status: 'failed', failure_balance_transaction: back, balance_transaction: transaction, ...about },
      told_at: s(timeAt(at + 20)),
    };
    entries.push(refundEvent(id, timeAt(at), charge, value, over, 'failed'));
  });
  const bounced = story.bounces && story.refunds.length === 0 && story.dispute === 'none';
  if (bounced) {
    const back = move(`txn_${n}_b`, hour + 40 + lag, 'charge_failure', -amount);
    entries.push(
      stripeEntry(
        'charge.failed',
        {
          ...{
            id: charge,
            object: 'charge',
            amount,
            amount_captured: amount,
            created: s(timeAt(hour)),
            currency: 'eur',
          },
          ...{ status: 'failed', failure_code: 'bounced', failure_balance_transaction: back, metadata: {}, ...about },
        },
        { created: s(timeAt(hour + 40)) },
      ),
    );
  }
  if (story.dispute !== 'none') tellDispute(story, n, entries, move);
  return story.invoice === 'none' ? taxOf(taxed, bounced ? 0 : left + cameBack, amount) : taxed;
}

/** The part of a tax that is due of what is left of a sale, to the nearest cent. */
const taxOf = (tax: number, left: number, total: number): number => Math.floor((2 * tax * left + total) / (2 * total));

type Move = (id: string, at: number, category: string, value: number, fee?: number) => Record<string, unknown>;

function tellDispute({ amount, hour, dispute }: Story, n: number, entries: InterpretableEntry[], move: Move): void {
  const [charge, about] = [`ch_${n}`, { payment_intent: `pi_${n}` }];
  const taken = move(`txn_${n}_d`, hour + 50, 'dispute', -amount, 1500);
  entries.push(
    disputeEvent('funds_withdrawn', timeAt(hour + 50), `dp_${n}`, charge, amount, {
      balance_transactions: [taken],
      ...about,
    }),
  );
  if (dispute === 'won') {
    const given = move(`txn_${n}_w`, hour + 90, 'dispute_reversal', amount);
    const over = { balance_transactions: [taken, given], status: 'won', ...about };
    entries.push(disputeEvent('funds_reinstated', timeAt(hour + 90), `dp_${n}`, charge, amount, over));
  }
  if (dispute === 'lost')
    entries.push(
      disputeEvent('closed', timeAt(hour + 90), `dp_${n}`, charge, amount, {
        ...{ balance_transactions: [taken], status: 'lost', ...about },
      }),
    );
}

/** What was ordered, and the session in which it was paid, which says another tax where both tell one. */
function tellSale({ amount, hour, tax: percent, tells }: Story, n: number, entries: InterpretableEntry[]): number {
  const tax = Math.floor((amount * percent) / 100);
  const time = timeAt(hour);
  if (tells === 'order' || tells === 'both')
    entries.push(orderEvent(`o_${n}`, time, amount, { tax: String(tax) }, { payment_id: `pi_${n}` }));
  if (tells === 'session' || tells === 'both') {
    const details = { amount_tax: tells === 'both' ? Math.floor(tax / 2) : tax };
    const paid = { payment_intent: `pi_${n}`, amount_total: amount, total_details: details, metadata: {} };
    entries.push(stripeEntry('checkout.session.completed', aSession({ id: `cs_${n}`, ...paid }), { created: s(time) }));
  }
  return tells === 'nobody' ? 0 : tax;
}

/** Tells an invoice, and says what tax is due of it. */
function tellInvoice(
  { amount, hour, invoice, tax: percent, creditNote }: Story,
  n: number,
  entries: InterpretableEntry[],
): number {
  const start = s(timeAt(hour));
  const end = start + (invoice === 'annual' ? 365 : 31) * 86_400;
  const tax = Math.floor((amount * percent) / 200);
  const object = {
    ...{ id: `in_${n}`, object: 'invoice', currency: 'eur', created: start, status: 'paid', billing_reason: 'manual' },
    ...{ total: amount, amount_due: amount, amount_paid: amount, total_taxes: [{ amount: tax }] },
    status_transitions: { finalized_at: start, paid_at: start },
    payments: { data: [{ payment: { type: 'payment_intent', payment_intent: `pi_${n}` } }] },
    lines: { data: [{ id: `il_${n}`, amount: amount - tax, period: { start, end } }] },
  };
  entries.push(
    stripeEntry(
      'invoice.finalized',
      { ...object, status: 'open', amount_paid: 0, status_transitions: { finalized_at: start } },
      { created: start },
    ),
    stripeEntry('invoice.paid', object, { created: start + 5 }),
  );
  if (!creditNote) return tax;
  const credit = Math.floor(amount / 3);
  entries.push(
    stripeEntry(
      'credit_note.created',
      {
        ...{
          id: `cn_${n}`,
          object: 'credit_note',
          invoice: `in_${n}`,
          amount: credit,
          currency: 'eur',
          status: 'issued',
        },
        ...{ created: start + 40 * 3600, pre_payment_amount: 0, post_payment_amount: credit },
        ...{
          customer_balance_transaction: 'cbtxn_1',
          total: credit,
          total_excluding_tax: credit - Math.floor(credit / 10),
        },
        refunds: [],
      },
      { created: start + 40 * 3600 },
    ),
  );
  return tax - Math.floor(credit / 10);
}

const scene = fc.array(story, { minLength: 1, maxLength: 4 });

describe('the journal of random histories', () => {
  it(`given ${RUNS} of them, out of order and doubled, then it is the same, every entry balances, clearing is the provider's balance, and tax is due once`, () => {
    fc.assert(
      fc.property(scene, fc.infiniteStream(fc.nat()), (stories, random) => {
        const { entries, net, tax } = told(stories);
        const inOrder = new MemoryBooks().tell(...entries);
        const pick = (bound: number): number => random.next().value! % bound;
        const shuffled = [...entries, ...entries.filter(() => pick(3) === 0)];
        for (let last = shuffled.length - 1; last > 0; last--) {
          const other = pick(last + 1);
          [shuffled[last], shuffled[other]] = [shuffled[other]!, shuffled[last]!];
        }
        const outOfOrder = new MemoryBooks().tell(...shuffled);
        expect(outOfOrder.standing).toEqual(inOrder.standing);
        for (const { entry } of outOfOrder.postings)
          for (const sum of sumsByCurrency(entry.lines).values()) expect(sum).toBe(0n);
        const balance = Object.fromEntries(
          [...net].filter(([, sum]) => sum !== 0n).map(([key, sum]) => [key, String(sum)]),
        );
        expect(inOrder.balance('clearing.stripe')).toEqual(balance);
        expect(inOrder.balance('tax_payable')).toEqual(tax === 0 ? {} : { EUR: String(-tax) });
        expect(inOrder.balance('suspense')).toEqual({});
        expect(inOrder.balance('payments_in_process')).toEqual({});
        expect(inOrder.balance('deferred_revenue')).toEqual({});
        expect(inOrder.entries.size).toBe(inOrder.standing.length);
      }),
      { numRuns: RUNS },
    );
  });

  it('given a payout that fails after it was said to be paid, then in any order it never arrived', () => {
    const sent = line('txn_p', '2026-07-30T00:00:00Z', 'payout', -5000);
    const back = line('txn_q', '2026-08-03T10:00:00Z', 'payout_reversal', 5000);
    const arrival = { arrival_date: s('2026-08-01T00:00:00Z'), balance_transaction: sent };
    const events = [
      payoutEvent('created', '2026-07-30T00:00:00Z', 'po_1', '2026-07-30T00:00:00Z', 5000, {
        ...arrival,
        status: 'pending',
      }),
      payoutEvent('paid', '2026-08-01T00:00:00Z', 'po_1', '2026-07-30T00:00:00Z', 5000, { ...arrival, status: 'paid' }),
      payoutEvent('failed', '2026-08-03T10:00:00Z', 'po_1', '2026-07-30T00:00:00Z', 5000, {
        ...{ ...arrival, status: 'failed', failure_balance_transaction: back },
      }),
    ];
    const orders = [
      [0, 1, 2],
      [2, 1, 0],
      [1, 0, 2, 1],
      [2, 0, 1],
    ];
    const journals = orders.map((order) => new MemoryBooks().tell(...order.map((at) => events[at]!)));
    for (const journal of journals) {
      expect(journal.standing).toEqual(journals[0]!.standing);
      expect([...journal.entries.keys()].sort()).toEqual([
        'payout:po_1',
        'payout:po_1:reversed',
        'stripe:txn_p',
        'stripe:txn_q',
      ]);
      expect(journal.balance('bank_in_transit')).toEqual({});
      expect(journal.balance('bank')).toEqual({});
    }
  });
});
