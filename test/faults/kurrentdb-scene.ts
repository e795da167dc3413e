import { openKurrentDbLedger } from '../../src/ledger/backends/kurrentdb/kurrentdb.js';
import type { WriterLimits } from '../../src/ledger/backends/kurrentdb/writer.js';
import type { Entry, Ledger, NewEntry } from '../../src/ledger/ledger.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { startKurrentdb, type DoubleOptions, type KurrentdbDouble } from '../support/kurrentdb/double.js';
import { until } from '../support/start-storage.js';

/** A ledger in a double of KurrentDB that can be broken, and what is really in its log. */
export interface KurrentdbScene {
  double: KurrentdbDouble;
  test: TestDatabase;
  ledger: Ledger;
  /** What the ledger wrote to its log. */
  logged: string[];
  /** One more process on the same ledger. */
  open(options?: { url?: string; limits?: Partial<WriterLimits> }): Promise<Ledger>;
  /** Ids of entries in the log itself, in its order, however often each is there. */
  stored(): string[];
  /** The whole feed, once it has everything that the log has. */
  feed(): Promise<Entry[]>;
  close(): Promise<void>;
}

/** Impatient, so that a lost answer does not cost a test seconds; patient enough for a server that is started again. */
const LIMITS: Partial<WriterLimits> = { attemptMs: 300, patienceMs: 40_000 };

export async function kurrentdbScene(options: DoubleOptions = {}): Promise<KurrentdbScene> {
  const double = await startKurrentdb(options);
  const test = await testDatabase();
  const logged: string[] = [];
  const opened: Ledger[] = [];
  const open: KurrentdbScene['open'] = async ({ url = double.url, limits } = {}) => {
    const ledger = await openKurrentDbLedger({
      url,
      database: test.database,
      clock: () => new Date(),
      log: (line) => logged.push(line),
      limits: { ...LIMITS, ...limits },
    });
    opened.push(ledger);
    return ledger;
  };
  const stored = (): string[] =>
    double.log.records.filter(({ stream }) => stream.startsWith('truth.')).map((record) => entryIdOf(record.metadata));
  const ledger = await open();
  return {
    double,
    test,
    ledger,
    logged,
    open,
    stored,
    feed: async () => {
      await until(async () => (await ledger.head()) >= stored().length);
      const entries: Entry[] = [];
      for (let after = 0; ; after = entries.length) {
        const page = await ledger.readFeed(after, 500);
        if (page.entries.length === 0) return entries;
        entries.push(...page.entries);
      }
    },
    close: async () => {
      await Promise.all(opened.map((each) => each.close()));
      await double.close();
      await test.drop();
    },
  };
}

const entryIdOf = (metadata: Uint8Array): string =>
  (JSON.parse(Buffer.from(metadata).toString()) as { entry_id: string }).entry_id;

/** Records all of them at once; the ids of those that were acknowledged. */
export async function recordAll(ledger: Ledger, entries: readonly NewEntry[]): Promise<string[]> {
  const answers = await Promise.allSettled(entries.map((entry) => ledger.record(entry)));
  return entries.filter((_, index) => answers[index]!.status === 'fulfilled').map(({ id }) => id);
}
