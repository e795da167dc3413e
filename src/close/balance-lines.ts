import type { BalanceLine } from '../ingest/balance-line.js';
import type { Day } from '../kernel/day.js';
import { Problem } from '../kernel/errors.js';
import type { Database } from '../storage/database.js';
import { transactionRef } from './money-objects.js';

interface Row {
  id: string;
  ref: string;
  provider: string;
  at: string;
  currency: string;
  gross: string;
  fee: string;
  net: string;
  category: string | null;
  source: string | null;
  payout: string | null;
}

const LINES = `select substr(e.key, 9) as id, p.ref, coalesce(f.f->>'provider', 'stripe') as provider, f.f->>'at' as at,
    f.f->>'currency' as currency, f.f->>'gross' as gross, f.f->>'fee' as fee, f.f->>'net' as net, f.f->>'category' as category,
    f.f->>'source' as source, f.f->>'payout' as payout
  from model.parts p cross join json_each(p.doc->'effects') e cross join lateral (select e.value->'fields' as f) f
  where p.kind in ('payment', 'intent', 'payout', 'balance') and e.value->>'type' = 'BalanceMoved' and f.f->>'at' is not null`;

// As the index of the books has it: `objects_lines_by_time`.
const MADE_AT = `(o.doc -> 'effects' -> ('balance:' || substr(o.ref, 5)) -> 'fields' ->> 'at')::numeric`;
/** Parts that carry lines of a balance: what each is of, or the line by itself. */
const carrying = (condition: string): string =>
  `select r.ref from books.objects o
   cross join lateral (select 'balance:' || substr(o.ref, 5) as ref union all select json_array_elements_text(o.doc -> 'links')) r
   where o.ref like 'txn:%' and ${condition}`;

/**
 * Lines of providers' balances as the read model has them. It has no index of them: which of its parts carry those of a time is asked of the books, whose
 * `posted` resolves once they have everything that was recorded before. Where they are too far behind, or are not there, all parts are looked through.
 */
export class BalanceLines {
  constructor(
    private readonly database: Pick<Database, 'pool'>,
    private readonly posted?: () => Promise<unknown>,
  ) {}

  /** Parts of the read model that may carry lines of a balance; undefined where it may be any. */
  private async carrying(condition: string, values: readonly unknown[]): Promise<string[] | undefined> {
    try {
      if (!this.posted) return undefined;
      await this.posted();
    } catch (error) {
      if (error instanceof Problem && error.code === 'unavailable') return undefined;
      throw error;
    }
    const { rows } = await this.database.pool.query<{ ref: string }>(carrying(condition), [...values]);
    return rows.map(({ ref }) => ref);
  }

  private madeBetween(from: number, until: number): Promise<string[] | undefined> {
    return this.carrying(`${MADE_AT} >= $1::numeric and ${MADE_AT} < $2::numeric`, [from, until]);
  }

  /** Lines of a provider made from an instant on and before another, by id. */
  async within(provider: string, from: number, until: number): Promise<Map<string, BalanceLine>> {
    const among = carriedBy(await this.madeBetween(from, until), 4);
    const { rows } = await this.database.pool.query<Row>(
      `${LINES} ${among.condition} and coalesce(f.f->>'provider', 'stripe') = $1
         and (f.f->>'at')::bigint >= $2 and (f.f->>'at')::bigint < $3
       order by e.key, p.ref`,
      [provider, from, until, ...among.values],
    );
    return byId(rows);
  }

  /** Lines by their ids, whenever they were made. */
  async find(ids: readonly string[]): Promise<Map<string, BalanceLine>> {
    if (ids.length === 0) return new Map();
    const among = carriedBy(await this.carrying('o.ref = any($1)', [ids.map(transactionRef)]), 2);
    const { rows } = await this.database.pool.query<Row>(
      `${LINES} ${among.condition} and e.key = any($1) order by e.key, p.ref`,
      [ids.map((id) => `balance:${id}`), ...among.values],
    );
    return byId(rows);
  }

  /** Which of these payments and payouts have something besides lines of a balance. */
  async known(ids: readonly string[]): Promise<Set<string>> {
    const { rows } = await this.database.pool.query<{ id: string }>(
      `select substr(ref, position(':' in ref) + 1) as id from model.parts
       where ref = any($1) and exists (select from json_each(doc->'effects') e where e.value->>'type' <> 'BalanceMoved')`,
      [ids.flatMap((id) => [`payment:${id}`, `payout:${id}`])],
    );
    return new Set(rows.map(({ id }) => id));
  }

  /**
   * Providers with money in a period, and its currencies: those of the lines of its balance; of a provider without any, those of the payments
   * that it captured, which may be settled in another.
   */
  async moneyOf(from: number, until: number, days: { from: Day; to: Day }): Promise<Map<string, Set<string>>> {
    const among = carriedBy(await this.madeBetween(from, until), 5);
    const { rows } = await this.database.pool.query<{ provider: string; currency: string; settled: boolean }>(
      `select distinct provider, currency, true as settled from (${LINES} ${among.condition}) l
       where l.at::bigint >= $1 and l.at::bigint < $2
       union all select distinct e.value->'fields'->>'provider', e.value->'fields'->>'currency', false
       from model.parts p cross join json_each(p.doc->'effects') e
       where p.kind = 'payment' and p.status = 'captured' and p.day between $3 and $4
         and p.ref in (select subject from model.contributions where metric = 'revenue_gross' and day between $3 and $4)
         and e.value->>'type' = 'PaymentCaptured' and e.value->'fields'->>'provider' is not null
       order by settled desc`,
      [from, until, days.from, days.to, ...among.values],
    );
    const settled = new Set(rows.filter((row) => row.settled).map(({ provider }) => provider));
    const money = new Map<string, Set<string>>();
    for (const row of rows) {
      if (!row.settled && settled.has(row.provider)) continue;
      money.set(row.provider, (money.get(row.provider) ?? new Set()).add(row.currency));
    }
    return money;
  }
}

const carriedBy = (refs: readonly string[] | undefined, place: number) =>
  refs === undefined
    ? { condition: '', values: [] }
    : { condition: `and p.ref = any($${place}::text[])`, values: [refs] };

/** A line that two parts carry is one line: the first by its ref. */
function byId(rows: readonly Row[]): Map<string, BalanceLine> {
  const lines = new Map<string, BalanceLine>();
  for (const row of rows) if (!lines.has(row.id)) lines.set(row.id, lineOf(row));
  return lines;
}

const lineOf = ({ id, ref, at, currency, gross, fee, net, category, source, payout }: Row): BalanceLine => ({
  ...{ id, at: Number(at), currency, gross: BigInt(gross), fee: BigInt(fee), net: BigInt(net) },
  category: category ?? 'other',
  ...(source === null ? {} : { source }),
  ...(payout === null ? {} : { payout }),
  ...(ref.startsWith('payment:') ? { payment: ref.slice('payment:'.length) } : {}),
});
