import { Problem } from '../../kernel/errors.js';
import { decideAndAppend, type Folding } from '../../ledger/decide-and-append.js';
import { decisionStream } from '../../ledger/streams.js';
import { holdsEmail } from '../../ledger/vault/email-address.js';
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

/** A marker as it is told: without a time it is of now, or of when it was set where it is told again. */
export type GivenMarker = Omit<Marker, 'at'> & { at?: string };

/**
 * Keeps a marker and records it in the ledger, once: the same id with the same content again changes nothing. Killed between the two, it
 * is recorded by `recordPendingMarkers`. Throws Problem `conflict` for an id that has other content, `invalid_request`, `unavailable`.
 */
export async function setMarker(deps: RecordDeps, given: GivenMarker, actor: string): Promise<Marker> {
  if (holdsEmail(`${given.title} ${given.reference ?? ''}`))
    throw new Problem('invalid_request', 'A marker goes into the ledger as it is: it may hold no e-mail address.');
  const { database, clock } = deps;
  await database.pool.query(
    `insert into reconcile.markers (id, at, kind, title, reference, actor, recorded_at)
     values ($1, $2, $3, $4, $5, $6, $7) on conflict (id) do nothing`,
    [
      given.id,
      given.at === undefined ? clock() : new Date(given.at),
      given.kind,
      given.title,
      given.reference,
      actor,
      clock(),
    ],
  );
  // What is kept decides, and is what goes into the ledger: of two that tell different things at once, one is first here.
  const { rows } = await database.pool.query<Row>(`select ${COLUMNS} from reconcile.markers where id = $1`, [given.id]);
  const kept = markerOf(rows[0]!);
  const told = { ...given, at: given.at ?? kept.at };
  const recorded = sameMarker(kept, told) && (await recordMarker(deps, kept, rows[0]!.actor));
  if (!recorded || !sameMarker(recorded, told))
    throw new Problem('conflict', `There is a marker ${given.id} with other content; use another id.`);
  return recorded;
}

/** The marker that the ledger has of that id then. The ledger is the record: what the table has otherwise is put right. */
async function recordMarker(deps: RecordDeps, marker: Marker, actor: string): Promise<Marker> {
  const { database, ledger, clock, contentMac } = deps;
  const appended = await decideAndAppend(
    ledger,
    decisionStream('marker', marker.id),
    folding,
    (known) => (known ? [] : [{ type: 'MarkerSet', data: marker }]),
    { now: clock(), actor, correlationId: marker.id, contentMac },
  );
  if ('refused' in appended) throw new Error(appended.refused); // deciding refuses nothing
  const { at, kind, title, reference } = appended.state!;
  await database.pool.query(
    'update reconcile.markers set position = $2, at = $3, kind = $4, title = $5, reference = $6 where id = $1 and position is null',
    [marker.id, appended.position, at, kind, title, reference],
  );
  return appended.state!;
}

const sameMarker = (a: Marker, b: Marker): boolean =>
  Date.parse(a.at) === Date.parse(b.at) && a.kind === b.kind && a.title === b.title && a.reference === b.reference;

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

export interface MarkersQuery {
  /** Included. */
  from?: Date;
  /** Excluded. */
  to?: Date;
  limit?: number;
  cursor?: string;
}

type ListedMarker = Marker & { actor: string; position: number | null };

const LIMIT_DEFAULT = 100;

/** A page of the markers of a range of time, the newest first. Throws Problem `invalid_request` for a cursor that was not given out. */
export async function listMarkers(
  { database }: Pick<RecordDeps, 'database'>,
  { from, to, limit = LIMIT_DEFAULT, cursor }: MarkersQuery,
): Promise<{ data: ListedMarker[]; next_cursor: string | null }> {
  const [at, id] = cursor === undefined ? [] : placeOf(cursor);
  const { rows } = await database.pool.query<Row>(
    `select ${COLUMNS} from reconcile.markers
     where ($1::timestamptz is null or at >= $1) and ($2::timestamptz is null or at < $2)
       and ($3::timestamptz is null or (at, id) < ($3, $4::text)) order by at desc, id desc limit $5`,
    [from, to, at, id, limit + 1],
  );
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    data: page.map((row) => ({
      ...markerOf(row),
      actor: row.actor,
      position: row.position === null ? null : Number(row.position),
    })),
    next_cursor: rows.length > limit && last ? `${last.at.toISOString()}~${last.id}` : null,
  };
}

function placeOf(cursor: string): [at: Date, id: string] {
  const [, at = '', id = ''] = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)~([\w.-]{1,100})$/.exec(cursor) ?? [];
  if (Number.isNaN(Date.parse(at))) throw new Problem('invalid_request', 'The cursor is not one that was given out.');
  return [new Date(at), id];
}
