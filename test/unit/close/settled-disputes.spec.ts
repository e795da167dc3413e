import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { adyenEntry, aModification, anAuthorisation, DAY_MS, eur } from '../../fixtures/adyen-items.js';
import { aPayment, aSquareDispute, isoAt, type Json, squareEntry, usd } from '../../fixtures/square-events.js';
import { linesOf, MemoryBooks } from '../../support/memory-books.js';
import { reportEntries, settledEntries } from '../../support/report-entries.js';

const lines = (books: MemoryBooks, entry: string) => {
  const found = books.entries.get(entry);
  return found === undefined ? undefined : [found.day, ...linesOf(found)];
};
const left = (books: MemoryBooks, ...accounts: readonly string[]) => accounts.map((account) => books.balance(account));

describe('disputes at Adyen', () => {
  const captured = [
    adyenEntry(anAuthorisation({ amount: eur(10_000) }), { afterMs: 0 }),
    adyenEntry(aModification('CAPTURE', 'CAP1', { amount: eur(10_000) }), { afterMs: 0 }),
  ];
  const told = (code: string, afterDays: number) =>
    adyenEntry(aModification(code, 'DSP1', { amount: eur(10_000) }), { afterMs: afterDays * DAY_MS });
  const settled = (type: string, day: string, net: string) => ({ type, day, net, psp: 'PSP1', modification: 'DSP1' });

  it('given a chargeback, its reversal and a second one, each with its line, then each has its own, and it is lost once', async () => {
    const events = [...captured, told('CHARGEBACK', 1), told('CHARGEBACK_REVERSED', 17), told('SECOND_CHARGEBACK', 43)];
    const balance = await settledEntries(
      { ...settled('Settled', '2026-10-04', '100.00'), modification: 'CAP1' },
      settled('Chargeback', '2026-10-05', '-100.00'),
      settled('ChargebackReversed', '2026-10-21', '100.00'),
      settled('SecondChargeback', '2026-11-16', '-100.00'),
    );
    for (const order of [[...events, ...balance], [...balance].reverse().concat([...events].reverse())]) {
      const books = new MemoryBooks().tell(...order);
      const taken = ['payments_in_process -10000 EUR', 'dispute_receivable 10000 EUR'];
      const back = ['payments_in_process 10000 EUR', 'dispute_receivable -10000 EUR'];
      expect(lines(books, 'dispute:DSP1:withdrawn')).toEqual(['2026-10-04', ...taken]);
      expect(lines(books, 'dispute:DSP1:reinstated')).toEqual(['2026-10-20', ...back]);
      expect(lines(books, 'dispute:DSP1:withdrawn:second')).toEqual(['2026-11-15', ...taken]);
      expect(lines(books, 'dispute:DSP1:lost')).toEqual([
        ...['2026-11-15', 'dispute_losses 10000 EUR', 'dispute_receivable -10000 EUR'],
      ]);
      expect(left(books, 'payments_in_process', 'dispute_receivable', 'suspense')).toEqual([{}, {}, {}]);
    }
  });

  it.each([
    ['DISPUTE_DEFENSE_PERIOD_ENDED', '2026-10-23'],
    ['PREARBITRATION_LOST', '2026-10-23'],
    ['SCHEME_ARBITRATION_LOST', '2026-10-23'],
  ])('given that %s tells the end of it, then it is lost on that day', (code, day) => {
    const books = new MemoryBooks().tell(...captured, told('CHARGEBACK', 1), told(code, 20));
    expect(lines(books, 'dispute:DSP1:lost')).toEqual([
      ...[day, 'dispute_losses 10000 EUR', 'dispute_receivable -10000 EUR'],
    ]);
  });

  it('given that the money came back after the defense period and was taken again, then it is lost on that day', () => {
    const ended = told('DISPUTE_DEFENSE_PERIOD_ENDED', 5);
    const later = [told('CHARGEBACK_REVERSED', 17), told('SECOND_CHARGEBACK', 43)];
    const books = new MemoryBooks().tell(...captured, told('CHARGEBACK', 1), ended, ...later);
    expect(lines(books, 'dispute:DSP1:lost')![0]).toBe('2026-11-15');
  });

  it('given a second chargeback that goes on to arbitration, then it is lost only when that is, in whatever order it is told', () => {
    const open = [...captured, told('CHARGEBACK', 1), told('CHARGEBACK_REVERSED', 17), told('SECOND_CHARGEBACK', 43)];
    const arbitrated = [...open, told('SCHEME_ARBITRATION', 70)];
    const lost = [...arbitrated, told('SCHEME_ARBITRATION_LOST', 130)];
    const inAnyOrder = fc.constantFrom(
      { events: open, day: '2026-11-15' },
      { events: arbitrated, day: undefined },
      { events: lost, day: '2027-02-10' },
    );
    const shuffled = inAnyOrder.chain(({ events, day }) =>
      fc.shuffledSubarray([...events, ...events], { minLength: 2 * events.length }).map((order) => ({ order, day })),
    );
    fc.assert(
      fc.property(shuffled, ({ order, day }) => {
        const books = new MemoryBooks().tell(...order);
        expect(lines(books, 'dispute:DSP1:lost')?.[0]).toBe(day);
      }),
    );
  });

  it('given a dispute that goes on, then nothing is lost', () => {
    for (const code of ['CHARGEBACK', 'INFORMATION_SUPPLIED', 'ISSUER_RESPONSE_TIMEFRAME_EXPIRED']) {
      const books = new MemoryBooks().tell(...captured, told('CHARGEBACK', 1), told(code, 20));
      expect(lines(books, 'dispute:DSP1:lost')).toBeUndefined();
    }
  });
});

describe('disputes at Square', () => {
  const sale = squareEntry('payment.updated', 'payment', aPayment());
  const opened = squareEntry('dispute.created', 'dispute', aSquareDispute());
  const ended = (state: string) =>
    squareEntry(
      'dispute.state.updated',
      'dispute',
      aSquareDispute({ state, updated_at: isoAt(30 * DAY_MS), version: 2 }),
    );
  const entry = (id: string, type: string, gross: number, afterDays: number, details: Json = {}): Json => ({
    ...{ id, payout_id: 'po_1', effective_at: isoAt(afterDays * DAY_MS), type, ...details },
    ...{ gross_amount_money: usd(gross), net_amount_money: usd(gross) },
  });
  const of = { payment_id: 'PAY1', dispute_id: 'DISP1' };
  const entries = (...told: readonly Json[]) =>
    reportEntries('square', 'payout_entries', JSON.stringify({ payout_entries: told }));
  const charged = entry('poe_1', 'CHARGE', 4990, 0, { type_charge_details: { payment_id: 'PAY1' } });

  it.each([
    ['DISPUTE', 'type_dispute_details'],
    ['OPEN_DISPUTE', 'type_open_dispute_details'],
  ])('given one that is won, both ways an entry %s, then nothing is left of it', async (type, details) => {
    const taken = entry('poe_2', type, -4990, 3, { [details]: of });
    const back = entry('poe_3', type, 4990, 31, { [details]: of });
    const books = new MemoryBooks().tell(sale, opened, ended('WON'), ...(await entries(charged, taken, back)));
    expect(lines(books, 'square:poe_2')).toEqual([
      ...['2026-10-06', 'clearing.square -4990 USD', 'payments_in_process 4990 USD'],
    ]);
    expect(lines(books, 'square:poe_3')).toEqual([
      ...['2026-11-03', 'clearing.square 4990 USD', 'payments_in_process -4990 USD'],
    ]);
    expect(lines(books, 'dispute:DISP1:withdrawn')).toEqual([
      ...['2026-10-05', 'payments_in_process -4990 USD', 'dispute_receivable 4990 USD'],
    ]);
    expect(lines(books, 'dispute:DISP1:reinstated')).toEqual([
      ...['2026-11-02', 'payments_in_process 4990 USD', 'dispute_receivable -4990 USD'],
    ]);
    expect(left(books, 'payments_in_process', 'dispute_receivable', 'dispute_losses', 'suspense')).toEqual([
      ...[{}, {}, {}, {}],
    ]);
    expect(books.balance('clearing.square')).toEqual({ USD: '4990' });
  });

  it.each(['LOST', 'ACCEPTED'])('given one that is %s, then it is a loss on the day of that', (state) => {
    const books = new MemoryBooks().tell(ended(state), opened, sale);
    expect(lines(books, 'dispute:DISP1:lost')).toEqual([
      ...['2026-11-02', 'dispute_losses 4990 USD', 'dispute_receivable -4990 USD'],
    ]);
  });

  it.each(['LOST', 'ACCEPTED'])('given evidence that came after it was %s, then the day of that stays', (state) => {
    const over = { state, updated_at: isoAt(45 * DAY_MS), version: 3 };
    const added = ['added', 'created', 'removed', 'deleted'].map((what) =>
      squareEntry(`dispute.evidence.${what}`, 'dispute', aSquareDispute(over)),
    );
    for (const order of [
      [opened, ended(state), ...added],
      [...added, ended(state), opened],
    ]) {
      const books = new MemoryBooks().tell(sale, ...order);
      expect(lines(books, 'dispute:DISP1:lost')![0]).toBe('2026-11-02');
    }
  });

  it.each([
    ['RELEASE_ADJUSTMENT', 'reserve'],
    ['RESERVE_HOLD', 'reserve'],
    ['RESERVE_RELEASE', 'reserve'],
    ['DEPOSIT_FEE_REVERSED', 'account_fees'],
    ['PROCESSING_FEE', 'account_fees'],
    ['PROCESSING_FEE_REFUND', 'account_fees'],
    ['OTHER_ADJUSTMENT', 'adjustments'],
  ])('given an entry %s, then %s has the other side, whichever way', async (type, account) => {
    for (const gross of [-700, 700]) {
      const books = new MemoryBooks().tell(...(await entries(entry('poe_9', type, gross, 1))));
      expect(linesOf(books.entries.get('square:poe_9'))).toEqual([
        ...[`clearing.square ${gross} USD`, `${account} ${-gross} USD`],
      ]);
    }
  });
});
