import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../kernel/clock.js';
import { Problem } from '../../kernel/errors.js';
import { isUuid } from '../../kernel/uuid.js';
import { decideAndAppend, decisionOf } from '../../ledger/decide-and-append.js';
import type { Entry, Ledger } from '../../ledger/ledger.js';
import type { Vault } from '../../ledger/vault.js';
import type { Database } from '../../storage/database.js';
import { checkReason } from '../dismiss.js';
import { deleteReturned, deleteReturnedByPages } from './delete-keys.js';
import { databaseTime, dueAside, eraseAside, haveEnded, learnErasuresAside } from './erase-aside.js';
import { eraseKeys, learnErasures } from './erase-keys.js';
import { findPerson, type PersonAsked, personAsked, type PersonNamed, tagsOf } from './find-person.js';
import { KeySpace } from './key-space.js';
import { decideToErase, decisionsOn, erasing, erasureOf, ERASURES_STREAM, type PersonErased } from './person-erased.js';
import { type ErasureRow, rowsOf, shownErasure } from './shown-erasure.js';

export interface ErasuresDeps {
  ledger: Ledger;
  /** Of the read model, dead letters and tracked events. */
  database: Database;
  /** Of the keys of entries; may be the same. */
  ledgerDatabase: Database;
  vault: Pick<Vault, 'contentMac' | 'emailHash' | 'safeId' | 'subjectTag'>;
  clock: Clock;
  /** Resolves when the read model shows everything up to now. */
  caughtUp(timeoutMs: number): Promise<unknown>;
  log(line: string, error?: unknown): void;
}

/** Whom to erase, why, and who says so. */
export interface EraseRequest {
  person: PersonAsked;
  /** A sentence; no e-mail address. */
  reason: string;
}

export interface Eraser {
  actor: string;
  correlationId: string;
  name?: string;
}

const MODEL_PATIENCE_MS = 10_000;
const ANSWER_MS = 10_000; // what takes longer goes on by itself
const LOOK_EVERY_MS = 5_000;
const BEGIN_MS = 60_000; // less than a process that does not answer is left alone
const RETURNED_EVERY_MS = 3_600_000; // a table of keys may be restored beside a service that runs
const STOP_MS = 5_000;
const DOORS_MS = 40;
const DOORS_LOOKS = 25;

/** What `personal_data` of an entry says: nothing in it is personal, it is sealed, it was erased, or its key is gone for another reason. */
export type PersonalData = 'none' | 'sealed' | 'erased' | 'key_missing';

/**
 * Erases persons: the decision is recorded in the ledger, then the keys are deleted under which their personal data is sealed, of entries and
 * of what is kept beside the ledger. The decision stands: what arrives for them later is erased as it comes.
 */
export class Erasures {
  private turn: Promise<unknown> = Promise.resolve();
  private returnedAt = -Infinity;
  private lastLearned = -1;
  private readonly stopping = new AbortController();
  private done: Promise<void> = Promise.resolve();
  private readonly space: KeySpace;

  constructor(private readonly deps: ErasuresDeps) {
    this.space = new KeySpace(deps);
  }

  /** Somebody as they may stand in a command and its audit line. Throws Problem `invalid_request`. */
  personAsked(named: PersonNamed): PersonAsked {
    return personAsked(named, this.deps.vault);
  }

  /**
   * Decides that the person is erased, once, and carries that out; where it takes longer than `waitMs`, it goes on by itself. `recorded` is false
   * when they were erased before and nothing more is known of them. Throws Problem `not_found`, `invalid_request`, `unavailable`.
   */
  async erase({ person, reason }: EraseRequest, eraser: Eraser, waitMs = ANSWER_MS) {
    checkReason(reason);
    const { number, recorded } = await this.decide(person, reason.trim(), eraser);
    const later = (error: unknown): void => this.deps.log('an erasure is carried out later', error);
    await this.learn().catch(later); // from here on it shows, and the doors keep no key, also while an earlier one is carried out
    await Promise.race([this.apply().catch(later), sleep(waitMs, undefined, { ref: false })]);
    const shown = await this.shown(number);
    if (!shown)
      throw new Problem('unavailable', 'The erasure is decided, and nothing can be told of it yet: ask again.');
    return { ...shown, recorded };
  }

  private async decide(person: PersonAsked, reason: string, { actor, correlationId, name = actor }: Eraser) {
    const { ledger, database, vault, clock, caughtUp } = this.deps;
    await caughtUp(MODEL_PATIENCE_MS).catch(() => {
      const behind = 'The read model is behind, so that not everything of the person would be found; try again.';
      throw new Problem('unavailable', behind, { retryAfterS: 10 });
    });
    const found = await findPerson({ pool: database.pool, ledger, vault }, person);
    const answer = { number: -1, recorded: false };
    for (const data of decisionsOn(found, { asked_by: person.asked_by, reason, by: name })) {
      const decided = await decideAndAppend(ledger, ERASURES_STREAM, erasing(), decideToErase(data), {
        now: clock(),
        actor,
        correlationId,
        subjects: data.tags,
        contentMac: (value) => vault.contentMac(value),
      });
      if ('refused' in decided) throw new Error(decided.refused); // deciding refuses nothing
      answer.number = Math.max(answer.number, erasureOf(decided.state!, data));
      answer.recorded ||= decided.events.length > 0;
    }
    return answer;
  }

  /** Carries out what was decided and is not done, and what decisions of before say of entries that came since. May be called at any time. */
  apply(): Promise<void> {
    const next = this.turn.then(() => this.applyNow());
    this.turn = next.catch(() => undefined);
    return next;
  }

  /**
   * What was decided and is not done, before anything is served: after a crash, and on a database that was set back. For a minute at most, and
   * whatever goes wrong: what is left goes on beside, since deliveries that are turned away for longer are lost.
   */
  async begin(waitMs = BEGIN_MS): Promise<void> {
    const working = this.apply().catch((error: unknown) =>
      this.deps.log('erasures could not be carried out before serving; that is tried again', error),
    );
    await Promise.race([working, sleep(waitMs, undefined, { ref: false })]);
  }

  private async applyNow(): Promise<void> {
    const { ledger, database, ledgerDatabase, clock } = this.deps;
    await this.learn();
    let deleted = 0;
    if (clock().getTime() - this.returnedAt >= RETURNED_EVERY_MS) {
      // By the hour there is seldom anything, and a look at every key that is kept would not be worth it.
      const deleteAgain = this.returnedAt === -Infinity ? deleteReturned : deleteReturnedByPages;
      for (const each of new Set([ledgerDatabase, database])) deleted += await deleteAgain(each);
      this.returnedAt = clock().getTime();
    }
    deleted += await eraseKeys(ledgerDatabase, ledger, clock());
    // Read before the moment is taken: what becomes due while we wait may be unknown to transactions that begin after it.
    const due = await dueAside(database);
    if (due.length > 0) deleted += await eraseAside(database, clock(), (await this.areDoorsThrough()) ? due : []);
    // The rows are gone for everybody; the place where they were is freed behind the answer.
    await this.space.look(deleted);
  }

  /**
   * Whether all that the doors had begun to store by now, perhaps before they knew the tags, is in its table or never will be. It takes
   * milliseconds, unless something in the database takes long.
   */
  private async areDoorsThrough(): Promise<boolean> {
    const { pool } = this.deps.database;
    const now = await databaseTime(pool);
    for (let look = 0; look < DOORS_LOOKS; look++) {
      if (await haveEnded(pool, now)) return true;
      await sleep(DOORS_MS, undefined, { ref: false });
    }
    return false;
  }

  /** The decisions of the ledger that the databases do not have yet: new ones, and all since a backup that was restored. */
  private async learn(): Promise<void> {
    const { ledger, database, ledgerDatabase } = this.deps;
    const known = await Promise.all([
      ledgerDatabase.pool.query<Known>('select coalesce(max(number), -1) as last from ledger.erasures'),
      database.pool.query<Known>('select coalesce(max(number), -1) as last from ingest.erasures'),
    ]);
    const from = Math.min(...known.map(({ rows }) => rows[0]!.last)) + 1;
    if (from <= this.lastLearned) this.returnedAt = -Infinity; // set back beside us: so may be the tables of keys
    const decisions = await ledger.readStream(ERASURES_STREAM, { from });
    const told = decisions.map((entry) => ({ entry, data: decisionOf<PersonErased>(entry).data }));
    await learnErasures(
      ledgerDatabase,
      told.map(({ entry: { revision: number, id }, data: { tags, object_tags = [], entry_ids: entryIds } }) => ({
        number,
        id,
        tags: [...tags, ...object_tags],
        entryIds,
      })),
    );
    await learnErasuresAside(
      database,
      told.map(
        ({ entry: { revision: number, occurredAt: decidedAt }, data: { tags, browser_tags, object_tags = [] } }) => ({
          number,
          decidedAt,
          tags: [...tags, ...browser_tags, ...object_tags],
        }),
      ),
    );
    this.lastLearned = from + told.length - 1;
  }

  /** Looks every few seconds for what came since, until `stop`. */
  start(lookEveryMs = LOOK_EVERY_MS): void {
    this.done = this.run(lookEveryMs);
  }

  private async run(lookEveryMs: number): Promise<void> {
    const { signal } = this.stopping;
    for (let failing = false; !signal.aborted;) {
      const failed = await this.apply().then(
        () => undefined,
        (error: unknown) => ({ error }),
      );
      if (failed && !failing)
        this.deps.log('erasures cannot be carried out just now; that is tried again', failed.error);
      failing = failed !== undefined;
      await sleep(lookEveryMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Waits for what is being done, but not for a database that does not answer: the next start goes on from there. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.space.stop();
    const done = Promise.all([this.done, this.turn, this.space.idle()]);
    await Promise.race([done, sleep(STOP_MS, undefined, { ref: false })]);
  }

  /** Newest first. */
  async list({ cursor, limit }: { cursor?: string | undefined; limit: number }) {
    await this.learn();
    const before = cursor === undefined ? Infinity : numberOf(cursor);
    const rows = await rowsOf(this.deps, 'number < $1', before === Infinity ? 2 ** 31 - 1 : before, limit + 1);
    const page = rows.slice(0, limit);
    return {
      data: await this.withDecisions(page),
      nextCursor: rows.length > limit ? String(page.at(-1)!.number) : null,
    };
  }

  async find(id: string) {
    if (!isUuid(id)) return undefined;
    await this.learn();
    return (await this.withDecisions(await rowsOf(this.deps, 'id = $1', id, 1)))[0];
  }

  private async shown(number: number) {
    return (await this.withDecisions(await rowsOf(this.deps, 'number = $1', number, 1)))[0];
  }

  private async withDecisions(rows: readonly ErasureRow[]) {
    const entries = new Map<string, Entry>();
    for (const entry of await this.deps.ledger.findMany(rows.map(({ id }) => id))) entries.set(entry.id, entry);
    return rows.flatMap((row) => {
      const entry = entries.get(row.id);
      return entry ? [shownErasure(row, entry)] : [];
    });
  }

  /** When the customer of these identifiers was erased last; undefined when nothing of theirs was. */
  async erasedAt(identifiers: readonly string[]): Promise<Date | undefined> {
    const { rows } = await this.deps.database.pool.query<{ at: Date | null }>(
      'select max(decided_at) as at from ingest.erasures where tags && $1::text[]',
      [tagsOf(identifiers, this.deps.vault)],
    );
    return rows[0]?.at ?? undefined;
  }

  /** Whether what is personal in an entry can still be opened by whoever has the vault key. */
  async personalDataOf({ keyId }: Pick<Entry, 'keyId'>): Promise<PersonalData> {
    if (keyId === undefined) return 'none';
    const { rows } = await this.deps.ledgerDatabase.pool.query<{ kept: boolean; erased: boolean }>(
      `select exists (select from ledger.vault_keys where id = $1) or exists (select from ledger.pooled_keys where id = $1) as kept,
         exists (select from ledger.erased_keys where id = $1) as erased`,
      [keyId],
    );
    if (rows[0]!.kept) return 'sealed';
    return rows[0]!.erased ? 'erased' : 'key_missing';
  }
}

interface Known {
  last: number;
}

function numberOf(cursor: string): number {
  if (!/^\d{1,9}$/.test(cursor)) throw new Problem('invalid_request', 'The cursor is not one that was given out.');
  return Number(cursor);
}
