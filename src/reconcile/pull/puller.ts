import type { Clock } from '../../kernel/clock.js';
import type { Day, Zone } from '../../kernel/day.js';
import { emailsIn } from '../../ledger/vault/email-address.js';
import type { Database } from '../../storage/database.js';
import { windowOf } from '../load-day.js';
import type { ConfiguredSource } from '../source-type.js';
import { type Reader, SourceFailure } from '../source.js';
import type { Http } from './http.js';
import { Snapshot, type SnapshotGiven } from './snapshot.js';

const FRESH_MS = 15 * 60_000; // asked again within this, the answer is taken to be the same
const BACKOFF_MS = 5 * 60_000;
const BACKOFF_MAX_MS = 6 * 3_600_000;

export interface PullerDeps {
  database: Database;
  clock: Clock;
  zone: Zone;
  http: Http;
  writing: SnapshotGiven['writing'];
}

export interface PullOptions {
  /** Asks although the day was fetched a moment ago or has settled; never before the source wants to be asked. */
  force?: boolean;
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

  /** One day of one source, at most once at a time. Idempotent: the same answer again changes nothing. A failure is kept, not thrown. */
  async pull(name: string, day: Day, options: PullOptions = {}): Promise<Pulled> {
    const source = this.sources.get(name);
    if (!source || windowOf(this.deps.zone, day, 0).from > this.deps.clock().getTime()) return { status: 'not_pulled' };
    return this.deps.database.transaction((client) => this.pullWith(client, source, day, options));
  }

  /** The same within a transaction of the caller's. */
  async pullWith(client: Reader, source: ConfiguredSource, day: Day, { force = false }: PullOptions): Promise<Pulled> {
    await client.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`pull ${source.name} ${day}`]);
    const state = await stateOf(client, source.name, day);
    const now = this.deps.clock();
    const same = state?.settings === source.fingerprint;
    if (same && state.retry_at && state.retry_at > now)
      return { status: 'waiting', retryAt: state.retry_at, error: state.error ?? undefined };
    if (!force && same && state.error === null && this.isKnown(source, day, state.checked_at, now))
      return { status: 'fresh' };
    await client.query('savepoint snapshot');
    try {
      const status = await this.snapshot(client, source, day, now);
      await keepState(client, source, day, { checkedAt: this.deps.clock(), failures: 0 });
      return { status };
    } catch (error) {
      if (!(error instanceof SourceFailure)) throw error;
      await client.query('rollback to savepoint snapshot');
      const failures = (state?.failures ?? 0) + 1;
      const backoff = Math.min(BACKOFF_MS * 2 ** (failures - 1), BACKOFF_MAX_MS);
      const retryAt = error.more.retryAt ?? new Date(this.deps.clock().getTime() + backoff);
      await keepState(client, source, day, { failures, error: errorText(error), retryAt });
      return { status: 'failed', error: error.message, retryAt };
    }
  }

  private isKnown({ settlesMs }: ConfiguredSource, day: Day, checkedAt: Date | null, now: Date): boolean {
    if (!checkedAt) return false;
    const settledAt = windowOf(this.deps.zone, day, 0).to + settlesMs;
    return checkedAt.getTime() >= settledAt || now.getTime() - checkedAt.getTime() < FRESH_MS;
  }

  private async snapshot(
    client: Reader,
    source: ConfiguredSource,
    day: Day,
    now: Date,
  ): Promise<'changed' | 'unchanged'> {
    const { zone, http, writing } = this.deps;
    const window = windowOf(zone, day, 0);
    const { rows } = await client.query<{ digest: string }>(
      'select digest from reconcile.latest_pulls where source = $1 and day = $2',
      [source.name, day],
    );
    const snapshot = await Snapshot.begin({
      client,
      source,
      day,
      window,
      fetchedAt: now,
      timeZone: zone.name,
      writing,
    });
    const names = Object.values(source.aliases.names).flat();
    const request = { day, window, zone, mapper: source.mapper, names, http, now };
    for await (const piece of source.type.fetch(source.settings, request)) await snapshot.add(piece);
    const digest = await snapshot.end();
    if (digest !== rows[0]?.digest) return 'changed';
    await client.query('rollback to savepoint snapshot');
    return 'unchanged';
  }
}

/** The sentence, and on a second line what the other side wrote: without addresses of people, whoever they are. */
function errorText({ message, more: { said } }: SourceFailure): string {
  if (said === undefined) return message;
  return `${message}\n${emailsIn(said).reduce((text, email) => text.replaceAll(email, '(address)'), said.toLowerCase())}`;
}

async function stateOf(client: Reader, source: string, day: Day): Promise<State | undefined> {
  const { rows } = await client.query<State>(
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
