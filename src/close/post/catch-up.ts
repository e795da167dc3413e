import type { Interpret } from '../../catalog/facts.js';
import type { Zone } from '../../kernel/day.js';
import { Problem } from '../../kernel/errors.js';
import { OWN_ORIGIN } from '../../ledger/decide-and-append.js';
import type { Entry, Ledger, Position } from '../../ledger/ledger.js';
import type { Database } from '../../storage/database.js';
import {
  appendLines,
  type Checkpoint,
  emptyBooks,
  type FxRate,
  holdCheckpoint,
  loadObjects,
  moveCheckpoint,
  readCheckpoint,
  storeObjects,
  storeOpenings,
  storeRates,
} from './books-store.js';
import { ACCOUNTS } from '../journal/chart-of-accounts.js';
import { FX_RATE_RECORDED, rateIn } from './fx-rates.js';
import { refsOf } from '../journal/money-objects.js';
import { OPENING_BALANCE_SET, openingNews } from './opening-balances.js';
import { type News, Poster } from './post.js';
import { clearingOf } from '../recipes/balance.js';

export interface CatchUpDeps {
  ledger: Pick<Ledger, 'head' | 'readFeed'>;
  database: Database;
  interpret: Interpret;
  zone: Zone;
  /** Of the meaning and the zone: books that were posted by another are posted again. */
  version: string;
}

const ENTRIES_PER_BATCH = 500;

const NEVER_POSTED = '';

/**
 * Posts the feed from the books' checkpoint to where the ledger is now, in batches that are a transaction each. Any number of processes
 * may do so at once: a batch begins by holding the checkpoint where it was read, so that only one of them posts it. Resolves with the
 * position the books are at, before the end when the signal aborts. Throws Problem `unavailable` where another version has posted them: two
 * that began them anew in turn would never come to an end.
 */
export async function catchUp(deps: CatchUpDeps, signal?: AbortSignal): Promise<Position> {
  const head = await deps.ledger.head();
  for (;;) {
    const at = await readCheckpoint(deps.database.pool);
    if (at.version === NEVER_POSTED) await beginAnew(deps, at);
    else if (at.version !== deps.version)
      throw new Problem(
        'unavailable',
        'The books were posted by another version of the service, or with other settings: restart this process with those.',
        { retryAfterS: 60 },
      );
    else if (at.position >= head || signal?.aborted) return at.position;
    else await postBatch(deps, at);
  }
}

/** What a process does once, at its start: books of another version are emptied and posted again. */
export async function beginBooks(deps: CatchUpDeps, signal: AbortSignal): Promise<void> {
  const { pool } = deps.database;
  for (let at = await readCheckpoint(pool); at.version !== deps.version; at = await readCheckpoint(pool))
    await beginAnew(deps, at);
  await catchUp(deps, signal);
}

const beginAnew = ({ database, version }: CatchUpDeps, at: Checkpoint): Promise<void> =>
  database.transaction(async (client) => {
    if (!(await holdCheckpoint(client, at))) return;
    await emptyBooks(client);
    await moveCheckpoint(client, { position: 0, version });
  });

async function postBatch(deps: CatchUpDeps, at: Checkpoint): Promise<void> {
  // Read before a connection is taken: who holds one must not wait for another.
  const { entries } = await deps.ledger.readFeed(at.position, ENTRIES_PER_BATCH);
  const last = entries.at(-1)?.position;
  if (last === undefined) return;
  const news = entries.map((entry) => newsOf(entry, deps));
  const rates = entries.flatMap((entry): FxRate[] =>
    isOwn(entry, FX_RATE_RECORDED) ? [rateIn(entry.body, entry.position)] : [],
  );
  await deps.database.transaction(async (client) => {
    if (!(await holdCheckpoint(client, at))) return;
    const objects = await loadObjects(client, news.flatMap(refsOf));
    const poster = new Poster(objects, (time) => deps.zone.dayOf(time));
    await appendLines(
      client,
      news.flatMap((each) => poster.take(each)),
    );
    await storeObjects(client, poster.changes);
    await storeRates(client, rates);
    await storeOpenings(client, news.flatMap(openingOf));
    await moveCheckpoint(client, { position: last, version: deps.version });
  });
}

const openingOf = ({ position, opening }: News) =>
  opening ? [{ position, account: clearingOf(opening.ref.split(':')[1]!), currency: opening.currency }] : [];

const isOwn = ({ origin, type }: Entry, which: string): boolean => origin === OWN_ORIGIN && type === which;

function newsOf(entry: Entry, { interpret, zone }: CatchUpDeps): News {
  const { id: entryId, position, origin } = entry;
  if (isOwn(entry, OPENING_BALANCE_SET)) return { position, entryId, ...openingNews(entry.body, zone) };
  const provider = `clearing.${origin}` in ACCOUNTS ? origin : '';
  return { position, entryId, provider, facts: factsOf(entry, interpret) };
}

/** None of an entry that no interpreter understands: the projector parks it, and what is parked blocks a close. */
function factsOf(entry: Entry, interpret: Interpret): News['facts'] {
  try {
    return interpret({ ...entry, occurredAt: entry.occurredAt.getTime(), body: JSON.parse(entry.body) }) ?? [];
  } catch {
    return [];
  }
}
