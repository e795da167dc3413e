import { describe, expect, it } from '@jest/globals';
import { type JournalEntry } from '../../../src/close/journal/journal-entry.js';
import { weeks445 } from '../../../src/close/fiscal-calendar.js';
import { isMonetary, Valuation, valued, type ValuedLine } from '../../../src/close/books/functional.js';
import { Rates } from '../../../src/close/books/rates.js';
import type { StoredLine } from '../../../src/close/journal/read-lines.js';
import { onDay } from '../../../src/close/journal/spread.js';
import { addDays, type Day } from '../../../src/kernel/day.js';
import type { Fact } from '../../../src/catalog/facts.js';
import { stripeEntry } from '../../fixtures/stripe-events.js';
import { chargeEvent, disputeEvent, line, orderEvent, refundEvent, s } from '../../support/books-given.js';
import { MemoryBooks } from '../../support/memory-books.js';

/** Dollars for a euro: half a euro for a dollar until the middle of July, a whole one from then on. */
const RATES = new Rates('EUR', [
  ...days('2026-07-01', '2026-07-14').map((day) => rate(day, '0.5')),
  ...days('2026-07-15', '2026-08-31').map((day) => rate(day, '1')),
]);
function rate(day: Day, text: string) {
  return { day, base: 'USD', quote: 'EUR', rate: text, source: 'ECB' };
}
function days(from: Day, until: Day): Day[] {
  const all = [];
  for (let day = from; day <= until; day = addDays(day, 1)) all.push(day);
  return all;
}

/** An entry as the journal is read: what is spread has lines on each of its days. */
const stored = (entry: JournalEntry): StoredLine[] =>
  days(entry.day, entry.until ?? entry.day).flatMap((day) =>
    entry.lines.map(({ account, amount, currency }, index) => ({
      ...{ entry: entry.entry, line: index + 1, period: day.slice(0, 7), day, rateDay: entry.rateDay ?? day, account },
      amount: entry.until === undefined ? amount : onDay({ from: entry.day, until: entry.until, amount }, day),
      ...{ at: entry.at, currency, kind: entry.kind, object: entry.object, memo: entry.memo, entryId: '', position: 1 },
    })),
  );

/** What each account is worth in euros after August, without what stands at nothing. */
async function worthOf(books: MemoryBooks, rates = RATES): Promise<Record<string, bigint>> {
  const journal = [...books.entries.values()].flatMap(stored);
  journal.sort((a, b) => (a.day < b.day ? -1 : a.day > b.day ? 1 : a.entry < b.entry ? -1 : 1));
  const sums = new Map<string, bigint>();
  const lines: AsyncIterable<ValuedLine> = valued(stream(journal), new Valuation(rates, () => 0), {
    ...{ from: '2026-07-01', to: '2026-08-30' },
  });
  for await (const { account, functional } of lines) sums.set(account, (sums.get(account) ?? 0n) + functional!);
  return Object.fromEntries([...sums].filter(([, sum]) => sum !== 0n));
}
async function* stream(lines: readonly StoredLine[]): AsyncGenerator<StoredLine> {
  yield* lines;
}

const USD = { currency: 'usd' };
const dollars = (id: string, time: string, category: string, amount: number) =>
  line(id, time, category, amount, 0, USD);
const charge = chargeEvent(
  'ch_1',
  '2026-07-02T10:00:00Z',
  1_000,
  dollars('txn_1', '2026-07-02T10:00:00Z', 'charge', 1_000),
  USD,
);

const at = s('2026-07-05T10:00:00Z');
const invoice = (type: string, time: string, over: object = {}, steps: object = {}) =>
  stripeEntry(
    `invoice.${type}`,
    {
      ...{ id: 'in_1', object: 'invoice', ...USD, created: at, billing_reason: 'manual', status: 'open' },
      ...{ total: 10_000, amount_due: 10_000, total_taxes: [], status_transitions: { finalized_at: at, ...steps } },
      lines: { data: [{ amount: 10_000, period: { start: at, end: at + 20 * 86_400 } }] },
      ...over,
    },
    { created: s(time) },
  );

describe('foreign money at the end of a period', () => {
  it.each([
    ['calendar months', undefined, ['2026-07-31', '2026-08-01']],
    ['periods of 4, 4 and 5 weeks', weeks445('2025-12-29'), ['2026-07-26', '2026-07-27', '2026-08-23', '2026-08-24']],
  ])('given %s, then it is measured on their last day, and that is taken back on the next', async (_, calendar, on) => {
    const journal = [...new MemoryBooks().tell(charge).entries.values()].flatMap(stored);
    const days: Day[] = [];
    const range = { from: '2026-07-01', to: '2026-08-30' };
    for await (const { kind, account, day } of valued(stream(journal), new Valuation(RATES, () => 0, calendar), range))
      if (kind === 'remeasurement' && account === 'clearing.stripe') days.push(day);
    expect(days).toEqual(on);
  });
});

describe('recipes in another currency than that of the books', () => {
  it('given an invoice that is voided at another rate, then nothing is left of what it deferred and earned', async () => {
    const time = '2026-07-20T10:00:00Z';
    const voided = invoice('voided', time, { status: 'void' }, { voided_at: s(time) });
    const books = new MemoryBooks().tell(invoice('finalized', '2026-07-05T10:00:00Z'), voided);
    expect(await worthOf(books)).toEqual({});
  });

  it('given a dispute that is lost at another rate, then nothing is left of what was disputed', async () => {
    const taken = dollars('txn_2', '2026-07-05T10:00:00Z', 'dispute', -1_000);
    const books = new MemoryBooks().tell(
      charge,
      disputeEvent('closed', '2026-07-20T10:00:00Z', 'dp_1', 'ch_1', 1_000, {
        ...{ ...USD, balance_transactions: [taken], status: 'lost' },
      }),
    );
    // The loss at the rate of its day, of which the half is what the dollars have gained since they were taken.
    expect(await worthOf(books)).toEqual({ revenue: -500n, dispute_losses: 1_000n, fx_realised: -500n });
  });

  it('given a reserve that is let go at another rate, then nothing is left of it', async () => {
    const held = (id: string, time: string, gross: string): Fact => ({
      ...{ type: 'BalanceMoved', subject: `balance:${id}`, effect: `balance:${id}`, stamp: '5.1.evt' },
      fields: { at: Date.parse(time), currency: 'USD', fee: '0', gross, net: gross, category: 'risk_reserved_funds' },
    });
    const books = new MemoryBooks()
      .tell(charge)
      .learn([held('txn_2', '2026-07-05T10:00:00Z', '-1000')])
      .learn([held('txn_3', '2026-07-20T10:00:00Z', '1000')]);
    // What was held is worth twice as much when it is back, and stands so in clearing.
    expect(await worthOf(books)).toMatchObject({ revenue: -500n, 'clearing.stripe': 1_000n, fx_realised: -500n });
    expect(await worthOf(books)).not.toHaveProperty('reserve');
  });

  it('given a credit note that is refunded at another rate, then nothing is due of it', async () => {
    const due = { object: 'credit_note', invoice: 'in_1', ...USD, status: 'issued', reason: null };
    const books = new MemoryBooks().tell(
      invoice('finalized', '2026-07-05T10:00:00Z', {
        payments: { data: [{ payment: { type: 'payment_intent', payment_intent: 'pi_1' } }] },
        lines: { data: [{ amount: 10_000, period: { start: at, end: at } }] },
      }),
      stripeEntry('credit_note.created', {
        ...{
          id: 'cn_1',
          ...due,
          created: s('2026-07-12T10:00:00Z'),
          amount: 2_000,
          total: 2_000,
          pre_payment_amount: 0,
        },
        ...{
          total_excluding_tax: 2_000,
          post_payment_amount: 2_000,
          refunds: [{ refund: 're_1', amount_refunded: 2_000 }],
        },
      }),
      chargeEvent('ch_1', '2026-07-06T10:00:00Z', 10_000, dollars('txn_1', '2026-07-06T10:00:00Z', 'charge', 10_000), {
        ...{ ...USD, payment_intent: 'pi_1' },
      }),
      refundEvent('re_1', '2026-07-20T10:00:00Z', 'ch_1', 2_000, {
        ...{ ...USD, payment_intent: 'pi_1' },
        balance_transaction: dollars('txn_2', '2026-07-20T10:00:00Z', 'refund', -2_000),
      }),
    );
    expect(books.balance('refunds_due')).toEqual({});
    expect(await worthOf(books)).not.toHaveProperty('refunds_due');
    expect((await worthOf(books))['credit_notes']).toBe(1_000n);
  });

  describe('given tax of a sale that was paid in a currency without a rate', () => {
    const [sold, back] = ['2026-07-02T10:00:00Z', '2026-07-20T10:00:00Z'];
    const order = orderEvent('o1', sold, 11_900, { tax: '1900', currency: 'GBP' });
    const paid = (settled: number, currency = 'usd') =>
      chargeEvent('ch_1', sold, 11_900, line('txn_1', sold, 'charge', settled, 0, { currency }), {
        ...{ currency: 'gbp', metadata: { order_id: 'o1' } },
      });
    const refunded = refundEvent('re_1', back, 'ch_1', 11_900, {
      ...{ currency: 'gbp', balance_transaction: line('txn_2', back, 'refund', -13_501, 0, USD) },
    });
    const dollars = new Rates('USD', []);

    it('when it was settled in the currency of the books, then what was settled keeps its face value, and no rate is missing', async () => {
      const worth = await worthOf(new MemoryBooks().tell(order, paid(13_001)), dollars);
      expect(worth).toEqual({ 'clearing.stripe': 13_001n, revenue: -10_926n, tax_payable: -2_075n });
      // What the refund was settled at is other than what the sale was: the tax is paid back in full, and the difference stays with it.
      const after = await worthOf(new MemoryBooks().tell(order, paid(13_001), refunded), dollars);
      expect(after).toEqual({ 'clearing.stripe': -500n, revenue: -10_926n, refunds: 11_346n, tax_payable: 80n });
    });

    it('when it was settled in a third currency that has a rate, then it is worth its part of that', async () => {
      const worth = await worthOf(new MemoryBooks().tell(order, paid(13_000)));
      expect(worth['tax_payable']).toBe(-1_038n);
      expect(worth).not.toHaveProperty('conversion');
    });

    it('when a rate is recorded, then it has that, and the difference to the rate of the sale is an exchange difference', async () => {
      const rates = new Rates('USD', [{ day: '2026-07-02', base: 'GBP', quote: 'USD', rate: '2', source: 'ECB' }]);
      const worth = await worthOf(new MemoryBooks().tell(order, paid(13_000)), rates);
      expect(worth).toEqual({
        ...{ 'clearing.stripe': 13_000n, revenue: -10_925n, tax_payable: -3_800n, fx_realised: 1_725n },
      });
    });

    it.each<[string, MemoryBooks]>([
      [
        'it is not settled yet',
        new MemoryBooks().tell(
          order,
          chargeEvent('ch_1', sold, 11_900, null, { currency: 'gbp', metadata: { order_id: 'o1' } }),
        ),
      ],
      ['nor has the currency that it was settled in', new MemoryBooks().tell(order, paid(13_000, 'chf'))],
    ])('when %s, then it has no value, and its lines count as missing', (_, books) => {
      const valuation = new Valuation(RATES, () => 0);
      const lines = valuation.entry(stored(books.entries.get('payment:ch_1')!));
      expect(lines.map(({ functional }) => functional)).toEqual(lines.map(() => undefined));
      expect(valuation.missing).toBe(lines.length);
    });

    it.each([1, 2, 7, 333, 999_999])('when %i cents were settled, then debits are credits to the cent', (settled) => {
      const valuation = new Valuation(dollars, () => 0);
      const lines = valuation.entry(stored(new MemoryBooks().tell(order, paid(settled)).entries.get('payment:ch_1')!));
      expect(lines.reduce((sum, { functional }) => sum + functional!, 0n)).toBe(0n);
      expect(lines.filter(({ kind }) => kind === 'fx')).toEqual([]);
    });
  });

  it('given what is to come in or to be paid, then it is measured, and what was earned or spent is not', () => {
    const held = ['receivable', 'bank_in_transit', 'payments_in_process', 'dispute_receivable', 'reserve'];
    for (const account of [...held, 'refunds_due', 'customer_balance', 'clearing.square'])
      expect([account, isMonetary(account)]).toEqual([account, true]);
    for (const account of ['revenue', 'deferred_revenue', 'bank', 'dispute_losses', 'suspense'])
      expect([account, isMonetary(account)]).toEqual([account, false]);
  });
});
