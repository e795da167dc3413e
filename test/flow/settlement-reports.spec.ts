import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ProviderReports } from '../../src/close/tie-out/provider-reports.js';
import { interpret } from '../../src/ingest/interpret.js';
import { reportKinds } from '../../src/ingest/providers/index.js';
import type { Fact } from '../../src/catalog/facts.js';
import { NOW, openDoors, type Doors } from '../support/doors.js';

let doors: Doors;
let reports: ProviderReports;

beforeAll(async () => {
  doors = await openDoors();
  reports = new ProviderReports({
    ...{ database: doors.database, vault: doors.vault, kinds: reportKinds, clock: () => NOW },
    keepObjects: (provider, { objects }) => doors.ingest.imports.rows(provider, objects),
  });
});
afterAll(() => doors.close());

const add = (provider: string, kind: string, content: string) =>
  reports.add({ provider, kind, bytes: Buffer.from(content) }, 'key:finance');

/** What a report adds to the ledger, and what that means. */
async function told(provider: string, kind: string, content: string) {
  const before = await doors.ledger.head();
  const { report } = await add(provider, kind, content);
  const { entries } = await doors.ledger.readFeed(before, 1_000);
  const facts = entries.flatMap(
    (entry): readonly Fact[] =>
      interpret({ ...entry, occurredAt: entry.occurredAt.getTime(), body: JSON.parse(entry.body) as unknown }) ?? [],
  );
  return { report, entries, facts };
}
const figures = ({ subject, effect, fields }: Fact) => [
  ...[subject, effect, fields['category'], fields['gross'], fields['fee'], fields['net'], fields['currency']],
];

/** Columns whose absence changes nothing that is told. */
const READ_NOWHERE = [
  ...['Company Account', 'Merchant Reference', 'Payment Method', 'Gross Currency', 'Gross Debit (GC)'],
  ...['Gross Credit (GC)', 'Exchange Rate', 'Shopper Name'],
];

describe("Adyen's settlement details", () => {
  const HEAD =
    'Company Account,Merchant Account,Psp Reference,Merchant Reference,Payment Method,Creation Date,TimeZone,Type,Modification Reference,Gross Currency,Gross Debit (GC),Gross Credit (GC),Exchange Rate,Net Currency,Net Debit (NC),Net Credit (NC),Commission (NC),Markup (NC),Scheme Fees (NC),Interchange (NC),Batch Number,Shopper Name';
  const row = (
    psp: string,
    type: string,
    modification: string,
    debit: string,
    credit: string,
    fees: string,
    over = '',
  ) =>
    `Harbour,HarbourECOM,${psp},o_1,visa,2026-10-03 11:00:00,CEST,${type},${modification},EUR,,,1,EUR,${debit},${credit},${fees},7,${over}`;
  const settled = row(
    '8816178952380553',
    'Settled',
    '8816178952380999',
    '',
    '49.00',
    '0.50,0.30,0.15,0.05',
    'Ada Harbour',
  );
  const refunded = row('8816178952380553', 'Refunded', '8816178952381000', '20.00', '', ',,,');
  const fee = row('', 'Fee', 'Transaction Fees October', '3.10', '', ',,,');
  const payout = row('', 'MerchantPayout', 'TX2 payout', '25.90', '', ',,,');
  const PAYOUT = 'payout:adyen_HarbourECOM.7.-.TX2 payout.MerchantPayout';

  it('given a batch, then its lines are on the payments they are of, and the payout is one', async () => {
    const { report, facts } = await told(
      'adyen',
      'settlement_details',
      [HEAD, settled, refunded, fee, payout, ''].join('\n'),
    );
    expect(facts.map(figures)).toEqual([
      [
        'payment:8816178952380553',
        'balance:HarbourECOM.7.8816178952380553.8816178952380999.Settled',
        'charge',
        '5000',
        '100',
        '4900',
        'EUR',
      ],
      [
        'payment:8816178952380553',
        'balance:HarbourECOM.7.8816178952380553.8816178952381000.Refunded',
        'refund',
        '-2000',
        '0',
        '-2000',
        'EUR',
      ],
      [
        'balance:HarbourECOM.7.-.Transaction Fees October.Fee',
        'balance:HarbourECOM.7.-.Transaction Fees October.Fee',
        'fee',
        '-310',
        '0',
        '-310',
        'EUR',
      ],
      [PAYOUT, 'balance:HarbourECOM.7.-.TX2 payout.MerchantPayout', 'payout', '-2590', '0', '-2590', 'EUR'],
      [PAYOUT, 'changed', undefined, undefined, undefined, undefined, 'EUR'],
    ]);
    expect(facts.at(-1)!.fields).toMatchObject({ amount: '2590', status: 'paid', arrival_at: Date.UTC(2026, 9, 3) });
    expect(facts[0]!.fields).toMatchObject({
      at: Date.parse('2026-10-03T09:00:00Z'),
      provider: 'adyen',
      payout: 'adyen_batch_HarbourECOM_7',
    });
    const sum = facts.reduce((total, { fields }) => total + BigInt(String(fields['net'] ?? 0)), 0n);
    expect([report.lines, sum]).toEqual([4, 0n]);
  });

  it('then a column that somebody added is sealed, and handing the report over again records nothing', async () => {
    const again = await told('adyen', 'settlement_details', [HEAD, settled, refunded, fee, payout, ''].join('\n'));
    expect(again.entries).toEqual([]);
    const bodies = (await doors.entries()).map(({ body }) => body).join();
    expect(bodies).toContain('8816178952380999');
    expect(bodies).not.toContain('Ada Harbour');
    const { rows } = await doors.database.pool.query<{ body: string }>('select body from close.provider_reports');
    for (const { body } of rows) expect(body).toMatch(/^"~sealed:[^"]+"$/);
  });

  it('given the same line in another file, then it is one line', async () => {
    expect((await told('adyen', 'settlement_details', [HEAD, settled, ''].join('\n'))).entries).toEqual([]);
  });

  it.each<[string, string, RegExp]>([
    ['a zone that nobody knows', settled.replace('CEST', 'XYZ'), /line 2: timezone is none that is known/],
    [
      'a zone of several countries',
      settled.replace('CEST', 'IST'),
      /line 2: timezone IST is the name of several zones/,
    ],
    ['another of them', settled.replace('CEST', 'CST'), /line 2: timezone CST is the name of several zones/],
    ['no account', settled.replace('HarbourECOM', ''), /line 2: merchant account is needed/],
    [
      'an amount with a comma for the point',
      settled.replace('49.00', '"49,00"'),
      /line 2: net credit \(nc\) must be an amount/,
    ],
    ['no type', settled.replace('Settled', ''), /line 2: type is needed/],
    ['a time in another form', settled.replace('2026-10-03', '03/10/2026'), /line 2: creation date must be a time/],
  ])('given %s, then the line is named, and nothing of the report is kept', async (_, bad, sentence) => {
    const before = await doors.ledger.head();
    const refused = add('adyen', 'settlement_details', [HEAD, bad, refunded, ''].join('\n'));
    await expect(refused).rejects.toMatchObject({ code: 'invalid_request', detail: expect.stringMatching(sentence) });
    expect(await doors.ledger.head()).toBe(before);
  });

  it('given two accounts with a batch of the same number, then each has its own lines and its own payout', async () => {
    const other = [settled, payout].map((each) => each.replace('HarbourECOM', 'HarbourPOS').replaceAll('.90', '.10'));
    const { facts } = await told('adyen', 'settlement_details', [HEAD, ...other, ''].join('\n'));
    expect(facts.map(({ subject, effect }) => [subject, effect])).toEqual([
      ['payment:8816178952380553', 'balance:HarbourPOS.7.8816178952380553.8816178952380999.Settled'],
      ['payout:adyen_HarbourPOS.7.-.TX2 payout.MerchantPayout', 'balance:HarbourPOS.7.-.TX2 payout.MerchantPayout'],
      ['payout:adyen_HarbourPOS.7.-.TX2 payout.MerchantPayout', 'changed'],
    ]);
  });

  it('given a booking date, then the bank has the payout on that day', async () => {
    const booked = [`${HEAD},Booking Date`, `${payout.replace(',7,', ',8,')},2026-10-05 00:00:00`, ''].join('\n');
    const { facts } = await told('adyen', 'settlement_details', booked);
    expect(facts.at(-1)!.fields['arrival_at']).toBe(Date.UTC(2026, 9, 5));
    const wrong = booked.replace('2026-10-05 00:00:00', '05/10/2026');
    await expect(add('adyen', 'settlement_details', wrong)).rejects.toMatchObject({
      detail: expect.stringMatching(/line 2: booking date must be a time/),
    });
  });

  it.each(HEAD.split(',').filter((heading) => !READ_NOWHERE.includes(heading)))(
    'given no column "%s", then it is named, and nothing of the report is kept',
    async (heading) => {
      const at = HEAD.split(',').indexOf(heading);
      const cut = [HEAD, settled].map((line) => line.split(',').toSpliced(at, 1).join());
      await expect(add('adyen', 'settlement_details', cut.join('\n'))).rejects.toMatchObject({
        detail: `report: "${heading.toLowerCase()}" is not among the headings.`,
      });
    },
  );
});

describe("entries of Square's payouts", () => {
  const usd = (amount: number) => ({ amount, currency_code: 'USD' });
  const entry = (id: string, type: string, gross: number, fee: number, net: number, details = {}) => ({
    ...{ id, payout_id: 'po_sq', effective_at: '2026-10-03T09:00:00Z', type, ...details },
    ...{ gross_amount_money: usd(gross), fee_amount_money: usd(fee), net_amount_money: usd(net) },
  });
  const entries = [
    entry('poe_1', 'CHARGE', 15_000, 465, 14_535, { type_charge_details: { payment_id: 'PAY1' } }),
    entry('poe_2', 'REFUND', -5_000, 0, -5_000, { type_refund_details: { payment_id: 'PAY1', refund_id: 'REF1' } }),
    entry('poe_3', 'TAX_ON_FEE', -38, 0, -38),
  ];

  it('given a page of them, then each is on the payment it is of, and what Square kept is what is left of the gross', async () => {
    const { facts } = await told('square', 'payout_entries', JSON.stringify({ payout_entries: entries }));
    expect(facts.map(figures)).toEqual([
      ['payment:PAY1', 'balance:poe_1', 'charge', '15000', '465', '14535', 'USD'],
      ['payment:PAY1', 'balance:poe_2', 'refund', '-5000', '0', '-5000', 'USD'],
      ['balance:poe_3', 'balance:poe_3', 'tax', '-38', '0', '-38', 'USD'],
    ]);
    expect(facts[1]!.fields).toMatchObject({ source: 'REF1', payout: 'po_sq', provider: 'square' });
  });

  it('given several pages, one a line, then all are read; given them again, then nothing is recorded', async () => {
    const pages = entries.map((each) => JSON.stringify({ payout_entries: [each] })).join('\n');
    const { report, entries: recorded } = await told('square', 'payout_entries', pages);
    expect([report.lines, recorded]).toEqual([3, []]);
  });

  it.each<[string, unknown, RegExp]>([
    ['no list', { payouts: [] }, /there is no list "payout_entries"/],
    [
      'an entry without a time',
      { payout_entries: [{ ...entries[0], effective_at: undefined }] },
      /entry 1: an entry of a payout has no id or time/,
    ],
    [
      'an entry without money',
      { payout_entries: [entries[0], { ...entries[1], net_amount_money: {} }] },
      /entry 2: an amount has no currency/,
    ],
  ])('given %s, then it says which', async (_, page, sentence) => {
    await expect(add('square', 'payout_entries', JSON.stringify(page))).rejects.toMatchObject({
      detail: expect.stringMatching(sentence),
    });
  });
});

describe("Stripe's reports", () => {
  const itemised = 'balance_transaction_id,created_utc,currency,gross,fee,net,reporting_category,source_id';
  const summary = 'category,net_amount,currency';
  const cases = (['balance_itemised', 'payout_reconciliation', 'balance_summary'] as const).flatMap((kind) => {
    const headings = kind === 'balance_summary' ? summary : itemised;
    return headings.split(',').map((heading) => ({ kind, heading, headings }));
  });

  it.each(cases)('given a $kind without "$heading", then it is named', async ({ kind, heading, headings }) => {
    const left = headings.split(',').filter((each) => each !== heading);
    await expect(add('stripe', kind, `${left.join()}\n${left.map(() => '1').join()}\n`)).rejects.toMatchObject({
      detail: `report: "${heading}" is not among the headings.`,
    });
  });

  it('given no headings at all, then it says so', async () => {
    await expect(add('stripe', 'balance_itemised', '\n')).rejects.toMatchObject({
      detail: 'report: there are no headings.',
    });
  });
});
