import { createHash, type Hash } from 'node:crypto';
import type pg from 'pg';
import { copyOut } from '../storage/copy-out.js';

type Schema = 'model' | 'model_next';

/** What identifies a net contribution, the most telling columns first. */
const CONTRIBUTION =
  'subject, metric, occurred_at, fact, day, currency, source, medium, campaign, unknown_reason, customer_kind, customer_present';

const TOUCH = 'node, at, source, medium, campaign, referrer, landing_page, click_id';

/**
 * What the state hash covers: net rows without positions, record times or entry ids. Equal for every order and duplication of one
 * history and in every mode.
 */
export const stateQueries = (schema: Schema): Record<string, string> => ({
  contributions: `select ${CONTRIBUTION}, sum(delta) as delta from ${schema}.contributions
    group by ${CONTRIBUTION} having sum(delta) <> 0`,
  identifiers: `select node, customer from ${schema}.identifiers`,
  parts: `select ref, purchase, party, at, day, amount_minor, currency, status, customer_present from ${schema}.parts`,
  customers: `select customer, user_id, signed_up_at, first_touch_at, source, medium, campaign, unknown_reason,
    first_payment_ref, first_payment_at from ${schema}.customers`,
  daily: `select * from ${schema}.daily where value <> 0`,
  // Two entries that tell of one touch say nothing more than one of them.
  touches: `select distinct ${TOUCH} from ${schema}.touches`,
});

/** Columns in which no two rows of a query agree. */
const ORDER: Record<string, string> = {
  contributions: inByteOrder(CONTRIBUTION),
  identifiers: inByteOrder('node'),
  parts: inByteOrder('ref'),
  customers: inByteOrder('customer'),
  daily: inByteOrder(
    'metric, day, currency, source, medium, campaign, unknown_reason, customer_kind, customer_present',
  ),
  touches: inByteOrder(TOUCH),
};

/** Equal for a rebuild: every contribution with the position that caused it. */
const historyQuery = (schema: Schema): string =>
  `select position, ordinal, ${CONTRIBUTION}, delta from ${schema}.contributions`;

/** Texts by their bytes, whatever the database's collation. */
function inByteOrder(columns: string): string {
  const others = ['at', 'occurred_at', 'day', 'customer_present'];
  const ordered = columns.split(', ').map((column) => (others.includes(column) ? column : `${column} collate "C"`));
  return ordered.join(', ');
}

/** Hex SHA-256 of the state of a model. The client is in a transaction that `beginHashing` began. */
export async function stateHash(client: pg.ClientBase, schema: Schema = 'model'): Promise<string> {
  const hash = createHash('sha256');
  for (const [name, query] of Object.entries(stateQueries(schema))) {
    hash.update(`\n${name}\n`);
    await addRows(client, query, ORDER[name]!, hash);
  }
  return hash.digest('hex');
}

export async function historyHash(client: pg.ClientBase, schema: Schema = 'model'): Promise<string> {
  const hash = createHash('sha256');
  await addRows(client, historyQuery(schema), 'position, ordinal', hash);
  return hash.digest('hex');
}

/** A snapshot in which values are written the same way whatever the server's settings are, with room to sort in. */
export async function beginHashing(client: pg.ClientBase): Promise<void> {
  await client.query('begin isolation level repeatable read');
  await client.query(`set local time zone 'UTC'`);
  await client.query(`set local datestyle = 'ISO, YMD'`);
  await client.query(`set local work_mem = '64MB'`);
}

/** Hashes in a transaction of its own. */
export async function hashed(pool: pg.Pool, work: (client: pg.ClientBase) => Promise<string>): Promise<string> {
  const client = await pool.connect();
  try {
    await beginHashing(client);
    return await work(client);
  } finally {
    await client.query('rollback').catch(() => undefined);
    client.release();
  }
}

/** Rows as the server writes them, in an order that no plan can change. */
const addRows = (client: pg.ClientBase, query: string, order: string, hash: Hash): Promise<void> =>
  copyOut(client, `copy (select * from (${query}) r order by ${order}) to stdout`, (row) => void hash.update(row));
