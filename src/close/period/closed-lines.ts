import type pg from 'pg';
import type { Day } from '../../kernel/day.js';
import { type LineJson, lineOf } from './close-contents.js';
import type { JournalLine } from './journal-line.js';

const LINES_PER_PAGE = 2_000;

/** The lines of closes that a condition holds for, in order. The next page is read while one is gone through. */
export async function* closedLines(
  pool: pg.Pool,
  where: string,
  values: readonly unknown[],
  order: readonly (keyof LinePlace)[],
  perPage = LINES_PER_PAGE,
): AsyncGenerator<JournalLine> {
  const read = (after?: LinePlace) => readPage(pool, { where, values, order, perPage }, after);
  let next: Promise<LinePage> | undefined = read();
  while (next) {
    const { last, lines }: LinePage = await next;
    next = last && read(last);
    next?.catch(() => undefined); // heard where it is awaited
    for (const line of lines) yield lineOf(line);
  }
}

interface LinePlace {
  origin_day: Day;
  period: string;
  version: number;
  ordinal: number;
}

interface LineQuery {
  where: string;
  values: readonly unknown[];
  order: readonly (keyof LinePlace)[];
  perPage: number;
}

interface LinePage {
  lines: readonly LineJson[];
  /** Of the last line, where more may follow. */
  last: LinePlace | undefined;
}

/** A page as one text, which is parsed at once: a row for each line would cost more than what it says. */
async function readPage(
  pool: pg.Pool,
  { where, values, order, perPage }: LineQuery,
  after: LinePlace | undefined,
): Promise<LinePage> {
  const columns = order.join(', ');
  const beyond = after ? `and (${columns}) > (${order.map((_, i) => `$${values.length + 2 + i}`).join(', ')})` : '';
  const ofLast = order.map((column) => `(array_agg(${column} order by ${columns}))[count(*)] as ${column}`).join(', ');
  const { rows } = await pool.query<LinePlace & { count: bigint; lines: string | null }>(
    `select count(*) as count, string_agg(line::text, ',' order by ${columns}) as lines, ${ofLast}
     from (select ${columns}, line from close.lines
       where ${where} ${beyond} order by ${columns} limit $${values.length + 1}) page`,
    [...values, perPage, ...(after ? order.map((column) => after[column]) : [])],
  );
  const { count, lines, ...last } = rows[0]!;
  return {
    lines: lines === null ? [] : (JSON.parse(`[${lines}]`) as LineJson[]),
    last: Number(count) < perPage ? undefined : last,
  };
}
