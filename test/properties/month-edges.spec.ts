import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Fact, type Interpret, stampOf } from '../../src/catalog/facts.js';
import { applyFact } from '../../src/catalog/merge-facts.js';
import { BalanceLines } from '../../src/close/tie-out/balance-lines.js';
import { ACCOUNTS } from '../../src/close/journal/chart-of-accounts.js';
import { createBooks } from '../../src/close/create-books.js';
import { calendarMonths } from '../../src/close/fiscal-calendar.js';
import { type PeriodStatements, periodStatements, StatementSums } from '../../src/close/period/period-statements.js';
import type { PostingLine } from '../../src/close/journal/posting.js';
import { addDays, Zone } from '../../src/kernel/day.js';
import { backends } from '../../src/ledger/backends/index.js';
import { receivedStream } from '../../src/ledger/streams.js';
import { metrics } from '../../src/metrics/index.js';
import { createProjections } from '../../src/projections/create-projections.js';
import { testDatabase } from '../support/database.js';

const MONTHS = ['2026-02', '2026-03', '2026-04', '2026-10', '2026-11', '2026-12'].map((month) =>
  calendarMonths.periodOf(`${month}-01`),
);
const SECOND = 1_000;
const HOUR = 3_600 * SECOND;

/** On, before or after the midnight at which a month begins: of the zone, or of UTC. */
const instant = fc.record({
  month: fc.integer({ min: 1, max: MONTHS.length - 1 }),
  zoned: fc.boolean(),
  off: fc.oneof(
    fc.constantFrom(-1, 0, 1, -SECOND, SECOND, -HOUR, HOUR),
    fc.integer({ min: -30 * HOUR, max: 30 * HOUR }),
  ),
});
type Instant = typeof instant extends fc.Arbitrary<infer T> ? T : never;

const sale = fc.record({
  captured: instant,
  moved: instant,
  /** Another part tells of the same line, at another instant. */
  again: fc.option(instant),
  amount: fc.integer({ min: 1, max: 90_000 }),
  fee: fc.integer({ min: 0, max: 300 }),
  currency: fc.constantFrom('EUR', 'JPY', 'KWD'),
  /** Billed by an invoice, for so many days from then on. */
  days: fc.option(fc.integer({ min: 2, max: 60 })),
});
type Sale = typeof sale extends fc.Arbitrary<infer T> ? T : never;

const fact = (
  subject: string,
  type: Fact['type'],
  effect: string,
  fields: Fact['fields'],
  refs: string[] = [],
): Fact => ({
  subject,
  type,
  effect,
  fields,
  refs,
  stamp: stampOf(5, 1, `${subject}${effect}`),
});

function toldOf(each: Sale, n: number, atOf: (of: Instant) => number): Fact[][] {
  const { captured, moved, again, amount, fee, currency, days } = each;
  const [at, payment, invoice] = [atOf(captured), `payment:ch_${n}`, `invoice:in_${n}`];
  const line = (on: number) => ({
    ...{ at: on, currency, gross: String(amount), fee: String(fee), net: String(amount - fee) },
    ...{ category: 'charge', provider: 'stripe', source: `ch_${n}` },
  });
  const about = { amount: String(amount), currency, provider: 'stripe', balance_transaction: `txn_${n}` };
  const told = [
    [fact(payment, 'PaymentCaptured', 'captured', { at, ...about })],
    [fact(payment, 'BalanceMoved', `balance:txn_${n}`, line(atOf(moved)))],
  ];
  if (again) told.push([fact(`payout:po_${n}`, 'BalanceMoved', `balance:txn_${n}`, line(atOf(again)))]);
  if (days !== null)
    told.push([
      fact(invoice, 'InvoiceChanged', 'changed', {
        ...{
          at,
          finalized_at: at,
          status: 'open',
          total: String(amount),
          amount_due: String(amount),
          currency,
          tax: '0',
        },
      }),
      fact(invoice, 'InvoicePeriodBilled', `billed:${n}`, {
        ...{ starts_at: at, ends_at: at + days * 24 * HOUR, net: String(amount), currency },
      }),
      fact(invoice, 'InvoicePaymentMade', `paid:${n}`, { at, amount: String(amount), currency }, [payment]),
    ]);
  return told;
}

/** What the books, the journal and the tie-out say of each month of a history. */
async function monthsOf(zone: Zone, sales: readonly Sale[]) {
  const { database, drop } = await testDatabase();
  const ledger = await backends.postgres.open({ database, clock: () => new Date('2027-02-01T00:00:00Z') });
  const interpret: Interpret = ({ body }) => body as Fact[];
  const shared = { ledger, database, interpret, interpreterVersion: '1', zone };
  const books = createBooks({ ...shared, chart: ACCOUNTS, calendar: calendarMonths });
  const projections = createProjections({
    ...{ ...shared, applyFact, metrics, holder: randomUUID(), log: () => undefined },
    ...{ park: () => Promise.resolve(), reparkAll: () => Promise.resolve() },
  });
  const atOf = ({ month, zoned, off }: Instant): number => {
    const { from } = MONTHS[month]!;
    return (zoned ? zone.startOf(from) : Date.parse(`${from}T00:00:00Z`)) + off;
  };
  try {
    await projections.start();
    for (const facts of sales.flatMap((each, n) => toldOf(each, n, atOf))) {
      const id = randomUUID();
      await ledger.record({
        ...{ id, stream: receivedStream('stripe', id), type: 'test.facts', schemaVersion: 1, origin: 'stripe' },
        ...{ account: '', originEventId: id, occurredAt: new Date(0), correlationId: 'test', actor: 'test' },
        ...{ authenticatedBy: 'none', subjects: [], attributes: {}, contentMac: Buffer.alloc(32) },
        body: JSON.stringify(facts),
      });
    }
    await projections.catchUp();
    const upTo = await books.catchUp();
    const months: { lines: PostingLine[]; statements: PeriodStatements; tied: Map<string, bigint>[] }[] = [];
    for (const period of MONTHS) {
      const range = { from: period.from, to: period.to, upTo };
      const lines: PostingLine[] = [];
      for await (const line of books.lines(range)) lines.push(line);
      const sums = new StatementSums();
      for (const line of lines) sums.add({ ...line, originDay: line.day });
      const tied = [];
      for (const posted of [undefined, () => books.catchUp()]) {
        const asked = await new BalanceLines(database, posted).asked();
        const [start, end] = [zone.startOf(period.from), zone.startOf(addDays(period.to, 1))];
        const within = await asked.read((read) => read.within(start, end));
        const net = new Map<string, bigint>();
        for (const line of within.get('stripe')?.values() ?? [])
          net.set(line.currency, (net.get(line.currency) ?? 0n) + line.net);
        tied.push(net);
      }
      months.push({ lines, statements: periodStatements(await books.statements(range), sums), tied });
    }
    return months;
  } finally {
    await projections.stop();
    await ledger.close();
    await drop();
  }
}

describe('what happens about the midnight at which a month begins', () => {
  it('given any sales there and any zone, then journal, statements and tie-out have the same sums in each month, and each line is of the day of its instant', async () => {
    const zones = [
      ...['UTC', 'Europe/Berlin', 'America/New_York', 'America/St_Johns', 'America/Havana'],
      ...['Asia/Kolkata', 'Pacific/Auckland', 'Pacific/Kiritimati', 'Africa/Cairo'],
    ];
    const property = fc.asyncProperty(
      fc.constantFrom(...zones),
      fc.array(sale, { minLength: 1, maxLength: 6 }),
      async (name, sales) => {
        const zone = new Zone(name);
        const months = await monthsOf(zone, sales);
        const clearing = ACCOUNTS['clearing.stripe'].code;
        for (const [index, { lines, statements, tied }] of months.entries()) {
          const booked = new Map<string, bigint>();
          for (const { account, currency, amount, at, day } of lines) {
            expect([day, zone.dayOf(at)]).toEqual([day, day]);
            if (account === clearing) booked.set(currency, (booked.get(currency) ?? 0n) + amount);
          }
          for (const sums of [...tied, booked])
            for (const [currency, sum] of sums) if (sum === 0n) sums.delete(currency);
          expect([index, ...tied]).toEqual([index, booked, booked]);
          for (const { currency, activity } of statements.roll_forward)
            expect(activity.reduce((sum, row) => sum + BigInt(row.net_minor), 0n)).toBe(booked.get(currency) ?? 0n);
          expect(statements.revenue.filter((row) => row.unexplained_minor !== '0')).toEqual([]);
          const before = months[index - 1]?.statements.trial_balance ?? [];
          const isNext = index > 0 && MONTHS[index]!.from === addDays(MONTHS[index - 1]!.to, 1);
          for (const row of isNext ? statements.trial_balance : []) {
            const last = before.find(({ account, currency }) => account === row.account && currency === row.currency);
            expect([row.account, row.opening_minor]).toEqual([row.account, last?.closing_minor ?? '0']);
          }
        }
      },
    );
    await fc.assert(property, { numRuns: 25 });
  });
});
