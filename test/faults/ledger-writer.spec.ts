import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openPostgresLedger, type PostgresLedger } from '../../src/ledger/backends/postgres/postgres.js';
import { received, times } from '../contracts/ledger-entries.js';
import { testDatabase, type TestDatabase } from '../support/database.js';

const clock = () => new Date();

// The writer puts new events behind its own last commit without looking; the indexes tell when that was wrong.
describe('the writer of the ledger, once it knows the head', () => {
  let test: TestDatabase;
  let ledger: PostgresLedger;
  let other: PostgresLedger;
  beforeEach(async () => {
    test = await testDatabase();
    ledger = await openPostgresLedger(test.database, { clock });
    other = await openPostgresLedger(test.database, { clock });
    await ledger.record(received('first'));
    await ledger.record(received('second'));
  });
  afterEach(async () => {
    await Promise.all([ledger.close(), other.close()]);
    await test.drop();
  });

  it('given a known event among new ones, when recorded together, then it alone is a duplicate', async () => {
    const outcomes = await Promise.all(
      ['a', 'first', 'b', 'a'].map((id) => ledger.record(received(id)).then(({ outcome }) => outcome)),
    );
    expect(outcomes).toEqual(['recorded', 'duplicate', 'recorded', 'duplicate']);
    expect(await ledger.head()).toBe(4);
  });

  it('given a known event with other content, when recorded, then it is a conflict and nothing is written', async () => {
    expect(await ledger.record(received('second', { body: 'other' }))).toEqual({ outcome: 'conflict', position: 2 });
    expect(await ledger.head()).toBe(2);
  });

  it('given another process has appended meanwhile, when recorded, then the places are behind those', async () => {
    expect(await other.record(received('theirs'))).toEqual({ outcome: 'recorded', position: 3 });
    expect(await ledger.record(received('ours'))).toEqual({ outcome: 'recorded', position: 4 });
    expect(await ledger.record(received('theirs'))).toEqual({ outcome: 'duplicate', position: 3 });
  });

  it.each([['on the same connection'], ['when its connection was ended meanwhile']])(
    'given the database was set back to an earlier state, when recorded %s, then places go on where that one ends',
    async (how) => {
      for (const id of ['lost', 'lost too', 'and this']) await ledger.record(received(id));
      if (how !== 'on the same connection') await endSessionOfWriter();
      await setBackTo(2);
      expect(await ledger.record(received('new'))).toEqual({ outcome: 'recorded', position: 3 });
      expect(await ledger.record(received('lost'))).toEqual({ outcome: 'recorded', position: 4 });
      expect(await other.record(received('theirs'))).toEqual({ outcome: 'recorded', position: 5 });
      const { entries } = await ledger.readFeed(0, 10);
      expect(entries.map(({ position }) => position)).toEqual([1, 2, 3, 4, 5]);
    },
  );

  /** As a standby shows it that had not received everything, or a backup. */
  async function setBackTo(position: number): Promise<void> {
    await test.database.pool.query(
      `begin; alter table ledger.entries disable trigger all; alter table ledger.head disable trigger all;
       delete from ledger.entries where position > ${position}; update ledger.head set position = ${position};
       alter table ledger.entries enable always trigger append_only_rows; alter table ledger.head enable always trigger only_grows_rows;
       commit`,
    );
  }

  /** Resolves when the last one that committed is gone; the writer, idle, has been told by then. */
  async function endSessionOfWriter(): Promise<void> {
    const { pool } = test.database;
    const where = `where datname = current_database() and query like '%update ledger.head%' and pid <> pg_backend_pid()`;
    await pool.query(`select pg_terminate_backend(pid) from pg_stat_activity ${where}`);
    while ((await pool.query(`select from pg_stat_activity ${where}`)).rowCount !== 0);
  }

  it('given entries of another ledger that do not follow on the head, when taken over, then they are refused', async () => {
    const { entries } = await ledger.readFeed(0, 2);
    const later = entries.map((entry) => ({ ...entry, id: randomUUID(), position: entry.position + 3 }));
    await expect(ledger.takeOver(later, [])).rejects.toThrow('the entry at position 4 does not follow on 2');
    expect(await ledger.head()).toBe(2);
  });

  it('given two processes in turn and repeats of all they wrote, when read, then places are dense, in the order of time, each event once', async () => {
    for (const round of times(150, (index) => index)) {
      await (round % 3 === 0 ? other : ledger).record(received(`e${round}`));
      if (round % 5 === 0) {
        const repeated = await ledger.record(received(`e${round >> 1}`));
        expect(repeated).toEqual({ outcome: 'duplicate', position: (round >> 1) + 3 });
      }
    }
    const { entries } = await ledger.readFeed(0, 1_000);
    expect(entries.map(({ position }) => position)).toEqual(times(152, (index) => index + 1));
    expect(new Set(entries.map(({ originEventId }) => originEventId)).size).toBe(152);
    const recordedAt = entries.map((entry) => entry.recordedAt.getTime());
    expect(recordedAt).toEqual([...recordedAt].sort((a, b) => a - b));
  });
});
