import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { planBatch, type Known, type Request } from '../../src/ledger/backends/postgres/batch.js';
import type { Expected } from '../../src/ledger/ledger.js';
import { decisions, received } from '../contracts/ledger-entries.js';

type Wish = { event: number; body: number; version: number } | { expected: Expected; texts: string[] };

const wish: fc.Arbitrary<Wish> = fc.oneof(
  fc.record({ event: fc.nat(4), body: fc.nat(2), version: fc.nat(1) }),
  fc.record({
    expected: fc.oneof(fc.constant<Expected>('no_stream'), fc.nat(4)),
    texts: fc.array(fc.constantFrom('a', 'b'), { maxLength: 3 }),
  }),
);

/** Runs the wishes in transactions of the given sizes, and returns each answer and what was written. */
function run(wishes: readonly Wish[], sizes: readonly number[]): { answers: unknown[]; written: string[] } {
  const answers: unknown[] = wishes.map(() => undefined);
  const written: string[] = [];
  const known = new Map<string, Known>();
  const requests = wishes.map((one, index) => requestOf(one, (answer) => (answers[index] = answer)));
  for (let at = 0, round = 0; at < requests.length; round += 1) {
    const batch = requests.slice(at, at + sizes[round % sizes.length]!);
    const plan = planBatch(batch, known, written.length);
    for (const { entry, position, revision } of plan.rows) {
      expect(position).toBe(written.length + 1);
      written.push(`${entry.stream} ${revision} ${entry.body}`);
    }
    plan.answer();
    at += batch.length;
  }
  return { answers, written };
}

function requestOf(one: Wish, settle: (answer: unknown) => void): Request {
  const waiting = { bytes: 1, since: 0, resolve: settle, reject: (error: Error) => settle(error.message) };
  if ('texts' in one) {
    const from = one.expected === 'no_stream' ? 0 : one.expected + 1;
    return {
      kind: 'append',
      stream: 's-1',
      expected: one.expected,
      entries: decisions('s-1', from, one.texts),
      ...waiting,
    };
  }
  const attributes = { api_version: `v${one.version}` };
  return { kind: 'record', entry: received(`e${one.event}`, { body: `body ${one.body}`, attributes }), ...waiting };
}

describe('batches of appends', () => {
  it('given any appends, when they share transactions in any way, then every answer is that of one after the other', () => {
    fc.assert(
      fc.property(
        fc.array(wish, { maxLength: 40 }),
        fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1 }),
        (wishes, sizes) => {
          expect(run(wishes, sizes)).toEqual(run(wishes, [1]));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('given any appends, when all are sent again, then nothing more is written', () => {
    fc.assert(
      fc.property(fc.array(wish, { maxLength: 30 }), (wishes) => {
        const successes = wishes.filter((one) => !('texts' in one) || one.texts.length > 0);
        const once = run(successes, [5]);
        const accepted = successes.filter((_, index) => typeof once.answers[index] !== 'string');
        expect(run([...accepted, ...accepted], [7]).written).toEqual(run(accepted, [7]).written);
      }),
      { numRuns: 300 },
    );
  });
});
