import { randomUUID } from 'node:crypto';
import type { InterpretableEntry } from '../../src/catalog/facts.js';
import { createBooks, type JournalBooks } from '../../src/close/create-books.js';
import { calendarMonths, type FiscalCalendar } from '../../src/close/fiscal-calendar.js';
import { ACCOUNTS } from '../../src/close/journal/chart-of-accounts.js';
import type { PostingLine } from '../../src/close/journal/posting.js';
import { interpret, interpreterVersion } from '../../src/ingest/interpret.js';
import { applyFact } from '../../src/catalog/merge-facts.js';
import { Zone } from '../../src/kernel/day.js';
import { formatMajor } from '../../src/kernel/money.js';
import { backends } from '../../src/ledger/backends/index.js';
import type { DecisionContext } from '../../src/ledger/decide-and-append.js';
import type { Ledger } from '../../src/ledger/ledger.js';
import { receivedStream } from '../../src/ledger/streams.js';
import { metrics } from '../../src/metrics/index.js';
import { createProjections } from '../../src/projections/create-projections.js';
import type { Database } from '../../src/storage/database.js';
import { domainEntry, stripeEntry } from '../fixtures/stripe-events.js';
import { testDatabase } from './database.js';

type Json = Record<string, unknown>;

/** `2026-07-01T10:00:00Z` in the seconds of Stripe. */
export const s = (time: string): number => Date.parse(time) / 1000;

/** A line of Stripe's balance, whole as an object carries it. `fee` is taken from `amount`. */
export const line = (id: string, time: string, category: string, amount: number, fee = 0, over: Json = {}): Json => ({
  ...{ id, object: 'balance_transaction', created: s(time), available_on: s(time) },
  ...{ amount, fee, net: amount - fee, currency: 'eur', reporting_category: category, type: category },
  fee_details: fee === 0 ? [] : [{ type: 'stripe_fee', amount: fee }],
  ...over,
});

/** A captured charge and the event that tells it; `transaction` is its line of the balance, or its id. */
export const chargeEvent = (id: string, time: string, amount: number, transaction: unknown, over: Json = {}) =>
  stripeEntry(
    'charge.succeeded',
    {
      ...{ id, object: 'charge', amount, amount_captured: amount, captured: true, created: s(time) },
      ...{ currency: 'eur', paid: true, status: 'succeeded', balance_transaction: transaction, metadata: {} },
      ...over,
    },
    { created: s(time) },
  );

export const refundEvent = (
  id: string,
  time: string,
  charge: string,
  amount: number,
  over: Json = {},
  type = 'created',
) =>
  stripeEntry(
    `refund.${type}`,
    { id, object: 'refund', amount, charge, created: s(time), currency: 'eur', status: 'succeeded', ...over },
    { created: typeof over['told_at'] === 'number' ? over['told_at'] : s(time) },
  );

export const disputeEvent = (type: string, time: string, id: string, charge: string, amount: number, over: Json = {}) =>
  stripeEntry(
    `charge.dispute.${type}`,
    {
      id,
      object: 'dispute',
      amount,
      charge,
      currency: 'eur',
      balance_transactions: [],
      status: 'needs_response',
      ...over,
    },
    { created: s(time) },
  );

export const payoutEvent = (type: string, time: string, id: string, created: string, amount: number, over: Json = {}) =>
  stripeEntry(
    `payout.${type}`,
    { id, object: 'payout', amount, currency: 'eur', created: s(created), automatic: true, ...over },
    { created: s(time) },
  );

/** An order as a shop tells it; `parts`: tax and shipping within its total, and another currency than the euro. */
export const orderEvent = (id: string, time: string, total: number, parts: Json = {}, over: Json = {}) =>
  domainEntry(
    'order.placed',
    { order_id: id, total: { amount_minor: String(total), currency: 'EUR', ...parts }, ...over },
    { id: `ce_${id}_${time}`, at: Date.parse(time) },
  );

/** Balances by account and currency: `{ 'revenue EUR': '-1000' }`, without those that come to nothing. */
export function balancesOf(
  lines: readonly Pick<PostingLine, 'account' | 'amount' | 'currency'>[],
): Record<string, string> {
  const sums = new Map<string, bigint>();
  for (const { account, amount, currency } of lines) {
    const key = `${NAMES.get(account) ?? account} ${currency}`;
    sums.set(key, (sums.get(key) ?? 0n) + amount);
  }
  return Object.fromEntries([...sums].filter(([, sum]) => sum !== 0n).map(([key, sum]) => [key, String(sum)]));
}

const NAMES = new Map(Object.entries(ACCOUNTS).map(([key, { code }]) => [code as string, key]));

/** The same in major units, as a statement is written. */
export const statementOf = (
  lines: readonly Pick<PostingLine, 'account' | 'amount' | 'currency'>[],
): Record<string, string> =>
  Object.fromEntries(
    Object.entries(balancesOf(lines)).map(([key, sum]) => [key, formatMajor(BigInt(sum), key.slice(-3))]),
  );

/** A ledger in PostgreSQL, and the books of it. */
export interface KeptBooks {
  database: Database;
  ledger: Ledger;
  books: JournalBooks;
  /** Books as another process would have them. */
  another(functionalCurrency?: string): JournalBooks;
  /** Appends events, in this order, and posts them. */
  tell(...entries: readonly InterpretableEntry[]): Promise<number>;
  /** Lines of days, as they were known at a position. */
  lines(from: string, to: string, upTo?: number): Promise<PostingLine[]>;
  /** Brings the read model to where the ledger is. */
  project(): Promise<void>;
  context: DecisionContext;
  close(): Promise<void>;
}

export async function keptBooks({
  zone = 'UTC',
  functionalCurrency,
  calendar = calendarMonths,
}: { zone?: string; functionalCurrency?: string; calendar?: FiscalCalendar } = {}): Promise<KeptBooks> {
  const { database, drop } = await testDatabase();
  const ledger = await backends.postgres.open({ database, clock: () => new Date('2026-12-01T00:00:00Z') });
  const make = (functional?: string): JournalBooks =>
    createBooks({
      ...{ ledger, database, interpret, interpreterVersion, zone: new Zone(zone), chart: ACCOUNTS, calendar },
      ...(functional === undefined ? {} : { functionalCurrency: functional }),
    });
  const books = make(functionalCurrency);
  return {
    ...{ database, ledger, books, another: make },
    async tell(...entries) {
      for (const entry of entries) await ledger.record(received(entry));
      return books.catchUp();
    },
    async lines(from, to, upTo) {
      const found: PostingLine[] = [];
      for await (const each of books.lines({ from, to, ...(upTo === undefined ? {} : { upTo }) })) found.push(each);
      return found;
    },
    async project() {
      const projections = createProjections({
        ...{ ledger, database, applyFact, metrics, zone: new Zone(zone), holder: randomUUID(), interpret },
        ...{ interpreterVersion, park: () => Promise.resolve(), reparkAll: () => Promise.resolve() },
        log: () => undefined,
      });
      await projections.start();
      await projections.catchUp();
      await projections.stop();
    },
    context: {
      ...{ now: new Date('2026-12-01T00:00:00Z'), actor: 'key:1', correlationId: 'test' },
      contentMac: () => Buffer.alloc(32),
    },
    async close() {
      await ledger.close();
      await drop();
    },
  };
}

function received({ type, origin, account, attributes, body, occurredAt, originEventId }: InterpretableEntry) {
  const id = randomUUID();
  return {
    ...{ id, stream: receivedStream(origin, id), type, schemaVersion: 1, origin, account, originEventId },
    ...{ occurredAt: new Date(occurredAt), correlationId: 'test', actor: 'test', authenticatedBy: 'none', attributes },
    ...{ subjects: [], body: JSON.stringify(body), contentMac: Buffer.alloc(32) },
  };
}
