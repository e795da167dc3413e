import type { Clock } from '../../kernel/clock.js';
import type { Day, Zone } from '../../kernel/day.js';
import { type Database, inTransaction } from '../../storage/database.js';
import { windowOf } from '../load/load-day.js';
import { withinSavepoint } from '../load/savepoint.js';
import type { ConfiguredSource } from '../source-type.js';
import { type Reader, SourceFailure } from '../source.js';
import { alone } from './alone.js';
import { errorText } from './error-text.js';
import type { Http } from './http.js';
import { readSnapshot, type SnapshotGiven } from './snapshot.js';
import { type Fetched, writeSnapshot } from './snapshot-tables.js';

const FRESH_MS = 15 * 60_000; // asked again within this, the answer is taken to be the same
const BACKOFF_MS = 5 * 60_000;
const BACKOFF_MAX_MS = 6 * 3_600_000;

export interface PullerDeps extends Pick<SnapshotGiven, 'writing' | 'spoolFolder'> {
  database: Database;
  clock: Clock;
  zone: Zone;
  http: Http;
  pause: (ms: number) => Promise<unknown>;
}

/**
 * What came of a pull. `changed`: there is a new snapshot; `unchanged`: the same as before; `fresh`: known well enough, not asked;
 * `waiting`: the source wants to be left alone until `retryAt`; `failed`: it did not answer; `not_pulled`: nothing to ask for, as the
 * source is our own or the day has not begun.
 */
export interface Pulled {
  status: 'changed' | 'unchanged' | 'fresh' | 'waiting' | 'failed' | 'not_pulled';
  error?: string;
  retryAt?: Date;
}

/** What a source was asked for. Whoever asked closes it, kept or not. */
export interface Asked {
  pulled: Pulled;
  /**
   * Writes it, once, within a transaction of the caller's; left out where the source was not asked. What the database does not take is
   * the trouble of this source: that is written instead, and answered. A database that is gone takes neither, and this throws.
   */
  keep?: (client: Reader) => Promise<Pulled>;
  close: () => Promise<void>;
}

/** Under this name one process at a time reads a day of a source, or removes what was read of it. */
export const lockOf = (source: string, day: Day): string => `pull ${source} ${day}`;

/** What came of asking, and what writes it. */
interface Written {
  pulled: Pulled;
  write: (client: Reader) => Promise<void>;
}

const nothing = (): Promise<void> => Promise.resolve();
const unasked = (pulled: Pulled): Asked => ({ pulled, close: nothing });

interface State {
  settings: string;
  checked_at: Date | null;
  failures: number;
  error: string | null;
  retry_at: Date | null;
}

/** Fetches days from the configured sources into snapshots. */
export class Puller {
  constructor(
    private readonly deps: PullerDeps,
    private readonly sources: ReadonlyMap<string, ConfiguredSource>,
  ) {}

  /**
   * One day of one source, at most once at a time; no transaction is open while the source is asked. Idempotent: the same answer again
   * changes nothing. A failure of the source, or of the code that reads it, is kept and not thrown: other sources go on.
   */
  async pull(name: string, day: Day): Promise<Pulled> {
    const source = this.sources.get(name);
    const { clock, zone, database, pause } = this.deps;
    if (!source || windowOf(zone, day, 0).from > clock().getTime()) return { status: 'not_pulled' };
    return alone(database, lockOf(name, day), pause, async (client) => {
      const { pulled, keep, close } = await this.ask(client, source, day);
      try {
        return keep ? await inTransaction(client, keep) : pulled;
      } finally {
        await close();
      }
    });
  }

  /** Asks, unless what is known is known well enough, and writes nothing. */
  async ask(reader: Reader, source: ConfiguredSource, day: Day): Promise<Asked> {
    const state = await stateOf(reader, source.name, day);
    const now = this.deps.clock();
    if (state?.settings === source.fingerprint) {
      const { retry_at: retryAt, error } = state;
      if (retryAt && retryAt > now) return unasked({ status: 'waiting', retryAt, error: error?.split('\n', 1)[0] });
      if (error === null && this.isKnown(source, day, state.checked_at, now)) return unasked({ status: 'fresh' });
    }
    const known = await latestDigest(reader, source.name, day);
    let fetched: Fetched;
    try {
      fetched = await this.read(source, day, now);
    } catch (error) {
      const { pulled, write } = await this.failed(reader, source, day, error);
      return { pulled, keep: (client) => write(client).then(() => pulled), close: nothing };
    }
    const pulled: Pulled = { status: fetched.digest === known ? 'unchanged' : 'changed' };
    const write = async (client: Reader): Promise<void> => {
      if (pulled.status === 'changed')
        await writeSnapshot(client, { source: source.name, day, fetchedAt: now }, fetched);
      // As of when it was asked: what came while it answered may not be in the answer.
      await keepState(client, source, day, { checkedAt: now, failures: 0 });
    };
    const keep = (client: Reader): Promise<Pulled> => this.kept(client, source, day, { pulled, write });
    return { pulled, keep, close: () => fetched.spool.close() };
  }

  /** Within a savepoint: a statement that failed must not take the failure that is kept of it, or what the caller does next, with it. */
  private async kept(client: Reader, source: ConfiguredSource, day: Day, { pulled, write }: Written): Promise<Pulled> {
    try {
      await withinSavepoint(client, () => write(client));
      return pulled;
    } catch (error) {
      const failed = await this.failed(client, source, day, error);
      await failed.write(client);
      return failed.pulled;
    }
  }

  private isKnown({ settlesMs }: ConfiguredSource, day: Day, checkedAt: Date | null, now: Date): boolean {
    if (!checkedAt) return false;
    const settledAt = windowOf(this.deps.zone, day, 0).to + settlesMs;
    return checkedAt.getTime() >= settledAt || now.getTime() - checkedAt.getTime() < FRESH_MS;
  }

  private read(source: ConfiguredSource, day: Day, now: Date): Promise<Fetched> {
    const { zone, http, writing, spoolFolder } = this.deps;
    const { mapper, settlesMs, type, settings, aliases } = source;
    const window = windowOf(zone, day, 0);
    const names = Object.values(aliases.names).flat();
    const pieces = type.fetch(settings, { day, window, zone, settlesMs, mapper, names, http, now });
    return readSnapshot({ source, window, timeZone: zone.name, writing, spoolFolder }, pieces);
  }

  private async failed(reader: Reader, source: ConfiguredSource, day: Day, error: unknown): Promise<Written> {
    const failures = ((await stateOf(reader, source.name, day))?.failures ?? 0) + 1;
    const backoff = Math.min(BACKOFF_MS * 2 ** (failures - 1), BACKOFF_MAX_MS);
    const wanted = error instanceof SourceFailure ? error.more.retryAt : undefined;
    const retryAt = wanted ?? new Date(this.deps.clock().getTime() + backoff);
    const text = errorText(error);
    return {
      pulled: { status: 'failed', error: text.split('\n', 1)[0], retryAt },
      write: (client) => keepState(client, source, day, { failures, error: text, retryAt }),
    };
  }
}

async function latestDigest(reader: Reader, source: string, day: Day): Promise<string | undefined> {
  const { rows } = await reader.query<{ digest: string }>(
    'select digest from reconcile.latest_pulls where source = $1 and day = $2',
    [source, day],
  );
  return rows[0]?.digest;
}

async function stateOf(reader: Reader, source: string, day: Day): Promise<State | undefined> {
  const { rows } = await reader.query<State>(
    'select settings, checked_at, failures, error, retry_at from reconcile.pull_states where source = $1 and day = $2',
    [source, day],
  );
  return rows[0];
}

async function keepState(
  client: Reader,
  { name, fingerprint }: ConfiguredSource,
  day: Day,
  { checkedAt, failures, error, retryAt }: { checkedAt?: Date; failures: number; error?: string; retryAt?: Date },
): Promise<void> {
  await client.query(
    `insert into reconcile.pull_states as s (source, day, settings, checked_at, failures, error, retry_at) values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (source, day) do update set settings = excluded.settings, checked_at = coalesce(excluded.checked_at, s.checked_at),
       failures = excluded.failures, error = excluded.error, retry_at = excluded.retry_at`,
    [name, day, fingerprint, checkedAt, failures, error, retryAt],
  );
}
