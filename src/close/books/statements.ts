import type pg from 'pg';
import type { Day } from '../../kernel/day.js';
import type { Position } from '../../ledger/ledger.js';
import type { AccountKey } from '../journal/chart-of-accounts.js';
import { within } from '../journal/read-lines.js';
import { TAX_LEFT } from '../recipes/sale-tax.js';

/** What statements are about: the days from the first to the last, both included, as they were known at a position. */
export interface StatementRange {
  from: Day;
  to: Day;
  upTo: Position;
}

/** What an account stood at before the first day, moved by, and stood at after the last. Debits are positive, in minor units. */
export interface AccountBalance {
  account: AccountKey;
  currency: string;
  opening: bigint;
  /** The sums of each side of its lines; positive. */
  debits: bigint;
  credits: bigint;
  closing: bigint;
}

/** The part of one that lines of one kind and provider make; the provider is empty where none is known. */
export interface BalancePart extends AccountBalance {
  kind: string;
  provider: string;
}

type Querier = Pick<pg.ClientBase, 'query'>;

const booked = (upto: string): string => `books.booked_until(sign * amount, day, until, ${upto})`;
const during = `(${booked('$3::date')} - ${booked('$2::date - 1')})`;
const inRange = within('$2::date', '$3::date');

/** What every account stood at after a day; amounts are decimal texts, as they are kept. */
export interface Balances {
  day: Day;
  state: { account: AccountKey; currency: string; kind: string; provider: string; amount: string }[];
}

const NOTHING: Balances = { day: '0001-01-01', state: [] };

/**
 * The trial balance: every account and currency that has ever moved until the last day, by kind and provider. It sums to zero in each
 * currency. `since`: what accounts stood at on a day before the first, so that only what follows on it is added up.
 */
export async function balanceParts(
  client: Querier,
  { from, to, upTo }: StatementRange,
  since = NOTHING,
): Promise<BalancePart[]> {
  const { rows } = await client.query<BalancePart>(
    `with net as (
       select account, currency, kind, coalesce(provider, '') as provider, entry, line, ${booked('$2::date - 1')} - ${booked('$4::date')} as before, ${during} as moved
       from books.lines where position <= $1 and day <= $3::date and (day > $4::date or until > $4::date)),
     lines as (
       select account, currency, kind, provider, sum(before) as before, sum(moved) as moved
       from net group by account, currency, kind, provider, entry, line)
     select account, currency, kind, provider, sum(before)::bigint as opening,
       coalesce(sum(moved) filter (where moved > 0), 0)::bigint as debits,
       coalesce(-sum(moved) filter (where moved < 0), 0)::bigint as credits,
       sum(before + moved)::bigint as closing
     from lines group by account, currency, kind, provider
     having bool_or(before <> 0 or moved <> 0)`,
    [upTo, from, to, since.day],
  );
  return withBalances(rows, since).sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1));
}

/** The rows with what there was before the first of them; also accounts that have not moved since. */
function withBalances(rows: readonly BalancePart[], { state }: Balances): BalancePart[] {
  const all = new Map(rows.map((row) => [orderOf(row), row]));
  for (const { amount, ...of } of state) {
    const stood = BigInt(amount);
    const { opening, debits, credits, closing } = all.get(orderOf(of)) ?? STILL;
    all.set(orderOf(of), { ...of, opening: opening + stood, debits, credits, closing: closing + stood });
  }
  return [...all.values()];
}

const STILL = { opening: 0n, debits: 0n, credits: 0n, closing: 0n };
const orderOf = ({ account, currency, kind, provider }: Omit<BalancePart, keyof typeof STILL>): string =>
  `${currency} ${account} ${kind} ${provider}`;

/** Parts that have one name as one, in the order in which they first come. */
export function summedBy<Named extends object>(
  parts: readonly BalancePart[],
  nameOf: (part: BalancePart) => { name: string; as: Named },
): (Named & Omit<AccountBalance, 'account'>)[] {
  const sums = new Map<string, Named & Omit<AccountBalance, 'account'>>();
  for (const part of parts) {
    const { currency, opening, debits, credits, closing } = part;
    const { name, as } = nameOf(part);
    const sum = sums.get(`${name} ${currency}`) ?? { ...as, currency, ...STILL };
    sums.set(`${name} ${currency}`, {
      ...sum,
      opening: sum.opening + opening,
      closing: sum.closing + closing,
      debits: sum.debits + debits,
      credits: sum.credits + credits,
    });
  }
  return [...sums.values()];
}

/** The trial balance in our accounts. */
export const trialBalance = (parts: readonly BalancePart[]): AccountBalance[] =>
  summedBy(parts, ({ account }) => ({ name: account, as: { account } }));

/** What one kind of movement did to a provider's balance: `net` = `gross` − `fees`. */
export interface Activity {
  kind: string;
  gross: bigint;
  fees: bigint;
  net: bigint;
  /** Lines of the balance. */
  count: number;
}

export interface RollForward {
  account: AccountKey;
  currency: string;
  opening: bigint;
  activity: readonly Activity[];
  closing: bigint;
}

const FEES = ['fees', 'application_fees', 'passthrough_fees', 'dispute_fees', 'input_tax'] satisfies AccountKey[];

interface ActivityRow extends Omit<Activity, 'count'> {
  account: AccountKey;
  currency: string;
  count: bigint;
}

/**
 * Of each provider's clearing account and currency: opening + activity by kind = closing, which is the provider's own balance. `balances`: the
 * trial balance of the same range.
 */
export async function rollForward(
  client: Querier,
  { from, to, upTo }: StatementRange,
  balances: readonly AccountBalance[],
): Promise<RollForward[]> {
  const { rows } = await client.query<ActivityRow>(
    `with entries as (
       select entry, currency, kind, min(account) filter (where account like 'clearing.%') as account,
         coalesce(sum(sign * amount) filter (where account like 'clearing.%'), 0) as net,
         coalesce(sum(sign * amount) filter (where account = any($4)), 0) as fees
       from books.lines where position <= $1 and day between $2::date and $3::date and until is null
       group by entry, currency, day, kind having bool_or(account like 'clearing.%'))
     select account, currency, kind, sum(net)::bigint as net, sum(net + fees)::bigint as gross, sum(fees)::bigint as fees,
       count(*) as count
     from entries where net <> 0 or fees <> 0 group by 1, 2, 3 order by 1, 2, 3`,
    [upTo, from, to, FEES],
  );
  return balances
    .filter(({ account }) => account.startsWith('clearing.'))
    .sort((a, b) => (`${a.account} ${a.currency}` < `${b.account} ${b.currency}` ? -1 : 1))
    .map(({ account, currency, opening, closing }) => ({
      account,
      currency,
      opening,
      closing,
      activity: rows
        .filter((row) => row.account === account && row.currency === currency)
        .map(({ kind, gross, fees, net, count }) => ({ kind, gross, fees, net, count: Number(count) })),
    }));
}

/** A step from what was sold to what the journal calls revenue; `amount` is added to the steps before it. */
export interface BridgeStep {
  step: string;
  currency: string;
  amount: bigint;
  /** Payments, or entries of the journal, behind it. */
  count: number;
}

export interface Bridge {
  steps: readonly BridgeStep[];
  /** By currency: what the steps come to, what the journal has, and the difference, which is nothing unless something is wrong. */
  revenue: readonly { currency: string; bridged: bigint; journal: bigint; unexplained: bigint }[];
}

/**
 * From `revenue_gross`, in the currency a customer paid in, to the journal's revenue. The metric's contributions and the journal were made
 * by different code, so that what is not explained shows.
 */
export async function revenueBridge(client: Querier, { from, to, upTo }: StatementRange): Promise<Bridge> {
  const { rows } = await client.query<{ step: string; currency: string; amount: bigint; count: bigint }>(
    `with sold as (
       select subject, currency, sum(delta) as amount from model.contributions
       where metric = 'revenue_gross' and position <= $1 and day between $2 and $3
       group by subject, currency having sum(delta) <> 0),
     booked as (
       select object as subject, account, currency, -sum(sign * amount) as amount from books.lines
       where position <= $1 and day between $2 and $3 and kind = 'charge' and account in ('revenue', 'receivable', 'tax_payable')
       group by object, account, currency having sum(sign * amount) <> 0),
     -- a payment that was settled in another currency has revenue in that, and none in the one that was paid
     settled as (
       select booked.subject from booked join sold on sold.subject = booked.subject and booked.account = 'revenue'
       group by booked.subject having bool_and(booked.currency <> sold.currency)),
     others as (
       select entry, kind, currency, -sum(case when until is null then sign * amount else ${during} end) as amount
       from books.lines
       where position <= $1 and ${inRange} and kind <> 'charge' and account = 'revenue'
       group by entry, kind, currency),
     -- sales of which a tax is told that no rule could keep apart
     taxed as (
       select entry, currency from books.lines
       where position <= $1 and day between $2 and $3 and kind = 'charge' and account = 'revenue' and memo = any($4)
       group by entry, currency having sum(sign * amount) <> 0)
     select 'revenue_gross' as step, currency, sum(amount)::bigint as amount, count(*) as count from sold group by currency
     union all
     select 'paid_by_invoice', currency, -sum(amount)::bigint, count(*) from booked where account = 'receivable' group by currency
     union all
     select 'tax_kept_apart', currency, -sum(amount)::bigint, count(*) from booked
     where account = 'tax_payable' and subject not in (select subject from settled) group by currency
     union all
     select 'tax_not_kept_apart', currency, 0::bigint, count(*) from taxed group by currency
     union all
     select 'paid_in_this_currency_settled_in_another', currency, -sum(amount)::bigint, count(*)
     from sold where subject in (select subject from settled) group by currency
     union all
     select 'settled_in_this_currency_paid_in_another', currency, sum(amount)::bigint, count(*)
     from booked where account = 'revenue' and subject in (select subject from settled) group by currency
     union all
     select kind, currency, sum(amount)::bigint, count(*) from others where amount <> 0 group by kind, currency
     union all
     select 'journal', currency, -sum(${during})::bigint, 0 from books.lines
     where position <= $1 and ${inRange} and account = 'revenue' group by currency`,
    [upTo, from, to, Object.values(TAX_LEFT)],
  );
  const steps = rows.filter(({ step }) => step !== 'journal').map((row) => ({ ...row, count: Number(row.count) }));
  const inOrder = steps.sort((a, b) => placeOf(a) - placeOf(b) || (textOf(a) < textOf(b) ? -1 : 1));
  const revenue = [...new Set(rows.map(({ currency }) => currency))].sort().map((currency) => {
    const bridged = sum(steps.filter((step) => step.currency === currency));
    const journal = sum(rows.filter((row) => row.step === 'journal' && row.currency === currency));
    return { currency, bridged, journal, unexplained: journal - bridged };
  });
  return { steps: inOrder, revenue };
}

const sum = (rows: readonly { amount: bigint }[]): bigint => rows.reduce((total, { amount }) => total + amount, 0n);
const FIRST = ['revenue_gross', 'paid_by_invoice', 'tax_kept_apart', 'tax_not_kept_apart'];
const placeOf = ({ step }: BridgeStep): number => (FIRST.includes(step) ? FIRST.indexOf(step) : FIRST.length);
const textOf = ({ step, currency }: BridgeStep): string => `${step} ${currency}`;
