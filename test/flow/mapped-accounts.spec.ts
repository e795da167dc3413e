import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { accountRules, accountsByCode } from '../../src/close/journal/account-rules.js';
import { chartOfAccounts } from '../../src/close/journal/chart-of-accounts.js';
import { createBooks, type JournalBooks } from '../../src/close/create-books.js';
import { exportChunks, exportFormat } from '../../src/close/export-journal.js';
import { calendarMonths } from '../../src/close/fiscal-calendar.js';
import { periodStatements, StatementSums } from '../../src/close/period/period-statements.js';
import type { PostingLine } from '../../src/close/journal/posting.js';
import { interpret, interpreterVersion } from '../../src/ingest/interpret.js';
import { Zone } from '../../src/kernel/day.js';
import { chargeEvent, keptBooks, type KeptBooks, line, payoutEvent, refundEvent } from '../support/books-given.js';
import { streamed } from '../support/journals.js';
import { temporaryFolder } from '../support/test-cluster.js';
import { describeWhere } from '../support/where.js';

// The accounts are the example of the page that people follow.
const PAGE = readFileSync(path.join(import.meta.dirname, '../../docs/how-to/keep-books.md'), 'utf8');
const example = {
  path: 'chart.json',
  text: [...PAGE.matchAll(/```json\n(.*?)```/gs)].map(([, text]) => text!).find((text) => text.includes('"rules"'))!,
};
const chart = chartOfAccounts(example);
const rules = accountRules(example, chart);
const JULY = { from: '2026-07-01', to: '2026-07-31' };

let kept: KeptBooks;
let books: JournalBooks;
let lines: PostingLine[];
beforeAll(async () => {
  kept = await keptBooks();
  books = createBooks({
    ...{ ledger: kept.ledger, database: kept.database, interpret, interpreterVersion, zone: new Zone('UTC') },
    ...{ chart, rules, calendar: calendarMonths, functionalCurrency: 'EUR' },
  });
  const rates = ['2026-07-06', '2026-07-31'].map((day, at) => ({
    ...{ source: 'ECB', base: 'USD', quote: 'EUR', day, rate: at === 0 ? '0.9' : '0.8' },
  }));
  await books.recordRates(rates, kept.context);
  const usd = { currency: 'usd' };
  await kept.tell(
    chargeEvent('ch_1', '2026-07-03T10:00:00Z', 10_000, line('txn_1', '2026-07-03T10:00:00Z', 'charge', 10_000, 300)),
    chargeEvent(
      'ch_2',
      '2026-07-06T10:00:00Z',
      4_000,
      line('txn_2', '2026-07-06T10:00:00Z', 'charge', 4_000, 150, usd),
      usd,
    ),
    refundEvent('re_1', '2026-07-08T10:00:00Z', 'ch_1', 2_500, {
      balance_transaction: line('txn_3', '2026-07-08T10:00:00Z', 'refund', -2_500),
    }),
    payoutEvent('paid', '2026-07-12T10:00:00Z', 'po_1', '2026-07-10T10:00:00Z', 5_000, {
      balance_transaction: line('txn_4', '2026-07-10T10:00:00Z', 'payout', -5_000),
    }),
  );
  await kept.project();
  await books.catchUp();
  lines = [];
  for await (const each of books.lines(JULY)) lines.push(each);
});
afterAll(() => kept.close());

const sumsOf = (amountOf: (each: PostingLine) => [key: string, amount: bigint]): Record<string, string> => {
  const sums = new Map<string, bigint>();
  for (const each of lines) {
    const [key, amount] = amountOf(each);
    sums.set(key, (sums.get(key) ?? 0n) + amount);
  }
  return Object.fromEntries([...sums].map(([key, sum]) => [key, String(sum)]));
};
const still = (sums: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(sums).filter(([, sum]) => sum !== '0'));

describe("books in the operator's accounts", () => {
  it('given the example of the page, then each line stands where the first rule that fits sends it', () => {
    expect(still(sumsOf(({ account, currency, amount }) => [`${account} ${currency}`, amount]))).toEqual({
      '1361 EUR': '2200', // 97.00 less 25.00 less 50.00
      '1362 USD': '3850',
      '1050 EUR': '5000', // in transit
      '8400 EUR': '-10000',
      '8420 USD': '-4000',
      '4100 EUR': '2500',
      '4971 EUR': '300',
      '4971 USD': '150',
    });
  });

  it('then debits are credits of every entry in every currency, and in the functional one', () => {
    const entries = sumsOf(({ entry, day, currency, amount }) => [`${entry} ${day} ${currency}`, amount]);
    expect(Object.values(entries).filter((sum) => sum !== '0')).toEqual([]);
    expect(sumsOf(({ functional }) => ['', functional!])).toEqual({ '': '0' });
  });

  it('then the trial balance has the sums of the lines, and the balances of our own accounts are what they were', async () => {
    const upTo = await books.catchUp();
    const asked = { ...JULY, upTo };
    const byCode = (await books.codedBalance(asked)).map(({ account, currency, closing }) => [
      ...[`${account} ${currency}`, String(closing)],
    ]);
    expect(still(Object.fromEntries(byCode) as Record<string, string>)).toEqual(
      still(sumsOf(({ account, currency, amount }) => [`${account} ${currency}`, amount])),
    );
    const own = await kept.books.trialBalance(asked);
    expect(await books.trialBalance(asked)).toEqual(own);
    expect((await books.rollForward(asked)).map(({ closing }) => closing)).toEqual(
      (await kept.books.rollForward(asked)).map(({ closing }) => closing),
    );
    expect(await books.clearing('stripe', '2026-07-31')).toEqual(await kept.books.clearing('stripe', '2026-07-31'));
  });

  it('then the statements of the month tie: roll-forward by account of a currency, revenue without anything unexplained, worth by code', async () => {
    const sums = new StatementSums();
    for (const each of lines) sums.add({ ...each, originDay: each.day });
    const stated = periodStatements(await books.statements(JULY), sums);
    const closing = new Map(stated.trial_balance.map((row) => [`${row.account} ${row.currency}`, row.closing_minor]));
    expect(stated.roll_forward.map((row) => [row.account, row.currency, row.opening_minor, row.closing_minor])).toEqual(
      [
        ['1361', 'EUR', '0', closing.get('1361 EUR')],
        ['1362', 'USD', '0', closing.get('1362 USD')],
      ],
    );
    expect(stated.revenue).toMatchObject([
      { currency: 'EUR', journal_minor: '10000', unexplained_minor: '0' },
      { currency: 'USD', journal_minor: '4000', unexplained_minor: '0' },
    ]);
    const worth = Object.fromEntries(
      stated.functional!.trial_balance.map((row) => [row.account, [row.opening_minor, row.closing_minor]]),
    );
    // 38.50 dollars at 0.80; revenue at 0.90.
    expect(worth).toMatchObject({ '1362': ['0', '3080'], '8420': ['0', '-3600'], '8400': ['0', '-10000'] });
    expect(stated.functional!.trial_balance.map((row) => row.opening_minor).filter((sum) => sum !== '0')).toEqual([]);
  });

  it('given other rules, then the settings are others, as a close keeps them', () => {
    const { settings, accounts } = books;
    expect(settings).not.toBe(kept.books.settings);
    expect(accounts.filter(({ when }) => when)).toMatchObject(rules.map(({ when, to }) => ({ when, code: to.code })));
  });
});

const env = { ...process.env, LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8' };
const isThere = (program: string): boolean => spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0;

for (const [program, format, args] of [
  ['hledger', 'hledger', (file: string) => ['-f', file, 'check', '--strict']],
  ['bean-check', 'beancount', (file: string) => [file]],
] as const)
  describeWhere(isThere(program))(program, () => {
    it("given the journal in the operator's accounts, then it accepts it", async () => {
      const byCode = accountsByCode(books.accounts);
      const options = { period: '2026-07', account: (code: string) => byCode.get(code), functionalCurrency: 'EUR' };
      let text = '';
      for await (const chunk of exportChunks(exportFormat(format), streamed(lines), options)) text += String(chunk);
      const file = path.join(temporaryFolder('truth-ledger-mapped-'), `journal.${exportFormat(format).extension}`);
      writeFileSync(file, text);
      const { status, stderr } = spawnSync(program, args(file), { encoding: 'utf8', env, timeout: 60_000 });
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      expect(text).toContain('1362');
    });
  });
