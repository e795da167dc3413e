import type pg from 'pg';
import type { Clock } from '../kernel/clock.js';
import { lengthPrefixed, uuidV5 } from '../kernel/entry-id.js';
import { Problem } from '../kernel/errors.js';
import { isUuid } from '../kernel/uuid.js';
import type { SealedBody, Vault } from '../ledger/vault.js';
import type { Database } from '../storage/database.js';
import type { Ledger } from '../ledger/ledger.js';
import { KEEP_KEYS } from '../ledger/vault/keep-keys.js';
import { dismissLetter } from './dismiss.js';
import type { DeadLetter, DeadLetters, DeadLetterWhole, Outcome } from './ingest.js';
import { durably } from './durably.js';
import type { Said } from './provider.js';

/** Who was authenticated when it came in, so that a replay is answered as the delivery would have been. */
export type ReplayContext =
  | { door: 'provider'; provider: string; said?: Said }
  | { door: 'events'; keyId: string; name: string; account: string; origins: readonly string[] | '*' }
  | { door: 'jobs'; data: Readonly<Record<string, string>> }
  /** `lost`: `members` where something may be missing that counts; otherwise texts that nothing depends on, or what is of test mode. */
  | { door: 'truncated'; occurredAt: string; lost: 'texts' | 'members' };

/** Something that could not be taken further. Nothing in it but the sealed body may hold personal data. */
export interface Parked {
  reason: string;
  door: string;
  origin: string;
  account: string;
  originEventId?: string;
  type?: string;
  /** What is wrong, a sentence each, without values. */
  errors: readonly string[];
  /** The ledger entry that it is about, where there is one. */
  entryId?: string;
  sealed?: SealedBody;
  subjects?: readonly string[];
  /** Tells two letters about one id apart: the content's HMAC. */
  contentMac?: Buffer;
  contentType?: string;
  context?: ReplayContext;
  /** Default: now. */
  receivedAt?: Date;
  /** Default: what came in at a provider's or a service's door does. */
  blocks?: boolean;
}

/** What is kept of a parked delivery, in clear again. */
export interface ParkedDelivery {
  letter: DeadLetter;
  text: string | undefined;
  context: ReplayContext | undefined;
}

/** Runs parked things of one kind again. Resolves with what became of it; throws Problem when it cannot be tried. */
export type Replayer = (parked: ParkedDelivery, actor: string) => Promise<Outcome>;

export interface DeadLetterStore extends DeadLetters {
  /** Keeps letters durably, in the caller's transaction where one is given, and resolves with their ids. The same thing parked again is the same letter, unresolved. */
  park(letters: readonly Parked[], client?: pg.ClientBase): Promise<string[]>;
  /** Marks the letters about these entries as settled: a rebuild or a newer interpreter understood them. */
  resolveEntries(entryIds: readonly string[], resolution: string, client?: pg.ClientBase): Promise<void>;
  /** Marks the letters of a door as settled, but those about the entries named. */
  resolveOthers(door: string, entryIds: readonly string[], resolution: string, client: pg.ClientBase): Promise<void>;
  /** Notes that an open letter could not be run again, and why; another run that is answered, in whatever way, begins anew. */
  failed(id: string, errors: readonly string[]): Promise<void>;
  /** Who replays letters of a door that is not one of ingest's own (`projector`, `jobs`). */
  onReplay(door: string, replayer: Replayer): void;
}

interface Deps {
  database: Database;
  ledger: Ledger;
  vault: Pick<Vault, 'unseal' | 'contentMac'>;
  clock: Clock;
}

export function createDeadLetters(deps: Deps): DeadLetterStore {
  const { database, vault, clock } = deps;
  const replayers = new Map<string, Replayer>();
  return {
    async park(letters, client) {
      if (letters.length === 0) return [];
      const rows = letters.map((letter) => rowOf(letter, clock()));
      const unique = [...new Map(rows.map((row) => [row.id, row])).values()].sort((a, b) => (a.id < b.id ? -1 : 1));
      const insert = (connection: pg.ClientBase): Promise<unknown> =>
        connection.query(INSERT, [JSON.stringify(unique)]);
      await (client ? insert(client) : durably(() => database.transaction(insert)));
      return rows.map(({ id }) => id);
    },

    async resolveEntries(entryIds, resolution, client) {
      if (entryIds.length === 0) return;
      await (client ?? database.pool).query(
        'update ingest.dead_letters set resolved_at = $2, resolution = $3 where entry_id = any($1::uuid[]) and resolved_at is null and body is null',
        [entryIds, clock(), resolution],
      );
    },

    async resolveOthers(door, entryIds, resolution, client) {
      await client.query(
        `update ingest.dead_letters set resolved_at = $3, resolution = $4
         where door = $1 and resolved_at is null and not (entry_id = any($2::uuid[]))`,
        [door, entryIds, clock(), resolution],
      );
    },

    failed: (id, errors) => noteFailed(database, id, errors, clock()),

    onReplay: (door, replayer) => void replayers.set(door, replayer),

    async list({ reason, resolved, cursor, limit }) {
      const after = cursor === undefined ? null : numberOf(cursor);
      const { rows } = await database.pool.query<Row>(
        `${SELECT} where ($1::text is null or reason = $1) and ($2::boolean is null or (resolved_at is not null) = $2)
           and ($3::bigint is null or number < $3) order by number desc limit $4`,
        [reason ?? null, resolved ?? null, after, limit + 1],
      );
      const page = rows.slice(0, limit);
      return { data: page.map(letterOf), nextCursor: rows.length > limit ? String(page.at(-1)!.number) : null };
    },

    async find(id) {
      if (!isUuid(id)) return undefined;
      const { rows } = await database.pool.query<Row>(`${SELECT} where id = $1`, [id]);
      return rows[0] && letterOf(rows[0]);
    },

    read: async (id) => wholeOf(await load(database, id)),

    async replay(id, actor) {
      const row = await load(database, id);
      const letter = letterOf(row);
      const replayer = replayers.get(letter.door);
      if (!replayer) throw new Problem('invalid_request', `A dead letter of ${letter.door} cannot be replayed here.`);
      if (row.body_key_id !== null && !row.key_there) {
        throw new Problem('invalid_request', 'The person it speaks of was erased; what is left cannot be replayed.');
      }
      const text = row.body === null ? undefined : await vault.unseal(row.body, row.body_key_id ?? undefined);
      const outcome = await replayer({ letter, text, context: contextOf(row) }, actor);
      await note(database, row, outcome, actor, clock());
      return outcome;
    },

    async dismiss(id, dismissal) {
      await dismissLetter(deps, letterOf(await load(database, id)), dismissal);
      return letterOf(await load(database, id));
    },

    async counts() {
      const { rows } = await database.pool.query<{ reason: string; unresolved: number }>(
        'select reason, count(*)::int as unresolved from ingest.dead_letters where resolved_at is null group by reason order by reason',
      );
      return rows;
    },
  };
}

interface Row {
  number: bigint;
  id: string;
  reason: string;
  door: string;
  origin: string;
  account: string;
  origin_event_id: string | null;
  type: string | null;
  errors: string[];
  entry_id: string | null;
  received_at: Date;
  resolved_at: Date | null;
  resolution: string | null;
  dismissed_at: Date | null;
  blocks: boolean;
  replays: number;
  failures: number;
  failed_at: Date | null;
}
interface FullRow extends Row {
  body: string | null;
  body_key_id: string | null;
  content_type: string | null;
  context: ReplayContext | Record<string, never>;
  deliveries: number;
  last_received_at: Date;
  key_there: boolean;
}

const COLUMNS =
  'number, id, reason, door, origin, account, origin_event_id, type, errors, entry_id, received_at, resolved_at, resolution, dismissed_at, blocks, replays, failures, failed_at';
const SELECT = `select ${COLUMNS} from ingest.dead_letters`;

// The key of a body goes in only with a new row: the one that is there keeps its own body and key.
const INSERT = `
  with given as (
    select * from jsonb_to_recordset($1::jsonb) as r(id uuid, reason text, door text, origin text, account text,
      origin_event_id text, type text, errors jsonb, entry_id uuid, body text, body_key_id uuid, wrapped text, subjects jsonb,
      content_type text, context jsonb, received_at timestamptz, blocks boolean)
  ), kept as (
    insert into ingest.dead_letters as d (id, reason, door, origin, account, origin_event_id, type, errors, entry_id, body,
      body_key_id, subjects, content_type, context, received_at, last_received_at, blocks)
    select id, reason, door, origin, account, origin_event_id, type, array(select jsonb_array_elements_text(errors)), entry_id, body,
      body_key_id, array(select jsonb_array_elements_text(subjects)), content_type, context, received_at, received_at, blocks
    from given
    on conflict (id) do update set deliveries = d.deliveries + 1, last_received_at = excluded.received_at,
      errors = excluded.errors, context = case d.door when 'jobs' then excluded.context else d.context end,
      resolved_at = d.dismissed_at,
      resolution = case when d.dismissed_at is null then null else d.resolution end
    returning d.id, d.body_key_id
  ), new_keys as (
    select body_key_id as id, decode(wrapped, 'hex') as wrapped, subjects::json as subjects from given join kept using (id, body_key_id)
  ), ${KEEP_KEYS}
  select`;

function rowOf(letter: Parked, now: Date) {
  const { sealed, contentMac } = letter;
  const receivedAt = letter.receivedAt ?? now;
  const identity = [
    letter.reason,
    letter.door,
    letter.account,
    letter.origin,
    letter.originEventId ?? '',
    letter.entryId ?? '',
  ];
  return {
    id: uuidV5(lengthPrefixed(['dead letter', ...identity, contentMac?.toString('hex') ?? ''])),
    reason: letter.reason,
    door: letter.door,
    origin: letter.origin,
    account: letter.account,
    origin_event_id: letter.originEventId ?? null,
    type: letter.type ?? null,
    errors: letter.errors.map(storable),
    entry_id: letter.entryId ?? null,
    body: sealed?.body ?? null,
    body_key_id: sealed?.key?.id ?? null,
    wrapped: sealed?.key?.wrapped.toString('hex') ?? null,
    subjects: [...new Set([...(sealed?.subjects ?? []), ...(letter.subjects ?? [])])],
    content_type: letter.contentType ?? null,
    context: letter.context ?? {},
    received_at: receivedAt.toISOString(),
    blocks: letter.blocks ?? (letter.door === 'provider' || letter.door === 'events'),
  };
}

// A message may quote what it stumbled over, and a letter that no table can hold would stop whoever parks it.
const ERROR_MAX = 500; // characters
const storable = (text: string): string =>
  text
    .slice(0, ERROR_MAX)
    .toWellFormed()
    .replace(/\p{Cc}/gu, ' ');

async function load(database: Database, id: string): Promise<FullRow> {
  const { rows } = isUuid(id)
    ? await database.pool.query<FullRow>(
        `select ${COLUMNS}, body, body_key_id, content_type, context, deliveries, last_received_at,
           exists (select from ledger.vault_keys k where k.id = body_key_id) as key_there
         from ingest.dead_letters where id = $1`,
        [id],
      )
    : { rows: [] };
  if (!rows[0]) throw new Problem('not_found', 'There is no dead letter with this id.');
  return rows[0];
}

/** What is parked again while it is replayed (a job can fail before this is written) stays open. */
async function note(database: Database, row: FullRow, outcome: Outcome, actor: string, now: Date): Promise<void> {
  const settled = ['recorded', 'duplicate', 'enqueued'].includes(outcome.outcome);
  await database.pool.query(
    `update ingest.dead_letters set replays = replays + 1, failures = 0, failed_at = null, errors = coalesce($2::text[], errors),
       resolved_at = case when $3 and deliveries = $6 then $4::timestamptz else resolved_at end,
       resolution = case when $3 and deliveries = $6 then $5 else resolution end
     where id = $1`,
    [row.id, outcome.errors ?? null, settled, now, `replayed by ${actor}: ${outcome.outcome}`, row.deliveries],
  );
}

async function noteFailed({ pool }: Database, id: string, errors: readonly string[], now: Date): Promise<void> {
  await pool.query(
    'update ingest.dead_letters set failures = failures + 1, failed_at = $2, errors = $3 where id = $1 and resolved_at is null',
    [id, now, errors.map(storable)],
  );
}

const contextOf = (row: FullRow): ReplayContext | undefined =>
  'door' in row.context ? (row.context as ReplayContext) : undefined;

const letterOf = (row: Row): DeadLetter => ({
  id: row.id,
  reason: row.reason,
  door: row.door,
  origin: row.origin,
  account: row.account,
  originEventId: row.origin_event_id,
  type: row.type,
  errors: row.errors,
  entryId: row.entry_id,
  receivedAt: row.received_at,
  resolvedAt: row.resolved_at,
  resolution: row.resolution,
  dismissedAt: row.dismissed_at,
  blocks: row.blocks && row.resolved_at === null,
  replays: row.replays,
  failures: row.failures,
  failedAt: row.failed_at,
});

function wholeOf(row: FullRow): DeadLetterWhole {
  const context = contextOf(row);
  return {
    ...letterOf(row),
    body: row.body,
    contentType: row.content_type,
    job: context?.door === 'jobs' ? context.data : null,
    deliveries: row.deliveries,
    lastReceivedAt: row.last_received_at,
  };
}

function numberOf(cursor: string): string {
  if (!/^\d{1,18}$/.test(cursor)) throw new Problem('invalid_request', 'The cursor is not one that was given out.');
  return cursor;
}
