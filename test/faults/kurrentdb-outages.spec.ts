// KurrentDB restarted, its leader gone, connections that are half open, answers and visibility out of order: nothing that was acknowledged
// is lost, nothing is there twice, and no reader of the feed skips a place.
import { afterEach, describe, expect, it } from '@jest/globals';
import type { Ledger, NewEntry } from '../../src/ledger/ledger.js';
import { decisions, received, times } from '../contracts/ledger-entries.js';
import { notLeader } from '../support/kurrentdb/faults.js';
import { until } from '../support/start-storage.js';
import { halfOpenProxy } from './half-open-proxy.js';
import { kurrentdbScene, recordAll, type KurrentdbScene } from './kurrentdb-scene.js';

let scene: KurrentdbScene;
afterEach(() => scene.close());

const events = (count: number): NewEntry[] => times(count, (index) => received(`e${index}`));
const idsOf = (entries: readonly NewEntry[]): string[] => entries.map(({ id }) => id);

async function expectOnce(ids: readonly string[]): Promise<void> {
  const feed = await scene.feed();
  expect(feed.map(({ position }) => position)).toEqual(times(ids.length, (index) => index + 1));
  expect(feed.map(({ id }) => id)).toEqual(scene.stored());
  expect([...scene.stored()].sort()).toEqual([...ids].sort());
}

/** Follows the feed from its start, and fails where a place is not the next one. */
function follow(ledger: Ledger, count: number): Promise<string[]> {
  const seen: string[] = [];
  const stop = new AbortController();
  return (async () => {
    for await (const { entries } of ledger.subscribe(0, { limit: 50, signal: stop.signal })) {
      for (const { position, id } of entries) {
        if (position !== seen.length + 1) throw new Error(`after ${seen.length} came ${position}`);
        seen.push(id);
      }
      if (seen.length >= count) stop.abort();
    }
    return seen;
  })();
}

describe('restarts', () => {
  it('given 300 events under way, when the server restarts three times and forgets its recent ids, then each is there once', async () => {
    scene = await kurrentdbScene();
    const all = events(300);
    const following = follow(scene.ledger, all.length);
    const recording = recordAll(scene.ledger, all);
    for (const appends of [60, 150, 280]) {
      await scene.double.leader.activity.until(() => scene.double.leader.activity.counts.appends >= appends);
      await scene.double.restart();
    }
    expect(await recording).toEqual(idsOf(all));
    await expectOnce(idsOf(all));
    expect(await following).toEqual(scene.stored());
  });

  it('given the same events sent by two processes through a restart, then each is there once', async () => {
    scene = await kurrentdbScene();
    const [all, second] = [events(100), await scene.open()];
    const recording = Promise.all([recordAll(scene.ledger, all), recordAll(second, all), recordAll(second, all)]);
    await scene.double.leader.activity.until(() => scene.double.leader.activity.counts.appends >= 80);
    await scene.double.restart();
    for (const ids of await recording) expect(ids).toEqual(idsOf(all));
    await expectOnce(idsOf(all));
  });

  it('given decisions under way, when the answer is lost in a restart, then they are there once, at their place', async () => {
    scene = await kurrentdbScene();
    const stream = 'period-2026-10';
    for (let revision = 0; revision < 6; revision += 2) {
      const lost = scene.double.leader.faults.set({
        at: 'append',
        when: 'after',
        times: 1,
        fault: { kind: 'silence' },
      });
      const expected = revision === 0 ? ('no_stream' as const) : revision - 1;
      const appending = scene.ledger.append(stream, expected, decisions(stream, revision, ['a', 'b']));
      await lost.struck;
      await scene.double.restart();
      expect((await appending).revision).toBe(revision + 1);
    }
    expect((await scene.ledger.readStream(stream)).map(({ revision }) => revision)).toEqual([0, 1, 2, 3, 4, 5]);
  });
});

describe('a cluster', () => {
  it('given 200 events under way, when one leader dies after the other, then each is there once', async () => {
    scene = await kurrentdbScene({ nodes: 3 });
    const all = events(200);
    const following = follow(scene.ledger, all.length);
    const recording = recordAll(scene.ledger, all);
    for (const [index, appends] of [
      [0, 50],
      [1, 1],
    ] as const) {
      const { activity } = scene.double.leader;
      await activity.until(() => activity.counts.appends >= appends);
      await scene.double.kill(index);
    }
    expect(await recording).toEqual(idsOf(all));
    await expectOnce(idsOf(all));
    expect(await following).toEqual(scene.stored());
  });

  it('given a leader that steps down and names the next one, when recorded, then the event goes there, once', async () => {
    scene = await kurrentdbScene({ nodes: 2 });
    const refusal = notLeader(scene.double.nodes[1]!);
    scene.double.nodes[0]!.faults.set({ at: 'append', fault: { kind: 'status', status: refusal } });
    scene.double.elect(1);
    await recordAll(scene.ledger, events(20));
    expect(scene.double.nodes[1]!.activity.counts.appends).toBeGreaterThanOrEqual(20);
    await expectOnce(idsOf(events(20)));
  });

  it.each(['busy', 'not-ready', 'no-leader', 'timeout'] as const)(
    'given elections, when appends are answered "%s" for a while, then each event is there once',
    async (problem) => {
      scene = await kurrentdbScene();
      for (const when of ['before', 'after'] as const)
        scene.double.leader.faults.set({ at: 'append', when, times: 30, fault: { kind: 'answer', problem } });
      expect(await recordAll(scene.ledger, events(40))).toHaveLength(40);
      await expectOnce(idsOf(events(40)));
    },
  );
});

describe('connections that are half open', () => {
  it('given one that carries nothing any more, when recorded, then the event is there once and the feed goes on', async () => {
    scene = await kurrentdbScene();
    const proxy = await halfOpenProxy(scene.double.leader.port);
    const ledger = await scene.open({ url: `kurrentdb://127.0.0.1:${proxy.port}?tls=false` });
    await scene.ledger.close();
    await ledger.record(received('e0'));
    await until(async () => (await ledger.head()) === 1);
    expect(proxy.freeze()).toBeGreaterThan(0);
    expect(await recordAll(ledger, events(20))).toEqual(idsOf(events(20)));
    await until(async () => (await ledger.head()) === 20);
    expect([...scene.stored()].sort()).toEqual(idsOf(events(20)).sort());
    await ledger.close();
    await proxy.close();
  });
});

describe('order and visibility', () => {
  it('given answers let go in the opposite order, then the feed has the order of the log, and no place is skipped', async () => {
    scene = await kurrentdbScene();
    const gates = times(10, () => {
      let open!: () => void;
      const until = new Promise<void>((resolve) => (open = resolve));
      return { until, open };
    });
    const held = gates.map(({ until }) =>
      scene.double.leader.faults.set({ at: 'append', when: 'after', times: 1, fault: { kind: 'hold', until } }),
    );
    const ledger = await scene.open({ limits: { attemptMs: 30_000 } });
    const following = follow(ledger, 10);
    const recording = recordAll(ledger, events(10));
    await Promise.all(held.map(({ struck }) => struck));
    for (const { open } of gates.reverse()) open();
    expect(await recording).toHaveLength(10);
    expect(await following).toEqual(scene.stored());
    await expectOnce(idsOf(events(10)));
  });

  it('given entries that are acknowledged but cannot be read yet, when they can, then the feed has each once, in its place', async () => {
    scene = await kurrentdbScene();
    const following = follow(scene.ledger, 60);
    const all = events(60);
    for (let round = 0; round < 3; round += 1) {
      scene.double.leader.view.hold();
      expect(await recordAll(scene.ledger, all.slice(round * 20, round * 20 + 20))).toHaveLength(20);
      expect(await scene.ledger.head()).toBe(round * 20);
      scene.double.leader.view.release();
      await until(async () => (await scene.ledger.head()) === round * 20 + 20);
    }
    expect(await following).toEqual(scene.stored());
    await expectOnce(idsOf(all));
  });
});
