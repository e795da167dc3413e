import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { binaryEvent, NO_STREAM } from '@kurrent/kurrentdb-client';
import { ClientHolder } from '../../src/ledger/backends/kurrentdb/client-holder.js';
import { eventOf } from '../../src/ledger/backends/kurrentdb/event-format.js';
import { FeedIndex, type NewIndexRow } from '../../src/ledger/backends/kurrentdb/feed-index.js';
import { openKurrentDbLedger } from '../../src/ledger/backends/kurrentdb/kurrentdb.js';
import type { Ledger } from '../../src/ledger/ledger.js';
import { decisions, received, times } from '../contracts/ledger-entries.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { startKurrentdb, type KurrentdbDouble } from '../support/kurrentdb/double.js';
import { until } from '../support/start-storage.js';

let test: TestDatabase;
let double: KurrentdbDouble;
let opened: Ledger[];
beforeEach(async () => {
  [test, double, opened] = [await testDatabase(), await startKurrentdb(), []];
});
afterEach(async () => {
  for (const ledger of opened) await ledger.close();
  await test.drop();
  await double.close();
});

const open = async (clock = () => new Date(), url = double.url): Promise<Ledger> => {
  const ledger = await openKurrentDbLedger({ url, database: test.database, clock });
  opened.push(ledger);
  return ledger;
};
const closeAll = async (): Promise<void> => {
  for (const ledger of opened.splice(0)) await ledger.close();
};
const indexed = async (count: number): Promise<Record<string, unknown>[]> => {
  const rows = async () => (await test.database.pool.query('select * from ledger.feed_index order by position')).rows;
  await until(async () => (await rows()).length >= count);
  return rows();
};
const forgetIndex = (): Promise<unknown> =>
  test.database.pool.query(`alter table ledger.feed_index disable trigger all; truncate ledger.feed_index;
    alter table ledger.feed_index enable always trigger append_only; alter table ledger.feed_index enable always trigger append_only_rows;
    delete from ledger.feed_index_head; insert into ledger.feed_index_head default values`);

const row = (n: number, stream: string): NewIndexRow => {
  const { id } = received(`e${n}`);
  const at = { commit: BigInt(n * 10), prepare: BigInt(n * 10) };
  const [recordedAt, storedHash] = [new Date('2026-05-01T00:00:00Z'), Buffer.alloc(32, n)];
  return { position: n, entryId: id, at, revision: 0, recordedAt, storedHash, stream, bytes: 1, keyId: undefined };
};

describe('positions of a ledger in KurrentDB', () => {
  it('given a log read again from its start, then every place, time and hash is what it was', async () => {
    const ledger = await open();
    await Promise.all(times(100, (n) => ledger.record(received(`e${n}`))));
    await ledger.append('period-2026-10', 'no_stream', decisions('period-2026-10', 0, ['a', 'b']));
    await ledger.append('period-2026-10', 1, decisions('period-2026-10', 2, ['c']));
    // A clock far behind, and events of others: one beside, one in a stream that begins like ours.
    const late = await open(() => new Date('2020-01-01T00:00:00.000Z'));
    await Promise.all(times(20, (n) => late.record(received(`late${n}`))));
    const clients = new ClientHolder(double.url, () => undefined); // it closes its connection, a client alone does not
    const client = await clients.current();
    for (const stream of ['elsewhere-1', 'truth.stripe-1'])
      await client.appendToStream(stream, binaryEvent({ type: 'x', data: Buffer.from('y') }), {
        streamState: NO_STREAM,
      });
    await ledger.record(received('last'));
    const before = await indexed(124);
    expect(before.map(({ position }) => position)).toEqual(times(124, (n) => BigInt(n + 1)));
    await closeAll();
    await forgetIndex();
    await open();
    expect(await indexed(124)).toEqual(before);
    clients.close();
  });

  it('given copies of an entry in streams of other names, at once and later, then the first in the log has its place, and the feed goes on', async () => {
    const entry = received('e1');
    const copyTo = (stream: string): void => {
      const { id, type, data, metadata } = eventOf(entry, undefined, new Date(0));
      const bytes = { data: data as Uint8Array, metadata: metadata as Uint8Array };
      double.log.write(`truth.${stream}`, [{ id, type, contentType: 'application/octet-stream', ...bytes }]);
    };
    for (const stream of [entry.stream, `copy-${entry.id}`]) copyTo(stream);
    const ledger = await open();
    await indexed(1);
    copyTo(`copy2-${entry.id}`);
    await ledger.record(received('e2'));
    const rows = await indexed(2);
    expect(rows.map((row) => row['stream'])).toEqual([entry.stream, received('e2').stream]);
    await closeAll();
    await forgetIndex();
    await open();
    expect(await indexed(2)).toEqual(rows);
  });

  it('given processes that lose the lead again and again while all of them write, then positions are dense and in the order of the log', async () => {
    const ledgers = [await open(), await open(), await open()];
    for (const round of times(6, (n) => n)) {
      const writing = Promise.all(times(50, (n) => ledgers[n % 3]!.record(received(`e${round}-${n}`))));
      await test.database.pool.query('update ledger.feed_index_head set epoch = epoch + 1, holder = null');
      await writing;
      await indexed(50 * (round + 1));
    }
    const rows = await indexed(300);
    expect(rows.map(({ position }) => position)).toEqual(times(300, (n) => BigInt(n + 1)));
    expect(new Set(rows.map((row) => row['entry_id'])).size).toBe(300);
    const commits = rows.map((row) => row['commit_position'] as bigint);
    expect(commits).toEqual([...commits].sort((a, b) => (a < b ? -1 : 1)));
  });

  it('given one that was paused while another took over, when it wakes up, then it writes nothing', async () => {
    const index = new FeedIndex(test.database);
    const paused = (await index.lead('paused'))!;
    expect(await index.lead('other')).toBeUndefined();
    await test.database.pool.query(`update ledger.feed_index_head set beat_at = now() - interval '7 seconds'`);
    const other = (await index.lead('other'))!;
    expect(await index.extend(other, [row(1, 'by-other')], row(1, '').at)).toEqual({ withoutKey: [] });
    expect(await index.extend(paused, [row(1, 'by-paused')], row(1, '').at)).toBeUndefined();
    expect(await index.beat(paused.epoch, true)).toBe(false);
    // The same place twice by one and the same, as after a commit whose answer was lost.
    expect(await index.extend(other, [row(1, 'by-other')], row(1, '').at)).toBeUndefined();
    expect((await index.page(0, 10)).map(({ stream }) => stream)).toEqual(['by-other']);
  });

  it('given another leads and has written nothing yet, or the head is not where it was, then nothing is written, and it never goes back', async () => {
    const index = new FeedIndex(test.database);
    const at = (commit: bigint) => ({ commit, prepare: commit });
    const before = (await index.lead('before'))!;
    await test.database.pool.query(`update ledger.feed_index_head set beat_at = now() - interval '7 seconds'`);
    const next = (await index.lead('next'))!;
    expect(await index.extend(before, [], at(10n))).toBeUndefined();
    expect(await index.extend(next, [row(1, 'a')], at(20n))).toBeDefined();
    // As after a commit whose answer was lost: there is more in the log by now, or a place that was passed is told late.
    expect(await index.extend(next, [], at(30n))).toBeUndefined();
    expect(await index.extend({ ...next, position: 1 }, [], at(15n))).toBeUndefined();
    expect(await index.head()).toMatchObject({ position: 1, at: at(20n) });
  });

  it('given an entry whose stream an operator deleted for ever, when it comes again, then it is a duplicate, whatever its content', async () => {
    const ledger = await open();
    const { stream } = received('e1');
    await ledger.record(received('e1'));
    await indexed(1);
    double.log.tombstone(`truth.${stream}`);
    expect(await ledger.record(received('e1'))).toEqual({ outcome: 'duplicate' });
    expect(await ledger.record(received('e1', { body: 'another' }))).toEqual({ outcome: 'duplicate' });
    await ledger.record(received('e2'));
    expect((await indexed(2)).map((each) => each['stream'])).toEqual([stream, received('e2').stream]);
  });

  it('given an index of another ledger, or a cluster that lost entries, then it refuses to open', async () => {
    const ledger = await open();
    await ledger.append('period-1', 'no_stream', decisions('period-1', 0, ['a']));
    await closeAll();
    await expect(open(undefined, `${double.url}&ledger=other`)).rejects.toThrow('of the ledger "truth"');
    const emptied = await startKurrentdb();
    await expect(open(undefined, emptied.url)).rejects.toThrow('does not have the entry at position 1');
    await emptied.close();
  });
});
