import { expect, it } from '@jest/globals';
import type { Expected, Ledger } from '../../src/ledger/ledger.js';
import { decisions, received, times, type LedgerFixture } from './ledger-entries.js';

/** Streams of our own decisions: exact expected state, and the answers KurrentDB gives to a repeated append. */
export function streamCases(ledger: () => Ledger, fixture: () => LedgerFixture): void {
  const stream = 'period-2026-10';
  const from = (expected: Expected): number => (expected === 'no_stream' ? 0 : expected + 1);
  const append = (expected: Expected, ...texts: string[]) =>
    ledger().append(stream, expected, decisions(stream, from(expected), texts));
  const refused = { code: 'wrong_expected_revision' };
  const bodies = async (): Promise<string[]> =>
    (await ledger().readStream(stream)).map((entry) => (JSON.parse(entry.body) as { text: string }).text);

  const head = async (): Promise<number> => {
    await fixture().settled();
    return ledger().head();
  };

  it('given no stream, when appended with no_stream, then revisions start at 0 and positions follow the feed', async () => {
    await ledger().record(received('e1'));
    expect(await append('no_stream', 'a', 'b')).toEqual({ revision: 1, position: 3 });
    expect((await ledger().readStream(stream)).map((entry) => [entry.revision, entry.position])).toEqual([
      [0, 2],
      [1, 3],
    ]);
  });

  it('given a stream, when appended at its last revision, then it continues', async () => {
    await append('no_stream', 'a', 'b');
    expect(await append(1, 'c')).toEqual({ revision: 2, position: 3 });
    expect(await bodies()).toEqual(['a', 'b', 'c']);
  });

  it.each<[string, Expected, string[]]>([
    ['no_stream, other content', 'no_stream', ['x']],
    ['an older revision, other content', 0, ['x']],
    ['a revision not reached yet', 5, ['x']],
    ['the same start, then more than is there', 'no_stream', ['a', 'b', 'c', 'd']],
    ['the same start, then other content', 'no_stream', ['a', 'x']],
    ['the same later entries at the wrong place', 'no_stream', ['b', 'c']],
  ])(
    'given a stream of three, when appended at %s, then it is refused and nothing is written',
    async (_name, expected, texts) => {
      await append('no_stream', 'a', 'b', 'c');
      await expect(append(expected, ...texts)).rejects.toMatchObject(refused);
      expect(await bodies()).toEqual(['a', 'b', 'c']);
      expect(await head()).toBe(3);
    },
  );

  it.each<[string, Expected, string[], { revision: number; position: number }]>([
    ['all of it', 'no_stream', ['a', 'b', 'c'], { revision: 2, position: 3 }],
    ['its first entry', 'no_stream', ['a'], { revision: 0, position: 1 }],
    ['its middle', 0, ['b'], { revision: 1, position: 2 }],
    ['its end', 0, ['b', 'c'], { revision: 2, position: 3 }],
  ])(
    'given a stream of three, when %s is appended again at the same place, then it is a success of that place',
    async (_name, expected, texts, answer) => {
      await append('no_stream', 'a', 'b', 'c');
      expect(await append(expected, ...texts)).toEqual(answer);
      expect(await head()).toBe(3);
    },
  );

  it('given no stream, when appended at a revision, then it is refused', async () => {
    await expect(append(0, 'x')).rejects.toMatchObject(refused);
    expect(await ledger().readStream(stream)).toEqual([]);
  });

  it('given nothing to append, then only the expected state is checked', async () => {
    await expect(append(0)).rejects.toMatchObject(refused);
    expect(await append('no_stream')).toEqual({ revision: -1, position: 0 });
    await append('no_stream', 'a', 'b');
    expect(await append(1)).toEqual({ revision: 1, position: 2 });
    await expect(append(0)).rejects.toMatchObject(refused);
    expect(await head()).toBe(2);
  });

  it('given many writers at one revision, when they append at once, then one wins and the others are refused', async () => {
    await append('no_stream', 'a');
    const other = await fixture().open();
    const writers = times(20, (index) =>
      [ledger(), other][index % 2]!.append(stream, 0, decisions(stream, 1, [`by ${index}`])),
    );
    const settled = await Promise.allSettled(writers);
    await other.close();
    expect(settled.filter((one) => one.status === 'fulfilled')).toHaveLength(1);
    expect(await bodies()).toHaveLength(2);
  });

  it('given one append sent several times at once, then all succeed at one place', async () => {
    const answers = await Promise.all(times(5, () => append('no_stream', 'a', 'b')));
    expect(answers).toEqual(times(5, () => ({ revision: 1, position: 2 })));
  });

  it('given appends to one stream one after the other in one batch, then each builds on the one before', async () => {
    const answers = await Promise.all([append('no_stream', 'a'), append(0, 'b'), append(1, 'c', 'd')]);
    expect(answers.map((answer) => answer.revision)).toEqual([0, 1, 3]);
  });

  it('given a refused append beside received events, when they share a batch, then the others are written', async () => {
    const settled = await Promise.allSettled([
      ledger().record(received('e1')),
      append(7, 'x'),
      ledger().record(received('e2')),
    ]);
    expect(settled.map((one) => one.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await head()).toBe(2);
  });

  it('given two streams, when read, then neither holds the other', async () => {
    await append('no_stream', 'a');
    await ledger().append('period-2026-11', 'no_stream', decisions('period-2026-11', 0, ['z']));
    expect(await bodies()).toEqual(['a']);
    expect(await ledger().readStream('period')).toEqual([]);
    expect(await ledger().readStream('')).toEqual([]);
  });

  it('given a long stream, when read from a revision with a limit, then just that part comes, in order', async () => {
    const texts = times(700, (index) => `t${index}`);
    await append('no_stream', ...texts);
    expect(await bodies()).toEqual(texts);
    const part = await ledger().readStream(stream, { from: 60, limit: 10 });
    expect(part.map((entry) => entry.revision)).toEqual(times(10, (index) => 60 + index));
    expect(await ledger().readStream(stream, { from: 700 })).toEqual([]);
  });

  it('given a received event, when its stream is read or appended to, then it is the only entry and nothing can be added', async () => {
    const event = received('e1');
    await ledger().record(event);
    expect((await ledger().readStream(event.stream)).map((entry) => entry.id)).toEqual([event.id]);
    expect(await ledger().readStream(event.stream, { from: 1 })).toEqual([]);
    await expect(ledger().append(event.stream, 'no_stream', decisions(event.stream, 0, ['x']))).rejects.toMatchObject(
      refused,
    );
  });

  it('given an entry with an id of its own making, when appended, then it is a mistake of the caller', async () => {
    const wrong = decisions(stream, 3, ['x']);
    await expect(ledger().append(stream, 'no_stream', wrong)).rejects.toThrow('decisionId');
  });
}
