import type pg from 'pg';
import type { Day } from '../../kernel/day.js';
import { formatMajor } from '../../kernel/money.js';
import type { BookProblem } from './books.js';
import { type FiscalCalendar, periodAfter } from '../fiscal-calendar.js';
import { isMonetary, OF_TAX_ALONE } from './functional.js';
import type { Rates } from './rates.js';
import { within } from '../journal/read-lines.js';
import type { AccountBalance, StatementRange } from './statements.js';

type Querier = Pick<pg.ClientBase, 'query'>;

/** At most so many of one kind: whoever closes looks at the first, and nothing closes while there is any. */
const PER_KIND_MAX = 1_000;

/** What the functional currency asks for. */
interface Valuing {
  rates: Rates;
  calendar: Pick<FiscalCalendar, 'periodOf'>;
}

type TrialBalance = (range: StatementRange) => Promise<AccountBalance[]>;

/** Why the days of a range can't be closed as they are. `valuing`: where a functional currency is set. */
export async function bookProblems(
  client: Querier,
  range: StatementRange,
  trialBalance: TrialBalance,
  valuing?: Valuing,
): Promise<BookProblem[]> {
  return [
    ...(await inSuspense(client, range)),
    ...(await withoutTransaction(client, range)),
    ...(await unbalanced(client, range)),
    ...(await withoutOpening(client, range, await trialBalance(range))),
    ...(valuing ? await withoutRate(client, range, trialBalance, valuing) : []),
  ];
}

interface Found {
  object: string;
  day: Day;
  amount: bigint;
  currency: string;
  memo: string;
}

async function find(
  client: Querier,
  sql: string,
  { from, to, upTo }: StatementRange,
  ...more: unknown[]
): Promise<Found[]> {
  const { rows } = await client.query<Found>(
    `select * from (${sql}) found order by day, object collate "C" limit ${PER_KIND_MAX}`,
    [upTo, from, to, ...more],
  );
  return rows;
}

const money = ({ amount, currency }: Found): string => `${formatMajor(amount, currency)} ${currency}`;

async function inSuspense(client: Querier, range: StatementRange): Promise<BookProblem[]> {
  const found = await find(
    client,
    `select coalesce(object, entry) as object, min(day) as day, sum(sign * amount)::bigint as amount, currency,
       (array_agg(memo order by position desc) filter (where sign > 0))[1] as memo
     from books.lines where position <= $1 and day between $2 and $3 and account = 'suspense'
     group by coalesce(object, entry), currency having sum(sign * amount) <> 0`,
    range,
  );
  return found.map(({ memo, ...row }) => ({
    ...row,
    kind: 'suspense' as const,
    detail: `${money({ memo, ...row })} of ${row.object} stand in suspense: ${memo}.`,
  }));
}

/**
 * Whether what moved clearing is a line of the provider's balance, whose entry is `square:poe_1`. Clearing also moves by an opening balance and
 * by payouts that are no line, which come by webhook, and say nothing of whether lines are handed over.
 */
const IS_BALANCE_LINE = `starts_with(entry, substr(account, length('clearing.') + 1) || ':')`;

/** What an event moved and no line of the balance ever said, at providers that have such lines. */
async function withoutTransaction(client: Querier, range: StatementRange): Promise<BookProblem[]> {
  const found = await find(
    client,
    `select split_part(matter, ':', 2) || ':' || split_part(matter, ':', 3) as object, min(day) as day,
       sum(sign * amount)::bigint as amount, currency, '' as memo
     from books.lines where position <= $1 and account = 'payments_in_process' and matter in (
         select matter from books.lines
         where position <= $1 and account = 'payments_in_process' and matter is not null and day between $2 and $3)
       and (matter like 'stripe:%' or 'clearing.' || split_part(matter, ':', 1) in (
         select account from books.lines where position <= $1 and account like 'clearing.%' and ${IS_BALANCE_LINE}))
     group by matter, currency having sum(sign * amount) <> 0 and min(day) between $2 and $3`,
    range,
  );
  return found.map(({ memo, ...row }) => ({
    ...row,
    kind: 'without_balance_transaction' as const,
    detail: `${money({ memo, ...row })} of ${row.object} are in process: no line of the provider's balance has arrived for it.`,
  }));
}

/** Entries balance by construction; looked at all the same, because a close rests on it. */
async function unbalanced(client: Querier, range: StatementRange): Promise<BookProblem[]> {
  const found = await find(
    client,
    `select entry as object, min(day) as day, sum(sign * amount)::bigint as amount, currency, '' as memo
     from books.lines where position <= $1 and ${within('$2::date', '$3::date')}
     group by entry, currency having sum(sign * amount) <> 0`,
    range,
  );
  return found.map(({ memo, ...row }) => ({
    ...row,
    kind: 'unbalanced' as const,
    detail: `Debits and credits of ${row.object} differ by ${money({ memo, ...row })}.`,
  }));
}

async function withoutOpening(
  client: Querier,
  range: StatementRange,
  balances: readonly AccountBalance[],
): Promise<BookProblem[]> {
  const { rows } = await client.query<Pick<AccountBalance, 'account' | 'currency'>>(
    'select account, currency from books.openings where position <= $1',
    [range.upTo],
  );
  const set = new Set(rows.map(({ account, currency }) => `${account} ${currency}`));
  const unset = balances.filter(
    ({ account, currency }) => account.startsWith('clearing.') && !set.has(`${account} ${currency}`),
  );
  if (unset.length === 0) return [];
  const found = await find(
    client,
    `select account as object, min(day) as day, 0::bigint as amount, currency, '' as memo from (
       select account, currency, day, entry from books.lines
       where position <= $1 and account like 'clearing.%' and day <= $3 and $2::date is not null
         and (account, currency) in (select * from unnest($4::text[], $5::text[]))
       group by account, currency, day, entry having sum(sign * amount) <> 0) moved
     group by account, currency having bool_or(${IS_BALANCE_LINE})`,
    range,
    unset.map(({ account }) => account),
    unset.map(({ currency }) => currency),
  );
  return found.map(({ object: account, day, currency }) => {
    const provider = account.slice('clearing.'.length);
    return {
      kind: 'opening_balance_missing' as const,
      object: `${provider} ${currency}`,
      day,
      currency,
      detail: `No opening balance of ${provider} in ${currency} was set: POST /v1/opening-balances with the balance it had before ${day}, also where that is 0.`,
    };
  });
}

/**
 * Days of lines, and ends of periods on which something is to be measured, that no rate is recorded for. The tax of a sale that was settled in
 * another currency needs none: it has the rate that the sale was settled at.
 */
async function withoutRate(
  client: Querier,
  range: StatementRange,
  trialBalance: TrialBalance,
  { rates, calendar }: Valuing,
): Promise<BookProblem[]> {
  const { rows } = await client.query<{ currency: string; day: Day }>(
    `select distinct currency, rate_day as day from (
       select entry, account, currency, day, coalesce(rate_day, day) as rate_day from books.lines
       where position <= $1 and ${within('$2::date', '$3::date')} and currency <> $4
       group by entry, line, account, currency, day, until, rate_day having sum(sign * amount) <> 0) net
     group by entry, day, currency, rate_day having not bool_and(account = any($5))
     order by rate_day, currency`,
    [range.upTo, range.from, range.to, rates.functional, OF_TAX_ALONE],
  );
  const needed = [...rows];
  for (const day of periodEnds(range, calendar)) {
    const held = await trialBalance({ ...range, from: day, to: day });
    for (const { account, currency, closing } of held) {
      if (isMonetary(account) && closing !== 0n && currency !== rates.functional) needed.push({ currency, day });
    }
  }
  const missing = new Map(
    needed
      .filter(({ currency, day }) => !rates.of(currency, day))
      .map((each) => [`${each.currency} ${each.day}`, each]),
  );
  return [...missing].slice(0, PER_KIND_MAX).map(([object, { currency, day }]) => ({
    kind: 'fx_rate_missing' as const,
    object,
    day,
    currency,
    detail: `No rate from ${currency} to ${rates.functional} is recorded for ${day} or the week before it: POST /v1/fx-rates.`,
  }));
}

function* periodEnds({ from, to }: StatementRange, calendar: Valuing['calendar']): Generator<Day> {
  for (let last = calendar.periodOf(from).to; last <= to; last = periodAfter(calendar, { to: last }).to) yield last;
}
