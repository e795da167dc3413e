// The turns of bench/reconcile.mjs: the same days compared in several ways, over the built service or whatever else `load` brings.
import { setImmediate } from 'node:timers/promises';
import { taken } from './bulk-ledger.mjs';
import { YEAR, ZONE } from './bulk-truth.mjs';
import { spread } from './statistics.mjs';

const SOURCE = 'collector';
const METRIC = 'orders';
const NOW = new Date('2026-02-01T12:00:00Z'); // every day has settled
const CHANGED_DAYS = [0.11, 0.35, 0.56, 0.75, 0.95]; // where in the range they lie

/** By name; each takes a database that was filled with the range, and gives what it counted and took. `load`: a module of the service by its path. */
export function turnsOver(load, range = YEAR) {
  const given = { load, range };
  const works = { sql: sqlTurn, match: matchTurn, compare: compareTurn, product: productTurn, clear: clearTurn };
  return Object.fromEntries(Object.entries(works).map(([name, work]) => [name, (database) => work(database, given)]));
}

/** Seconds and seconds of CPU of this process, beside what the work resolved with. */
async function timed(work) {
  const { result, seconds, cpuUs } = await taken(1, work);
  return { result, seconds, cpu: Math.round(cpuUs / 10_000) / 100 };
}

/** What somebody would write by hand: net truth against distinct ids of events, counted. */
async function sqlTurn(database, { range }) {
  const { result, ...took } = await timed(() =>
    database.pool.query(
      `with truth as (
         select subject as id from model.contributions
         where metric = '${METRIC}' and customer_present and day between '${range.from}' and '${range.to}'
         group by subject having sum(delta) <> 0
       ), tracked as (
         select distinct refs[1] as id from ingest.tracked_events
         where kind = 'order_completed' and lineage = 'client' and occurred_at >= '${range.from}' and occurred_at < date '${range.to}' + 4
       )
       select count(*) filter (where t.id is not null and e.id is not null)::int as matched,
         count(*) filter (where e.id is null)::int as missing, count(*) filter (where t.id is null)::int as phantom
       from truth t full outer join tracked e on e.id = t.id`,
    ),
  );
  return { counts: result.rows[0], ...took };
}

/** The year loaded as for a run, and the ids of each day by part; no cause is looked for. */
async function matchTurn(database, { load, range }) {
  const { sortIntoParts } = await load('reconcile/parts.js');
  const { listOf } = await load('reconcile/compare/outcome.js');
  const comparing = await comparingOver(load);
  const counts = { matched: 0, missing: 0, phantom: 0 };
  const { seconds, cpu } = await timed(() =>
    comparing(database, range, { described: false }, async (day, data, metric) => {
      const found = data.matched(day);
      const parts = sortIntoParts({ day, unit: metric.unit, ...found, settledBefore: NOW.getTime() });
      const { before, matched } = listOf(parts.get(''), found.plain);
      const count = (name) => before.filter(({ part }) => part === name).length;
      counts.matched += matched.length + count('other_day');
      counts.missing += count('missing');
      counts.phantom += count('client_only');
    }),
  );
  return { counts, seconds, cpu };
}

/** What goes through the days of a range as the jobs do: loaded together, the next section while one is gone through. */
async function comparingOver(load) {
  const { inSections } = await load('reconcile/run/compute-together.js');
  const { loadTogether } = await load('reconcile/load/load-together.js');
  const { oneAhead } = await load('reconcile/sift/one-ahead.js');
  const { reconciledMetrics } = await load('reconcile/reconciled-metrics.js');
  const { sources } = await load('reconcile/sources/index.js');
  const { stretchesOf } = await load('reconcile/run/stretches.js');
  const { Zone, daysBetweenBoth } = await load('kernel/day.js');
  const metric = reconciledMetrics.find(({ name }) => name === METRIC);
  const zone = new Zone(ZONE);
  return async (database, range, { described }, each) => {
    const given = { source: sources[SOURCE], metric, zone, subjectTag, described, log: told };
    const due = daysOf(range).map((day) => ({ day, source: SOURCE, metric: METRIC }));
    for (const { from, to } of stretchesOf(due, () => true))
      await inSections(database, (readers, inSameState) =>
        inSameState(async (reader) => {
          for await (const { days, data } of oneAhead(loadTogether(readers, daysBetweenBoth(from, to), given)))
            for (const day of days) {
              await each(day, data, metric, reader);
              await setImmediate(); // recording a day lets what is loaded ahead go on as well
            }
        }),
      );
  };
}

function told(line, error) {
  throw new Error(line, { cause: error });
}

/** Every day compared as the jobs do it; nothing is recorded. */
async function compareTurn(database, { load, range }) {
  const { reconcileDay } = await load('reconcile/reconcile-day.js');
  const { sources } = await load('reconcile/sources/index.js');
  const { causes } = await load('reconcile/causes/index.js');
  const { Zone } = await load('kernel/day.js');
  const comparing = await comparingOver(load);
  const of = { source: sources[SOURCE], causes, zone: new Zone(ZONE), now: NOW, history: async () => [], subjectTag };
  const rows = [];
  const { seconds, cpu } = await timed(() =>
    comparing(database, range, { described: true }, async (day, together, metric, reader) => {
      rows.push(...(await reconcileDay(day, { ...of, metric, reader, together })).rows);
    }),
  );
  return { counts: countsOf(rows, range), seconds, cpu };
}

/** The whole, then some days again for which an event came that had been missing. */
async function productTurn(database, { load, range }) {
  const { openPostgresLedger } = await load('ledger/backends/postgres/postgres.js');
  const { reconcileDay } = await load('jobs/reconcile-day.js');
  const ledger = await openPostgresLedger(database, { clock: () => new Date() });
  const reconcile = await reconcileOver(database, ledger, load);
  const { seconds, cpu } = await timed(() => runOf(reconcile, { load, range }));
  const before = await storedRows(database);
  const again = [];
  for (const day of CHANGED_DAYS.map((share) => daysOf(range)[Math.floor(share * range.days)])) {
    await lateEvent(database, day);
    const data = { day, source: SOURCE, metric: METRIC, run_id: `late-${day}` };
    again.push((await timed(() => reconcileDay.run(data, { reconcile }))).seconds);
  }
  const after = countsOf(await storedRows(database), range);
  const counts = countsOf(before, range);
  if (after.matched !== counts.matched + CHANGED_DAYS.length || after.missing !== counts.missing - CHANGED_DAYS.length)
    throw new Error(`late events were not found: ${JSON.stringify({ counts, after })}`);
  await ledger.close();
  const oneDay = spread(again.map((each) => each * 1_000));
  return { counts, seconds, cpu, one_day_ms: oneDay, all_to_one_day: Math.round((seconds * 1_000) / oneDay.median) };
}

/** A run over the year, as the queue has it done: split, then one job after the other. */
async function runOf(reconcile, { load, range }) {
  const { reconcileRun } = await load('jobs/reconcile-run.js');
  const { jobs: all } = await load('jobs/index.js');
  const jobs = [];
  const context = { reconcile, enqueue: async (job) => void jobs.push(job), progress: async () => undefined };
  const request = { from: range.from, to: range.to, source: SOURCE, metrics: [METRIC] };
  await reconcile.requestRun(request, { runId: 'bench', actor: 'system' });
  await reconcileRun.run({ run_id: 'bench' }, context);
  for (const { name, data } of jobs) await all.find((job) => job.name === name).run(data, context);
}

/** Over a read model that is always at the head: what the projector takes is measured elsewhere. */
async function reconcileOver(database, ledger, load) {
  const { createHmac, randomUUID } = await import('node:crypto');
  const { createReconcile } = await load('reconcile/create-reconcile.js');
  const { canonicalJson } = await load('kernel/canonical-json.js');
  const { defaultChannels } = await load('catalog/channels.js');
  const { Zone } = await load('kernel/day.js');
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
function countsOf(rows, range) {
  if (rows.length !== range.days) throw new Error(`there are ${rows.length} rows for ${range.days} days`);
  const sum = (name) => rows.reduce((total, row) => total + row[name], 0);
  return { matched: sum('matched') + sum('other_day'), missing: sum('missing'), phantom: sum('client_only') };
}

function daysOf({ from, days }) {
  const first = Date.parse(`${from}T00:00:00Z`);
  return Array.from({ length: days }, (_, index) => new Date(first + index * 86_400_000).toISOString().slice(0, 10));
}

/** Throws when somebody counted otherwise. */
export function agree(results) {
  const counted = new Set(results.map(({ counts }) => JSON.stringify(counts)));
  if (counted.size > 1) throw new Error(`the contenders disagree: ${[...counted].join(' / ')}`);
}
