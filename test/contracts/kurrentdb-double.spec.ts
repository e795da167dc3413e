import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ANY, KurrentDBClient, NO_STREAM, START, streamNameFilter } from '@kurrent/kurrentdb-client';
import { startKurrentdb, type DoubleOptions, type KurrentdbDouble } from '../support/kurrentdb/double.js';
import { notLeader, status } from '../support/kurrentdb/faults.js';
import { append, eventOf, idsOf, newId, newStream, typeOf, untilCaughtUp } from '../support/kurrentdb/raw-client.js';

let double: KurrentdbDouble;
const clients: KurrentDBClient[] = [];

const start = async (options: DoubleOptions = {}): Promise<KurrentDBClient> => {
  double = await startKurrentdb(options);
  return connect();
};
const connect = (url = double.url): KurrentDBClient => {
  const client = KurrentDBClient.connectionString(url);
  clients.push(client);
  return client;
};
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.dispose()));
  await double.close();
});

describe('what a restart loses', () => {
  it('given remembered ids, when the server restarts, then ANY doubles and NO_STREAM and exact revisions still recognise', async () => {
    const client = await start();
    const [any, strong, ids] = [newStream(), newStream(), [newId(), newId()]];
    await append(client, any, ANY, ids);
    await append(client, strong, NO_STREAM, [ids[0]!]);
    await append(client, strong, 0n, [ids[1]!]);
    await double.restart();
    await append(client, newStream(), ANY, [newId()]).catch(typeOf); // the first call finds that the connection is gone
    expect(await append(client, any, ANY, ids)).toBe(3n);
    expect(await append(client, strong, NO_STREAM, [ids[0]!])).toBe(0n);
    expect(await append(client, strong, 0n, [ids[1]!])).toBe(1n);
  });
});

describe('limits', () => {
  it('given an append or an event that is too large, then it is refused for good and nothing is written', async () => {
    const client = await start({ limits: { appendBytes: 1_000, eventBytes: 800 } });
    const stream = newStream();
    const two = [eventOf(newId(), 'x'.repeat(700)), eventOf(newId(), 'x'.repeat(700))];
    await expect(client.appendToStream(stream, two)).rejects.toMatchObject({
      type: 'maximum-append-size-exceeded',
      maxAppendSize: 1_000,
    });
    await expect(client.appendToStream(stream, eventOf(newId(), 'x'.repeat(900)))).rejects.toMatchObject({
      type: 'unknown',
      message: 'Could not recognize MaximumAppendEventSizeExceeded',
    });
    expect(await idsOf(client, stream).catch(typeOf)).toBe('stream-not-found');
  });

  it('given a full log, then the append fails and says so', async () => {
    const client = await start({ maxBytes: 1_000 });
    await append(client, newStream(), NO_STREAM, Array.from({ length: 20 }, newId));
    await expect(client.appendToStream(newStream(), eventOf())).rejects.toThrow('The log of the double is full');
  });

  it('given a reader that stops reading, then the server stops sending', async () => {
    const client = await start();
    const [stream, body] = [newStream(), 'x'.repeat(10_000)];
    for (let batch = 0; batch < 15; batch += 1)
      await client.appendToStream(
        stream,
        Array.from({ length: 50 }, () => eventOf(newId(), body)),
      );
    const subscription = client.subscribeToStream(stream);
    await once(subscription, 'readable');
    // Round trips: time for more to be sent, if more were coming.
    for (let index = 0; index < 30; index += 1) await client.appendToStream(newStream(), eventOf());
    expect(double.leader.activity.counts.eventsSent).toBeLessThan(300);
    let arrived = 0;
    for await (const _event of subscription) if (++arrived === 750) break;
    await subscription.unsubscribe();
  });
});

describe('a cluster', () => {
  it('given three nodes, when one is asked, then the client goes to the one that leads', async () => {
    const client = await start({ nodes: 3 });
    double.elect(1);
    await client.appendToStream(newStream(), eventOf());
    expect(double.nodes.map(({ activity }) => activity.counts.appends)).toEqual([0, 1, 0]);
  });

  it('given a follower, when it is appended to, then it forwards; when the leader is required, then it names it and the client goes there', async () => {
    const client = await start({ nodes: 2 });
    const follower = connect(`kurrentdb://127.0.0.1:${double.nodes[1]!.port}?tls=false`);
    await follower.appendToStream(newStream(), eventOf());
    expect(double.nodes[1]!.activity.counts.appends).toBe(1);
    const strict = connect(`kurrentdb://127.0.0.1:${double.nodes[1]!.port}?tls=false`);
    const stream = newStream();
    const first = strict.appendToStream(stream, eventOf(), { requiresLeader: true });
    await expect(first).rejects.toMatchObject({
      type: 'not-leader',
      leader: { address: '127.0.0.1', port: double.leader.port },
    });
    await strict.appendToStream(stream, eventOf(), { requiresLeader: true });
    expect(double.nodes[0]!.activity.counts.appends).toBe(1);
    expect(await idsOf(client, stream)).toHaveLength(1);
  });

  it('given a leader that dies, when the client asks again, then it finds the next one, and what was acknowledged is there', async () => {
    const client = await start({ nodes: 3 });
    const [stream, id] = [newStream(), newId()];
    await append(client, stream, NO_STREAM, [id]);
    await double.kill(0);
    await client.appendToStream(newStream(), eventOf()).catch(() => undefined);
    expect(await append(client, stream, NO_STREAM, [id])).toBe(0n);
    expect(double.leader).toBe(double.nodes[1]);
  });

  it('given a follower that lags, when it is read, then what it does not have yet comes when it has it', async () => {
    const client = await start({ nodes: 2 });
    double.nodes[1]!.view.hold();
    const id = newId();
    await append(client, newStream(), NO_STREAM, [id]);
    const subscription = connect(`kurrentdb://127.0.0.1:${double.nodes[1]!.port}?tls=false`).subscribeToAll({
      fromPosition: START,
      filter: streamNameFilter({ prefixes: ['spec-'] }),
    });
    expect((await untilCaughtUp(subscription)).events).toEqual([]);
    const arrived = once(subscription, 'data');
    double.nodes[1]!.view.release();
    expect(((await arrived) as [{ event: { id: string } }])[0].event.id).toBe(id);
    await subscription.unsubscribe();
  });
});

describe('faults', () => {
  let client: KurrentDBClient;
  beforeEach(async () => {
    client = await start();
  });
  const outcome = (stream: string, id: string) => append(client, stream, NO_STREAM, [id]);

  it.each([
    ['timeout', 'deadline-exceeded', ''],
    ['busy', 'unknown', 'Could not recognize Server Is Busy'],
    ['not-ready', 'unknown', 'Could not recognize Server Is Not Ready'],
    ['no-leader', 'unknown', 'Could not recognize No leader info available in response'],
    ['access-denied', 'access-denied', ''],
    ['bad-request', 'unknown', 'Could not recognize BadRequest'],
    ['unknown', 'unknown', ''],
  ] as const)(
    'given an append answered "%s", then the client says %s, and the next one goes through',
    async (problem, type, message) => {
      double.leader.faults.set({ at: 'append', times: 1, fault: { kind: 'answer', problem } });
      const [stream, id] = [newStream(), newId()];
      await expect(client.appendToStream(stream, eventOf(id), { streamState: NO_STREAM })).rejects.toMatchObject({
        type,
        message,
      });
      expect(await outcome(stream, id)).toBe(0n);
      expect(await idsOf(client, stream)).toEqual([id]);
    },
  );

  it.each([
    ['before', 'reset'],
    ['after', 'reset'],
    ['before', 'status'],
    ['after', 'status'],
  ] as const)(
    'given a cut %s the write by %s, when the same is sent again, then it is there once',
    async (when, kind) => {
      const fault = kind === 'reset' ? ({ kind } as const) : status(14, 'gone');
      double.leader.faults.set({ at: 'append', when, times: 1, fault });
      const [stream, id] = [newStream(), newId()];
      expect(await outcome(stream, id)).toBe('unavailable');
      expect(double.log.last(stream)).toBe(when === 'after' ? 0n : -1n);
      expect(await outcome(stream, id)).toBe(0n);
      expect(await idsOf(client, stream)).toEqual([id]);
    },
  );

  it('given held answers, when they are let go in another order, then each append gets its own', async () => {
    let release!: () => void;
    const held = double.leader.faults.set({
      at: 'append',
      when: 'after',
      times: 1,
      fault: { kind: 'hold', until: new Promise<void>((resolve) => (release = resolve)) },
    });
    const order: string[] = [];
    const first = client
      .appendToStream(newStream(), eventOf())
      .then(({ position }) => (order.push('first'), position!));
    await held.struck;
    const second = client
      .appendToStream(newStream(), eventOf())
      .then(({ position }) => (order.push('second'), position!));
    await second;
    release();
    expect((await first).commit).toBeLessThan((await second).commit);
    expect(order).toEqual(['second', 'first']);
  });

  it('given one stream named by a rule, then others are not touched; once removed, none is', async () => {
    const rule = double.leader.faults.set({
      at: 'append',
      stream: (name) => name === 'spec-bad',
      fault: status(14, 'gone'),
    });
    expect(await outcome(newStream(), newId())).toBe(0n);
    expect(await outcome('spec-bad', newId())).toBe('unavailable');
    rule.remove();
    expect(await outcome('spec-bad', newId())).toBe(0n);
    expect(rule.hits()).toBe(1);
  });

  it.each(['append', 'tombstone', 'delete'] as const)(
    'given %s at a node that is not the leader, then its error names the leader',
    async (at) => {
      const elsewhere = { host: '127.0.0.1', port: 1 };
      double.leader.faults.set({ at, times: 1, fault: { kind: 'status', status: notLeader(elsewhere) } });
      const call = {
        append: () => client.appendToStream('s-1', eventOf()),
        tombstone: () => client.tombstoneStream('s-1'),
        delete: () => client.deleteStream('s-1'),
      };
      await expect(call[at]()).rejects.toMatchObject({ type: 'not-leader', leader: { address: '127.0.0.1', port: 1 } });
    },
  );

  it.each([
    ['end', 'end'],
    ['status', 'error'],
    ['reset', 'error'],
  ] as const)(
    'given a subscription, when the server lets it %s after three events, then the client hears of it',
    async (kind, heard) => {
      const stream = newStream();
      await append(client, stream, NO_STREAM, Array.from({ length: 10 }, newId));
      const fault = kind === 'status' ? status(14, 'gone') : ({ kind } as const);
      double.leader.faults.set({ at: 'subscribe', afterEvents: 3, times: 1, fault });
      const subscription = client.subscribeToStream(stream);
      let arrived = 0;
      subscription.on('data', () => (arrived += 1));
      await once(subscription, heard);
      expect(arrived).toBeLessThanOrEqual(3);
    },
  );

  it('given a server without batch append, then the client appends one call at a time, by the same rules', async () => {
    await double.close();
    client = await start({ methods: ['read', 'append'] });
    const [stream, id] = [newStream(), newId()];
    expect(await outcome(stream, id)).toBe(0n);
    expect(await outcome(stream, id)).toBe(0n);
    expect(await outcome(stream, newId())).toBe('wrong-expected-version');
    await client.tombstoneStream(stream);
    expect(await outcome(stream, id)).toBe('stream-deleted');
    expect(double.leader.activity.counts.batchStreamsOpened).toBe(0);
  });
});
