import { Problem } from '../kernel/errors.js';
import { decideAndAppend, refused, type Folding } from '../ledger/decide-and-append.js';
import { decisionStream } from '../ledger/streams.js';
import { holdsEmail } from '../ledger/vault/email-address.js';
import type { RecordDeps } from './record.js';

export const markerKinds = ['release', 'deploy', 'campaign', 'incident', 'note'] as const;
export const TITLE_MAX = 200; // characters

/** Something that happened once and may explain a change of a number. */
export interface Marker {
  id: string;
  /** RFC 3339, UTC with milliseconds. */
  at: string;
  kind: (typeof markerKinds)[number];
  title: string;
  /** A version, a commit, an address. */
  reference?: string;
}

// The name and the fields of the data are the stored format.
type Event = { type: 'MarkerSet'; data: Marker };

const folding: Folding<Marker | undefined, Event> = { initial: undefined, evolve: (_, { data }) => data };

/**
 * Keeps a marker and records it in the ledger, once: the same id with the same content again changes nothing. Killed between the two, it
 * is recorded by `recordPendingMarkers`. Throws Problem `conflict` for an id that has other content, `invalid_request`, `unavailable`.
 */
export async function setMarker(deps: RecordDeps, marker: Marker, actor: string): Promise<void> {
  if (holdsEmail(`${marker.title} ${marker.reference ?? ''}`))
    throw new Problem('invalid_request', 'A marker goes into the ledger as it is: it may hold no e-mail address.');
  await deps.database.pool.query(
    `insert into reconcile.markers (id, at, kind, title, reference, actor, recorded_at)
     values ($1, $2, $3, $4, $5, $6, $7) on conflict (id) do nothing`,
    [marker.id, marker.at, marker.kind, marker.title, marker.reference, actor, deps.clock()],
  );
  await recordMarker(deps, marker, actor);
}

async function recordMarker(deps: RecordDeps, marker: Marker, actor: string): Promise<void> {
  const { database, ledger, clock, contentMac } = deps;
  const appended = await decideAndAppend(
    ledger,
    decisionStream('marker', marker.id),
    folding,
    (known) => {
      if (!known) return [{ type: 'MarkerSet', data: marker }];
      return sameMarker(known, marker) ? [] : refused('other_content');
    },
    { now: clock(), actor, correlationId: marker.id, contentMac },
  );
  if ('refused' in appended)
    throw new Problem('conflict', `There is a marker ${marker.id} with other content; use another id.`);
  await database.pool.query('update reconcile.markers set position = $2 where id = $1 and position is null', [
    marker.id,
    appended.position,
  ]);
}

const sameMarker = (a: Marker, b: Marker): boolean =>
  a.at === b.at && a.kind === b.kind && a.title === b.title && a.reference === b.reference;

/** Records what a crash has left between the table and the ledger. */
export async function recordPendingMarkers(deps: RecordDeps): Promise<void> {
  const { rows } = await deps.database.pool.query<Row>(
    `select ${COLUMNS} from reconcile.markers where position is null`,
  );
  for (const row of rows) await recordMarker(deps, markerOf(row), row.actor);
}

interface Row {
  id: string;
  at: Date;
  kind: Marker['kind'];
  title: string;
  reference: string | null;
  actor: string;
  position: bigint | null;
}
const COLUMNS = 'id, at, kind, title, reference, actor, position';

const markerOf = ({ id, at, kind, title, reference }: Row): Marker => ({
  ...{ id, at: at.toISOString(), kind, title },
  ...(reference === null ? {} : { reference }),
});

/** Markers of a range of time, from included, to excluded, the earliest first. */
export async function listMarkers(
  { database }: Pick<RecordDeps, 'database'>,
  { from, to }: { from?: Date; to?: Date },
  limit = 1_000,
): Promise<(Marker & { actor: string; position: number | null })[]> {
  const { rows } = await database.pool.query<Row>(
    `select ${COLUMNS} from reconcile.markers
     where ($1::timestamptz is null or at >= $1) and ($2::timestamptz is null or at < $2) order by at, id limit $3`,
    [from, to, limit],
  );
  return rows.map((row) => ({
    ...markerOf(row),
    actor: row.actor,
    position: row.position === null ? null : Number(row.position),
  }));
}
