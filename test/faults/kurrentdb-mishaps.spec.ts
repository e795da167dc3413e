// Whatever happens to appends and subscriptions, in any order: every event is in the log once, and the feed has the log's order.
import { afterEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { NewEntry } from '../../src/ledger/ledger.js';
import { received, times } from '../contracts/ledger-entries.js';
import { status, type Fault } from '../support/kurrentdb/faults.js';
import { kurrentdbScene, recordAll, type KurrentdbScene } from './kurrentdb-scene.js';

let scene: KurrentdbScene;
afterEach(() => scene.close());

const idsOf = (entries: readonly NewEntry[]): string[] => entries.map(({ id }) => id);

/** What may happen to the n-th append or to a subscription; `restart` happens when so many appends have arrived. */
type Mishap =
  | { what: 'append' | 'subscribe'; when: 'before' | 'after'; at: number; fault: Fault }
  | { what: 'restart'; at: number };

const fault: fc.Arbitrary<Fault> = fc.constantFrom<Fault>(
  { kind: 'silence' },
  { kind: 'end' },
  { kind: 'reset' },
  status(14, 'gone'),
  status(2, 'gone'),
  { kind: 'answer', problem: 'timeout' },
  { kind: 'answer', problem: 'busy' },
);
const mishap: fc.Arbitrary<Mishap> = fc.oneof(
  fc.record({
    what: fc.constantFrom('append' as const, 'subscribe' as const),
    when: fc.constantFrom('before' as const, 'after' as const),
    at: fc.integer({ min: 0, max: 60 }),
    fault,
  }),
  fc.record({ what: fc.constant('restart' as const), at: fc.integer({ min: 1, max: 60 }) }),
);

describe('a subscription that stays open and says nothing more', () => {
  it('given the log goes on, then it is taken up anew, and the feed has all that the log has', async () => {
    scene = await kurrentdbScene();
    scene.double.leader.faults.set({ at: 'subscribe', afterEvents: 3, times: 1, fault: { kind: 'silence' } });
    await scene.double.restart(); // so that the next subscription is the one
    await recordAll(
      scene.ledger,
      times(10, (index) => received(`silent-${index}`)),
    );
    const feed = await scene.feed();
    expect(feed.map(({ id }) => id)).toEqual(scene.stored());
    expect(feed).toHaveLength(10);
    expect(scene.logged.join('\n')).toContain('the log goes on, and its subscription says nothing');
  });
});

describe('any mishaps', () => {
  it('given any of them in any order, when 60 events are recorded by two processes, then each acknowledged one is there once', async () => {
    scene = await kurrentdbScene();
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(mishap, { minLength: 1, maxLength: 8 }), async (mishaps) => {
        run += 1;
        const all = times(60, (index) => received(`run-${run}-${index}`));
        const known = new Set(scene.stored());
        await suffer(mishaps, all);
        const added = scene.stored().filter((id) => !known.has(id));
        expect([...added].sort()).toEqual(idsOf(all).sort());
        expect((await scene.feed()).map(({ id }) => id)).toEqual(scene.stored());
      }),
      { numRuns: 12, endOnFailure: true },
    );
  }, 240_000);

  async function suffer(mishaps: readonly Mishap[], all: readonly NewEntry[]): Promise<void> {
    const { double, ledger } = scene;
    const { faults, activity } = double.leader;
    const start = activity.counts.appends;
    let seen = 0;
    for (const each of mishaps) {
      if (each.what === 'restart') continue;
      if (each.what === 'subscribe')
        faults.set({
          at: 'subscribe',
          afterEvents: each.at,
          times: 1,
          fault: each.fault.kind === 'answer' ? { kind: 'end' } : each.fault,
        });
      else faults.set({ at: 'append', when: each.when, times: 1, stream: () => seen++ >= each.at, fault: each.fault });
    }
    const second = await scene.open();
    const recording = Promise.all([recordAll(ledger, all), recordAll(second, all.slice(30))]);
    for (const each of mishaps) {
      if (each.what !== 'restart') continue;
      await activity.until(() => activity.counts.appends >= start + each.at);
      await double.restart();
    }
    const [first, again] = await recording;
    expect([first, again]).toEqual([idsOf(all), idsOf(all.slice(30))]);
    faults.clear();
    await second.close();
  }
});
