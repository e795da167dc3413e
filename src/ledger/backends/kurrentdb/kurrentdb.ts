import { setTimeout as sleep } from 'node:timers/promises';
import { KurrentDBClient } from '@kurrent/kurrentdb-client';
import type { Clock } from '../../../kernel/clock.js';
import { Problem, SetupError } from '../../../kernel/errors.js';
import type { Database } from '../../../storage/database.js';
import { FeedSignal } from '../postgres/feed-signal.js';
import { readAddress } from './address.js';
import { ClientHolder } from './client-holder.js';
import { EventReads } from './event-reads.js';
import { describe, verdictOf } from './failures.js';
import { FeedIndex } from './feed-index.js';
import { FeedReads } from './feed-reads.js';
import { Indexer } from './indexer.js';
import { LedgerInKurrentDb } from './ledger-in-kurrentdb.js';
import { RecentEvents } from './recent-events.js';
import { Writer, WRITER_LIMITS, type WriterLimits } from './writer.js';

export interface KurrentDbLedgerOptions {
  /** `kurrentdb://…`; `ledger=<name>` in its query tells several ledgers of one cluster apart. */
  url: string;
  /** Has the index of the feed and the keys. */
  database: Database;
  clock: Clock;
  log?: (line: string) => void;
  limits?: Partial<WriterLimits>;
}

const COMING_UP_MS = 20_000; // a cluster that is started together with the service, or elects a leader

/**
 * Opens a ledger in KurrentDB, whose feed is indexed in a migrated database. Throws SetupError when the address is wrong, the cluster
 * does not answer, or the index is another ledger's. `close` leaves the database open.
 */
export async function openKurrentDbLedger(options: KurrentDbLedgerOptions): Promise<LedgerInKurrentDb> {
  const { database, clock, log = () => undefined } = options;
  const address = readAddress(options.url);
  assertReadable(address.connectionString);
  const [writing, reading] = [0, 1].map(() => new ClientHolder(address.connectionString, log)) as [
    ClientHolder,
    ClientHolder,
  ];
  const index = new FeedIndex(database);
  const events = new EventReads(reading, address.prefix);
  try {
    const end = await firstAnswer(events);
    await index.adopt(address.name);
    await assertSameLedger(index, events);
    const signal = new FeedSignal(database.connection);
    const [closing, recent] = [new AbortController(), new RecentEvents()];
    const feed = new FeedReads(index, events, recent, signal, closing.signal);
    const writer = new Writer(writing, { ...WRITER_LIMITS, ...options.limits }, log);
    const indexer = new Indexer({
      index,
      clients: reading,
      prefix: address.prefix,
      log,
      recent,
      anyAfter: (at) => events.anyAfter(at),
      extended: () => signal.notify(),
    });
    const parts = { writer, events, index, feed, signal, indexer, clock, closing, clients: [writing, reading] };
    const ledger = new LedgerInKurrentDb({
      ...parts,
      prefix: address.prefix,
      end: end ?? (await index.head()).at?.commit ?? 0n,
    });
    indexer.start();
    return ledger;
  } catch (error) {
    for (const clients of [writing, reading]) clients.close();
    throw error;
  }
}

/** The client's own message would quote the address, password and all. */
function assertReadable(connectionString: string): void {
  try {
    KurrentDBClient.connectionString(connectionString);
  } catch {
    throw new SetupError(
      'LEDGER_URL cannot be read; it looks like kurrentdb://user:password@host1,host2:2113?tls=true.',
    );
  }
}

async function firstAnswer(events: EventReads): Promise<bigint | undefined> {
  const deadline = performance.now() + COMING_UP_MS;
  for (;;) {
    try {
      return (await events.end())?.commit;
    } catch (error) {
      if (verdictOf(error) === 'denied')
        throw new SetupError('KurrentDB refused: the user of LEDGER_URL must be allowed to read $all.');
      if (!(error instanceof Problem))
        throw new SetupError(`KurrentDB at LEDGER_URL cannot be used: ${describe(error)}`);
      if (performance.now() > deadline)
        throw new SetupError('KurrentDB at LEDGER_URL did not answer as a leader within 20 seconds.');
      await sleep(250);
    }
  }
}

/** The last entry that was numbered must be there: a cluster that was emptied or set back has another order. */
async function assertSameLedger(index: FeedIndex, events: EventReads): Promise<void> {
  const last = await index.at((await index.head()).position);
  if (!last) return;
  const [stored] = await events.stream(last.stream, last.revision, 1);
  if (stored?.entry.id !== last.entryId)
    throw new SetupError(
      `KurrentDB at LEDGER_URL does not have the entry at position ${last.position} that this database knows: it is another cluster, or one set back to an older state.`,
    );
}
