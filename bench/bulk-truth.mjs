// A DATA_DIR with a year of orders that truly happened, as the read model keeps them, and of the events that a collector received for some of
// them. Put there in bulk and kept in the temporary folder. In a process of its own: node bench/bulk-truth.mjs FOLDER ORDERS EVENTS
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { runNode } from './processes.mjs';
import { dist } from './service-in-process.mjs';

export const YEAR = { from: '2025-01-01', to: '2025-12-31', days: 365 };
export const ZONE = 'UTC';

// Of the orders, in ten-thousandths; the rest has no event at all. Phantoms are events of orders that truth does not know.
const OTHER_DAY = 100;
const REPEATED = 200;
const PHANTOM = 100;
const ORDERS_PER_PERSON = 3;
const BODY_BYTES = 500;

/** The folder of so many orders and events; makes it when there is none. */
export async function truthOf(orders, events) {
  const folder = path.join(os.tmpdir(), `truth-ledger-bench-truth-${orders}-${events}-${contentKey()}`);
  if (existsSync(folder)) return folder;
  const unfinished = `${folder}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  await runNode([import.meta.filename, unfinished, String(orders), String(events)]);
  renameSync(unfinished, folder);
  return folder;
}

/** Changes when these rows or the tables change. */
function contentKey() {
  const hash = createHash('sha256').update(readFileSync(import.meta.filename));
  const migrations = path.join(dist, 'storage/migrations');
  for (const name of readdirSync(migrations).sort()) hash.update(readFileSync(path.join(migrations, name)));
  return hash.digest('hex').slice(0, 8);
}

/** The database of a folder, migrated. */
export async function openBulk(folder) {
  const { openDatabase } = await import(`${dist}/storage/database.js`);
  const { migrate } = await import(`${dist}/storage/migrate.js`);
  const database = await openDatabase({ dataDir: folder });
  await migrate(database);
  return database;
}

// Times of day keep away from midnight, so that a repeat ten minutes later is of the same day.
const HAPPENED = (n, orders, { from, days }) =>
  `timestamptz '${from} 00:30:00Z' + (${n}::bigint * ${days} / ${orders}) * interval '1 day' + (${n}::bigint * 7919 % 79200) * interval '1 second'`;
// A number from 0 to 9,999 that says what becomes of an order, evenly spread over every stretch of them.
const LOT = '(n::bigint * 7919 % 10000)';

/** The rows of the read model: contribution, order and payment of each order, and who bought. */
function truthRows(orders, range) {
  const at = HAPPENED('n', orders, range);
  const person = `'user:u' || n / ${ORDERS_PER_PERSON}`;
  const payment = `case n % 5 when 0 then 'paypal' when 1 then 'sepa_debit' else 'card' end`;
  const series = `generate_series(0, ${orders - 1}) n`;
  return [
    `insert into model.contributions (position, ordinal, metric, subject, day, currency, delta, source, medium, campaign, customer_kind,
       customer_present, fact, entry_id, occurred_at)
     select n + 1, 0, 'orders', 'order:o' || n, (${at})::date, '', 1, case n % 3 when 0 then 'google' when 1 then 'direct' else 'linkedin' end,
       '', '', 'returning', true, 'OrderCompleted', md5(n::text)::uuid, ${at} from ${series}`,
    `insert into model.parts (ref, kind, purchase, party, at, day, amount_minor, currency, status, customer_present, doc)
     select 'order:o' || n, 'order', 'order:o' || n, ${person}, ${at}, (${at})::date, 1000 + n % 9000, 'EUR', 'completed', true,
       json_build_object('effects', json_build_object('placed', json_build_object('type', 'OrderPlaced', 'entryId', md5(n::text)::uuid,
         'fields', json_build_object('tax', 190, 'shipping', 490)))) from ${series}`,
    `insert into model.parts (ref, kind, purchase, party, at, day, amount_minor, currency, status, customer_present, doc)
     select 'payment:ch_' || n, 'payment', 'order:o' || n, ${person}, ${at}, (${at})::date, 1000 + n % 9000, 'EUR', 'captured', true,
       json_build_object('effects', json_build_object('captured', json_build_object('type', 'PaymentCaptured', 'entryId', md5(n::text)::uuid,
         'fields', json_build_object('method', ${payment}, 'country', case n % 4 when 0 then 'DE' when 1 then 'FR' else 'US' end)))) from ${series}`,
    `insert into model.identifiers (node, customer, doc) select 'user:u' || p, 'user:u' || p, '{"effects":{}}'
     from generate_series(0, ${Math.floor((orders - 1) / ORDERS_PER_PERSON)}) p`,
  ];
}

/** Events as the collector keeps them, in the order in which they came. */
function eventRows(orders, events, range) {
  const matched = Math.round((10_000 * events) / orders) - REPEATED - PHANTOM; // the same day or another
  if (matched <= OTHER_DAY || matched + REPEATED > 10_000)
    throw new Error('events must be between 5 and 100 % of the orders');
  const at = HAPPENED('n', orders, range);
  const series = `generate_series(0, ${orders - 1}) n`;
  const event = (message, ref, when, where) =>
    `select ${message} as message, ${ref} as ref, ${when} as at, n from ${series} where ${where}`;
  return `insert into ingest.tracked_events (collector, key_id, message_id, event, kind, user_id, refs, occurred_at, received_at, is_bot, device,
       browser, os, country, host, source, body)
     select 'segment', 'bench', message, 'Order Completed', 'order_completed', 'u' || n / ${ORDERS_PER_PERSON}, array[ref], at,
       at + interval '2 seconds', false, case n % 3 when 0 then 'mobile' else 'desktop' end,
       case n % 4 when 0 then 'Safari' when 1 then 'Firefox' else 'Chrome' end, case n % 2 when 0 then 'iOS' else 'Windows' end,
       case n % 4 when 0 then 'DE' when 1 then 'FR' else 'US' end, 'shop.example.com', 'direct', repeat('x', ${BODY_BYTES})
     from (${[
       event(`'m' || n`, `'order:o' || n`, at, `${LOT} < ${matched - OTHER_DAY}`),
       event(
         `'d' || n`,
         `'order:o' || n`,
         `${at} + interval '1 day'`,
         `${LOT} >= ${matched - OTHER_DAY} and ${LOT} < ${matched}`,
       ),
       event(`'r' || n`, `'order:o' || n`, `${at} + interval '10 minutes'`, `${LOT} < ${REPEATED}`),
       event(`'p' || n`, `'order:x' || n`, at, `${LOT} >= ${10_000 - PHANTOM}`),
     ].join(' union all ')}) e order by at, message`;
}

/** Puts the rows of so many orders and events, over the days of a range, into a database that has none. */
export async function fill(database, orders, events, range = YEAR) {
  for (const statement of [...truthRows(orders, range), eventRows(orders, events, range)])
    await database.pool.query(statement);
  for (const table of ['model.contributions', 'model.parts', 'model.identifiers', 'ingest.tracked_events'])
    await database.pool.query(`vacuum analyze ${table}`);
}

async function main(folder, orders, events) {
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o755); // the database's own user must get in
  const database = await openBulk(folder);
  await fill(database, orders, events);
  await database.close();
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  await main(process.argv[2], Number(process.argv[3]), Number(process.argv[4]));
