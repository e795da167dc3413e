import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { canonicalJson } from '../../../src/kernel/canonical-json.js';
import { decisionId } from '../../../src/kernel/entry-id.js';
import { Problem } from '../../../src/kernel/errors.js';
import { decideAndAppend, loadStream, refused, type Decided } from '../../../src/ledger/decide-and-append.js';
import type { Entry, Expected, Ledger, NewEntry } from '../../../src/ledger/ledger.js';

type Counted = { type: 'Counted'; data: { by: number } };
const folding = { initial: 0, evolve: (total: number, event: Counted) => total + event.data.by };
const context = {
  now: new Date('2026-05-01T00:00:00Z'),
  actor: 'key:k1',
  correlationId: 'c1',
  contentMac: (value: unknown) => createHash('sha256').update(canonicalJson(value)).digest(),
};
const STREAM = 'count-1';

/** A stream that somebody else extends just before the first `races` appends. */
function racing(races: number): { ledger: Ledger; entries: Entry[] } {
  const entries: Entry[] = [];
  const push = (entry: NewEntry): void => {
    const position = entries.length + 1;
    entries.push({
      ...entry,
      position,
      revision: entries.length,
      recordedAt: context.now,
      storedHash: Buffer.alloc(32),
    });
  };
  const append = (_stream: string, expected: Expected, added: readonly NewEntry[]) => {
    if (races > 0) {
      races -= 1;
      push({ ...added[0]!, body: '{"by":100}' });
    }
    if ((expected === 'no_stream' ? -1 : expected) !== entries.length - 1)
      return Promise.reject(new Problem('wrong_expected_revision'));
    added.forEach(push);
    return Promise.resolve({ revision: entries.length - 1, position: entries.length });
  };
  const ledger = { append, readStream: () => Promise.resolve([...entries]) };
  return { ledger: ledger as unknown as Ledger, entries };
}

const count = (by: number) => (): Decided<Counted> => [{ type: 'Counted', data: { by } }];

describe('deciding and appending', () => {
  it('given no stream, when decided, then the decision is its first entry, made by the one named', async () => {
    const { ledger, entries } = racing(0);
    const answer = await decideAndAppend(ledger, STREAM, folding, count(5), context);
    expect(answer).toMatchObject({ state: 5, revision: 0, position: 1, events: [{ type: 'Counted' }] });
    expect(entries[0]).toMatchObject({
      id: decisionId(STREAM, 0),
      origin: 'truth-ledger',
      actor: 'key:k1',
      body: '{"by":5}',
      type: 'Counted',
    });
  });

  it('given a state, when a rule refuses, then nothing is appended and the reason is the answer', async () => {
    const { ledger, entries } = racing(0);
    await decideAndAppend(ledger, STREAM, folding, count(5), context);
    const answer = await decideAndAppend(
      ledger,
      STREAM,
      folding,
      (state) => (state > 3 ? refused('full') : count(1)()),
      context,
    );
    expect(answer).toEqual(refused('full'));
    expect(entries).toHaveLength(1);
  });

  it('given nothing to say, then nothing is appended and the state is the answer', async () => {
    const { ledger, entries } = racing(0);
    expect(await decideAndAppend(ledger, STREAM, folding, () => [], context)).toEqual({
      events: [],
      state: 0,
      revision: -1,
      position: 0,
    });
    expect(entries).toHaveLength(0);
  });

  it('given somebody else was first, when decided, then it is decided again on what they wrote', async () => {
    const { ledger } = racing(2);
    const seen: number[] = [];
    const answer = await decideAndAppend(
      ledger,
      STREAM,
      folding,
      (state) => {
        seen.push(state);
        return count(1)();
      },
      context,
    );
    expect(seen).toEqual([0, 100, 200]);
    expect(answer).toMatchObject({ state: 201, revision: 2 });
    expect(await loadStream(ledger, STREAM, folding)).toEqual({ state: 201, revision: 2, position: 3 });
  });

  it('given somebody else is first every time, then it gives up after the attempts it was given', async () => {
    const { ledger, entries } = racing(99);
    await expect(decideAndAppend(ledger, STREAM, folding, count(1), context, 3)).rejects.toMatchObject({
      code: 'wrong_expected_revision',
    });
    expect(entries).toHaveLength(3);
  });
});
