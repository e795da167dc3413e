import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  BACKWARDS,
  END,
  FORWARDS,
  KurrentDBClient,
  NO_STREAM,
  START,
  binaryEvent,
  eventTypeFilter,
  streamNameFilter,
  type AllStreamSubscription,
  type Filter,
  type Position,
  type ResolvedEvent,
} from '@kurrent/kurrentdb-client';
import { eventOf, idsOf, newId, newStream, typeOf, untilCaughtUp } from '../support/kurrentdb/raw-client.js';
import { targets, type Target } from '../support/kurrentdb/targets.js';

describe.each(targets)('reads of $name', ({ open }) => {
  let target: Target;
  let client: KurrentDBClient;
  beforeAll(async () => {
    target = await open();
    client = KurrentDBClient.connectionString(target.url);
  });
  afterAll(async () => {
    await client.dispose();
    await target.close();
  });

  /** Appends one event after the other, alternating between a wanted category and another one. */
  async function history(count: number): Promise<{ category: string; wanted: string[]; positions: Position[] }> {
    const category = `read${randomUUID().slice(0, 8)}`;
    const wanted: string[] = [];
    const positions: Position[] = [];
    for (let index = 0; index < count; index += 1) {
      const id = newId();
      const isWanted = index % 2 === 0;
      const stream = isWanted ? `${category}-${id}` : newStream('other');
      const { position } = await client.appendToStream(stream, eventOf(id), { streamState: NO_STREAM });
      positions.push(position!);
      if (isWanted) wanted.push(id);
    }
    return { category, wanted, positions };
  }

  const ids = async (events: AsyncIterable<ResolvedEvent>): Promise<string[]> => {
    const found: string[] = [];
    for await (const { event } of events) found.push(event!.id);
    return found;
  };

  describe('of a stream', () => {
    let stream: string;
    let all: string[];
    beforeAll(async () => {
      stream = newStream();
      all = Array.from({ length: 10 }, newId);
      await client.appendToStream(
        stream,
        all.map((id) => eventOf(id)),
      );
    });

    it.each([
      ['from the start', FORWARDS, START, 100, [0, 10]],
      ['from a revision, which is included', FORWARDS, 3n, 4, [3, 7]],
      ['from beyond the end', FORWARDS, 10n, 100, [0, 0]],
    ] as const)('given it, when read %s, then in order', async (_name, direction, fromRevision, maxCount, [from, to]) =>
      expect(await ids(client.readStream(stream, { direction, fromRevision, maxCount }))).toEqual(all.slice(from, to)),
    );

    it('given it, when read backwards from the end or a revision, then newest first', async () => {
      expect(await ids(client.readStream(stream, { direction: BACKWARDS, fromRevision: END, maxCount: 3 }))).toEqual(
        all.slice(7).reverse(),
      );
      expect(await ids(client.readStream(stream, { direction: BACKWARDS, fromRevision: 2n, maxCount: 100 }))).toEqual(
        all.slice(0, 3).reverse(),
      );
    });

    it('given none, when read, then it is not found', async () =>
      expect(await idsOf(client, newStream()).catch(typeOf)).toBe('stream-not-found'));

    it('given bytes, metadata, a type and a name of other scripts, when read, then all are as they were', async () => {
      const [name, data] = [`größe 東京/x-${newId()}`, Buffer.from([0, 255, 1, 13, 10])];
      const event = binaryEvent({ id: newId(), type: 'ein.Typ:ß', data, metadata: { $correlationId: 'ü', b: '2' } });
      await client.appendToStream(name, event, { streamState: NO_STREAM });
      const [read] = await collect(client.readStream(name, { maxCount: 1 }));
      expect(read!.event).toMatchObject({
        streamId: name,
        id: event.id,
        type: event.type,
        revision: 0n,
        isJson: false,
      });
      expect(Buffer.from(read!.event!.data as Uint8Array)).toEqual(data);
      expect(read!.event!.metadata).toEqual({ $correlationId: 'ü', b: '2' });
    });

    it('given 2 MiB, when read slowly, then every event arrives once and in order', async () => {
      const [big, sent] = [newStream(), Array.from({ length: 200 }, newId)];
      const body = 'x'.repeat(10_000);
      for (let from = 0; from < sent.length; from += 50)
        await client.appendToStream(
          big,
          sent.slice(from, from + 50).map((id) => eventOf(id, body)),
        );
      const read: string[] = [];
      for await (const { event } of client.readStream(big, { maxCount: 1_000 })) {
        await new Promise((resolve) => setImmediate(resolve));
        read.push(event!.id);
      }
      expect(read).toEqual(sent);
    });
  });

  describe('of $all', () => {
    it('given a position, when read forwards, then it is included; backwards, then it is not', async () => {
      const { positions, category } = await history(5);
      const filter = streamNameFilter({ prefixes: [`${category}-`, 'other-'] });
      const read = (direction: typeof FORWARDS, fromPosition: Position) =>
        collect(client.readAll({ direction, fromPosition, maxCount: 1, filter }));
      expect((await read(FORWARDS, positions[2]!))[0]!.event!.position).toEqual(positions[2]);
      expect((await read(BACKWARDS as typeof FORWARDS, positions[2]!))[0]!.event!.position).toEqual(positions[1]);
    });

    it.each([
      ['a prefix of the stream', (category: string) => streamNameFilter({ prefixes: [`${category}-`] })],
      ['one of several prefixes', (category: string) => streamNameFilter({ prefixes: ['none-', `${category}-`] })],
      ['a regular expression', (category: string) => streamNameFilter({ regex: `^${category}-[0-9a-f-]+$` })],
    ])('given a filter by %s, then only what it lets pass comes, in order', async (_name, filterOf) => {
      const { category, wanted, positions } = await history(7);
      const filter = filterOf(category);
      expect(await ids(client.readAll({ fromPosition: positions[0], filter, maxCount: 100 }))).toEqual(wanted);
    });

    it('given a filter by event type, then only those come', async () => {
      const [type, id] = [`Type${randomUUID().slice(0, 8)}`, newId()];
      await client.appendToStream(newStream(), [eventOf(), eventOf(id, '{}', `${type}X`), eventOf()]);
      expect(await ids(client.readAll({ filter: eventTypeFilter({ prefixes: [type] }), maxCount: 100 }))).toEqual([id]);
      expect(await ids(client.readAll({ filter: eventTypeFilter({ regex: `^${type}.$` }), maxCount: 9 }))).toEqual([
        id,
      ]);
    });

    it('given a tombstone, then $all still has what was there, and the tombstone', async () => {
      const { category, wanted, positions } = await history(1);
      await client.tombstoneStream(`${category}-${wanted[0]}`);
      const filter = streamNameFilter({ prefixes: [`${category}-`] });
      const read = await collect(client.readAll({ fromPosition: positions[0], filter, maxCount: 10 }));
      expect(read.map(({ event }) => event!.type)).toEqual(['Happened', '$streamDeleted']);
    });
  });

  describe('by subscription', () => {
    const subscribed = (filter: Filter, fromPosition: Position | typeof START | typeof END): AllStreamSubscription =>
      client.subscribeToAll({ fromPosition, filter });

    it('given a history, when subscribed to from a position, then what comes after it arrives, then that it caught up', async () => {
      const { category, wanted, positions } = await history(9);
      const subscription = subscribed(streamNameFilter({ prefixes: [`${category}-`] }), positions[2]!);
      const { events, position } = await untilCaughtUp(subscription);
      expect(events.map(({ event }) => event!.id)).toEqual(wanted.slice(2));
      expect(position).toBe(positions[8]!.commit);
      await subscription.unsubscribe();
    });

    it('given one that has caught up, when more is appended, then it arrives', async () => {
      const { category, positions } = await history(1);
      const subscription = subscribed(streamNameFilter({ prefixes: [`${category}-`] }), positions[0]!);
      await untilCaughtUp(subscription);
      const arrived = once(subscription, 'data');
      await client.appendToStream(newStream('other'), eventOf());
      const event = eventOf();
      await client.appendToStream(`${category}-${event.id}`, event);
      expect(((await arrived) as [ResolvedEvent])[0].event!.id).toBe(event.id);
      await subscription.unsubscribe();
    });

    it('given the end, when subscribed to from there, then only what is appended later arrives', async () => {
      const { category } = await history(5);
      const subscription = subscribed(streamNameFilter({ prefixes: [`${category}-`] }), END);
      expect((await untilCaughtUp(subscription)).events).toEqual([]);
      const arrived = once(subscription, 'data');
      const event = eventOf();
      await client.appendToStream(`${category}-${event.id}`, event);
      expect(((await arrived) as [ResolvedEvent])[0].event!.id).toBe(event.id);
      await subscription.unsubscribe();
    });

    it('given a stream, when subscribed to from a revision, then what comes after it arrives, then what is new', async () => {
      const [stream, all] = [newStream(), Array.from({ length: 5 }, newId)];
      await client.appendToStream(
        stream,
        all.map((id) => eventOf(id)),
      );
      const subscription = client.subscribeToStream(stream, { fromRevision: 1n });
      expect((await untilCaughtUp(subscription)).events.map(({ event }) => event!.id)).toEqual(all.slice(2));
      const arrived = once(subscription, 'data');
      await client.appendToStream(stream, eventOf());
      expect(((await arrived) as [ResolvedEvent])[0].event!.revision).toBe(5n);
      await subscription.unsubscribe();
    });

    it('given a stream that is not there yet, when it begins, then its first event arrives', async () => {
      const stream = newStream();
      const subscription = client.subscribeToStream(stream);
      await once(subscription, 'caughtUp');
      const arrived = once(subscription, 'data');
      await client.appendToStream(stream, eventOf());
      expect(((await arrived) as [ResolvedEvent])[0].event!.revision).toBe(0n);
      await subscription.unsubscribe();
    });

    it('given checkpoints, when each is resumed from, then everything after it arrives and nothing before', async () => {
      const { category, wanted, positions } = await history(150);
      const checkpoints: { at: bigint; seen: number }[] = [];
      let seen = 0;
      const filter = streamNameFilter({
        prefixes: [`${category}-`],
        maxSearchWindow: 10,
        checkpointInterval: 2,
        checkpointReached: async (_subscription, { commit }) => void checkpoints.push({ at: commit, seen }),
      });
      const subscription = subscribed(filter, positions[0]!);
      subscription.on('data', () => (seen += 1));
      await once(subscription, 'caughtUp');
      await subscription.unsubscribe();
      // 149 considered, one checkpoint for each 20 of them and one at the end.
      expect(checkpoints.length).toBeGreaterThanOrEqual(7);
      for (const { at } of [checkpoints[0]!, checkpoints[3]!, checkpoints.at(-1)!]) {
        const resumed = subscribed(streamNameFilter({ prefixes: [`${category}-`] }), { commit: at, prepare: at });
        const { events } = await untilCaughtUp(resumed);
        const after = wanted.filter((_, index) => positions[index * 2]!.commit > at);
        expect(events.map(({ event }) => event!.id)).toEqual(after);
        await resumed.unsubscribe();
      }
    });

    it('given a filter that nothing passes, when live, then checkpoints still come', async () => {
      let reached!: (at: bigint) => void;
      const live = new Promise<bigint>((resolve) => (reached = resolve));
      let isLive = false;
      const subscription = client.subscribeToAll({
        fromPosition: END,
        filter: streamNameFilter({
          prefixes: [newStream('nobody')],
          maxSearchWindow: 5,
          checkpointInterval: 1,
          checkpointReached: async (_subscription, { commit }) => {
            if (isLive) reached(commit);
          },
        }),
      });
      subscription.on('data', () => undefined);
      await once(subscription, 'caughtUp');
      isLive = true;
      const { positions } = await history(12);
      const at = await live;
      expect(at).toBeGreaterThanOrEqual(positions[0]!.commit);
      expect(at).toBeLessThanOrEqual(positions.at(-1)!.commit);
      await subscription.unsubscribe();
    });
  });
});

async function collect(events: AsyncIterable<ResolvedEvent>): Promise<ResolvedEvent[]> {
  const found: ResolvedEvent[] = [];
  for await (const event of events) found.push(event);
  return found;
}
