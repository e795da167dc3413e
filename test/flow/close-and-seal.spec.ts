import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { CloseDeps } from '../../src/close/close-deps.js';
import { openSeal, newSigningKey, type Seal, signingKeyOf } from '../../src/ledger/open-seal.js';
import { ClosingScene, paid, person, refunded, signUp, ZONE } from '../support/closing-scene.js';
import { temporaryFolder } from '../support/test-cluster.js';

let scene: ClosingScene;
let seal: Seal;
/** What happened, in its order. */
let seen: string[];

/** The seal of the ledger, and what else happens while it is at work. */
const watched = (over: Partial<Record<keyof CloseDeps['seal'], () => Promise<unknown>>>): CloseDeps['seal'] => ({
  covering: async (...asked) => {
    const checkpoint = await seal.covering(...asked);
    seen.push(`sealed up to ${checkpoint.size}`);
    await over.covering?.();
    return checkpoint;
  },
  enter: async (...asked) => {
    await over.enter?.();
    const entered = await seal.enter(...asked);
    seen.push('entered');
    return entered;
  },
});
/** Another process that reopens August, which takes the lock that a close takes. */
const reopensAugust = async (who: string): Promise<void> => {
  const said = await scene.close.reopen('2026-08', { reason: 'a refund is missing' }, person(who)).then(
    ({ reopen_request: request }) => (request ? 'asked for' : 'done'),
    (error: { code: string; detail: string }) => `${error.code}: ${error.detail}`,
  );
  seen.push(`reopening August: ${said}`);
};

beforeEach(async () => {
  scene = await ClosingScene.open();
  seen = [];
  const { ledger, database } = scene.at;
  seal = openSeal({
    ...{ ledger, database, zone: ZONE, clock: scene.deps.clock, contentMac: scene.deps.contentMac },
    ...{ signingKey: signingKeyOf(newSigningKey()), dataDir: temporaryFolder('truth-ledger-seal-') },
    failed: (error) => {
      throw error;
    },
  });
  await scene.record([signUp('u1', '2026-08-03')], [paid('u1', 'p1', '2026-08-04', 500)]);
  await scene.closes('2026-08'); // which seals nothing
  scene.books.post('stripe:p2', '2026-09-04', 700n, { position: 1 });
  await scene.record([paid('u1', 'p2', '2026-09-04', 700)]);
});
afterEach(() => scene.stop());

describe('a close of a ledger of which nothing is sealed yet', () => {
  it('given its entries are being sealed, then who else needs the lock of a close has it meanwhile, and only what came since is sealed within it', async () => {
    const head = async () => scene.at.ledger.head();
    let before = 0;
    await scene.build({
      close: {
        seal: watched({
          covering: async () => {
            await reopensAugust('Carol');
            before = await head();
          },
          enter: () => reopensAugust('Dave'),
        }),
      },
    });
    await scene.closes('2026-09');
    const [sealed, ...others] = seen;
    expect(others).toEqual([
      'reopening August: asked for',
      'reopening August: wrong_expected_revision: Somebody else is closing or reopening a period just now.',
      'entered',
    ]);
    const sizes = (await seal.store.after(0, 100)).map(({ size }) => size);
    expect(sizes).toEqual([Number(/\d+$/.exec(sealed!)![0]), before]);
    expect(sizes[0]).toBe(before - 1); // all but that somebody asked for a reopening
    expect(await seal.verify()).toMatchObject({ ok: true, entered: 1 });
  });

  it('given entries that come at every point of it, then it closes what was approved, under a root that covers all it stored, and they are late', async () => {
    let late = 0;
    const comes = async (): Promise<void> => {
      late += 1;
      scene.books.post(`stripe:late${late}`, '2026-09-05', 10n, { position: (await scene.at.ledger.head()) + 1 });
      await scene.record([refunded(`late${late}`, '2026-09-05', late)], [paid('u1', `late${late}`, '2026-09-06', 10)]);
    };
    await scene.build({ close: { seal: watched({ covering: comes, enter: comes }) } });
    const { proposal } = await scene.close.propose('2026-09', {}, person('Alice'));
    await comes();
    await scene.close.approve('2026-09', { digest: proposal!.digest }, person('Bob'));
    const { closed } = await scene.close.close('2026-09', person('Alice'));
    expect(late).toBe(3);
    expect(closed).toMatchObject({ digest: proposal!.digest, up_to: proposal!.up_to });
    const contents = await scene.at.ledger.readStream(closed!.contents.stream);
    expect(contents).toHaveLength(closed!.contents.entries);
    expect(Math.max(...contents.map(({ position }) => position))).toBeLessThanOrEqual(closed!.seal!.size);
    expect(await seal.verify()).toMatchObject({ ok: true, entered: 1 });
    await scene.projections.catchUp();
    const october = (await scene.close.detail('2026-10'))!;
    const revenue = october.adjustments.find(({ metric }) => metric === 'revenue_gross');
    expect(revenue).toMatchObject({ adjusts: '2026-09', cause: 'late_fact', value: '30', entries: 3 });
    expect(await scene.close.rebuild()).toBe(2);
  });

  it('given two people who meanwhile approve other numbers of it, then it is not closed by those with what was written before', async () => {
    const anew = async (): Promise<void> => {
      if (seen.length > 1) return;
      await scene.record([paid('u1', 'p3', '2026-09-07', 40)]);
      const { proposal } = await scene.close.propose('2026-09', {}, person('Carol'));
      await scene.close.approve('2026-09', { digest: proposal!.digest }, person('Dave'));
    };
    await scene.build({ close: { seal: watched({ covering: anew }) } });
    await expect(scene.closes('2026-09')).rejects.toMatchObject({
      code: 'wrong_state',
      detail: expect.stringMatching(/approved meanwhile/),
    });
    const { closed } = await scene.close.close('2026-09', person('Alice'));
    expect(await scene.at.ledger.readStream(closed!.contents.stream)).toHaveLength(closed!.contents.entries);
    expect(await scene.close.rebuild()).toBe(2);
  });
});
