import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ANY, KurrentDBClient, NO_STREAM, STREAM_EXISTS, type AppendStreamState } from '@kurrent/kurrentdb-client';
import { append, eventOf, idsOf, newId, newStream, typeOf } from '../support/kurrentdb/raw-client.js';
import { targets, type Target } from '../support/kurrentdb/targets.js';

const CONFLICT = 'wrong-expected-version';
const DELETED = 'stream-deleted';

/** First write `given`, each with its expectation, then `when`: the answer, and what is in the stream after it. Letters stand for ids. */
interface Case {
  name: string;
  given: readonly [AppendStreamState, string][];
  when: [AppendStreamState, string];
  answer: bigint | string;
  then: string;
}

/** The server's table of what is written, what is a repeat and what is refused. Only ids and their places count. */
const TABLE: readonly Case[] = [
  { name: 'something new', given: [], when: [NO_STREAM, 'a'], answer: 0n, then: 'a' },
  { name: 'the same again', given: [[NO_STREAM, 'a']], when: [NO_STREAM, 'a'], answer: 0n, then: 'a' },
  { name: 'another id at its place', given: [[NO_STREAM, 'a']], when: [NO_STREAM, 'b'], answer: CONFLICT, then: 'a' },
  { name: 'a batch again', given: [[NO_STREAM, 'ab']], when: [NO_STREAM, 'ab'], answer: 1n, then: 'ab' },
  {
    name: 'a batch again when the stream has gone on',
    given: [
      [NO_STREAM, 'ab'],
      [1n, 'cd'],
    ],
    when: [NO_STREAM, 'ab'],
    answer: 1n,
    then: 'abcd',
  },
  { name: 'the beginning of a batch', given: [[NO_STREAM, 'ab']], when: [NO_STREAM, 'a'], answer: 0n, then: 'ab' },
  { name: 'a batch and one more', given: [[NO_STREAM, 'ab']], when: [NO_STREAM, 'abc'], answer: CONFLICT, then: 'ab' },
  {
    name: 'a batch with another end',
    given: [[NO_STREAM, 'ab']],
    when: [NO_STREAM, 'ax'],
    answer: CONFLICT,
    then: 'ab',
  },
  {
    name: 'a batch with another start',
    given: [[NO_STREAM, 'ab']],
    when: [NO_STREAM, 'xb'],
    answer: CONFLICT,
    then: 'ab',
  },
  { name: 'the same id twice in a batch', given: [], when: [NO_STREAM, 'aa'], answer: 1n, then: 'aa' },
  { name: 'such a batch again', given: [[NO_STREAM, 'aa']], when: [NO_STREAM, 'aa'], answer: 1n, then: 'aa' },
  { name: 'something new at the exact end', given: [[NO_STREAM, 'a']], when: [0n, 'b'], answer: 1n, then: 'ab' },
  {
    name: 'the same again at an exact revision',
    given: [
      [NO_STREAM, 'a'],
      [0n, 'b'],
    ],
    when: [0n, 'b'],
    answer: 1n,
    then: 'ab',
  },
  {
    name: 'something new at a revision that others used',
    given: [
      [NO_STREAM, 'a'],
      [0n, 'b'],
    ],
    when: [0n, 'c'],
    answer: CONFLICT,
    then: 'ab',
  },
  { name: 'a known id at another place', given: [[NO_STREAM, 'ab']], when: [0n, 'a'], answer: CONFLICT, then: 'ab' },
  { name: 'a known id at the end', given: [[NO_STREAM, 'a']], when: [0n, 'a'], answer: 1n, then: 'aa' },
  { name: 'something new beyond the end', given: [[NO_STREAM, 'a']], when: [5n, 'b'], answer: CONFLICT, then: 'a' },
  { name: 'something at a revision of no stream', given: [], when: [0n, 'a'], answer: CONFLICT, then: '' },
  { name: 'nothing at the end', given: [[NO_STREAM, 'ab']], when: [1n, ''], answer: 1n, then: 'ab' },
  { name: 'nothing elsewhere', given: [[NO_STREAM, 'ab']], when: [0n, ''], answer: CONFLICT, then: 'ab' },
  { name: 'the same again at any place', given: [[ANY, 'a']], when: [ANY, 'a'], answer: 0n, then: 'a' },
  { name: 'known and unknown at any place', given: [[ANY, 'a']], when: [ANY, 'ab'], answer: CONFLICT, then: 'a' },
  { name: 'unknown and known at any place (doubled)', given: [[ANY, 'a']], when: [ANY, 'ba'], answer: 2n, then: 'aba' },
  {
    name: 'something where a stream must exist and does not',
    given: [],
    when: [STREAM_EXISTS, 'a'],
    answer: CONFLICT,
    then: '',
  },
  {
    name: 'something where a stream must exist',
    given: [[ANY, 'a']],
    when: [STREAM_EXISTS, 'b'],
    answer: 1n,
    then: 'ab',
  },
  {
    name: 'the same again where a stream must exist',
    given: [[ANY, 'a']],
    when: [STREAM_EXISTS, 'a'],
    answer: 0n,
    then: 'a',
  },
];

describe.each(targets)('appends to $name', ({ open }) => {
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

  /** Ids for letters, other ones in every case. */
  const alphabet = (): ((letters: string) => string[]) => {
    const ids = new Map<string, string>();
    return (letters) => [...letters].map((letter) => ids.get(letter) ?? ids.set(letter, newId()).get(letter)!);
  };

  it.each(TABLE)('given an append of $name, then the answer is $answer', async ({ given, when, answer, then }) => {
    const [stream, ids] = [newStream(), alphabet()];
    for (const [state, letters] of given) await append(client, stream, state, ids(letters));
    expect(await append(client, stream, when[0], ids(when[1]))).toBe(answer);
    expect(await idsOf(client, stream).catch(() => [])).toEqual(ids(then));
  });

  it('given a stored event, when its id comes again with other bytes, then it is a repeat and the first bytes stay', async () => {
    const [stream, id] = [newStream(), newId()];
    await client.appendToStream(stream, eventOf(id, 'first'), { streamState: NO_STREAM });
    await client.appendToStream(stream, eventOf(id, 'second'), { streamState: NO_STREAM });
    for await (const { event } of client.readStream(stream, { maxCount: 10 }))
      expect(Buffer.from(event!.data as Uint8Array).toString()).toBe('first');
  });

  it('given a stored event, when it comes again, then the answer has the position of the original', async () => {
    const [stream, event] = [newStream(), eventOf()];
    const first = await client.appendToStream(stream, event, { streamState: NO_STREAM });
    await client.appendToStream(stream, eventOf(), { streamState: 0n });
    expect(await client.appendToStream(stream, event, { streamState: NO_STREAM })).toEqual(first);
  });

  it('given appends one after the other, then positions grow and are no neighbours', async () => {
    const positions: bigint[] = [];
    for (let index = 0; index < 5; index += 1)
      positions.push((await client.appendToStream(newStream(), eventOf())).position!.commit);
    for (const [index, position] of positions.slice(1).entries())
      expect(position).toBeGreaterThan(positions[index]! + 1n);
  });

  it('given one id, when two streams get it with NO_STREAM, then both have it', async () => {
    const [one, two, id] = [newStream(), newStream(), newId()];
    expect(await append(client, one, NO_STREAM, [id])).toBe(0n);
    expect(await append(client, two, NO_STREAM, [id])).toBe(0n);
    expect([await idsOf(client, one), await idsOf(client, two)]).toEqual([[id], [id]]);
  });

  it('given one id in two streams, when both are repeated with ANY, then only the first is recognised', async () => {
    const [one, two, id] = [newStream(), newStream(), newId()];
    for (const stream of [one, two, one, two]) await append(client, stream, ANY, [id]);
    expect([await idsOf(client, one), await idsOf(client, two)]).toEqual([[id], [id, id]]);
  });

  it('given a conflict, then the error names the stream, what was expected and what is there', async () => {
    const stream = newStream();
    await append(client, stream, NO_STREAM, [newId(), newId()]);
    await expect(client.appendToStream(stream, eventOf(), { streamState: NO_STREAM })).rejects.toMatchObject({
      type: CONFLICT,
      streamName: stream,
      expectedState: NO_STREAM,
      actualState: 1n,
    });
    await expect(client.appendToStream(newStream(), eventOf(), { streamState: 7n })).rejects.toMatchObject({
      expectedState: 7n,
      actualState: NO_STREAM,
    });
  });

  it('given 3,000 events that travel in many pieces, when appended, then they are one append', async () => {
    const [stream, ids] = [newStream(), Array.from({ length: 3_000 }, newId)];
    const events = ids.map((id) => eventOf(id, 'x'.repeat(100)));
    const { nextExpectedRevision } = await client.appendToStream(stream, events, {
      streamState: NO_STREAM,
      batchAppendSize: 32 * 1024,
    });
    expect(nextExpectedRevision).toBe(2_999n);
    expect(await idsOf(client, stream)).toEqual(ids);
  });

  it('given 1,000 appends at once, each to a stream of its own, then each is written once', async () => {
    const category = `many${newId().slice(0, 8)}`;
    const ids = Array.from({ length: 1_000 }, newId);
    const answers = await Promise.all(ids.map((id) => append(client, `${category}-${id}`, NO_STREAM, [id])));
    expect(new Set(answers)).toEqual(new Set([0n]));
    const again = await Promise.all(ids.map((id) => append(client, `${category}-${id}`, NO_STREAM, [id])));
    expect(new Set(again)).toEqual(new Set([0n]));
    expect(await idsOf(client, `${category}-${ids[999]}`)).toEqual([ids[999]]);
  });

  it('given 1,000 appends at once to one stream at the same revision, then one wins', async () => {
    const [stream, ids] = [newStream(), Array.from({ length: 1_000 }, newId)];
    const answers = await Promise.all(ids.map((id) => append(client, stream, NO_STREAM, [id])));
    expect(answers.filter((answer) => answer === 0n)).toHaveLength(1);
    expect(answers.filter((answer) => answer === CONFLICT)).toHaveLength(999);
  });

  describe('soft-deleted streams', () => {
    const deleted = async (): Promise<[stream: string, ids: string[]]> => {
      const [stream, ids] = [newStream(), [newId(), newId()]];
      await append(client, stream, NO_STREAM, ids);
      await client.deleteStream(stream);
      return [stream, ids];
    };

    it('given one, when read, then there is none', async () => {
      const [stream] = await deleted();
      expect(await idsOf(client, stream).catch(typeOf)).toBe('stream-not-found');
    });

    it('given one, when what was in it comes again, then it is still a repeat, without a position', async () => {
      const [stream, ids] = await deleted();
      const events = ids.map((id) => eventOf(id));
      expect(await client.appendToStream(stream, events, { streamState: NO_STREAM })).toEqual({
        success: true,
        nextExpectedRevision: 1n,
        position: undefined,
      });
    });

    it('given one, when something new comes with NO_STREAM, then the numbering goes on and only the new is read', async () => {
      const [[stream], id] = [await deleted(), newId()];
      expect(await append(client, stream, NO_STREAM, [id])).toBe(2n);
      expect(await idsOf(client, stream)).toEqual([id]);
    });

    it('given one, when the stream must exist, then it is said to be deleted', async () => {
      const [stream] = await deleted();
      expect(await append(client, stream, STREAM_EXISTS, [newId()])).toBe(DELETED);
    });

    it('given a wrong revision, when deleted, then it is a conflict', async () => {
      const stream = newStream();
      await append(client, stream, NO_STREAM, [newId()]);
      expect(await client.deleteStream(stream, { expectedRevision: 3n }).catch(typeOf)).toBe(CONFLICT);
    });
  });

  describe('tombstones', () => {
    it.each<AppendStreamState>([ANY, NO_STREAM, STREAM_EXISTS, 0n])(
      'given one, when appended to with %s, then the stream is deleted, whatever is sent',
      async (state) => {
        const [stream, id] = [newStream(), newId()];
        await append(client, stream, NO_STREAM, [id]);
        await client.tombstoneStream(stream, { expectedRevision: 0n });
        expect(await append(client, stream, state, [id])).toBe(DELETED);
        expect(await append(client, stream, state, [newId()])).toBe(DELETED);
      },
    );

    it('given one, when read or tombstoned again, then the stream is deleted', async () => {
      const stream = newStream();
      await append(client, stream, NO_STREAM, [newId()]);
      await client.tombstoneStream(stream);
      expect(await idsOf(client, stream).catch(typeOf)).toBe(DELETED);
      expect(await client.tombstoneStream(stream).catch(typeOf)).toBe(DELETED);
    });
  });
});
