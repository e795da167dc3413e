import { createHash, type Hash } from 'node:crypto';
import type pg from 'pg';
import { canonicalJson } from '../kernel/canonical-json.js';

type Schema = 'model' | 'model_next';

const KEY =
  'metric, subject, day, currency, source, medium, campaign, unknown_reason, customer_kind, customer_present, fact';

/**
 * What the state hash covers: net rows without positions, record times or entry ids. Equal for every order and duplication of one
 * history and in every mode.
 */
export const stateQueries = (schema: Schema): Record<string, string> => ({
  contributions: `select ${KEY}, (extract(epoch from occurred_at) * 1000)::bigint::text as at, sum(delta)::text as delta
    from ${schema}.contributions group by ${KEY}, occurred_at having sum(delta) <> 0`,
  identifiers: `select node, customer from ${schema}.identifiers`,
  parts: `select ref, purchase, party, at, day, amount_minor, currency, status, customer_present from ${schema}.parts`,
  customers: `select customer, user_id, signed_up_at, first_touch_at, source, medium, campaign, unknown_reason,
    first_payment_ref, first_payment_at from ${schema}.customers`,
  daily: `select * from ${schema}.daily where value <> 0`,
});

/** Equal for a rebuild: every contribution with the position that caused it. */
const historyQuery = (schema: Schema): string =>
  `select position, ordinal, ${KEY}, delta, occurred_at from ${schema}.contributions`;

/** Hex SHA-256 of the state of a model. Give it a client in a repeatable-read transaction when writers are active. */
export async function stateHash(client: pg.ClientBase, schema: Schema = 'model'): Promise<string> {
  const hash = createHash('sha256');
  for (const [name, query] of Object.entries(stateQueries(schema))) {
    hash.update(`\n${name}\n`);
    await addRows(client, query, hash);
  }
  return hash.digest('hex');
}

export async function historyHash(client: pg.ClientBase, schema: Schema = 'model'): Promise<string> {
  const hash = createHash('sha256');
  await addRows(client, historyQuery(schema), hash);
  return hash.digest('hex');
}

/** Rows are ordered by their own text in byte order, so that neither collation nor plan can matter. */
async function addRows(client: pg.ClientBase, query: string, hash: Hash): Promise<void> {
  await client.query(`declare hashed no scroll cursor with hold for
    select to_jsonb(r) as row from (${query}) r order by to_jsonb(r)::text collate "C"`);
  try {
    for (;;) {
      const { rows } = await client.query<{ row: unknown }>('fetch 5000 from hashed');
      if (rows.length === 0) return;
      for (const { row } of rows) hash.update(`${canonicalJson(row)}\n`);
    }
  } finally {
    await client.query('close hashed').catch(() => undefined);
  }
}
