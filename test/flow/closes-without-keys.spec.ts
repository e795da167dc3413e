import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { lineText } from '../../src/close/exports/jsonl.js';
import { createPacks } from '../../src/close/pack/create-packs.js';
import { canonicalJson } from '../../src/kernel/canonical-json.js';
import { newSigningKey, openSeal, type Seal, signingKeyOf } from '../../src/ledger/open-seal.js';
import { ClosingScene, paid, refunded, signUp, ZONE } from '../support/closing-scene.js';
import { type Files, verified } from '../support/pack-files.js';
import { temporaryFolder } from '../support/test-cluster.js';

/** What the operator's file names, and what lines of ours are in it. */
const ACCOUNTS = [
  { key: 'clearing.stripe' as const, code: '1100', name: 'Stripe', type: 'asset' as const },
  { key: 'revenue' as const, code: '4000', name: 'Sales', type: 'income' as const },
];

let scene: ClosingScene;
let seal: Seal;

beforeEach(async () => {
  scene = await ClosingScene.open();
  const { ledger, database } = scene.at;
  seal = openSeal({
    ...{ ledger, database, zone: ZONE, clock: scene.deps.clock, contentMac: scene.deps.contentMac },
    ...{ signingKey: signingKeyOf(newSigningKey()), dataDir: temporaryFolder('truth-ledger-seal-') },
    failed: (error) => {
      throw error;
    },
  });
  await scene.build({ close: { seal } });
  scene.books.post('stripe:p1', '2026-08-04', 500n, { position: 1 });
  await scene.record([signUp('u1', '2026-08-03')], [paid('u1', 'p1', '2026-08-04', 500)]);
});
afterEach(() => scene.stop());

/** Lines of September as its close stored them, in canonical JSON. */
const stored = async (): Promise<string[]> => {
  const { rows } = await scene.at.database.pool.query<{ line: object }>(
    `select line from close.lines where period = '2026-09' order by ordinal`,
  );
  return rows.map(({ line }) => canonicalJson(line));
};

const exported = async (): Promise<string[]> => {
  const texts: string[] = [];
  for await (const line of (await scene.close.lines('2026-09'))!.lines)
    texts.push(canonicalJson(JSON.parse(lineText(line))));
  return texts;
};

const pack = async (): Promise<Files> => {
  const { ledger } = scene.at;
  const packs = createPacks({
    ...{ periods: scene.close, ledger, seal, clock: scene.deps.clock, parameters: () => ({}) },
    tieOuts: { recorded: () => Promise.resolve([]) },
  });
  const files: Files = new Map();
  for await (const { name, chunks } of (await packs.files('2026-09'))!) {
    const parts: Buffer[] = [];
    for await (const chunk of chunks) parts.push(Buffer.from(chunk as string));
    files.set(name, Buffer.concat(parts));
  }
  return files;
};

describe('a close whose adjusting lines do not say which of our accounts they are of', () => {
  it.each<[string, () => Promise<void>]>([
    [
      'it was made by a version that did not store that',
      async () => {
        scene.books.accounts = ACCOUNTS;
        await scene.closes('2026-08');
        await scene.record([refunded('p1', '2026-08-05', 200)]);
        scene.books.post('stripe:r1', '2026-08-05', -200n, { position: await scene.at.ledger.head() });
      },
    ],
    [
      'the close before it kept no accounts, and what that booked is taken back',
      async () => {
        await scene.closes('2026-08');
        scene.books.accounts = ACCOUNTS;
        await scene.record([refunded('p1', '2026-08-05', 200)]);
        scene.books.retract('stripe:p1', await scene.at.ledger.head());
      },
    ],
  ])('given %s, then it is answered as it was stored, and its pack verifies', async (_, given) => {
    await given();
    await scene.closes('2026-09');
    const lines = await stored();
    expect(lines).toHaveLength(2);
    expect(lines.join()).not.toContain('account_key');
    expect((await scene.close.journal('2026-09', { limit: 9 }))!.data.map(canonicalJson)).toEqual(lines);
    expect(await exported()).toEqual(lines);
    const { integrity, completeness } = await verified(await pack());
    expect(integrity.findings).toEqual([]);
    expect(completeness.findings.map(({ check }) => check)).not.toContain('close'); // it was there to be compared with
  });
});
