// How fast a year is reconciled by ids, and in how much memory: node bench/reconcile.mjs [--truth 1000000] [--tracked 800000] [--rounds 3]
// Wanted: at most 1.5 times as long as the plain SQL FULL OUTER JOIN that only counts, over the same rows in the same PostgreSQL, 768 MB, and one
// changed day again 100 times faster than all. Turns alternate; each is a process of its own, for which PostgreSQL is started anew, so that its
// buffers are empty (the system's cache of files is not). `match` loads the year and puts every id of every day into its part, the days of a pair
// included; `compare` does that and finds the causes of every id with their evidence, and what a loss concentrates in, and records nothing;
// `product` is the whole of what the jobs do: a run that was asked for, split, loaded, compared, recorded in the ledger day by day and listed id
// by id. Whoever counts otherwise than the SQL fails the bench.
import { writeSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { build } from '../scripts/build.mjs';
import { openBulk, truthOf, YEAR, ZONE } from './bulk-truth.mjs';
import { taken } from './bulk-ledger.mjs';
import { loadAverage } from './machine.mjs';
import { postgresCpuUs } from './postgres-cpu.mjs';
import { runNode } from './processes.mjs';
import { dist } from './service-in-process.mjs';
import { spread } from './statistics.mjs';

const SOURCE = 'collector';
const METRIC = 'orders';
const NOW = new Date('2026-02-01T12:00:00Z'); // every day has settled
const HEAP = ['--max-semi-space-size=8', '--heap-growing-percent=50']; // as `npm start`, but for its --single-threaded-gc
const CHANGED_DAYS = ['2025-02-11', '2025-05-07', '2025-07-23', '2025-10-02', '2025-12-12'];
const CONTENDERS = ['sql', 'match', 'compare', 'product'];

const { values } = parseArgs({
  options: {
    truth: { type: 'string', default: '1000000' },
    tracked: { type: 'string', default: '800000' },
    rounds: { type: 'string', default: '3' },
    contenders: { type: 'string', default: CONTENDERS.join(',') },
    folder: { type: 'string' },
    turn: { type: 'string' },
  },
});

const turns = { sql: sqlTurn, match: matchTurn, compare: compareTurn, product: productTurn, clear: clearTurn };
if (values.turn) await turn(values.folder, turns[values.turn]);
else await bench();

async function bench() {
  build();
  const contenders = values.contenders.split(',');
  const folder = await truthOf(Number(values.truth), Number(values.tracked));
  const results = [];
  for (let round = 0; round < Number(values.rounds); round += 1) {
    const order = contenders.map((_, index) => contenders[(index + round) % contenders.length]);
    for (const contender of order) {
      if (contender === 'product') await inProcess(folder, 'clear');
      const result = { round: round + 1, contender, ...(await inProcess(folder, contender)), load: loadAverage()[0] };
      results.push(result);
      console.log(JSON.stringify(result));
    }
    agree(results.filter((each) => each.round === round + 1));
  }
  console.log(JSON.stringify(summary(contenders, results)));
}

function inProcess(folder, name) {
  return runNode([...HEAP, ...process.execArgv, import.meta.filename, '--folder', folder, '--turn', name]);
}

/** Throws when somebody counted otherwise. */
function agree(results) {
  const counted = new Set(results.map(({ counts }) => JSON.stringify(counts)));
  if (counted.size > 1) throw new Error(`the contenders disagree: ${[...counted].join(' / ')}`);
}

function summary(contenders, results) {
  const of = (contender) => results.filter((each) => each.contender === contender);
  const ratios = (contender) =>
    spread(
      of(contender).flatMap(({ round, seconds }) =>
        of('sql').flatMap((sql) => (sql.round === round ? [seconds / sql.seconds] : [])),
      ),
    );
  return {
    ...{ truth: Number(values.truth), tracked: Number(values.tracked), rounds: Number(values.rounds) },
    ...Object.fromEntries(contenders.map((name) => [`${name}_s`, spread(of(name).map(({ seconds }) => seconds))])),
    ...Object.fromEntries(contenders.filter((name) => name !== 'sql').map((name) => [`${name}_to_sql`, ratios(name)])),
    rss_max_mb: Math.max(...results.filter(({ contender }) => contender !== 'sql').map((each) => each.rss_max_mb)),
    all_to_one_day: spread(of('product').map((each) => each.all_to_one_day)),
  };
}

/** One turn in this process; prints what it counted and took. */
async function turn(folder, work) {
  const database = await openBulk(folder);
  try {
    const postgres = postgresCpuUs(folder);
    const { counts, seconds, cpu, ...more } = await work(database);
    const postgresCpu = Math.round((postgresCpuUs(folder) - postgres) / 10_000) / 100;
    const memory = { rss_max_mb: Math.round(process.resourceUsage().maxRSS / 1024) };
    const result = { counts, seconds, cpu_s: cpu, postgres_cpu_s: postgresCpu, ...more, ...memory };
    writeSync(1, `${JSON.stringify(result)}\n`);
  } finally {
    await database.close();
  }
}

/** Seconds and seconds of CPU of this process, beside what the work resolved with. */
async function timed(work) {
  const { result, seconds, cpuUs } = await taken(1, work);
  return { result, seconds, cpu: Math.round(cpuUs / 10_000) / 100 };
}

/** What somebody would write by hand: net truth against distinct ids of events, counted. */
async function sqlTurn(database) {
  const { result, ...took } = await timed(() =>
    database.pool.query(
      `with truth as (
         select subject as id from model.contributions
         where metric = '${METRIC}' and customer_present and day between '${YEAR.from}' and '${YEAR.to}'
         group by subject having sum(delta) <> 0
       ), tracked as (
         select distinct refs[1] as id from ingest.tracked_events
         where kind = 'order_completed' and lineage = 'client' and occurred_at >= '${YEAR.from}' and occurred_at < date '${YEAR.to}' + 4
       )
       select count(*) filter (where t.id is not null and e.id is not null)::int as matched,
         count(*) filter (where e.id is null)::int as missing, count(*) filter (where t.id is null)::int as phantom
       from truth t full outer join tracked e on e.id = t.id`,
    ),
  );
  return { counts: result.rows[0], ...took };
}

/** The year loaded as for a run, and the ids of each day by part; no cause is looked for. */
async function matchTurn(database) {
  const { sortIntoParts } = await import(`${dist}/reconcile/parts.js`);
  const { listOf } = await import(`${dist}/reconcile/outcome.js`);
  const counts = { matched: 0, missing: 0, phantom: 0 };
  const { seconds, cpu } = await timed(() =>
    overTheYear(database, { described: false }, async (day, run, metric) => {
      const data = run.matched(day);
      const parts = sortIntoParts({ day, unit: metric.unit, ...data, settledBefore: NOW.getTime() });
      const { before, matched } = listOf(parts.get(''), data.plain);
      const count = (name) => before.filter(({ part }) => part === name).length;
      counts.matched += matched.length + count('other_day');
      counts.missing += count('missing');
      counts.phantom += count('client_only');
    }),
  );
  return { counts, seconds, cpu };
}

/** Days of the year, loaded together, in a transaction. */
async function overTheYear(database, { described }, each) {
  const { loadRun } = await import(`${dist}/reconcile/load-run.js`);
  const { reconciledMetrics } = await import(`${dist}/reconcile/reconciled-metrics.js`);
  const { sources } = await import(`${dist}/reconcile/sources/index.js`);
  const { stretchesOf } = await import(`${dist}/reconcile/stretches.js`);
  const { Zone, daysBetweenBoth } = await import(`${dist}/kernel/day.js`);
  const metric = reconciledMetrics.find(({ name }) => name === METRIC);
  const due = daysOfYear().map((day) => ({ day, source: SOURCE, metric: METRIC }));
  await database.transaction(async (reader) => {
    await reader.query('set transaction isolation level repeatable read, read only');
    const given = { reader, source: sources[SOURCE].open(reader), metric, zone: new Zone(ZONE), described };
    for (const { from, to } of await stretchesOf(reader, due, { together: () => true, truthOf: () => metric.truth })) {
      const days = daysBetweenBoth(from, to);
      const run = await loadRun(given, days);
      for (const day of days) await each(day, run, metric, reader);
    }
  });
}

/** Every day compared as the jobs do it; nothing is recorded. */
async function compareTurn(database) {
  const { reconcileDay } = await import(`${dist}/reconcile/reconcile-day.js`);
  const { reconciledMetrics } = await import(`${dist}/reconcile/reconciled-metrics.js`);
  const { sources } = await import(`${dist}/reconcile/sources/index.js`);
  const { causes } = await import(`${dist}/reconcile/causes/index.js`);
  const { Zone } = await import(`${dist}/kernel/day.js`);
  const metric = reconciledMetrics.find(({ name }) => name === METRIC);
  const given = {
    source: sources[SOURCE],
    metric,
    causes,
    zone: new Zone(ZONE),
    now: NOW,
    history: async () => [],
    subjectTag,
  };
  const rows = [];
  const { seconds, cpu } = await timed(async () => {
    await overTheYear(database, { described: true }, async (day, run, _, reader) => {
      rows.push(...(await reconcileDay(day, { ...given, reader, run })).rows);
    });
  });
  return { counts: countsOf(rows), seconds, cpu };
}

/** The whole, then some days again for which an event came that had been missing. */
async function productTurn(database) {
  const { openPostgresLedger } = await import(`${dist}/ledger/backends/postgres/postgres.js`);
  const { reconcileDay } = await import(`${dist}/jobs/reconcile-day.js`);
  const ledger = await openPostgresLedger(database, { clock: () => new Date() });
  const reconcile = await reconcileOver(database, ledger);
  const { seconds, cpu } = await timed(() => runOf(reconcile));
  const before = await storedRows(database);
  const again = [];
  for (const day of CHANGED_DAYS) {
    await lateEvent(database, day);
    const data = { day, source: SOURCE, metric: METRIC, run_id: `late-${day}` };
    again.push((await timed(() => reconcileDay.run(data, { reconcile }))).seconds);
  }
  const after = countsOf(await storedRows(database));
  const counts = countsOf(before);
  if (after.matched !== counts.matched + CHANGED_DAYS.length || after.missing !== counts.missing - CHANGED_DAYS.length)
    throw new Error(`late events were not found: ${JSON.stringify({ counts, after })}`);
  await ledger.close();
  const oneDay = spread(again.map((each) => each * 1_000));
  return { counts, seconds, cpu, one_day_ms: oneDay, all_to_one_day: Math.round((seconds * 1_000) / oneDay.median) };
}

/** A run over the year, as the queue has it done: split, then one job after the other. */
async function runOf(reconcile) {
  const { reconcileRun } = await import(`${dist}/jobs/reconcile-run.js`);
  const { jobs: all } = await import(`${dist}/jobs/index.js`);
  const jobs = [];
  const context = { reconcile, enqueue: async (job) => void jobs.push(job), progress: async () => undefined };
  const request = { from: YEAR.from, to: YEAR.to, source: SOURCE, metrics: [METRIC] };
  await reconcile.requestRun(request, { runId: 'bench', actor: 'system' });
  await reconcileRun.run({ run_id: 'bench' }, context);
  for (const { name, data } of jobs) await all.find((job) => job.name === name).run(data, context);
}

/** Over a read model that is always at the head: what the projector takes is measured elsewhere. */
async function reconcileOver(database, ledger) {
  const { createHmac, randomUUID } = await import('node:crypto');
  const { createReconcile } = await import(`${dist}/reconcile/create-reconcile.js`);
  const { canonicalJson } = await import(`${dist}/kernel/canonical-json.js`);
  const { defaultChannels } = await import(`${dist}/catalog/channels.js`);
  const { Zone } = await import(`${dist}/kernel/day.js`);
  return createReconcile({
    ...{ database, ledger, zone: new Zone(ZONE), clock: () => NOW, newId: randomUUID, modelVersion: `${ZONE} bench` },
    ...{ channels: defaultChannels, subjectTag, enqueueRun: async () => undefined },
    contentMac: (value) => createHmac('sha256', 'bench').update(canonicalJson(value)).digest(),
    projectionPosition: () => Number.MAX_SAFE_INTEGER,
  });
}

function subjectTag(kind, value) {
  return `${kind}.${value}`;
}

/** An event of an order of the day that had none. */
async function lateEvent(database, day) {
  await database.pool.query(
    `insert into ingest.tracked_events (collector, key_id, message_id, event, kind, refs, occurred_at, received_at, body)
     select 'segment', 'bench-late', 'late-' || c.subject, 'Order Completed', 'order_completed', array[c.subject], c.occurred_at, $2, ''
     from model.contributions c where c.metric = '${METRIC}' and c.day = $1
       and not exists (select from ingest.tracked_events e where e.refs = array[c.subject] and e.kind = 'order_completed'
         and e.occurred_at between c.occurred_at - interval '3 days' and c.occurred_at + interval '3 days')
     order by c.subject limit 1`,
    [day, NOW],
  );
}

/** As if the year had never been compared. */
async function clearTurn(database) {
  await database.pool.query(`delete from ingest.tracked_events where key_id = 'bench-late'`);
  await database.pool.query(
    'truncate reconcile.runs, reconcile.checks, reconcile.result_ids, reconcile.result_matched, reconcile.results, reconcile.recorded',
  );
  const triggers = (how) =>
    ['append_only', 'append_only_rows'].map((name) => `alter table ledger.entries ${how} trigger ${name};`).join(' ');
  await database.pool.query(`${triggers('disable')} truncate ledger.entries; ${triggers('enable always')} checkpoint`);
  return {};
}

async function storedRows(database) {
  const { rows } = await database.pool.query(
    `select "row" from (select distinct on (day) position from reconcile.recorded order by day, position desc) latest
     join reconcile.results using (position)`,
  );
  return rows.map(({ row }) => row);
}

/** Of a row per day. */
function countsOf(rows) {
  if (rows.length !== YEAR.days) throw new Error(`there are ${rows.length} rows for ${YEAR.days} days`);
  const sum = (name) => rows.reduce((total, row) => total + row[name], 0);
  return { matched: sum('matched') + sum('other_day'), missing: sum('missing'), phantom: sum('client_only') };
}

function daysOfYear() {
  const first = Date.parse(`${YEAR.from}T00:00:00Z`);
  return Array.from({ length: YEAR.days }, (_, index) =>
    new Date(first + index * 86_400_000).toISOString().slice(0, 10),
  );
}
