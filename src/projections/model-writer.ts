import type pg from 'pg';
import type { Zone } from '../kernel/day.js';
import { copyIn } from '../storage/copy-in.js';
import type { Contributing } from './contributions.js';
import { CONTRIBUTIONS, copyOf, CUSTOMERS, IDENTIFIERS, jsonOf, PARTS, type Table, TOUCHES } from './model-tables.js';
import type { Changes } from './changes.js';

/** Writes the changes of a batch in the caller's transaction, together with the checkpoint. */
export type WriteModel = (client: pg.Client | pg.PoolClient) => Promise<void>;

type AnyTable = Pick<Table<never>, 'name' | 'columns'>;

/**
 * Makes a batch ready to write: new rows by COPY in one message, which costs a fraction of an INSERT, changed ones by UPDATE.
 * `daily`: whether the daily totals are kept up batch by batch; a rebuild sums them once, at its end (`sumDaily`).
 */
export function prepareWrite(schema: string, zone: Zone, changes: Changes, daily: boolean): WriteModel {
  // Rows become bytes now: while they are written, the next batch may change them in memory.
  const { parts, identifiers, customers, contributions, touches } = changes;
  const added: [AnyTable, Buffer | undefined][] = [
    [PARTS, copyOf(PARTS, parts.added, zone)],
    [IDENTIFIERS, copyOf(IDENTIFIERS, identifiers.added, zone)],
    [CUSTOMERS, copyOf(CUSTOMERS, customers.added, zone)],
    [CONTRIBUTIONS, copyOf(CONTRIBUTIONS, contributions, zone)],
    [TOUCHES, copyOf(TOUCHES, touches, zone)],
  ];
  const changed: [AnyTable, string | undefined][] = [
    [PARTS, jsonOf(PARTS, parts.changed, zone)],
    [IDENTIFIERS, jsonOf(IDENTIFIERS, identifiers.changed, zone)],
    [CUSTOMERS, jsonOf(CUSTOMERS, customers.changed, zone)],
  ];
  const totals = daily ? dailyOf(contributions, zone) : [];
  return async (client) => {
    await remove(client, `${schema}.identifiers`, 'node', changes.removedIdentifiers);
    await remove(client, `${schema}.customers`, 'customer', changes.removedCustomers);
    await copy(client, schema, added);
    for (const [table, rows] of changed) if (rows) await update(client, schema, table, rows);
    await bulk(client, schema, 'daily', DAILY_SQL(schema), totals);
    await bulk(client, schema, 'unknown', UNKNOWN_SQL(schema), changes.unknownTypes);
  };
}

async function copy(
  client: pg.Client | pg.PoolClient,
  schema: string,
  tables: readonly [AnyTable, Buffer | undefined][],
): Promise<void> {
  const filled = tables.flatMap(([table, rows]) => (rows ? [{ table, rows }] : []));
  if (filled.length === 0) return;
  const statements = filled.map(({ table: { name, columns } }) => {
    const names = columns.map(([column]) => column).join(', ');
    return `copy ${schema}.${name} (${names}) from stdin (format binary)`;
  });
  await copyIn(
    client,
    statements.join(';'),
    filled.map(({ rows }) => rows),
  );
}

async function update(client: pg.ClientBase, schema: string, { name, columns }: AnyTable, rows: string): Promise<void> {
  const key = columns[0]![0];
  // A document goes as text, which the column takes as it is.
  const types = columns.map(([column, type]) => `${column} ${type === 'json' ? 'text' : type}`);
  const set = columns.slice(1).map(([column, type]) => `${column} = r.${column}${type === 'json' ? '::json' : ''}`);
  const text = `update ${schema}.${name} t set ${set.join(', ')}
    from json_to_recordset($1::json) as r(${types.join(', ')}) where t.${key} = r.${key}`;
  await client.query({ name: `write ${schema} ${name}`, text, values: [rows] });
}

async function bulk(
  client: pg.ClientBase,
  schema: string,
  name: string,
  sql: string,
  rows: readonly object[],
): Promise<void> {
  if (rows.length === 0) return;
  await client.query({ name: `write ${schema} ${name}`, text: sql, values: [JSON.stringify(rows)] });
}

async function remove(client: pg.ClientBase, table: string, key: string, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await client.query(`delete from ${table} where ${key} = any($1)`, [ids]);
}

const DAILY_KEY = 'metric, day, currency, source, medium, campaign, unknown_reason, customer_kind, customer_present';

const SOURCE_KEY = 'metric, day, currency, source'; // what most questions are about, in fewer rows

/** The tables of totals, with the columns that each is summed by. */
export const TOTALS = { daily: DAILY_KEY, daily_sources: SOURCE_KEY } as const;

const DAILY_SQL = (schema: string): string => `
  with r as materialized (
    select * from json_to_recordset($1::json) as r(metric text, day date, currency text, source text, medium text, campaign text,
      unknown_reason text, customer_kind text, customer_present boolean, value bigint)),
  by_source as (
    insert into ${schema}.daily_sources as d (${SOURCE_KEY}, value)
    select ${SOURCE_KEY}, sum(value) from r group by ${SOURCE_KEY} having sum(value) <> 0
    on conflict (${SOURCE_KEY}) do update set value = d.value + excluded.value)
  insert into ${schema}.daily as d (${DAILY_KEY}, value)
  select ${DAILY_KEY}, value from r
  on conflict (${DAILY_KEY}) do update set value = d.value + excluded.value`;

const UNKNOWN_SQL = (schema: string): string => `
  insert into ${schema}.unknown_types as u (type, entries, last_position)
  select type, entries, position from json_to_recordset($1::json) as r(type text, entries bigint, position bigint)
  on conflict (type) do update set entries = u.entries + excluded.entries, last_position = excluded.last_position`;

/** Makes the daily totals of a model from all its contributions; there are none yet. Statements without values. */
export const sumDaily = (schema: string): string =>
  `insert into ${schema}.daily (${DAILY_KEY}, value)
   select metric, day, currency, source, medium, campaign, coalesce(unknown_reason, ''), customer_kind, customer_present, sum(delta)
   from ${schema}.contributions group by 1, 2, 3, 4, 5, 6, 7, 8, 9 having sum(delta) <> 0;
   insert into ${schema}.daily_sources (${SOURCE_KEY}, value)
   select ${SOURCE_KEY}, sum(value) from ${schema}.daily group by ${SOURCE_KEY} having sum(value) <> 0`;

/** The daily sums that contributions add to, each key once. */
function dailyOf(rows: readonly Contributing[], zone: Zone): object[] {
  const sums = new Map<string, { row: Contributing; day: string; value: bigint }>();
  for (const row of rows) {
    const { what, by, sign } = row;
    const day = zone.dayOf(what.at);
    // Campaigns hold any character but NUL, which no table holds.
    const key = `${what.metric}\0${day}\0${what.currency}\0${by.source}\0${by.medium}\0${by.campaign}\0${by.reason}\0${by.kind}\0${by.present}`;
    const delta = sign === 1 ? BigInt(what.delta) : -BigInt(what.delta);
    const sum = sums.get(key);
    if (sum) sum.value += delta;
    else sums.set(key, { row, day, value: delta });
  }
  return [...sums.values()]
    .filter(({ value }) => value !== 0n)
    .map(({ row: { what, by }, day, value }) => ({
      metric: what.metric,
      day,
      currency: what.currency,
      source: by.source,
      medium: by.medium,
      campaign: by.campaign,
      unknown_reason: by.reason ?? '',
      customer_kind: by.kind,
      customer_present: by.present,
      value: String(value),
    }));
}
