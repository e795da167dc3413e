import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { openPostgresLedger, type PostgresLedger } from '../../src/ledger/backends/postgres/postgres.js';
import { received, times } from '../contracts/ledger-entries.js';
import { testDatabase, type TestDatabase } from '../support/database.js';

const WRITERS = 4;
const EVENTS = 10_000;

describe('a reader beside many writers', () => {
  let test: TestDatabase;
  let writers: PostgresLedger[];
  beforeAll(async () => {
    test = await testDatabase();
    writers = await Promise.all(times(WRITERS, () => openPostgresLedger(test.database, { clock: () => new Date() })));
  });
  afterAll(async () => {
    await Promise.all(writers.map((writer) => writer.close()));
    await test.drop();
  });

  /** Reads on as fast as it can; a position that is not the next one was skipped for ever. */
  async function follow(limit: number): Promise<number> {
    let last = 0;
    while (last < EVENTS) {
      const { entries } = await writers[0]!.readFeed(last, limit);
      for (const entry of entries) {
        if (entry.position !== last + 1) return entry.position;
        last = entry.position;
      }
    }
    return last;
  }

  /** Takes positions as a writer does and then rolls back, again and again. */
  async function rollBack(until: Promise<unknown>): Promise<number> {
    const client = new pg.Client(test.database.connection);
    await client.connect();
    let running = true;
    void until.then(() => (running = false));
    let rounds = 0;
    for (; running; rounds += 1) {
      await client.query(`begin; select position from ledger.head for update; update ledger.head set position = position + 3;
        insert into ledger.entries select head.position, gen_random_uuid(), 0, 1, now(), now(), '', '', '', '', '', '', '', '', '', '', '{}', '{}', ''
        from ledger.head; rollback`);
    }
    await client.end();
    return rounds;
  }

  it('given writers on several connections, some rolling back, when all is written, then no reader skipped a position', async () => {
    const reading = Promise.all([follow(7), follow(100), follow(1_000)]);
    const writing = Promise.all(times(EVENTS, (index) => writers[index % WRITERS]!.record(received(`e${index}`))));
    const rounds = await rollBack(writing);
    const answers = await writing;
    expect(new Set(answers.map((answer) => answer.position)).size).toBe(EVENTS);
    expect(await reading).toEqual([EVENTS, EVENTS, EVENTS]);
    expect(await writers[0]!.head()).toBe(EVENTS);
    expect(rounds).toBeGreaterThan(0);
  });
});
