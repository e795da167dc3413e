import { describe, expect, it } from '@jest/globals';
import { adyenEntry, aModification, anAuthorisation, DAY_MS, eur } from '../../fixtures/adyen-items.js';
import { chargeEvent, line, refundEvent, s } from '../../support/books-given.js';
import { linesOf, MemoryBooks } from '../../support/memory-books.js';
import { settledEntries } from '../../support/report-entries.js';
import { stripeEntry } from '../../fixtures/stripe-events.js';

const lines = (books: MemoryBooks, entry: string) => linesOf(books.entries.get(entry));
const told = (code: string, reference: string, value: number, afterDays = 0) =>
  adyenEntry(aModification(code, reference, { amount: eur(value) }), { afterMs: afterDays * DAY_MS });
const authorised = adyenEntry(anAuthorisation({ amount: eur(10_000) }));

describe('a capture at Adyen that fails after it was settled', () => {
  const settled = { type: 'Settled', day: '2026-10-04', net: '59.00', fee: '1.00', psp: 'PSP1', modification: 'CAP1' };
  const reversed = { type: 'SettledReversed', day: '2026-10-20', net: '-60.00', psp: 'PSP1', modification: 'CAP1' };
  const failed = [authorised, told('CAPTURE', 'CAP1', 6_000), told('CAPTURE_FAILED', 'CAP1', 6_000, 16)];

  it('given both lines, then they take each other back, and only the fee is left', async () => {
    const books = new MemoryBooks().tell(...failed, ...(await settledEntries(settled, reversed)));
    expect(books.standing).toHaveLength(2);
    expect(lines(books, 'adyen:Harbour.7.PSP1.CAP1.Settled')).toEqual([
      ...['clearing.adyen 5900 EUR', 'fees 100 EUR', 'payments_in_process -6000 EUR'],
    ]);
    expect(lines(books, 'adyen:Harbour.7.PSP1.CAP1.SettledReversed')).toEqual([
      ...['clearing.adyen -6000 EUR', 'payments_in_process 6000 EUR'],
    ]);
    for (const { matter } of books.entries.values()) expect(matter).toBe('adyen:payment:PSP1:captured:CAP1');
  });

  it('given the first line alone, then its money is in suspense until the other is there', async () => {
    const books = new MemoryBooks().tell(...failed, ...(await settledEntries(settled)));
    expect(lines(books, 'payment:PSP1:captured:CAP1')).toEqual([
      ...['payments_in_process 6000 EUR', 'suspense -6000 EUR'],
    ]);
    expect(books.balance('payments_in_process')).toEqual({});
  });

  it('given another capture beside it, then each has its own line, though that of the other came first', async () => {
    const other = { type: 'Settled', day: '2026-10-03', net: '40.00', psp: 'PSP1', modification: 'CAP2' };
    const books = new MemoryBooks().tell(
      ...[...failed, told('CAPTURE', 'CAP2', 4_000, 1)],
      ...(await settledEntries(other, settled, reversed)),
    );
    expect(lines(books, 'payment:PSP1:captured:CAP2')).toEqual(['payments_in_process 4000 EUR', 'revenue -4000 EUR']);
    expect([books.balance('payments_in_process'), books.balance('suspense')]).toEqual([{}, {}]);
    expect(books.balance('revenue')).toEqual({ EUR: '-4000' });
  });

  it('given two captures whose lines come in the other order, then each has the line that names it', async () => {
    const first = { type: 'Settled', day: '2026-10-06', net: '60.00', psp: 'PSP1', modification: 'CAP1' };
    const second = { type: 'Settled', day: '2026-10-05', net: '40.00', psp: 'PSP1', modification: 'CAP2' };
    const captures = [authorised, told('CAPTURE', 'CAP1', 6_000), told('CAPTURE', 'CAP2', 4_000, 1)];
    const books = new MemoryBooks().tell(...captures, ...(await settledEntries(first, second)));
    expect(lines(books, 'payment:PSP1:captured:CAP1')).toEqual(['payments_in_process 6000 EUR', 'revenue -6000 EUR']);
    expect(lines(books, 'payment:PSP1:captured:CAP2')).toEqual(['payments_in_process 4000 EUR', 'revenue -4000 EUR']);
  });

  it('given one that failed before it was settled, then there is nothing of it', () =>
    expect(new MemoryBooks().tell(...failed).standing).toEqual([]));
});

describe('what Adyen carries and brings back', () => {
  it('given a payout that the bank returns, then the bank has had it, and clearing has it again', async () => {
    const paid = { type: 'MerchantPayout', day: '2026-10-04', net: '-49.00', modification: 'TX1' };
    const back = { type: 'BankInstructionReturned', day: '2026-10-08', net: '49.00', modification: 'TX1', batch: 8 };
    const books = new MemoryBooks().tell(...(await settledEntries(paid, back)));
    expect(lines(books, 'adyen:Harbour.8.-.TX1.BankInstructionReturned')).toEqual([
      ...['clearing.adyen 4900 EUR', 'bank -4900 EUR'],
    ]);
    for (const account of ['bank', 'bank_in_transit', 'clearing.adyen', 'payments_in_process', 'suspense'])
      expect([account, books.balance(account)]).toEqual([account, {}]);
  });

  it('given what a batch leaves to the next, then it is between the two until both are there', async () => {
    const left = { type: 'Balancetransfer', day: '2026-10-31', net: '-12.00', batch: 7 };
    const taken = { type: 'Balancetransfer', day: '2026-11-02', net: '12.00', batch: 8 };
    const books = new MemoryBooks().tell(...(await settledEntries(left)));
    expect(lines(books, 'adyen:Harbour.7.-.-.Balancetransfer')).toEqual([
      ...['clearing.adyen -1200 EUR', 'batch_transfers 1200 EUR'],
    ]);
    books.tell(...(await settledEntries(taken)));
    expect([books.balance('batch_transfers'), books.balance('clearing.adyen')]).toEqual([{}, {}]);
  });

  it('given a reserve that is adjusted, then it is held in reserve', async () => {
    const books = new MemoryBooks().tell(
      ...(await settledEntries({ type: 'ReserveAdjustment', day: '2026-10-04', net: '-7.00' })),
    );
    expect(lines(books, 'adyen:Harbour.7.-.-.ReserveAdjustment')).toEqual([
      'clearing.adyen -700 EUR',
      'reserve 700 EUR',
    ]);
  });

  it('given two payouts of one batch, then each is one, on its own day, and nothing is left of either', async () => {
    const books = new MemoryBooks().tell(
      ...(await settledEntries(
        { type: 'MerchantPayout', day: '2026-10-04', net: '-49.00', modification: 'TX1' },
        { type: 'MerchantPayout', day: '2026-10-05', net: '-30.00', modification: 'TX2' },
      )),
    );
    for (const [payout, day, amount] of [
      ['TX1', '2026-10-04', 4900],
      ['TX2', '2026-10-05', 3000],
    ] as const) {
      const entry = `payout:adyen_Harbour.7.-.${payout}.MerchantPayout`;
      expect(lines(books, entry)).toEqual([`payments_in_process -${amount} EUR`, `bank_in_transit ${amount} EUR`]);
      expect(books.entries.get(`${entry}:arrived`)!.day).toBe(day);
      expect(lines(books, `${entry}:arrived`)).toEqual([`bank ${amount} EUR`, `bank_in_transit -${amount} EUR`]);
    }
    for (const account of ['bank_in_transit', 'payments_in_process', 'conversion', 'suspense'])
      expect([account, books.balance(account)]).toEqual([account, {}]);
    expect([books.balance('bank'), books.balance('clearing.adyen')]).toEqual([{ EUR: '7900' }, { EUR: '-7900' }]);
  });
});

describe('lines that say another amount than was owed', () => {
  it('given a payout of which the line says more, then what is left is in suspense, and not a conversion', () => {
    const books = new MemoryBooks().tell(
      stripeEntry('payout.created', {
        ...{ id: 'po_1', object: 'payout', amount: 900, currency: 'eur', created: s('2026-07-03T10:00:00Z') },
        ...{ status: 'in_transit', automatic: true },
        balance_transaction: line('txn_1', '2026-07-03T10:00:00Z', 'payout', -1_000),
      }),
    );
    expect(lines(books, 'payout:po_1')).toEqual([
      ...['payments_in_process -1000 EUR', 'bank_in_transit 900 EUR', 'suspense 100 EUR'],
    ]);
  });
});

describe('a pending refund at Stripe that is cancelled', () => {
  const time = '2026-07-03T10:00:00Z';
  const source = { id: 're_1', object: 'refund', charge: 'ch_1' };
  const taken = line('txn_2', time, 'refund', -300, 0, { source });
  const back = line('txn_3', '2026-07-08T10:00:00Z', 'refund_failure', 300, 0, { source });
  const canceled = (transaction: unknown) =>
    refundEvent('re_1', time, 'ch_1', 300, { status: 'canceled', balance_transaction: transaction }, 'updated');
  const balance = (of: object) => stripeEntry('object.balance_transaction', of as Record<string, unknown>);
  const charge = chargeEvent(
    'ch_1',
    '2026-07-01T10:00:00Z',
    1_000,
    line('txn_1', '2026-07-01T10:00:00Z', 'charge', 1_000),
  );

  it('given both lines, then they take each other back, whatever came first', () => {
    const all = [charge, canceled(taken), balance(back)];
    for (const order of [all, [...all].reverse()]) {
      const books = new MemoryBooks().tell(...order);
      expect(lines(books, 'stripe:txn_2')).toEqual(['clearing.stripe -300 EUR', 'payments_in_process 300 EUR']);
      expect(lines(books, 'stripe:txn_3')).toEqual(['clearing.stripe 300 EUR', 'payments_in_process -300 EUR']);
      expect([books.balance('suspense'), books.balance('refunds'), books.balance('payments_in_process')]).toEqual([
        ...[{}, {}, {}],
      ]);
      expect(books.entries.has('refund:re_1')).toBe(false);
    }
  });

  it('given the first line alone, then its money is in suspense', () => {
    const books = new MemoryBooks().tell(charge, canceled(taken));
    expect(books.balance('suspense')).toEqual({ EUR: '300' });
    expect(books.balance('payments_in_process')).toEqual({});
  });

  it('given that no line was made of it, then there is nothing of it', () =>
    expect([...new MemoryBooks().tell(charge, canceled(null)).entries.keys()].sort()).toEqual([
      'payment:ch_1',
      'stripe:txn_1',
    ]));
});
