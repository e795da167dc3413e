import type pg from 'pg';
import { type EffectRecord, mergeEffect } from '../../catalog/merge-facts.js';
import type { BalanceLine } from '../../ingest/balance-line.js';
import type { Day } from '../../kernel/day.js';
import { Problem } from '../../kernel/errors.js';
import type { Database } from '../../storage/database.js';
import { transactionRef } from '../journal/money-objects.js';

interface Row {
  id: string;
  /** Of the part that carries it. */
  ref: string;
  effect: EffectRecord;
}

const MOVED = `select substr(e.key, 9) as id, p.ref, e.value as effect
  from model.parts p cross join json_each(p.doc->'effects') e
  where p.kind in ('payment', 'intent', 'payout', 'balance') and e.value->>'type' = 'BalanceMoved' and e.value->'fields'->>'at' is not null`;

const isOf = (provider: string): string =>
  `(${provider}::text is null or coalesce(e.value->'fields'->>'provider', 'stripe') = ${provider})`;

// As the index of the books has it: `objects_lines_by_time`.
const MADE_AT = `(o.doc -> 'effects' -> ('balance:' || substr(o.ref, 5)) -> 'fields' ->> 'at')::numeric`;
/** Lines, and the parts that carry them: what each is of, or the line by itself. */
const carrying = (condition: string): string =>
  `select r.ref, 'balance:' || substr(o.ref, 5) as key from books.objects o
   cross join lateral (select 'balance:' || substr(o.ref, 5) as ref union all select json_array_elements_text(o.doc -> 'links')) r
   where o.ref like 'txn:%' and ${condition}`;

/**
 * Lines of providers' balances as the read model has them. It has no index of them: which of its parts carry those of a time is asked of the books, whose
 * `posted` resolves once they have everything that was recorded before. Where they are too far behind, or are not there, all parts are looked through.
 */
export class BalanceLines {
  constructor(
    private readonly database: Pick<Database, 'transaction'>,
    private readonly posted?: () => Promise<unknown>,
  ) {}

  /** Asks once whether the books can say where lines are. What is read afterwards is read by that answer. */
  async asked(): Promise<LinesAsked> {
    const isIndexed = await this.havePosted();
    return {
      read: (work) =>
        this.database.transaction(async (client) => {
          await client.query('set transaction isolation level repeatable read, read only');
          return work(new LinesRead(client, isIndexed));
        }),
    };
  }

  private async havePosted(): Promise<boolean> {
    if (!this.posted) return false;
    try {
      await this.posted();
      return true;
    } catch (error) {
      if (error instanceof Problem && error.code === 'unavailable') return false;
      throw error;
    }
  }
}

export interface LinesAsked {
  /** Everything that is read within is of one state. Holds a connection meanwhile, so nothing else may be waited for within. */
  read<T>(work: (lines: LinesRead) => Promise<T>): Promise<T>;
}

/** Lines of one provider, by id. */
type LinesById = ReadonlyMap<string, BalanceLine>;

/** One state of the read model and the books. */
export class LinesRead {
  constructor(
    private readonly client: Pick<pg.ClientBase, 'query'>,
    private readonly isIndexed: boolean,
  ) {}

  /** Lines made from an instant on and before another, by provider; of one provider where it is named. */
  async within(from: number, until: number, of?: string): Promise<ReadonlyMap<string, LinesById>> {
    const rows = this.isIndexed
      ? await this.carried(`${MADE_AT} >= $1::numeric and ${MADE_AT} < $2::numeric`, [from, until], of)
      : await this.rows(
          // Of a line that several parts carry, all of them: none of them alone says when it was made.
          `with moved as materialized (${MOVED} and ${isOf('$3')}) select * from moved where id in (
             select id from moved where (effect->'fields'->>'at')::bigint >= $1 and (effect->'fields'->>'at')::bigint < $2)`,
          [from, until, of ?? null],
        );
    const lines = new Map<string, Map<string, BalanceLine>>();
    for (const [id, { provider, line }] of byId(rows)) {
      if (line.at < from || line.at >= until) continue;
      lines.set(provider, (lines.get(provider) ?? new Map<string, BalanceLine>()).set(id, line));
    }
    return lines;
  }

  /** Lines by their ids, whenever they were made. */
  async find(ids: readonly string[]): Promise<LinesById> {
    if (ids.length === 0) return new Map();
    const rows = this.isIndexed
      ? await this.carried('o.ref = any($1)', [ids.map(transactionRef)])
      : await this.rows(`${MOVED} and e.key = any($1)`, [ids.map((id) => `balance:${id}`)]);
    return new Map([...byId(rows)].map(([id, { line }]) => [id, line]));
  }

  /** Which of these payments and payouts have something besides lines of a balance. */
  async known(ids: readonly string[]): Promise<Set<string>> {
    const { rows } = await this.client.query<{ id: string }>(
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
  async moneyOf(
    lines: ReadonlyMap<string, LinesById>,
    days: { from: Day; to: Day },
  ): Promise<Map<string, Set<string>>> {
    const { rows } = await this.client.query<{ provider: string; currency: string }>(
      `select distinct e.value->'fields'->>'provider' as provider, e.value->'fields'->>'currency' as currency
       from model.parts p cross join json_each(p.doc->'effects') e
       where p.kind = 'payment' and p.status = 'captured' and p.day between $1 and $2
         and p.ref in (select subject from model.contributions where metric = 'revenue_gross' and day between $1 and $2)
         and e.value->>'type' = 'PaymentCaptured' and e.value->'fields'->>'provider' is not null`,
      [days.from, days.to],
    );
    const money = new Map<string, Set<string>>();
    for (const [provider, own] of lines)
      money.set(provider, new Set([...own.values()].map(({ currency }) => currency)));
    for (const { provider, currency } of rows)
      if (!lines.has(provider)) money.set(provider, (money.get(provider) ?? new Set()).add(currency));
    return money;
  }

  private async carried(condition: string, values: readonly unknown[], of?: string): Promise<Row[]> {
    const { rows } = await this.client.query<{ ref: string; key: string }>(carrying(condition), [...values]);
    const [refs, keys] = [new Set(rows.map(({ ref }) => ref)), new Set(rows.map(({ key }) => key))];
    const places = [[...refs], [...keys], of ?? null];
    return this.rows(`${MOVED} and p.ref = any($1) and e.key = any($2) and ${isOf('$3')}`, places);
  }

  private async rows(text: string, values: readonly unknown[]): Promise<Row[]> {
    return (await this.client.query<Row>(text, [...values])).rows;
  }
}

/** A line that several parts carry is one line, merged as the books merge it: so both have it at one instant. */
function byId(rows: readonly Row[]): Map<string, { provider: string; line: BalanceLine }> {
  const known = new Map<string, Row>();
  for (const row of rows) {
    const other = known.get(row.id);
    const ref = other && other.ref < row.ref ? other.ref : row.ref;
    const effect = other ? mergeEffect('BalanceMoved', other.effect, row.effect) : row.effect;
    known.set(row.id, { id: row.id, ref, effect });
  }
  const inOrder = [...known.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  return new Map(inOrder.map((row) => [row.id, { provider: textOf(row, 'provider') ?? 'stripe', line: lineOf(row) }]));
}

function lineOf(row: Row): BalanceLine {
  const { id, ref, effect } = row;
  const amountOf = (field: string): bigint => BigInt(textOf(row, field) ?? 0);
  const [source, payout] = [textOf(row, 'source'), textOf(row, 'payout')];
  return {
    id,
    at: Number(effect.fields['at']),
    currency: textOf(row, 'currency')!,
    gross: amountOf('gross'),
    fee: amountOf('fee'),
    net: amountOf('net'),
    category: textOf(row, 'category') ?? 'other',
    ...(source === undefined ? {} : { source }),
    ...(payout === undefined ? {} : { payout }),
    ...(ref.startsWith('payment:') ? { payment: ref.slice('payment:'.length) } : {}),
  };
}

const textOf = ({ effect }: Row, field: string): string | undefined => {
  const value = effect.fields[field] ?? undefined;
  return value === undefined ? undefined : String(value);
};
