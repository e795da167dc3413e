// What a rebuild of the read model cannot leave out, whatever its design: node bench/rebuild-floor.mjs [--entries 100000] [--rounds 3] [--folder DATA_DIR]
// Each part is done by itself over one ledger and the model that follows from it; nothing of it is kept. Prints microseconds of CPU per entry,
// the least of all rounds, in this process (the threads of its runtime included) and in PostgreSQL. Two cores have 67 at 30,000 entries/s.
import { parseArgs } from 'node:util';
import pg from 'pg';
import { build } from '../scripts/build.mjs';
import { loadAverage } from './machine.mjs';
import { ledgerOf } from './make-ledger.mjs';
import { postgresCpuUs } from './postgres-cpu.mjs';
import { dist, openBenchService } from './service-in-process.mjs';

const ENTRIES_PER_PAGE = 5_000;
const ENTRIES_PER_STRETCH = 20_000; // more at once would measure the collector of a heap that no rebuild has
const SCHEMA = 'rebuild_floor';
const FOLDED = 'folded, every row at hand';

const { values } = parseArgs({
  options: {
    entries: { type: 'string', default: '100000' },
    rounds: { type: 'string', default: '3' },
    folder: { type: 'string' },
  },
});
if (!values.folder) build();
const part = (name) => import(`${dist}/${name}.js`);
const { copyFeed } = await part('ledger/backends/postgres/feed-copy');
const { copyIn } = await part('storage/copy-in');
const { copyOut } = await part('storage/copy-out');
const { createInterpret, interpretersFor } = await part('ingest/interpret');
const { applyFact } = await part('catalog/merge-facts');
const { metrics } = await part('metrics/index');
const { Contributions } = await part('projections/contributions');
const { PageMaker } = await part('projections/fact-pages');
const { Fold } = await part('projections/fold');
const { WorkingSet } = await part('projections/working-set');
const { sumDaily } = await part('projections/model-writer');
const { CONTRIBUTIONS, copyOf, CUSTOMERS, IDENTIFIERS, PARTS, TOUCHES } = await part('projections/model-tables');
const { Zone } = await part('kernel/day');

const interpret = createInterpret(interpretersFor({}));
const none = async () => [];
const FILLED = [PARTS, IDENTIFIERS, CUSTOMERS, CONTRIBUTIONS, TOUCHES];
const NO_ROWS = { parts: none, partsOfParties: none, partsNaming: none, identifiers: none, customers: none };

const folder = values.folder ?? (await ledgerOf(Number(values.entries)));
const service = await openBenchService(folder);
const zone = new Zone(service.config.reportingTimeZone);
const client = new pg.Client(service.database.connection);
await client.connect();
try {
  const until = await service.ledger.head();
  if ((await service.projections.currentPosition()) < until) await service.projections.rebuild();
  const rounds = [];
  for (let round = 0; round < Number(values.rounds); round += 1) rounds.push(await floorOf(until));
  print(rounds, until);
} finally {
  await client.query(`drop schema if exists ${SCHEMA} cascade`);
  await client.end();
  await service.stop();
}

/** What each part took, by its name: `[of Node, of PostgreSQL]` in microseconds. */
async function floorOf(until) {
  const took = {};
  const takes = async (name, work) => {
    const postgres = postgresCpuUs(folder);
    const cpu = process.cpuUsage(); // after it: looking costs time too
    const result = await work();
    const { user, system } = process.cpuUsage(cpu);
    const [ofNode, ofPostgres] = (took[name] ??= [0, 0]);
    took[name] = [ofNode + user + system, ofPostgres + postgresCpuUs(folder) - postgres];
    return result;
  };
  for (let from = 0; from < until; from += ENTRIES_PER_STRETCH) await fold(from, takes);
  await write(takes);
  return took;
}

/** A stretch of the ledger to the bytes of its rows, as if nothing had been before it. */
async function fold(from, takes) {
  const set = new WorkingSet(NO_ROWS);
  const folding = new Fold(set, new Contributions(metrics), applyFact);
  for (let after = from; after < from + ENTRIES_PER_STRETCH; after += ENTRIES_PER_PAGE) {
    const entries = await takes('entries sent, received and split', () => entriesAfter(after));
    const bodies = await takes('bodies parsed', () => entries.map(({ body }) => JSON.parse(body)));
    await takes('interpreted', () => entries.map((entry, index) => interpret({ ...entry, body: bodies[index] })));
    const { known, wanted } = pageOf(entries);
    await takes(FOLDED, async () => {
      await set.prefetch(wanted);
      for (const { position, id, facts } of known) folding.apply(position, id, facts);
    });
  }
  const { parts, identifiers, customers, contributions, touches } = set.takeChanges();
  await takes('rows as bytes', () => [
    copyOf(PARTS, parts.added, zone),
    copyOf(IDENTIFIERS, identifiers.added, zone),
    copyOf(CUSTOMERS, customers.added, zone),
    copyOf(CONTRIBUTIONS, contributions, zone),
    copyOf(TOUCHES, touches, zone),
  ]);
}

async function entriesAfter(after) {
  const entries = [];
  await copyFeed(client, after, after + ENTRIES_PER_PAGE, (entry) => entries.push(entry));
  return entries;
}

/** The same facts once more, with what they name: a rebuild notes that as it goes. */
function pageOf(entries) {
  const maker = new PageMaker(interpret);
  for (const entry of entries) maker.add(entry);
  return maker.page();
}

/** The rows of the model as it is into tables without keys, then everything that is made from them. */
async function write(takes) {
  await client.query(`drop schema if exists ${SCHEMA} cascade; create schema ${SCHEMA}`);
  const { rows } = await client.query(`select tablename as name from pg_tables where schemaname = 'model'`);
  for (const { name } of rows)
    await client.query(`create table ${SCHEMA}.${name} (like model.${name} including defaults)`);
  for (const { name } of FILLED) {
    const bytes = await rowsOf(name);
    await takes('rows taken in', () => copyIn(client, `copy ${SCHEMA}.${name} from stdin (format binary)`, [bytes]));
  }
  await client.query(`set maintenance_work_mem = '128MB'`);
  await takes('daily totals', () => client.query(sumDaily(SCHEMA)));
  await takes('keys and indexes', makeIndexes);
  await takes('statistics', async () => {
    for (const { name } of FILLED) await client.query(`analyze ${SCHEMA}.${name}`);
  });
}

async function rowsOf(table) {
  const rows = [];
  await copyOut(client, `copy model.${table} to stdout (format binary)`, (row) => rows.push(Buffer.from(row)));
  return Buffer.concat(rows);
}

async function makeIndexes() {
  const { rows } = await client.query(`select indexdef as sql from pg_indexes where schemaname = 'model'`);
  for (const { sql } of rows) await client.query(sql.replace(' ON model.', ` ON ${SCHEMA}.`));
}

function print(rounds, entries) {
  const lines = Object.keys(rounds[0]).map((name) => {
    const [ofNode, ofPostgres] = [0, 1].map((of) => Math.min(...rounds.map((took) => took[name][of])) / entries);
    return { part: name, cpu_us: ofNode, postgres_cpu_us: ofPostgres };
  });
  const sum = (some) => some.reduce((all, { cpu_us, postgres_cpu_us }) => all + cpu_us + postgres_cpu_us, 0);
  for (const { part: name, cpu_us, postgres_cpu_us } of lines)
    console.log(JSON.stringify({ part: name, cpu_us: rounded(cpu_us), postgres_cpu_us: rounded(postgres_cpu_us) }));
  const all = rounded(sum(lines));
  const withoutFold = rounded(sum(lines.filter(({ part: name }) => name !== FOLDED)));
  console.log(JSON.stringify({ entries, all_us: all, without_folding_us: withoutFold, load: loadAverage()[0] }));
}

function rounded(value) {
  return Math.round(value * 10) / 10;
}
