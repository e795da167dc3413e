import type { TrackedKind } from '../../catalog/tracked-events.js';
import type { Day, Zone } from '../../kernel/day.js';
import { SEARCH_DAYS, windowOf } from '../load/load-day.js';
import type { ConfiguredSource } from '../source-type.js';
import {
  type AnySource,
  type Counted,
  type CountSource,
  type Reader,
  type Source,
  SourceFailure,
  type SourceState,
} from '../source.js';
import { PulledReader } from './pulled-reader.js';

/** A configured source as the reconciliation reads it, out of what was fetched; undefined for one that is evidence and no arm. */
export function pulledSource(configured: ConfiguredSource, zone: Zone): AnySource | undefined {
  const { name, type, settlesMs } = configured;
  const common = {
    ...{ name, meaning: type.meaning, settlesMs },
    state: (reader: Reader, day: Day) => stateOf(reader, configured, day, zone),
    inputs: (reader: Reader, day: Day) => inputsOf(reader, configured, day, zone),
  };
  if (type.gives === 'events') {
    return { ...common, matchedBy: 'id', open: (reader) => new PulledReader(reader, name, zone) } satisfies Source;
  }
  if (type.gives === 'page_requests') return undefined;
  return {
    ...common,
    matchedBy: 'count',
    counted: (reader, kind, valued, day) => counted(reader, name, kind, valued, day),
  } satisfies CountSource;
}

interface Known {
  id: bigint;
  flags: string[];
  notes: string[];
  checked_at: Date;
  error: string | null;
}

/** Of the newest snapshot, with what speaks against its numbers. Throws SourceFailure when there is none, or it is our own echo. */
async function stateOf(
  reader: Reader,
  { name, settlesMs }: ConfiguredSource,
  day: Day,
  zone: Zone,
): Promise<SourceState> {
  const { rows } = await reader.query<Omit<Known, 'id'> & { id: bigint | null }>(
    `select l.id, l.flags, l.notes, s.checked_at, split_part(s.error, E'\\n', 1) as error from reconcile.pull_states s
     left join reconcile.latest_pulls l on l.source = s.source and l.day = s.day where s.source = $1 and s.day = $2`,
    [name, day],
  );
  const known = rows[0];
  if (!known?.id) throw new SourceFailure(known?.error ?? 'nothing was fetched of this day yet');
  await refuseEcho(reader, name, known.id);
  const { to } = windowOf(zone, day, 0);
  const checked = known.checked_at.getTime();
  const flags = [...known.flags];
  const stale = known.error === null ? '' : `; the last attempt failed: ${known.error}`;
  if (checked < to) flags.push(`partial: last fetched before the day was over${stale}`);
  else if (stale !== '' && checked < to + settlesMs)
    flags.push(`unsettled: last fetched before everything had come${stale}`);
  const notes =
    stale !== '' && checked >= to + settlesMs ? [...known.notes, `stale: fetched earlier${stale}`] : known.notes;
  return { fetchedAt: known.checked_at, flags, notes };
}

/** The snapshots around the day, and how far the day itself is known. */
async function inputsOf(reader: Reader, { name, settlesMs }: ConfiguredSource, day: Day, zone: Zone): Promise<string> {
  const { to } = windowOf(zone, day, 0);
  const { rows } = await reader.query<{ inputs: string }>(
    `select jsonb_build_array(
       (select jsonb_agg(id order by day) from reconcile.latest_pulls where source = $1 and day between $2::date - $5::int and $2::date + $5::int),
       (select jsonb_build_array(checked_at >= $3, checked_at >= $4, split_part(error, E'\\n', 1)) from reconcile.pull_states
         where source = $1 and day = $2))::text as inputs`,
    [name, day, new Date(to), new Date(to + settlesMs), SEARCH_DAYS],
  );
  return rows[0]!.inputs;
}

/** A source that has nothing but what this ledger sent it would always agree with it. */
async function refuseEcho(reader: Reader, name: string, id: bigint): Promise<void> {
  const { rows } = await reader.query<{ ours: number; others: number }>(
    `select count(*) filter (where lineage = 'ledger')::int as ours, count(*) filter (where lineage <> 'ledger')::int as others
     from reconcile.pulled_events where pull_id = $1`,
    [id],
  );
  const { ours, others } = rows[0]!;
  if (ours > 0 && others === 0)
    throw new SourceFailure(
      `one_lineage: all ${ours} events of ${name} were sent by this ledger itself; compared with it they prove nothing`,
    );
}

async function counted(
  reader: Reader,
  source: string,
  kind: TrackedKind,
  valued: boolean,
  day: Day,
): Promise<Counted | undefined> {
  const { rows: ever } = await reader.query<{ maps: boolean }>(
    `select exists (select from reconcile.pulls l join reconcile.pulled_counts c on c.pull_id = l.id
       where l.source = $1 and c.kind = $2 and (not $3 or c.value_minor is not null)) as maps`,
    [source, kind, valued],
  );
  if (!ever[0]!.maps) return undefined;
  const { rows } = await reader.query<{
    currency: string;
    count: bigint;
    value_minor: bigint | null;
    value_basis: 'total' | 'net';
  }>(
    `select c.currency, c.count, c.value_minor, c.value_basis from reconcile.latest_pulls l join reconcile.pulled_counts c on c.pull_id = l.id
     where l.source = $1 and l.day = $2 and c.kind = $3 and c.first_user_source = '' order by c.currency`,
    [source, day, kind],
  );
  const amounts = rows.flatMap(({ currency, value_minor: minor, value_basis: basis }) =>
    currency !== '' && minor !== null ? [[currency, { minor, basis }] as const] : [],
  );
  return { count: Number(rows.find(({ currency }) => currency === '')?.count ?? 0n), amounts: new Map(amounts) };
}
