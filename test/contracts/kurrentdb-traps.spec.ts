// What the official client does that an adapter must not fall for. Each is shown here to happen, with the client as it is; that none of it
// reaches the ledger is shown in `test/faults/kurrentdb-traps.spec.ts`. When one of these fails, the client has changed: see what it does now.
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  BACKWARDS,
  END,
  FORWARDS,
  KurrentDBClient,
  NO_STREAM,
  START,
  streamNameFilter,
  type AllStreamSubscription,
} from '@kurrent/kurrentdb-client';
import { runClient } from '../support/kurrentdb/client-process.js';
import { startKurrentdb, type KurrentdbDouble } from '../support/kurrentdb/double.js';
import { status } from '../support/kurrentdb/faults.js';
import { append, eventOf, idsOf, newId, newStream, typeOf } from '../support/kurrentdb/raw-client.js';

const AT = new Date('2026-03-01T10:00:00.123Z');
const UNKNOWN = 2;
const UNAVAILABLE = 14;

let double: KurrentdbDouble;
let client: KurrentDBClient;
const others: KurrentDBClient[] = [];

beforeEach(async () => {
  double = await startKurrentdb({ now: () => AT });
  client = KurrentDBClient.connectionString(double.url);
});
afterEach(async () => {
  // A client whose batch stream hangs would never be done with its disposal; the closing double cuts it off.
  void client.dispose().catch(() => undefined);
  await Promise.all(others.splice(0).map((other) => other.dispose()));
  await double.close();
});

const another = (parameters = ''): KurrentDBClient => {
  const other = KurrentDBClient.connectionString(double.url + parameters);
  others.push(other);
  return other;
};
const counts = () => double.leader.activity.counts;

/** Twenty appends of another client, answered: whatever was going to happen to a call has happened. */
async function meanwhile(): Promise<void> {
  const busy = another();
  for (let index = 0; index < 20; index += 1) await busy.appendToStream(newStream(), eventOf());
}

/** Whether a promise has settled; look after `meanwhile`. */
function watch(promise: Promise<unknown>): { settled: () => boolean } {
  let settled = false;
  promise.then(
    () => (settled = true),
    () => (settled = true),
  );
  return { settled: () => settled };
}

const history = async (count: number): Promise<string> => {
  const stream = newStream('history');
  await append(client, stream, NO_STREAM, Array.from({ length: count }, newId));
  return stream;
};

describe('T1: appends that hang for ever', () => {
  it('given a server that is silent, when appended to with a deadline of 1 ms, then the promise stays open', async () => {
    const silent = double.leader.faults.set({ at: 'append', times: 1, fault: { kind: 'silence' } });
    const pending = watch(client.appendToStream(newStream(), eventOf(), { deadline: 1 }));
    await silent.struck;
    await meanwhile();
    expect(pending.settled()).toBe(false);
  });

  it('given a batch stream that the server ended with OK, then that append and every later one of this client hang', async () => {
    const ended = double.leader.faults.set({ at: 'append', times: 1, fault: { kind: 'end' } });
    const first = watch(client.appendToStream(newStream(), eventOf()));
    await ended.struck;
    const later = watch(client.appendToStream(newStream(), eventOf()));
    await meanwhile();
    expect([first.settled(), later.settled()]).toEqual([false, false]);
    expect(await append(another(), newStream(), NO_STREAM, [newId()])).toBe(0n);
  });
});

describe('a new client in place of a broken one', () => {
  it('given two clients of one address, then they share one connection, also when the first is disposed of; an option that differs gives a new one', async () => {
    await client.appendToStream(newStream(), eventOf());
    await client.dispose();
    await another().appendToStream(newStream(), eventOf());
    expect(counts().connections).toBe(1);
    await another('&keepAliveInterval=10001').appendToStream(newStream(), eventOf());
    expect(counts().connections).toBe(2);
  });
});

describe('T2: payloads that end the process', () => {
  it.each([
    ['a BigInt', '{ type: "Priced", data: { amount: 1n } }', 'BigInt'],
    ['a BigInt in the metadata', '{ type: "Priced", data: {}, metadata: { amount: 1n } }', 'BigInt'],
    ['nothing at all', '{ type: "Priced" }', 'undefined'],
  ])(
    'given %s, when appended, then the process dies of an unhandled rejection, before the caller hears',
    async (_name, event, reason) => {
      const { exitCode, said, errors } = await runClient(
        double.url,
        `client.appendToStream('a-1', jsonEvent(${event})).then(() => say('done'), () => say('caught'));
       setInterval(() => undefined, 1_000);`,
      );
      expect({ exitCode, said }).toEqual({ exitCode: 1, said: [] });
      expect(errors).toContain(reason);
    },
  );
});

describe('T3: options that are not what they seem', () => {
  it('given expectedRevision, when appended, then it is ignored: no conflict', async () => {
    const stream = await history(1);
    const options = { expectedRevision: NO_STREAM } as object;
    expect((await client.appendToStream(stream, eventOf(), options)).nextExpectedRevision).toBe(1n);
  });

  it('given a direction without its start, or a start at the other end, when read, then the start decides', async () => {
    const stream = await history(3);
    const revisions = async (options: object): Promise<bigint[]> => {
      const found: bigint[] = [];
      for await (const { event } of client.readStream(stream, options)) found.push(event!.revision);
      return found;
    };
    expect(await revisions({ direction: BACKWARDS, maxCount: 10 })).toEqual([0n, 1n, 2n]);
    expect(await revisions({ direction: FORWARDS, fromRevision: END, maxCount: 10 })).toEqual([2n, 1n, 0n]);
  });

  it('given a negative revision, when appended with, then it is an internal error of the client', async () => {
    await expect(client.appendToStream(newStream(), eventOf(), { streamState: -1n })).rejects.toThrow();
    expect(counts().appends).toBe(0);
  });
});

/** A subscription to everything of a history, with a checkpoint for each record. */
function withCheckpoints(reached: (at: bigint) => void, options = {}): AllStreamSubscription {
  const filter = streamNameFilter({
    prefixes: ['history-'],
    maxSearchWindow: 1,
    checkpointInterval: 1,
    checkpointReached: async (_subscription, { commit }) => reached(commit),
  });
  return client.subscribeToAll({ fromPosition: START, filter }, options);
}

describe('T4: checkpoints that run ahead of the handler', () => {
  it.each([16, 1])(
    'given a handler still busy with its first event, with a buffer of %i, then a checkpoint says that it is done',
    async (highWaterMark) => {
      await history(100);
      let reached!: () => void;
      const first = double.log.records.find(({ stream }) => stream.startsWith('history-'))!.position;
      const early = new Promise<void>((resolve) => (reached = resolve));
      const subscription = withCheckpoints((at) => at >= first && reached(), { highWaterMark });
      const { value } = await subscription[Symbol.asyncIterator]().next();
      expect(value!.event!.position!.commit).toBe(first);
      await early;
      await subscription.unsubscribe();
    },
  );
});

describe('T5: a checkpoint handler that throws', () => {
  it('given one, then the rejection is nobody’s and nothing arrives any more', async () => {
    await history(100);
    const { exitCode, said } = await runClient(
      double.url,
      `let arrived = 0;
       const rejected = new Promise((resolve) => process.once('unhandledRejection', ({ message }) => resolve(message)));
       const filter = streamNameFilter({ prefixes: ['history-'], maxSearchWindow: 10, checkpointInterval: 1,
         checkpointReached: async () => { throw new Error('of the handler'); } });
       client.subscribeToAll({ fromPosition: START, filter }).on('data', () => (arrived += 1));
       say(await rejected);
       for (let index = 0; index < 20; index += 1) await client.appendToStream('history-new', event());
       say(arrived);
       process.exit(0);`,
    );
    expect({ exitCode, said }).toEqual({ exitCode: 0, said: ['of the handler', expect.any(Number)] });
    expect(said[1]).toBeLessThan(20);
  });
});

describe('T6: conflicts that are no errors', () => {
  it('given throwOnAppendFailure=false, when appends conflict, then the revision they are told is 1, whatever it is', async () => {
    const stream = await history(5);
    const quiet = another('&throwOnAppendFailure=false');
    expect(await quiet.appendToStream(stream, eventOf(), { streamState: NO_STREAM })).toEqual({
      success: false,
      nextExpectedRevision: 1n,
      position: undefined,
    });
  });
});

describe('T7: subscriptions that end as if they were done', () => {
  it('given a server that ends it with OK, when iterated, then the loop is over without an error', async () => {
    await history(3);
    double.leader.faults.set({ at: 'subscribe', afterEvents: 3, times: 1, fault: { kind: 'end' } });
    let arrived = 0;
    for await (const _event of client.subscribeToAll({ filter: streamNameFilter({ prefixes: ['history-'] }) }))
      arrived += 1;
    expect(arrived).toBe(3);
  });

  it('given a loop that is left, then the server still has the subscription, until it is told', async () => {
    const stream = await history(3);
    const subscription = client.subscribeToStream(stream);
    for await (const _event of subscription) break;
    await meanwhile();
    expect(counts().subscriptions).toBe(1);
    await subscription.unsubscribe();
    await double.leader.activity.until(() => counts().subscriptions === 0);
  });

  it('given an error, then the subscription is not destroyed and brings nothing more', async () => {
    const stream = await history(3);
    double.leader.faults.set({ at: 'subscribe', afterEvents: 3, times: 1, fault: status(UNAVAILABLE, 'gone') });
    const subscription = client.subscribeToStream(stream);
    subscription.on('data', () => undefined);
    const [error] = (await once(subscription, 'error')) as [unknown];
    expect(typeOf(error)).toBe('unavailable');
    expect(subscription.destroyed).toBe(false);
  });

  it('given an error that nobody listens for, then the process dies', async () => {
    double.leader.faults.set({ at: 'subscribe', fault: status(UNAVAILABLE, 'gone') });
    const { exitCode, errors } = await runClient(double.url, `client.subscribeToAll({ fromPosition: START });`);
    expect(exitCode).toBe(1);
    expect(errors).toContain('UnavailableError');
  });
});

describe('T8: capabilities that fail once fail for ever', () => {
  it('given one failed answer, then every append of this client fails and none reaches the server', async () => {
    double.leader.faults.set({ at: 'features', times: 1, fault: status(UNKNOWN, 'not now') });
    for (let index = 0; index < 3; index += 1)
      await expect(client.appendToStream(newStream(), eventOf())).rejects.toMatchObject({ code: UNKNOWN });
    expect([counts().featureCalls, counts().appends]).toEqual([1, 0]);
    expect(await append(another(), newStream(), NO_STREAM, [newId()])).toBe(0n);
  });
});

describe('T9: times that lose their milliseconds', () => {
  it('given an event, when read, then its time is cut to the second; when subscribed to, then it is not', async () => {
    const stream = await history(1);
    for await (const { event } of client.readStream(stream, { maxCount: 1 }))
      expect(event!.created.toISOString()).toBe('2026-03-01T10:00:00.000Z');
    for await (const { event } of client.subscribeToStream(stream)) {
      expect(event!.created).toEqual(AT);
      break;
    }
  });
});

// How long a small read takes is not tested: a busy machine would decide. What it comes from is: reads have a connection of their own, in
// another library, without TCP_NODELAY.
describe('T10: reads on a connection of their own', () => {
  it('given a client, when it appends and subscribes, then it has one connection; when it reads, then two, and its disposal closes neither', async () => {
    const stream = await history(1);
    const subscription = client.subscribeToStream(stream);
    await once(subscription, 'confirmation');
    expect([counts().connections, counts().featureCalls]).toEqual([1, 1]);
    await idsOf(client, stream);
    expect([counts().connections, counts().featureCalls]).toEqual([2, 2]);
    await client.dispose();
    await meanwhile(); // by another client, which has the same connection for its appends
    expect(counts().connections).toBe(2);
  });

  it('given a reading connection whose first try failed, then every later read fails, while appends work', async () => {
    const stream = await history(1);
    double.leader.faults.set({ at: 'features', client: 'rust', times: 1, fault: status(UNAVAILABLE, 'not now') });
    for (let index = 0; index < 3; index += 1) expect(await idsOf(client, stream).catch(typeOf)).toBe('unavailable');
    expect(await append(client, stream, 0n, [newId()])).toBe(1n);
    expect(await idsOf(another(), stream)).toHaveLength(2);
  });

  it('given a cluster, when the node that was read from dies, then every later read fails, while appends find the next one', async () => {
    await double.close();
    double = await startKurrentdb({ nodes: 2 });
    client = another();
    const stream = await history(1);
    expect(await idsOf(client, stream)).toHaveLength(1);
    await double.kill(0);
    await client.appendToStream(newStream(), eventOf()).catch(() => undefined);
    expect(await append(client, stream, 0n, [newId()])).toBe(1n);
    for (let index = 0; index < 3; index += 1) expect(await idsOf(client, stream).catch(typeOf)).toBe('unavailable');
    expect(await idsOf(another(), stream)).toHaveLength(2);
  });
});
