import { describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { unzipSync } from 'fflate';
import { guarded } from '../../../src/close/export/csv-text.js';
import type { ExportOptions } from '../../../src/close/export/export-format.js';
import type { ExportLine } from '../../../src/close/export/export-lines.js';
import { exportFormats } from '../../../src/close/exports/index.js';
import { begun, exportChunks, exportFormat, exportJournal } from '../../../src/close/export-journal.js';
import type { PostingLine } from '../../../src/close/journal/posting.js';
import { accountOf, chart, DIGITS, journals, minor, streamed, sums } from '../../support/journals.js';

const options: ExportOptions = { period: '2026-10', account: accountOf };

async function exported(name: string, lines: readonly PostingLine[], given: Partial<ExportOptions> = {}) {
  const chunks: Uint8Array[] = [];
  for await (const chunk of exportChunks(exportFormat(name), streamed(lines), { ...options, ...given }))
    chunks.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
  return Buffer.concat(chunks);
}

const rowsOf = (bytes: Uint8Array): Record<string, string>[] =>
  parse(Buffer.from(bytes), { columns: true, record_delimiter: '\r\n' });
const unguarded = (text: string): string => (/^'+\s*[=+\-@\t\r\n＝＋－＠]/.test(text) ? text.slice(1) : text);
const sided = (debit: string, credit: string, currency: string): bigint =>
  (debit ? minor(debit, DIGITS[currency]!) : 0n) - (credit ? minor(credit, DIGITS[currency]!) : 0n);
const onlyOf = (lines: readonly PostingLine[], ...currencies: string[]) =>
  lines.filter(({ currency }) => currencies.includes(currency));
const flat = (text: string): string => text.replace(/[\p{Cc}]+/gu, ' ').trim();
const check = (property: (lines: PostingLine[]) => Promise<void>, runs = 60) =>
  fc.assert(fc.asyncProperty(journals(), property), { numRuns: runs });

describe('exports of a journal', () => {
  it('given any journal, then the CSV says every line again, and no text of it runs as a formula', () =>
    check(async (lines) => {
      const rows = rowsOf(await exported('csv', lines));
      expect(
        rows.map((row) => ({
          entry: unguarded(row['entry_id']!),
          line: Number(row['line']),
          day: row['posting_date'],
          account: unguarded(row['account']!),
          amount: BigInt(row['amount_minor']!),
          sided: sided(row['debit']!, row['credit']!, row['currency']!),
          currency: row['currency'],
          object: unguarded(row['provider_object']!) || undefined,
          adjusts: row['adjusts_period'] || undefined,
          memo: unguarded(row['memo']!),
        })),
      ).toEqual(
        lines.map(({ entry, line, day, account, amount, currency, object, adjusts, memo }) => ({
          ...{ entry, line, day, account, amount, sided: amount, currency, object, adjusts, memo },
        })),
      );
      for (const row of rows)
        for (const name of ['entry_id', 'account', 'provider_object', 'memo'])
          expect(row[name]).not.toMatch(/^\s*[=+\-@]/);
    }));

  it('given lines of every kind, then the CSV has these bytes, which people have read before', async () => {
    const at = Date.UTC(2026, 9, 3, 7, 8, 9, 40);
    const received = { receivedAt: new Date('2026-10-04'), originEventId: 'evt_1', entryId: 'e1', position: 7 };
    const named = { object: 'stripe:ch_1', memo: 'Charge "ch_1", paid\r\ntwice' };
    const odd = { entry: '=1+1', account: '@cmd', object: "'-x", memo: '\t＝HYPERLINK("x")' };
    const rows = [
      line({ at, amount: 1234n, currency: 'EUR', functional: 1357n, rate: '1.1', ...received, ...named }),
      line({ at, line: 2, amount: -5n, currency: 'JPY', adjusts: '2026-09', ...odd }),
      line({ at, line: 3, currency: 'BHD', functional: -7n, memo: '' }),
    ];
    const text = (await exported('csv', rows, { functionalCurrency: 'USD' })).toString();
    expect(text.slice(text.indexOf('\r\n') + 2)).toBe(
      'stripe:txn_1,1,2026-10,2026-10-03,2026-10-03T07:08:09.040Z,2026-10-04T00:00:00.000Z,1100,12.34,,EUR,1234,2,1.1,13.57,' +
        'evt_1,stripe:ch_1,charge,,"Charge ""ch_1"", paid\r\ntwice",USD,e1,7\r\n' +
        "'=1+1,2,2026-10,2026-10-03,2026-10-03T07:08:09.040Z,,'@cmd,,5,JPY,-5,0,,,,''-x,charge,2026-09," +
        '"\'\t＝HYPERLINK(""x"")",,,\r\n' +
        'stripe:txn_1,3,2026-10,2026-10-03,2026-10-03T07:08:09.040Z,,1100,,,BHD,0,3,,-0.07,,,charge,,,USD,,\r\n',
    );
  });

  it('given any text, then its guard can be taken off again', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("'", '=', '+', '-', '@', ' ', '\t', 'a', '＝') }), (text) => {
        expect(unguarded(guarded(text))).toBe(text);
        expect(guarded(text)).not.toMatch(/^\s*[=+\-@\t＝]/);
      }),
    );
  });

  it('given any journal, then JSONL says every line', () =>
    check(async (lines) => {
      const rows = (await exported('jsonl', lines)).toString().split('\n').slice(0, -1);
      expect(rows.map((row) => JSON.parse(row) as object)).toEqual(
        lines.map(({ entry, line, period, day, at, account, amount, currency, kind, object, adjusts, memo }) => ({
          ...{ entry, line, period, day, at: new Date(at).toISOString(), account, amount_minor: String(amount) },
          ...{ currency, kind, memo, ...(object && { object }), ...(adjusts && { adjusts }) },
        })),
      );
    }));

  it('given any journal, then QuickBooks Online gets journals of one currency that balance, and all of it', () =>
    check(async (lines) => {
      const rows = rowsOf(await exported('quickbooks-online', lines)).map((row) => ({
        journal: row['JournalNo']!,
        account: unguarded(row['AccountName']!),
        currency: row['Currency']!,
        amount: sided(row['Debits']!, row['Credits']!, row['Currency']!),
      }));
      expect(sums(rows)).toEqual(sums(lines.map((line) => ({ ...line, account: flat(nameOf(line.account)) }))));
      balanced(rows);
      for (const { journal } of rows) expect(journal.length).toBeLessThanOrEqual(21);
    }));

  it('given any journal of currencies that NetSuite knows, then it gets entries that balance, and all of it', () =>
    check(async (all) => {
      const lines = onlyOf(all, 'USD', 'EUR', 'JPY').map((line) => ({ ...line, amount: line.amount / 100n }));
      const repaired = rebalanced(lines);
      const rows = rowsOf(await exported('netsuite', repaired)).map((row) => ({
        journal: row['External ID']!,
        account: /^\S+/.exec(unguarded(row['Account']!))![0],
        currency: row['Currency']!,
        amount: sided(row['Debit']!, row['Credit']!, row['Currency']!),
      }));
      expect(sums(rows)).toEqual(sums(repaired.map((line) => ({ ...line, account: line.account.split(' ')[0]! }))));
      balanced(rows);
    }));

  it('given a journal of one currency, then QuickBooks Desktop gets transactions that sum to zero, and all of it', () =>
    check(async (all) => {
      const lines = onlyOf(all, 'EUR');
      const rows = (await exported('quickbooks-desktop', lines)).toString('latin1').split('\r\n');
      expect(rows.slice(0, 3).map((row) => row.split('\t')[0])).toEqual(['!TRNS', '!SPL', '!ENDTRNS']);
      const cells = rows.slice(3, -1).map((row) => row.split('\t'));
      const postings = cells.filter(([keyword]) => keyword !== 'ENDTRNS');
      expect(postings.every((cell) => cell.length === 8 && cell[1] === 'GENERAL JOURNAL')).toBe(true);
      expect(sums(postings.map((cell) => ({ account: '', currency: cell[5]!, amount: minor(cell[4]!, 2) })))).toEqual(
        {},
      );
      expect(postings.map((cell) => minor(cell[4]!, 2))).toEqual(lines.map(({ amount }) => amount));
      const starts = cells.filter(([keyword]) => keyword === 'TRNS').length;
      expect(cells.filter(([keyword]) => keyword === 'ENDTRNS')).toHaveLength(starts);
    }));

  it('given a journal of one currency, then Xero gets files of 300 lines at most, no journal in two of them', () =>
    fc.assert(
      fc.asyncProperty(journals(180), async (all) => {
        const lines = onlyOf(all, 'USD');
        const files = Object.values(unzipSync(await exported('xero', lines))).map((bytes) => Buffer.from(bytes));
        const narrations = new Map<string, number>();
        const rows = files.flatMap((bytes, file) => {
          expect(bytes.toString().match(/\r\n/g)!.length).toBeLessThanOrEqual(300);
          return rowsOf(bytes).map((row) => {
            const narration = row['*Narration']!;
            expect(narrations.get(narration) ?? file).toBe(file);
            narrations.set(narration, file);
            const amount = minor(row['*Amount']!, 2);
            return { account: unguarded(row['*AccountCode']!), currency: 'USD', amount, journal: narration };
          });
        });
        expect(sums(rows)).toEqual(sums(lines));
        balanced(rows);
      }),
      { numRuns: 15 },
    ));

  it.each(exportFormats.map(({ name }) => name))(
    'given a journal of a few lines whose last one %s cannot say, then that is known before anything of the file is given',
    async (name) => {
      const good = [line({ account: '1100', amount: 5n }), line({ account: '4000', amount: -5n, line: 2 })];
      const last = good.map((each) => ({ ...each, entry: 'last' }));
      const get = (): never => {
        throw new Error('cannot be said');
      };
      for (const each of last) Object.defineProperty(each, 'memo', { get });
      const chunks = exportChunks(exportFormat(name), streamed([...good, ...last]), options);
      await expect(begun(chunks)).rejects.toThrow('cannot be said');
    },
  );

  it('given several currencies and a functional one, then programs of one currency get the functional amounts', async () => {
    const lines = [
      line({ account: '1100', amount: 1000n, currency: 'USD', functional: 900n }),
      line({ account: '4000', amount: -1000n, currency: 'USD', functional: -900n, line: 2 }),
      line({ entry: 'b', account: '1100', amount: 500n, currency: 'EUR' }),
      line({ entry: 'b', account: '4000', amount: -500n, currency: 'EUR', line: 2 }),
    ];
    const zip = unzipSync(await exported('xero', lines, { functionalCurrency: 'EUR', taxRate: 'No VAT' }));
    const rows = rowsOf(zip['2026-10-0001.csv']!);
    expect(rows.map((row) => row['*Amount'])).toEqual(['9.00', '-9.00', '5.00', '-5.00']);
    expect(rows[0]).toMatchObject({ '*Date': '03/10/2026', '*TaxRate': 'No VAT', '*AccountCode': '1100' });
    for (const name of ['xero', 'quickbooks-desktop'])
      await expect(exported(name, lines)).rejects.toThrow('knows one currency');
    await expect(exported('xero', lines, { functionalCurrency: 'GBP' })).rejects.toThrow('no amount in GBP');
  });

  it.each(['quickbooks-online', 'quickbooks-desktop', 'xero', 'netsuite'])(
    'given an entry that does not balance, then %s refuses it, naming the entry',
    (name) => expect(exported(name, [line({ amount: 5n })])).rejects.toThrow('stripe:txn_1 does not balance'),
  );

  it('given an account whose lines are of a customer, then QuickBooks has the name on them, and on no other', async () => {
    const lines = [line({ account: '1200', amount: 500n }), line({ account: '4000', amount: -500n, line: 2 })];
    expect(rowsOf(await exported('quickbooks-online', lines)).map((row) => row['Name'])).toEqual(['Customers', '']);
    const rows = (await exported('quickbooks-desktop', lines)).toString('latin1').split('\r\n').slice(3, 5);
    expect(rows.map((row) => row.split('\t').at(-1))).toEqual(['Customers', '']);
  });

  it('given a subsidiary, then every row for NetSuite names it, and without one there is no such column', async () => {
    const lines = [line({ amount: 500n }), line({ account: '4000', amount: -500n, line: 2 })];
    const of = rowsOf(await exported('netsuite', lines, { subsidiary: '=Parent : GmbH' }));
    expect(of.map((row) => row['Subsidiary'])).toEqual(["'=Parent : GmbH", "'=Parent : GmbH"]);
    expect(Object.keys(rowsOf(await exported('netsuite', lines))[0]!)).not.toContain('Subsidiary');
  });

  it('given amounts that NetSuite cannot say, then it refuses and rounds nothing', async () => {
    const pair = (amount: bigint, currency: string) => [
      line({ amount, currency }),
      line({ amount: -amount, currency, line: 2 }),
    ];
    await expect(exported('netsuite', pair(1001n, 'KWD'))).rejects.toThrow('1.001 KWD');
    await expect(exported('netsuite', pair(10n ** 12n, 'USD'))).rejects.toThrow('10000000000.00 USD');
    expect(rowsOf(await exported('netsuite', pair(1010n, 'KWD')))[0]).toMatchObject({ Debit: '1.01', Credit: '' });
  });

  it('given an entry of 300 lines, then Xero refuses it and takes it apart nowhere', () => {
    const many = Array.from({ length: 300 }, (_, at) => line({ line: at + 1, amount: at % 2 === 0 ? 1n : -1n }));
    return expect(exported('xero', many)).rejects.toThrow('stripe:txn_1 alone has 300');
  });

  it('given no lines, then each file says what it is', async () => {
    expect(rowsOf(await exported('csv', []))).toEqual([]);
    expect((await exported('csv', [])).toString()).toMatch(/^entry_id,line,period,posting_date,/);
    expect(Object.keys(unzipSync(await exported('xero', [])))).toEqual(['2026-10-0001.csv']);
  });

  it('given a currency and a ledger, then only its lines are told, each with when it was received', async () => {
    const lines = [line({ amount: 1n, currency: 'EUR' }), line({ amount: 2n, currency: 'USD', entryId: 'e1' })];
    const ledger = {
      findMany: (ids: readonly string[]) =>
        Promise.resolve(
          ids.map((id) => ({ id, recordedAt: new Date(5), originEventId: 'evt_1', attributes: {} }) as never),
        ),
    };
    const query = { format: exportFormat('jsonl'), currency: 'USD' };
    const chunks: (string | Uint8Array)[] = [];
    for await (const chunk of exportJournal(query, streamed(lines), ledger, options)) chunks.push(chunk);
    expect(JSON.parse(String(chunks[0]))).toMatchObject({
      ...{ amount_minor: '2', received_at: '1970-01-01T00:00:00.005Z', origin_event_id: 'evt_1' },
    });
  });

  it('given a question that is wrong, then it is known before the answer begins; what began is closed when nobody reads on', async () => {
    expect(() => exportFormat('excel')).toThrow('There is no format "excel"');
    let closed = false;
    async function* source() {
      try {
        yield* streamed([1, 2, 3]);
      } finally {
        closed = true;
      }
    }
    for await (const item of await begun(source())) if (item === 2) break;
    expect(closed).toBe(true);
    async function* broken(): AsyncGenerator<number> {
      yield await Promise.reject(new Error('no such period'));
    }
    await expect(begun(broken())).rejects.toThrow('no such period');
  });
});

const nameOf = (code: string): string => chart[code]?.name ?? code;

function balanced(rows: readonly { journal: string; currency: string; amount: bigint }[]): void {
  const journals = new Map<string, bigint>();
  for (const { journal, currency, amount } of rows)
    journals.set(`${journal} ${currency}`, (journals.get(`${journal} ${currency}`) ?? 0n) + amount);
  expect([...journals.values()].filter((rest) => rest !== 0n)).toEqual([]);
}

/** The last line of each entry and currency takes what dividing left. */
function rebalanced(lines: PostingLine[]): PostingLine[] {
  const rest = sums(lines.map((line) => ({ ...line, account: line.entry })));
  return lines.map((line, at) => {
    const isLast = !lines
      .slice(at + 1)
      .some(({ entry, currency }) => entry === line.entry && currency === line.currency);
    return isLast ? { ...line, amount: line.amount - (rest[`${line.entry} ${line.currency}`] ?? 0n) } : line;
  });
}

const line = (given: Partial<ExportLine>): ExportLine => ({
  ...{ entry: 'stripe:txn_1', line: 1, period: '2026-10', day: '2026-10-03', at: 0, account: '1100' },
  ...{ amount: 0n, currency: 'USD', kind: 'charge', memo: 'a charge' },
  ...given,
});
