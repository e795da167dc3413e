import { addDays, type Day } from '../../kernel/day.js';
import type { Database } from '../../storage/database.js';
import type { History } from '../drift/judge.js';
import type { DayKey, IdList, Listed, Outcome } from '../compare/outcome.js';
import type { DayReconciled } from './record.js';
import type { Forgotten } from './retention.js';
import type { Reader } from '../source.js';
import { BASELINE_DAYS } from '../drift/drift.js';

type Compared = DayKey & Pick<Outcome, 'inputs' | 'readAt'>;

const IDS_PER_STATEMENT = 5_000;
/** Packed ids that are unpacked together when some of them are asked for. */
export const IDS_PER_PACK = 1_000;
const ABANDONED_AFTER_MS = 24 * 3_600_000;

/** Positions of the entries of a day whose rows are in the tables. */
export async function recordedPositions(
  reader: Pick<Database, 'pool'>,
  { day, source, metric }: DayKey,
): Promise<Set<number>> {
  const { rows } = await reader.pool.query<{ position: bigint }>(
    'select position from reconcile.recorded where day = $1 and source = $2 and metric = $3',
    [day, source, metric],
  );
  return new Set(rows.map(({ position }) => Number(position)));
}

/**
 * Adds what an entry says, once: a second writer of the same position adds nothing but the ids, where the first did not know them; and
 * notes, where that is why, that the day was compared.
 */
export async function storeResult(
  database: Database,
  position: number,
  said: DayReconciled,
  recordedAt: Date,
  ids: ReadonlyMap<string, IdList>,
  compared?: Compared,
): Promise<void> {
  await database.transaction(async (client) => {
    if (compared) await markChecked(client, compared);
    const { rowCount } = await client.query(
      `insert into reconcile.recorded (position, day, source, metric, status, digest, run_id, recorded_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (position) do nothing`,
      [position, said.day, said.source, said.metric, said.status, said.digest, said.run_id, recordedAt],
    );
    if (rowCount === 0) {
      if (ids.size > 0 && !(await hasIds(client, position))) await insertAllIds(client, position, ids);
      return;
    }
    for (const row of said.rows) {
      const whole = { ...row, fetched_at: said.fetched_at, run_id: said.run_id };
      await client.query('insert into reconcile.results (position, currency, "row") values ($1, $2, $3)', [
        position,
        row.currency ?? '',
        JSON.stringify(whole),
      ]);
    }
    await insertAllIds(client, position, ids);
  });
}

/** Until the end of the transaction nobody else adds some. */
async function hasIds(client: Reader, position: number): Promise<boolean> {
  await client.query('select from reconcile.recorded where position = $1 for update', [position]);
  const { rows } = await client.query<{ has: boolean }>(
    `select exists (select from reconcile.result_ids where position = $1)
       or exists (select from reconcile.result_matched where position = $1) as has`,
    [position],
  );
  return rows[0]!.has;
}

async function insertAllIds(client: Reader, position: number, ids: ReadonlyMap<string, IdList>): Promise<void> {
  for (const [currency, { before, matched, after }] of ids) {
    await insertIds(client, position, currency, before, 0);
    await insertMatched(client, position, currency, matched, before.length);
    await insertIds(client, position, currency, after, before.length + matched.length);
  }
}

async function insertMatched(
  client: Reader,
  position: number,
  currency: string,
  ids: readonly string[],
  ordinal: number,
) {
  if (ids.length === 0) return;
  const packs = Array.from({ length: Math.ceil(ids.length / IDS_PER_PACK) }, (_, index) =>
    ids.slice(index * IDS_PER_PACK, (index + 1) * IDS_PER_PACK),
  );
  await client.query(
    `insert into reconcile.result_matched (position, currency, ordinal, count, ids)
     select $1, $2, $3::int + (o - 1) * $4::int, count, ids::json from unnest($5::int[], $6::text[]) with ordinality as t(count, ids, o)`,
    [
      position,
      currency,
      ordinal,
      IDS_PER_PACK,
      packs.map(({ length }) => length),
      packs.map((pack) => JSON.stringify(pack)),
    ],
  );
}

/** `ordinal`: of the first. */
async function insertIds(
  client: Reader,
  position: number,
  currency: string,
  listed: readonly Listed[],
  ordinal: number,
): Promise<void> {
  for (let from = 0; from < listed.length; from += IDS_PER_STATEMENT) {
    const some = listed.slice(from, from + IDS_PER_STATEMENT);
    await client.query(
      `insert into reconcile.result_ids (position, currency, ordinal, part, id, cause, confidence, evidence)
       select $1, $2, $3 + o - 1, part, id, cause, confidence, evidence::jsonb
       from unnest($4::text[], $5::text[], $6::text[], $7::text[], $8::text[]) with ordinality as t(part, id, cause, confidence, evidence, o)`,
      [
        position,
        currency,
        ordinal + from,
        some.map((each) => each.part),
        some.map((each) => each.id),
        some.map((each) => each.cause),
        some.map((each) => each.confidence),
        some.map((each) => JSON.stringify(each.evidence)),
      ],
    );
  }
}

/** Notes that a day was compared, as of when and from what, whether or not that said anything new. */
async function markChecked(client: Reader, { day, source, metric, inputs, readAt }: Compared): Promise<void> {
  await client.query(
    `insert into reconcile.checks as c (day, source, metric, checked_at, inputs) values ($1, $2, $3, $4, $5)
     on conflict (day, source, metric) do update set checked_at = excluded.checked_at, inputs = excluded.inputs
     where c.checked_at <= excluded.checked_at`,
    [day, source, metric, readAt, inputs],
  );
}

/** What the days of a range were last compared from, by `day source metric`. */
export async function checkedInputs(database: Database, from: Day, to: Day): Promise<Map<string, string | null>> {
  const { rows } = await database.pool.query<DayKey & { inputs: string | null }>(
    'select day, source, metric, inputs from reconcile.checks where day between $1 and $2',
    [from, to],
  );
  return new Map(rows.map(({ day, source, metric, inputs }) => [`${day} ${source} ${metric}`, inputs]));
}

/** Ends a run that somebody cancelled. False when it was over. */
export async function cancelRun(database: Database, runId: string, actor: string, at: Date): Promise<boolean> {
  const { rowCount } = await database.pool.query(
    `update reconcile.runs set finished_at = $2, cancelled_at = $2, cancelled_by = $3
     where run_id = $1 and finished_at is null`,
    [runId, at, actor],
  );
  return rowCount === 1;
}

export async function isRunCancelled(database: Database, runId: string): Promise<boolean> {
  const { rows } = await database.pool.query(
    'select from reconcile.runs where run_id = $1 and cancelled_at is not null',
    [runId],
  );
  return rows.length > 0;
}

/** The days before that a day is judged by. */
export const historyBefore = (reader: Reader, key: DayKey, currency: string): Promise<History> =>
  historyBetween(reader, key, currency, { from: addDays(key.day, -BASELINE_DAYS), to: addDays(key.day, -1) });

/** Days that others are judged by: settled, comparable, as they were last recorded. */
export async function historyBetween(
  reader: Reader,
  { source, metric }: Omit<DayKey, 'day'>,
  currency: string,
  { from, to }: { from: Day; to: Day },
): Promise<History> {
  const { rows } = await reader.query<{ row: History[number] }>(
    `select "row" - array['causes', 'causes_by_part', 'reasons', 'drift', 'concentration', 'amounts'] as "row"
     from (
       select distinct on (day) position, day from reconcile.recorded
       where source = $1 and metric = $2 and day between $3 and $4 order by day, position desc
     ) latest join reconcile.results using (position)
     where currency = $5 and ("row" ->> 'comparable')::boolean and not ("row" ->> 'provisional')::boolean
     order by day`,
    [source, metric, from, to, currency],
  );
  return rows.map(({ row }) => row);
}

/** A run that was asked for. Each metric of each of its days is due until it was compared after the asking. */
export interface StoredRun {
  runId: string;
  from: Day;
  to: Day;
  sources: readonly string[];
  metrics: readonly string[];
  actor: string;
}

/** Keeps a run before it is answered. False when there is one of that id. */
export async function keepRun(database: Database, { runId, actor, ...request }: StoredRun, at: Date): Promise<boolean> {
  const { rowCount } = await database.pool.query(
    'insert into reconcile.runs (run_id, request, actor, requested_at) values ($1, $2, $3, $4) on conflict (run_id) do nothing',
    [runId, JSON.stringify(request), actor, at],
  );
  return rowCount === 1;
}

/** When a run was last gone on with: a day of it was compared, or it was asked for. */
const LAST_MOVED = `greatest(r.requested_at, (select max(c.checked_at) from reconcile.checks c
  where c.day between (r.request ->> 'from')::date and (r.request ->> 'to')::date
    and r.request -> 'sources' ? c.source and r.request -> 'metrics' ? c.metric))`;

/** Runs to go on with; see `abandonedRuns` for those that could not be finished for a day. */
export async function unfinishedRuns(database: Database, now: Date): Promise<string[]> {
  const { rows } = await database.pool.query<{ run_id: string }>(
    `select run_id from reconcile.runs r where finished_at is null and ${LAST_MOVED} > $1 order by requested_at, run_id`,
    [new Date(now.getTime() - ABANDONED_AFTER_MS)],
  );
  return rows.map(({ run_id }) => run_id);
}

/** Runs of which nothing was compared for a day, with who asked and why they end: nothing goes on with them. */
export async function abandonedRuns(
  database: Database,
  now: Date,
  forgotten: Forgotten | undefined,
): Promise<{ runId: string; actor: string; reason: string }[]> {
  const { rows } = await database.pool.query<{ run_id: string; actor: string; from: Day; to: Day }>(
    `select run_id, actor, request ->> 'from' as "from", request ->> 'to' as "to" from reconcile.runs r
     where finished_at is null and ${LAST_MOVED} <= $1 order by requested_at, run_id`,
    [new Date(now.getTime() - ABANDONED_AFTER_MS)],
  );
  const abandoned = [];
  for (const { run_id: runId, actor, from, to } of rows) {
    const left = (await dueOf(database, runId, now, forgotten))?.due.length ?? 0;
    const reason = `The run of ${from} to ${to} was asked for more than a day ago, and ${left} of its comparisons were not made.`;
    if (left > 0) abandoned.push({ runId, actor, reason });
  }
  return abandoned;
}

/** Ends a run that was not finished, with why. */
export async function failRun(database: Database, runId: string, reason: string, at: Date): Promise<void> {
  await database.pool.query(
    'update reconcile.runs set finished_at = $2, failure = $3 where run_id = $1 and finished_at is null',
    [runId, at, reason],
  );
}

/**
 * Days of a range without a comparison that a source and a metric should have: nightly runs of the pair had begun by then, and an earlier
 * day of theirs was compared. What people have compared before that says nothing.
 */
export async function uncheckedDays(
  database: Database,
  { sources, metrics }: { sources: readonly string[]; metrics: readonly string[] },
  { from, to }: { from: Day; to: Day },
): Promise<Day[]> {
  const { rows } = await database.pool.query<{ day: Day }>(
    `with nightly as (
       select source, metric, min((request ->> 'from')::date) as day
       from reconcile.runs, jsonb_array_elements_text(request -> 'sources') source, jsonb_array_elements_text(request -> 'metrics') metric
       where starts_with(run_id, $5) and source = any($1) and metric = any($2) group by source, metric
     ), pairs as (
       select source, metric, min(c.day) as first from nightly n join reconcile.checks c using (source, metric)
       where c.day >= n.day group by source, metric
     )
     select d::date as day from generate_series($3::timestamp, $4::timestamp, interval '1 day') d
     where exists (
       select from pairs p where p.first < d::date and not exists (
         select from reconcile.checks c where c.day = d::date and c.source = p.source and c.metric = p.metric))
     order by d`,
    [sources, metrics, from, to, NIGHTLY],
  );
  return rows.map(({ day }) => day);
}

/** What the ids of nightly runs begin with. */
export const NIGHTLY = 'nightly-';

/** What is left of a run. */
export interface DueRun {
  /** Of its days those that were not compared since it was asked for. */
  due: DayKey[];
  actor: string;
  from: Day;
  to: Day;
}

/** What is left of a run, without days that cannot be compared any more; marks it finished when that is nothing. Undefined: no such run. */
export async function dueOf(
  database: Database,
  runId: string,
  at: Date,
  forgotten: Forgotten | undefined,
): Promise<DueRun | undefined> {
  const { rows } = await database.pool.query<DueRun>(
    `select r.actor, r.request ->> 'from' as "from", r.request ->> 'to' as "to",
       coalesce(jsonb_agg(jsonb_build_object('day', to_char(d, 'YYYY-MM-DD'), 'source', s, 'metric', m) order by d, s, mo)
       filter (where d is not null and c.checked_at is null), '[]') as due
     from reconcile.runs r
     left join lateral (
       select d, s, m, mo
       from generate_series((r.request ->> 'from')::timestamp, (r.request ->> 'to')::timestamp, interval '1 day') d,
         jsonb_array_elements_text(r.request -> 'sources') s, jsonb_array_elements_text(r.request -> 'metrics') with ordinality as t(m, mo)
       where $2::text is null or s <> $2 or d >= $3::date
     ) wanted on true
     left join reconcile.checks c on c.day = d::date and c.source = s and c.metric = m and c.checked_at >= r.requested_at
     where r.run_id = $1 group by r.run_id`,
    [runId, forgotten?.source, forgotten?.before],
  );
  const found = rows[0];
  if (found?.due.length === 0) {
    await database.pool.query('update reconcile.runs set finished_at = $2 where run_id = $1 and finished_at is null', [
      runId,
      at,
    ]);
  }
  return found;
}
