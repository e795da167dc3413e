// The traps of `test/contracts/kurrentdb-traps.spec.ts`, through the ledger: none of them is felt.
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openKurrentDbLedger } from '../../src/ledger/backends/kurrentdb/kurrentdb.js';
import { SetupError } from '../../src/kernel/errors.js';
import type { NewEntry } from '../../src/ledger/ledger.js';
import { decisions, found, received, times } from '../contracts/ledger-entries.js';
import { status, type Fault } from '../support/kurrentdb/faults.js';
import { until } from '../support/start-storage.js';
import { kurrentdbScene, recordAll, type KurrentdbScene } from './kurrentdb-scene.js';

const UNKNOWN = 2;
const UNAVAILABLE = 14;
const SILENCE: Fault = { kind: 'silence' };

let scene: KurrentdbScene;
beforeEach(async () => {
  scene = await kurrentdbScene();
});
afterEach(() => scene.close());

const faults = () => scene.double.leader.faults;
const counts = () => scene.double.leader.activity.counts;
const events = (count: number, from = 0): NewEntry[] => times(count, (index) => received(`e${from + index}`));

/** Everything acknowledged is in the log and in the feed once, and nothing else is. */
async function expectOnce(ids: readonly string[]): Promise<void> {
  const feed = await scene.feed();
  expect(feed.map(({ position }) => position)).toEqual(times(ids.length, (index) => index + 1));
  expect(feed.map(({ id }) => id).sort()).toEqual([...ids].sort());
  expect(scene.stored().sort()).toEqual([...ids].sort());
}

describe('T1: appends that would hang for ever', () => {
  it.each([
    ['before it wrote', 'before', SILENCE],
    ['after it wrote', 'after', SILENCE],
    ['and ends the stream with OK before it wrote', 'before', { kind: 'end' }],
    ['and ends the stream with OK after it wrote', 'after', { kind: 'end' }],
  ] as const)(
    'given a server that is silent %s, then the event is recorded once, and so are later ones',
    async (_name, when, fault) => {
      faults().set({ at: 'append', when, times: 1, fault });
      const ids = await recordAll(scene.ledger, events(10));
      expect(ids).toHaveLength(10);
      await expectOnce([...ids, ...(await recordAll(scene.ledger, events(5, 10)))]);
    },
  );

  it('given a server that never answers, then it is unavailable; given that it answers again, then the event sent again is recorded once', async () => {
    const impatient = await scene.open({ limits: { attemptMs: 50, patienceMs: 200 } });
    const rule = faults().set({ at: 'append', fault: SILENCE });
    await expect(impatient.record(received('e1'))).rejects.toMatchObject({ code: 'unavailable' });
    rule.remove();
    // A ledger of such little patience may give up on a busy machine: the sender sends again, as to any answer 503.
    await until(() =>
      impatient.record(received('e1')).then(
        () => true,
        (error: { code?: string }) => {
          if (error.code !== 'unavailable') throw error;
          return false;
        },
      ),
    );
    await expectOnce([received('e1').id]);
  });
});

describe('T2: payloads that would end the process', () => {
  it('given a number that JSON cannot hold, when recorded, then it is an error of that call only', async () => {
    const odd = received('e1', { attributes: { amount: 1n as unknown as string } });
    await expect(scene.ledger.record(odd)).rejects.toThrow();
    await scene.ledger.record(received('e2'));
    await expectOnce([received('e2').id]);
  });
});

describe('T3: options that are not what they seem', () => {
  it('given a stream, when decisions expect another revision, then nothing is written; when read, then in order from the revision asked for', async () => {
    const stream = 'period-2026-10';
    await scene.ledger.append(stream, 'no_stream', decisions(stream, 0, ['a', 'b', 'c']));
    for (const [expected, at] of [
      ['no_stream', 0],
      [0, 1],
      [5, 6],
    ] as const)
      await expect(scene.ledger.append(stream, expected, decisions(stream, at, ['x']))).rejects.toMatchObject({
        code: 'wrong_expected_revision',
      });
    expect((await scene.ledger.readStream(stream, { from: 1 })).map(({ revision }) => revision)).toEqual([1, 2]);
    expect(scene.stored()).toHaveLength(3);
  });
});

describe('T4: checkpoints that run ahead', () => {
  it('given streams of others between ours and a subscription cut again and again, then what the index says it has read, it has', async () => {
    const { pool } = scene.test.database;
    for (let cut = 1; cut <= 5; cut += 1)
      faults().set({
        at: 'subscribe',
        stream: (name) => name === '$all',
        afterEvents: cut * 7,
        times: 1,
        fault: { kind: 'reset' },
      });
    const other = {
      id: randomUUID(),
      type: 'Other',
      contentType: 'application/json',
      data: Buffer.from('{}'),
      metadata: Buffer.from(''),
    };
    let writing = true;
    const written = (async () => {
      const ids: string[] = [];
      for (let round = 0; round < 40; round += 1) {
        for (let index = 0; index < 50; index += 1)
          scene.double.log.write(`other-${round}`, [{ ...other, id: randomUUID() }]);
        ids.push(...(await recordAll(scene.ledger, events(10, round * 10))));
      }
      return ids;
    })().finally(() => (writing = false));
    let looks = 0;
    for (; writing || looks === 0; looks += 1) {
      const { rows } = await pool.query<{ at: bigint | null; numbered: bigint }>(
        `select commit_position as at, (select count(*) from ledger.feed_index) as numbered from ledger.feed_index_head`,
      );
      const before = scene.double.log.records.filter(
        ({ stream, position }) => stream.startsWith('truth.') && position <= (rows[0]!.at ?? -1n),
      );
      expect(Number(rows[0]!.numbered)).toBe(before.length);
    }
    expect(looks).toBeGreaterThan(5);
    await expectOnce(await written);
  });
});

describe('T5: a checkpoint handler that throws', () => {
  it('given a database that drops its connections while the index is written, then the feed goes on', async () => {
    const ids: string[] = [];
    for (let round = 0; round < 5; round += 1) {
      const recording = recordAll(scene.ledger, events(40, round * 40));
      await scene.test.database.pool
        .query(
          'select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and datname = current_database()',
        )
        .catch(() => undefined);
      ids.push(...(await recording));
    }
    expect(ids).toHaveLength(200);
    await expectOnce(ids);
  });
});

describe('T6: conflicts that are no errors', () => {
  it('given an address that hides conflicts, when opened, then it is refused', async () => {
    const url = `${scene.double.url}&throwOnAppendFailure=false`;
    const opening = openKurrentDbLedger({ url, database: scene.test.database, clock: () => new Date() });
    await expect(opening).rejects.toThrow(SetupError);
  });

  it('given other content under a known identity, then it is a conflict', async () => {
    await scene.ledger.record(received('e1'));
    expect((await scene.ledger.record(received('e1', { body: '{"other":1}' }))).outcome).toBe('conflict');
    await expectOnce([received('e1').id]);
  });
});

describe('T7: subscriptions that end as if they were done', () => {
  it.each([
    ['end', { kind: 'end' }],
    ['fail', status(UNAVAILABLE, 'gone')],
    ['fail for good', status(UNKNOWN, 'gone')],
    ['cut', { kind: 'reset' }],
  ] as const)(
    'given the feed’s subscription is made to %s three times, then it goes on where it was, and one is left open',
    async (_name, fault) => {
      for (const afterEvents of [3, 5, 8])
        faults().set({ at: 'subscribe', stream: (name) => name === '$all', afterEvents, times: 1, fault });
      const ids = await recordAll(scene.ledger, events(60));
      await expectOnce(ids);
      await scene.double.leader.activity.until(() => counts().subscriptions === 1);
      await scene.ledger.close();
      await scene.double.leader.activity.until(() => counts().subscriptions === 0);
    },
  );

  it('given a read that is never answered, then it is tried with another client, and the feed still follows', async () => {
    await scene.ledger.record(received('e1'));
    await scene.feed();
    const silent = faults().set({ at: 'subscribe', stream: (name) => name !== '$all', times: 1, fault: SILENCE });
    expect(await scene.ledger.find(received('e1').id)).toMatchObject({ originEventId: 'e1' });
    expect(silent.hits()).toBe(1);
    await scene.ledger.record(received('e2'));
    expect((await found(scene.ledger, received('e2').id)).position).toBe(2);
  });
});

describe('T8: capabilities that fail once', () => {
  it.each([UNKNOWN, UNAVAILABLE])(
    'given their question fails with code %i, when recorded, then another client asks again',
    async (code) => {
      const ledger = await scene.open();
      const rule = faults().set({ at: 'features', times: 2, fault: status(code, 'not now') });
      const ids = await recordAll(ledger, events(20));
      expect(ids).toHaveLength(20);
      expect(rule.hits()).toBe(2);
      await expectOnce(ids);
    },
  );
});

describe('T9: times that lose their milliseconds', () => {
  it('given an event, when read in any way, then its times have their milliseconds', async () => {
    const now = new Date('2026-03-01T12:00:00.987Z');
    const occurredAt = new Date('2026-03-01T10:00:00.123Z');
    const ledger = await openKurrentDbLedger({
      url: scene.double.url,
      database: scene.test.database,
      clock: () => now,
    });
    await ledger.record(received('e1', { occurredAt }));
    const { id, stream } = received('e1');
    await found(ledger, id);
    const read = [
      await ledger.at(1),
      await ledger.find(id),
      ...(await ledger.readStream(stream)),
      ...(await ledger.readFeed(0, 10)).entries,
    ];
    expect(read.map((entry) => [entry!.occurredAt, entry!.recordedAt])).toEqual(times(4, () => [occurredAt, now]));
    await ledger.close();
  });
});

describe('T10: reads on a connection of their own', () => {
  it('given every kind of reading, then the client’s reading connection is never opened', async () => {
    await recordAll(scene.ledger, events(3));
    await scene.feed();
    const before = counts().connections;
    const { id, stream } = received('e1');
    await Promise.all([
      scene.ledger.find(id),
      scene.ledger.readStream(stream),
      scene.ledger.at(2),
      scene.ledger.health(),
    ]);
    await scene.ledger.findMany(events(3).map((entry) => entry.id));
    expect([counts().connections, counts().reads]).toEqual([before, 0]);
  });
});
