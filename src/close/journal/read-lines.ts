import type pg from 'pg';
import { type Day, periodOf } from '../../kernel/day.js';
import type { Position } from '../../ledger/ledger.js';
import type { AccountKey } from './chart-of-accounts.js';
import type { PostingKind } from './posting.js';

/** A line of the journal as it is stored, on one day. */
export interface StoredLine {
  entry: string;
  line: number;
  period: string;
  day: Day;
  rateDay: Day;
  at: number;
  account: AccountKey;
  amount: bigint;
  currency: string;
  kind: PostingKind;
  provider?: string | undefined;
  object: string | undefined;
  memo: string;
  entryId: string;
  position: Position;
}

export interface LineRange {
  from: Day;
  to: Day;
  upTo: Position;
  /** Only lines after this one, in the order of days, entries and lines. */
  after?: { day: Day; entry: string; line: number };
}

const CONTENT = 'entry, line, day, until, rate_day, at, account, amount, currency, kind, provider, object, memo';

/** Of rows of the journal: whether they have a line on days from one to another. Each side has its index. */
export const within = (from: string, to: string): string =>
  `(day between ${from} and ${to} or (until >= ${from} and day < ${from}))`;

/**
 * Lines that were not retracted until a position; what is spread has a line on each of its days. Ordered by bytes, not by a language, so
 * that two databases agree.
 */
const SELECT = `
  with net as (
    select ${CONTENT}, (array_agg(entry_id order by position desc) filter (where sign > 0))[1] as entry_id,
      max(position) filter (where sign > 0) as position
    from books.lines
    where position <= $1 and ${within('$2::date', '$3::date')}
    group by ${CONTENT} having sum(sign) > 0),
  daily as (
    select entry, line, day, coalesce(rate_day, day) as rate_day, at, account, amount, currency, kind, provider, object,
      memo, entry_id, position
    from net where until is null
    union all
    select entry || ':' || on_day, line, on_day, coalesce(rate_day, on_day), at + (on_day - day) * 86400000::bigint, account,
      books.first_days(amount, until - day + 1, on_day - day + 1) - books.first_days(amount, until - day + 1, on_day - day),
      currency, kind, provider, object, memo, entry_id, position
    from net, lateral (
      select generate_series(greatest(day, $2::date), least(until, $3::date), '1 day')::date as on_day) days
    where until is not null)
  select * from daily
  where amount <> 0 and ($4::date is null or (day, entry collate "C", line) > ($4::date, $5::text collate "C", $6::int))
  order by day, entry collate "C", line`;

interface Row extends Omit<StoredLine, 'period' | 'rateDay' | 'at' | 'position' | 'entryId' | 'object' | 'provider'> {
  rate_day: Day;
  at: bigint;
  position: bigint;
  entry_id: string;
  object: string | null;
  provider: string | null;
}

const ROWS_PER_FETCH = 250;
const STALLED_MS = 60_000;

/**
 * Streams lines over one connection, a few hundred at a time. Who does not take those of one fetch within a minute loses the rest: a download
 * that nobody reads, or hardly anybody, must not keep a connection from others, nor hold up what the books do to their tables.
 */
export async function* readLines(
  pool: pg.Pool,
  range: LineRange,
  { perFetch = ROWS_PER_FETCH, stalledMs = STALLED_MS } = {},
): AsyncGenerator<StoredLine> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('begin isolation level repeatable read read only');
    await client.query(`set local idle_in_transaction_session_timeout = ${Math.trunc(stalledMs)}`);
    await client.query(`declare lines no scroll cursor for ${SELECT}`, parametersOf(range));
    for (;;) {
      const { rows } = await client.query<Row>(`fetch ${Math.trunc(perFetch)} from lines`);
      if (rows.length === 0) return;
      for (const row of rows) yield lineOf(row);
    }
  } finally {
    await client.query('rollback').catch((error: Error) => (broken = error));
    client.release(broken);
  }
}

/** The first lines of a range. */
export async function firstLines(pool: pg.Pool, range: LineRange, limit: number): Promise<StoredLine[]> {
  const { rows } = await pool.query<Row>(`${SELECT} limit ${limit}`, parametersOf(range));
  return rows.map(lineOf);
}

const parametersOf = ({ from, to, upTo, after }: LineRange): unknown[] => [
  upTo,
  from,
  to,
  after?.day ?? null,
  after?.entry ?? null,
  after?.line ?? null,
];

function lineOf({ rate_day: rateDay, entry_id: entryId, object, provider, ...row }: Row): StoredLine {
  const { at, position, day } = row;
  return {
    ...row,
    rateDay,
    entryId,
    object: object ?? undefined,
    provider: provider ?? undefined,
    period: periodOf(day, 'month'),
    at: Number(at),
    position: Number(position),
  };
}
