import { decisionOf } from '../../ledger/decide-and-append.js';
import type { Entry } from '../../ledger/ledger.js';
import type { Database } from '../../storage/database.js';
import type { PersonErased } from './person-erased.js';

/** How far an erasure was carried out. */
export interface ErasureRow {
  number: number;
  id: string;
  searched_until: bigint;
  entries: bigint;
  keys_deleted: bigint;
  finished_at: Date | null;
  vacuumed_at: Date | null;
  /** Of what is kept beside the ledger; absent until that is looked through. */
  aside?: AsideRow | undefined;
}

interface AsideRow {
  number: number;
  dead_letters: bigint;
  tracked_events: bigint;
  reject_samples: bigint;
  keys_deleted: bigint;
  finished_at: Date | null;
  vacuumed_at: Date | null;
}

/** Erasures that fit, the newest first; `where` speaks of one parameter. */
export async function rowsOf(
  { database, ledgerDatabase }: { database: Database; ledgerDatabase: Database },
  where: string,
  value: unknown,
  limit: number,
): Promise<ErasureRow[]> {
  const { rows } = await ledgerDatabase.pool.query<ErasureRow>(
    `select number, id, case when stands then s.searched_until else e.searched_until end as searched_until, entries, keys_deleted,
       finished_at, vacuumed_at
     from ledger.erasures e cross join ledger.erasures_standing s where ${where} order by number desc limit $2`,
    [value, limit],
  );
  const aside = await database.pool.query<AsideRow>(
    `select number, dead_letters, tracked_events, reject_samples, keys_deleted, finished_at, vacuumed_at from ingest.erasures
     where number = any($1)`,
    [rows.map(({ number }) => number)],
  );
  const byNumber = new Map(aside.rows.map((row) => [row.number, row]));
  return rows.map((row) => ({ ...row, aside: byNumber.get(row.number) }));
}

/** An erasure on the wire: who decided it and why, and what it reached. It tells no identifier, not even a hash of one. */
export function shownErasure({ aside, ...row }: ErasureRow, entry: Entry) {
  const { asked_by, tags, reason, by } = decisionOf<PersonErased>(entry).data;
  const isDone = row.finished_at !== null && aside?.finished_at != null;
  return {
    id: row.id,
    state: isDone ? ('done' as const) : ('running' as const),
    asked_by,
    reason,
    by,
    actor: entry.actor,
    decided_at: entry.occurredAt.toISOString(),
    position: entry.position,
    identifiers: tags.length,
    reached: {
      entries: Number(row.entries),
      dead_letters: Number(aside?.dead_letters ?? 0),
      tracked_events: Number(aside?.tracked_events ?? 0),
      reject_samples: Number(aside?.reject_samples ?? 0),
      keys_deleted: Number(row.keys_deleted) + Number(aside?.keys_deleted ?? 0),
    },
    searched_until: Number(row.searched_until),
    finished_at: isDone ? laterOf(row.finished_at!, aside.finished_at!) : null,
    vacuumed_at: isDone ? vacuumedAt(row, aside) : null,
  };
}

const laterOf = (...dates: readonly Date[]): string => new Date(Math.max(...dates.map(Number))).toISOString();

/** When the place of all keys that it deleted had been freed; null where that is to come, and where it deleted none. */
function vacuumedAt(...of: readonly Pick<AsideRow, 'keys_deleted' | 'vacuumed_at'>[]): string | null {
  const dates = of.flatMap(({ keys_deleted: keys, vacuumed_at: at }) => (keys > 0n ? [at] : []));
  return dates.length > 0 && dates.every((at) => at !== null) ? laterOf(...dates) : null;
}

export type ShownErasure = ReturnType<typeof shownErasure>;
