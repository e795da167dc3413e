import type pg from 'pg';
import type { Node, Ref } from '../catalog/facts.js';
import type { Zone } from '../kernel/day.js';
import { type Customer, type Identifier, kindOf, type Part } from './rows.js';
import type { Changes } from './working-set.js';

/** A row of `model.contributions`; `delta` and amounts are decimal strings, `at` epoch milliseconds. */
export interface ContributionRow {
  position: number;
  ordinal: number;
  metric: string;
  subject: string;
  day: string;
  currency: string;
  delta: string;
  source: string;
  medium: string;
  campaign: string;
  unknown_reason: string | null;
  customer_kind: string;
  customer_present: boolean;
  fact: string;
  entry_id: string;
  at: number;
}

/** What a fold reads of the stored model; rows that do not exist are left out. */
export interface ModelReader {
  parts(refs: readonly Ref[]): Promise<Part[]>;
  partsOfParty(party: Node): Promise<Part[]>;
  identifiers(nodes: readonly Node[]): Promise<Identifier[]>;
  customers(ids: readonly Node[]): Promise<Customer[]>;
}

/** Reads and writes the read model in bulk, in the schema of the live model or of one being rebuilt. */
export class ModelStore implements ModelReader {
  constructor(
    private readonly pool: pg.Pool,
    private readonly schema: 'model' | 'model_next',
    private readonly zone: Zone,
  ) {}

  async parts(refs: readonly Ref[]): Promise<Part[]> {
    if (refs.length === 0) return [];
    return this.readParts('ref = any($1)', [refs]);
  }

  partsOfParty(party: Node): Promise<Part[]> {
    return this.readParts('party = $1', [party]);
  }

  private async readParts(where: string, values: unknown[]): Promise<Part[]> {
    const { rows } = await this.pool.query<Omit<Part, 'present' | 'columns'> & PartRow>({
      name: `parts ${this.schema} ${where}`,
      text: `select ref, purchase, party, customer_present, (extract(epoch from at) * 1000)::float8 as at_ms,
                    amount_minor::text, currency, status, doc
             from ${this.schema}.parts where ${where}`,
      values,
    });
    return rows.map((row) => ({
      ref: row.ref,
      purchase: row.purchase,
      party: row.party,
      present: row.customer_present,
      columns: { at: row.at_ms, amountMinor: row.amount_minor, currency: row.currency, status: row.status },
      doc: row.doc,
    }));
  }

  async identifiers(nodes: readonly Node[]): Promise<Identifier[]> {
    if (nodes.length === 0) return [];
    const { rows } = await this.pool.query<Identifier>({
      name: `identifiers ${this.schema}`,
      text: `select node, customer, doc from ${this.schema}.identifiers where node = any($1)`,
      values: [nodes],
    });
    return rows;
  }

  async customers(ids: readonly Node[]): Promise<Customer[]> {
    const { rows } = await this.pool.query<Customer>({
      name: `customers ${this.schema}`,
      text: `select customer, user_id as "userId", (extract(epoch from signed_up_at) * 1000)::float8 as "signedUpAt",
                    (extract(epoch from first_touch_at) * 1000)::float8 as "firstTouchAt", source, medium, campaign,
                    unknown_reason as reason, first_payment_ref as "firstPaymentRef",
                    (extract(epoch from first_payment_at) * 1000)::float8 as "firstPaymentAt",
                    first_payment_entry::text as "firstPaymentEntry"
             from ${this.schema}.customers where customer = any($1)`,
      values: [ids],
    });
    return rows;
  }

  /** Writes the changes of a batch. Runs in the caller's transaction, together with the checkpoint. */
  async write(client: pg.ClientBase, changes: Changes): Promise<void> {
    await this.bulk(
      client,
      'parts',
      PART_SQL,
      changes.parts.map((part) => this.partRow(part)),
    );
    await this.bulk(client, 'identifiers', IDENTIFIER_SQL, changes.identifiers);
    await this.bulk(
      client,
      'customers',
      CUSTOMER_SQL,
      changes.customers.map((customer) => this.customerRow(customer)),
    );
    await this.bulk(client, 'contributions', CONTRIBUTION_SQL, changes.contributions);
    await this.bulk(client, 'daily', DAILY_SQL, dailyOf(changes.contributions));
    await this.bulk(client, 'unknown', UNKNOWN_SQL, changes.unknownTypes);
    await this.remove(client, 'identifiers', 'node', changes.removedIdentifiers);
    await this.remove(client, 'customers', 'customer', changes.removedCustomers);
  }

  /** One JSON parameter carries all rows: the cheapest encoding for rows of several types, and parsed once. */
  private async bulk(
    client: pg.ClientBase,
    name: string,
    sql: (schema: string) => string,
    rows: readonly unknown[],
  ): Promise<void> {
    if (rows.length === 0) return;
    await client.query({
      name: `write ${this.schema} ${name}`,
      text: sql(this.schema),
      values: [JSON.stringify(rows)],
    });
  }

  private async remove(client: pg.ClientBase, table: string, key: string, ids: readonly string[]): Promise<void> {
    if (ids.length > 0) await client.query(`delete from ${this.schema}.${table} where ${key} = any($1)`, [ids]);
  }

  private partRow(part: Part): object {
    const { at, amountMinor, currency, status } = part.columns;
    const day = at === null ? null : this.zone.dayOf(at);
    const { ref, purchase, party, present, doc } = part;
    return {
      ref,
      kind: kindOf(ref),
      purchase,
      party,
      at,
      day,
      amount_minor: amountMinor,
      currency,
      status,
      present,
      doc,
    };
  }

  private customerRow(customer: Customer): object {
    const day = (at: number | null): string | null => (at === null ? null : this.zone.dayOf(at));
    return { ...customer, signedUpDay: day(customer.signedUpAt), firstPaymentDay: day(customer.firstPaymentAt) };
  }
}

interface PartRow {
  customer_present: boolean;
  at_ms: number | null;
  amount_minor: string | null;
  currency: string | null;
  status: string | null;
}

const time = (column: string): string => `to_timestamp(${column} / 1000.0)`;

const PART_SQL = (schema: string): string => `
  insert into ${schema}.parts (ref, kind, purchase, party, at, day, amount_minor, currency, status, customer_present, doc)
  select ref, kind, purchase, party, ${time('at')}, day, amount_minor, currency, status, present, doc
  from json_to_recordset($1::json) as r(ref text, kind text, purchase text, party text, at float8, day date, amount_minor bigint,
    currency text, status text, present boolean, doc json)
  on conflict (ref) do update set purchase = excluded.purchase, party = excluded.party, at = excluded.at, day = excluded.day,
    amount_minor = excluded.amount_minor, currency = excluded.currency, status = excluded.status,
    customer_present = excluded.customer_present, doc = excluded.doc`;

const IDENTIFIER_SQL = (schema: string): string => `
  insert into ${schema}.identifiers (node, customer, doc)
  select node, customer, doc from json_to_recordset($1::json) as r(node text, customer text, doc json)
  on conflict (node) do update set customer = excluded.customer, doc = excluded.doc`;

const CUSTOMER_SQL = (schema: string): string => `
  insert into ${schema}.customers (customer, user_id, signed_up_at, signed_up_day, first_touch_at, source, medium, campaign,
    unknown_reason, first_payment_ref, first_payment_at, first_payment_day, first_payment_entry)
  select customer, "userId", ${time('"signedUpAt"')}, "signedUpDay", ${time('"firstTouchAt"')}, source, medium, campaign, reason,
    "firstPaymentRef", ${time('"firstPaymentAt"')}, "firstPaymentDay", "firstPaymentEntry"
  from json_to_recordset($1::json) as r(customer text, "userId" text, "signedUpAt" float8, "signedUpDay" date, "firstTouchAt" float8,
    source text, medium text, campaign text, reason text, "firstPaymentRef" text, "firstPaymentAt" float8, "firstPaymentDay" date,
    "firstPaymentEntry" uuid)
  on conflict (customer) do update set user_id = excluded.user_id, signed_up_at = excluded.signed_up_at,
    signed_up_day = excluded.signed_up_day, first_touch_at = excluded.first_touch_at, source = excluded.source,
    medium = excluded.medium, campaign = excluded.campaign, unknown_reason = excluded.unknown_reason,
    first_payment_ref = excluded.first_payment_ref, first_payment_at = excluded.first_payment_at,
    first_payment_day = excluded.first_payment_day, first_payment_entry = excluded.first_payment_entry`;

const CONTRIBUTION_SQL = (schema: string): string => `
  insert into ${schema}.contributions (position, ordinal, metric, subject, day, currency, delta, source, medium, campaign,
    unknown_reason, customer_kind, customer_present, fact, entry_id, occurred_at)
  select position, ordinal, metric, subject, day, currency, delta, source, medium, campaign, unknown_reason, customer_kind,
    customer_present, fact, entry_id, ${time('at')}
  from json_to_recordset($1::json) as r(position bigint, ordinal int, metric text, subject text, day date, currency text, delta bigint,
    source text, medium text, campaign text, unknown_reason text, customer_kind text, customer_present boolean, fact text,
    entry_id uuid, at float8)`;

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
    const key = `${row.metric}|${row.day}|${row.currency}|${row.source}|${row.medium}|${row.campaign}|${row.unknown_reason}|${row.customer_kind}|${row.customer_present}`;
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
