import type pg from 'pg';
import type { Zone } from '../kernel/day.js';
import { copyIn } from '../storage/copy-in.js';
import type { ContributionRow } from './model-store.js';
import { type Customer, type Identifier, kindOf, type Part } from './rows.js';
import type { Changes } from './working-set.js';

/** A value of a column; a bigint as its decimal text. */
type Value = string | number | boolean | null;

/** Writes the changes of a batch in the caller's transaction, together with the checkpoint. */
export type WriteModel = (client: pg.Client | pg.PoolClient) => Promise<void>;

/** Makes a batch ready to write: new rows by COPY in one message, which costs a fraction of an INSERT, changed ones by UPDATE. */
export function prepareWrite(schema: string, zone: Zone, changes: Changes): WriteModel {
  // Rows become text now: while they are written, the next batch may change them in memory.
  const part = (row: Part): Value[] => partRow(row, zone);
  const customer = (row: Customer): Value[] => customerRow(row, zone);
  const { parts, identifiers, customers, contributions } = changes;
  const added: [Table, Buffer | undefined][] = [
    [PARTS, copyText(parts.added.map(part))],
    [IDENTIFIERS, copyText(identifiers.added.map(identifierRow))],
    [CUSTOMERS, copyText(customers.added.map(customer))],
    [CONTRIBUTIONS, copyText(contributions.map(contributionRow))],
  ];
  const changed: [Table, string | undefined][] = [
    [PARTS, jsonText(PARTS, parts.changed.map(part))],
    [IDENTIFIERS, jsonText(IDENTIFIERS, identifiers.changed.map(identifierRow))],
    [CUSTOMERS, jsonText(CUSTOMERS, customers.changed.map(customer))],
  ];
  const daily = dailyOf(contributions);
  return async (client) => {
    await remove(client, `${schema}.identifiers`, 'node', changes.removedIdentifiers);
    await remove(client, `${schema}.customers`, 'customer', changes.removedCustomers);
    await copy(client, schema, added);
    for (const [table, rows] of changed) if (rows) await update(client, schema, table, rows);
    await bulk(client, schema, 'daily', DAILY_SQL(schema), daily);
    await bulk(client, schema, 'unknown', UNKNOWN_SQL(schema), changes.unknownTypes);
  };
}

async function copy(
  client: pg.Client | pg.PoolClient,
  schema: string,
  tables: readonly [Table, Buffer | undefined][],
): Promise<void> {
  const filled = tables.flatMap(([table, rows]) => (rows ? [{ table, rows }] : []));
  if (filled.length === 0) return;
  const statements = filled.map(
    ({ table }) => `copy ${schema}.${table.name} (${Object.keys(table.columns).join(', ')}) from stdin`,
  );
  await copyIn(
    client,
    statements.join(';'),
    filled.map(({ rows }) => rows),
  );
}

/** A table that the fold fills; the first column is its key. */
interface Table {
  name: string;
  columns: Record<string, string>;
}

const PARTS: Table = {
  name: 'parts',
  columns: {
    ref: 'text',
    kind: 'text',
    purchase: 'text',
    party: 'text',
    at: 'timestamptz',
    day: 'date',
    amount_minor: 'bigint',
    currency: 'text',
    status: 'text',
    customer_present: 'boolean',
    doc: 'json',
  },
};

const partRow = ({ ref, purchase, party, present, doc, columns }: Part, zone: Zone): Value[] => {
  const { at, amountMinor, currency, status } = columns;
  return [
    ref,
    kindOf(ref),
    purchase,
    party,
    timeOf(at),
    dayOf(at, zone),
    amountMinor,
    currency,
    status,
    present,
    JSON.stringify(doc),
  ];
};

const IDENTIFIERS: Table = { name: 'identifiers', columns: { node: 'text', customer: 'text', doc: 'json' } };

const identifierRow = ({ node, customer, doc }: Identifier): Value[] => [node, customer, JSON.stringify(doc)];

const CUSTOMERS: Table = {
  name: 'customers',
  columns: {
    customer: 'text',
    user_id: 'text',
    signed_up_at: 'timestamptz',
    signed_up_day: 'date',
    first_touch_at: 'timestamptz',
    source: 'text',
    medium: 'text',
    campaign: 'text',
    unknown_reason: 'text',
    first_payment_ref: 'text',
    first_payment_at: 'timestamptz',
    first_payment_day: 'date',
    first_payment_entry: 'uuid',
  },
};

const customerRow = (row: Customer, zone: Zone): Value[] => [
  row.customer,
  row.userId,
  timeOf(row.signedUpAt),
  dayOf(row.signedUpAt, zone),
  timeOf(row.firstTouchAt),
  row.source,
  row.medium,
  row.campaign,
  row.reason,
  row.firstPaymentRef,
  timeOf(row.firstPaymentAt),
  dayOf(row.firstPaymentAt, zone),
  row.firstPaymentEntry,
];

const CONTRIBUTIONS: Table = {
  name: 'contributions',
  columns: {
    position: 'bigint',
    ordinal: 'int',
    metric: 'text',
    subject: 'text',
    day: 'date',
    currency: 'text',
    delta: 'bigint',
    source: 'text',
    medium: 'text',
    campaign: 'text',
    unknown_reason: 'text',
    customer_kind: 'text',
    customer_present: 'boolean',
    fact: 'text',
    entry_id: 'uuid',
    occurred_at: 'timestamptz',
  },
};

const contributionRow = (row: ContributionRow): Value[] => [
  row.position,
  row.ordinal,
  row.metric,
  row.subject,
  row.day,
  row.currency,
  row.delta,
  row.source,
  row.medium,
  row.campaign,
  row.unknown_reason,
  row.customer_kind,
  row.customer_present,
  row.fact,
  row.entry_id,
  timeOf(row.at),
];

const timeOf = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());
const dayOf = (at: number | null, zone: Zone): string | null => (at === null ? null : zone.dayOf(at));

const SPECIAL = /[\\\t\n\r]/;
const ESCAPES: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

/** Rows in COPY's text format. */
function copyText(rows: readonly Value[][]): Buffer | undefined {
  if (rows.length === 0) return undefined;
  let text = '';
  for (const row of rows) {
    for (let index = 0; index < row.length; index++) {
      const value = row[index]!;
      if (index > 0) text += '\t';
      if (value === null) text += '\\N';
      else if (typeof value !== 'string' || !SPECIAL.test(value)) text += value;
      else text += value.replace(/[\\\t\n\r]/g, (character) => ESCAPES[character]!);
    }
    text += '\n';
  }
  return Buffer.from(text);
}

/** Rows as one JSON text of objects; a document goes as text, which the column takes as it is. */
function jsonText({ columns }: Table, rows: readonly Value[][]): string | undefined {
  if (rows.length === 0) return undefined;
  const names = Object.keys(columns);
  return JSON.stringify(rows.map((row) => Object.fromEntries(names.map((name, index) => [name, row[index]]))));
}

async function update(client: pg.ClientBase, schema: string, { name, columns }: Table, rows: string): Promise<void> {
  const [key, ...others] = Object.keys(columns);
  const isJson = (column: string): boolean => columns[column] === 'json';
  const types = Object.entries(columns).map(([column, type]) => `${column} ${isJson(column) ? 'text' : type}`);
  const set = others.map((column) => `${column} = r.${column}${isJson(column) ? '::json' : ''}`);
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

const DAILY_SQL = (schema: string): string => `
  insert into ${schema}.daily as d (${DAILY_KEY}, value)
  select ${DAILY_KEY}, value
  from json_to_recordset($1::json) as r(metric text, day date, currency text, source text, medium text, campaign text,
    unknown_reason text, customer_kind text, customer_present boolean, value bigint)
  on conflict (${DAILY_KEY}) do update set value = d.value + excluded.value`;

const UNKNOWN_SQL = (schema: string): string => `
  insert into ${schema}.unknown_types as u (type, entries, last_position)
  select type, entries, position from json_to_recordset($1::json) as r(type text, entries bigint, position bigint)
  on conflict (type) do update set entries = u.entries + excluded.entries, last_position = excluded.last_position`;

/** The daily sums that rows add to, each key once. */
function dailyOf(rows: readonly ContributionRow[]): object[] {
  const sums = new Map<string, { row: ContributionRow; value: bigint }>();
  for (const row of rows) {
    // Campaigns hold any character, so a key is joined by none.
    const key = JSON.stringify([
      ...[row.metric, row.day, row.currency, row.source, row.medium, row.campaign],
      ...[row.unknown_reason, row.customer_kind, row.customer_present],
    ]);
    const sum = sums.get(key);
    if (sum) sum.value += BigInt(row.delta);
    else sums.set(key, { row, value: BigInt(row.delta) });
  }
  return [...sums.values()]
    .filter(({ value }) => value !== 0n)
    .map(({ row, value }) => ({
      metric: row.metric,
      day: row.day,
      currency: row.currency,
      source: row.source,
      medium: row.medium,
      campaign: row.campaign,
      unknown_reason: row.unknown_reason ?? '',
      customer_kind: row.customer_kind,
      customer_present: row.customer_present,
      value: String(value),
    }));
}
