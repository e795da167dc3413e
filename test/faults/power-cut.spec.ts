import { afterAll, beforeAll, expect, it } from '@jest/globals';
import pg from 'pg';
import { openPostgresLedger, type PostgresLedger } from '../../src/ledger/backends/postgres/postgres.js';
import { type Database, openDatabase } from '../../src/storage/database.js';
import { migrate } from '../../src/storage/migrate.js';
import { received } from '../contracts/ledger-entries.js';
import { type CuttablePostgres, cuttablePostgres, hasPowerCut } from '../support/power-cut/cuttable-postgres.js';
import { sayFigures } from '../support/say.js';
import { randomFrom } from '../support/traffic.js';
import { describeWhere } from '../support/where.js';

const ROUNDS = Number(process.env['POWER_CUTS'] ?? 10);
const SEED = Number(process.env['POWER_SEED'] ?? Date.now() % 1_000_000);
const AT_ONCE = 32;

// Inside the transaction, where the writer of the ledger does not look any more.
const LAZY = `create function ledger.lazy() returns trigger language plpgsql as $$ begin
    perform set_config('synchronous_commit', 'off', true); return null; end $$;
  create trigger lazy after insert on ledger.entries for each statement execute function ledger.lazy()`;

/** When the client counts an event as acknowledged. */
type Acknowledge = 'when the ledger says so' | 'before its commit';

/** Appends from many at once and cuts the power at a random moment, again and again; then looks for what was acknowledged. */
class Rounds {
  private readonly acknowledged = new Set<string>();
  private readonly sent = new Set<string>();
  private count = 0;
  private readonly random = randomFrom(SEED);

  constructor(
    private readonly server: CuttablePostgres,
    private readonly acknowledge: Acknowledge = 'when the ledger says so',
  ) {}

  async run(rounds: number): Promise<Record<'acknowledged' | 'lost' | 'doubled' | 'neverSent', number>> {
    for (let round = 0; round < rounds; round++) {
      await this.server.start();
      await this.withLedger((ledger) => this.untilCut(ledger, 40 + Math.floor(this.random() * 200)));
    }
    await this.server.start();
    return this.withLedger((ledger) => this.look(ledger));
  }

  private async withLedger<T>(work: (ledger: PostgresLedger) => Promise<T>): Promise<T> {
    const database = await openDatabase({ databaseUrl: this.server.url('shop'), dataDir: 'unused', allowUnsafe: true });
    const ledger = await openPostgresLedger(database, { clock: () => new Date(), limits: { patienceMs: 50 } });
    try {
      return await work(ledger);
    } finally {
      await ledger.close();
      await database.close().catch(() => undefined);
    }
  }

  private async untilCut(ledger: PostgresLedger, events: number): Promise<void> {
    const until = this.sent.size + events;
    let cut: Promise<void> | undefined;
    const sender = async (): Promise<void> => {
      while (!cut) {
        const id = `e${++this.count}`;
        this.sent.add(id);
        if (this.acknowledge === 'before its commit') this.acknowledged.add(id);
        const kept = await ledger.record(received(id)).catch(() => undefined);
        if (kept) this.acknowledged.add(id);
        if (this.sent.size >= until) cut ??= this.server.cut();
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, sender));
    await cut;
  }

  private async look(ledger: PostgresLedger) {
    const kept: string[] = [];
    for (let after = 0; ;) {
      const { entries } = await ledger.readFeed(after, 2_000);
      if (entries.length === 0) break;
      kept.push(...entries.map(({ originEventId }) => originEventId));
      after = entries.at(-1)!.position;
    }
    const there = new Set(kept);
    return {
      acknowledged: this.acknowledged.size,
      lost: [...this.acknowledged].filter((id) => !there.has(id)).length,
      doubled: kept.length - there.size,
      neverSent: kept.filter((id) => !this.sent.has(id)).length,
    };
  }
}

describeWhere(hasPowerCut)(`the power is cut at a random moment under load (POWER_SEED=${SEED})`, () => {
  let server: CuttablePostgres;
  beforeAll(async () => {
    server = await cuttablePostgres();
    await withSchema(server);
  });
  afterAll(() => server.close());

  it(`loses nothing that was acknowledged in ${ROUNDS} cuts, doubles nothing and invents nothing`, async () => {
    const found = await new Rounds(server).run(ROUNDS);
    sayFigures(`${ROUNDS} power cuts`, found);
    expect(found).toMatchObject({ lost: 0, doubled: 0, neverSent: 0 });
    expect(found.acknowledged).toBeGreaterThan(ROUNDS * 20);
  });
});

describeWhere(hasPowerCut)('a ledger that is careless is caught by the same cuts', () => {
  it.each<[string, Record<string, string>, string, Acknowledge]>([
    ['fsync is off', { fsync: 'off' }, '', 'when the ledger says so'],
    ['a commit does not wait for the disk', { wal_writer_delay: '10s' }, LAZY, 'when the ledger says so'],
    ['it is acknowledged before its commit', {}, '', 'before its commit'],
  ])(
    'given %s, when the power is cut, then acknowledged events are seen to be lost',
    async (about, conf, sabotage, acknowledge) => {
      const server = await cuttablePostgres(conf);
      await withSchema(server, sabotage);
      const found = await new Rounds(server, acknowledge).run(2);
      await server.close();
      sayFigures(`2 power cuts, ${about}`, found);
      expect(found.lost).toBeGreaterThan(0);
    },
  );
});

/** A migrated database that is whole on the disk before the first cut. */
async function withSchema(server: CuttablePostgres, sabotage = ''): Promise<void> {
  await server.start();
  const admin = new pg.Client(server.url('postgres'));
  await admin.connect();
  await admin.query('create database shop').finally(() => admin.end());
  const database: Database = await openDatabase({
    databaseUrl: server.url('shop'),
    dataDir: 'unused',
    allowUnsafe: true,
  });
  await migrate(database);
  if (sabotage) await database.pool.query(sabotage);
  await database.close();
  await server.stop();
}
