// The head of the feed's index is one row: whoever holds it and says no more must not stop the feed, nor use up the server's sessions.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { FeedIndex, type HeadLimits } from '../../src/ledger/backends/kurrentdb/feed-index.js';
import { boundedDatabase, type Database } from '../../src/storage/database.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { until } from '../support/start-storage.js';

const LEDGER = 'truth';

let test: TestDatabase;
let held: Database; // of the process that goes silent
let wake: () => void;
beforeEach(async () => {
  test = await testDatabase();
  held = boundedDatabase(test.database);
});
afterEach(async () => {
  wake();
  await held.close();
  await test.drop();
});

/** A process that is paused when it has said everything but COMMIT. */
function paused(limits: HeadLimits): { index: FeedIndex; reached: Promise<void> } {
  let arrive: () => void;
  const reached = new Promise<void>((resolve) => (arrive = resolve));
  const awake = new Promise<void>((resolve) => (wake = resolve));
  const transaction: Database['transaction'] = (work) =>
    held.transaction(async (client: pg.PoolClient) => {
      const result = await work(client);
      arrive();
      await awake;
      return result;
    });
  return { index: new FeedIndex({ pool: held.pool, transaction }, limits), reached };
}

async function indexWith(limits: Partial<HeadLimits>): Promise<{ index: FeedIndex; limits: HeadLimits }> {
  const whole = { waitMs: 60_000, silentMs: 60_000, ...limits };
  const index = new FeedIndex(test.database, whole);
  await index.adopt(LEDGER);
  return { index, limits: whole };
}

const count = async (condition: string): Promise<number> =>
  (
    await test.database.pool.query<{ n: number }>(
      `select count(*)::int as n from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and ${condition}`,
    )
  ).rows[0]!.n;

describe('a process that goes silent while it writes the index', () => {
  it('given it neither commits nor goes away, then it is cut off, nothing of its batch is there, and the next one leads', async () => {
    const { index, limits } = await indexWith({ silentMs: 200 });
    const head = (await index.lead('paused'))!;
    const { index: silent, reached } = paused(limits);
    const extending = silent.extend(head, [], { commit: 10n, prepare: 10n });
    extending.catch(() => undefined);
    await reached;
    await until(async () => (await count(`state = 'idle in transaction'`)) === 0);
    const next = (await index.lead('paused'))!;
    expect(next).toMatchObject({ position: 0, at: undefined, epoch: head.epoch + 1n });
    expect(await index.extend(next, [], { commit: 10n, prepare: 10n })).toBeDefined();
    wake();
    await expect(extending).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('given others wait for it, then each gives up, and no session stays behind that waits in the server', async () => {
    const { index, limits } = await indexWith({ waitMs: 100 });
    const head = (await index.lead('paused'))!;
    const { index: silent, reached } = paused(limits);
    const extending = silent.extend(head, [], { commit: 10n, prepare: 10n });
    await reached;
    const waiting = [index.lead('paused'), index.beat(head.epoch, true), index.resign(head.epoch)];
    const refused = { code: 'unavailable', detail: 'Another session holds the head of the index.' };
    await Promise.all(waiting.map((each) => expect(each).rejects.toMatchObject(refused)));
    expect(await count(`wait_event_type = 'Lock'`)).toBe(0);
    wake();
    expect(await extending).toBeDefined();
  });
});

describe('how far the index is behind', () => {
  const minutesBehind = async (index: FeedIndex): Promise<number> => Math.floor((await index.head()).lagMs! / 60_000);
  const writtenBefore = (minutes: number): Date => new Date(Date.now() - minutes * 60_000 - 10_000);
  const at = (commit: bigint) => ({ commit, prepare: commit });

  it('given it is never idle, then it is as far behind as what it numbered last, and never further than it was', async () => {
    const { index } = await indexWith({});
    const head = (await index.lead('leading'))!;
    await index.extend(head, [], at(5n)); // when, it does not know
    expect((await index.head()).lagMs).toBeUndefined();
    await index.extend(head, [], at(10n), writtenBefore(60));
    expect(await minutesBehind(index)).toBe(60);
    await index.extend({ ...head, at: at(10n) }, [], at(20n), writtenBefore(90)); // by a clock that goes wrong
    expect(await minutesBehind(index)).toBe(60);
    await index.extend({ ...head, at: at(20n) }, [], at(30n), writtenBefore(20));
    expect(await minutesBehind(index)).toBe(20);
    await index.beat(head.epoch, true);
    await index.extend({ ...head, at: at(30n) }, [], at(40n), writtenBefore(-60)); // by a clock that is ahead
    expect(await minutesBehind(index)).toBe(0);
  });
});
