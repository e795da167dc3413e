import { describe, expect, it } from '@jest/globals';
import { Zone } from '../../../src/kernel/day.js';
import { Problem } from '../../../src/kernel/errors.js';
import type { Finding } from '../../../src/ledger/findings.js';
import type { Entry, Ledger } from '../../../src/ledger/ledger.js';
import { Sealer } from '../../../src/ledger/seal.js';
import { namedIn, sealEntries, type SealReason } from '../../../src/ledger/seal-entries.js';
import { storedHash } from '../../../src/ledger/stored-hash.js';
import { verifyLedger } from '../../../src/ledger/verify-ledger.js';
import {
  entryAt,
  feedOf,
  publicKey,
  type Rows,
  sealedLedger,
  sealsOf,
  signingKey,
} from '../../support/memory-ledger.js';

const ASKER = { actor: 'system', correlationId: 'seal' };
const NIGHTLY: SealReason = { reason: 'nightly' };
const ASKED: SealReason = { reason: 'asked' };

/** A ledger in memory that can be appended to, with its seals and what seals are written into it. */
async function given(count = 20, now = '2026-10-03T04:05:00.000Z') {
  const rows = await sealedLedger([2, 9], count);
  rows.witness = [];
  const clock = { now: new Date(now) };
  const add = (entry: Omit<Entry, 'position' | 'recordedAt' | 'storedHash' | 'keyId'>): number => {
    const position = rows.entries.length + 1;
    const placed = { ...entry, position, recordedAt: new Date(1_900_000_000_000 + position) };
    rows.entries.push({ ...placed, storedHash: storedHash(placed) });
    return (rows.head = position);
  };
  const ledger: Pick<Ledger, 'head' | 'readStream' | 'append'> = {
    head: () => Promise.resolve(rows.head),
    readStream: (stream) => Promise.resolve(rows.entries.filter((entry) => entry.stream === stream)),
    append(stream, expected, [entry]) {
      const revision = expected === 'no_stream' ? 0 : expected + 1;
      if (rows.entries.filter((each) => each.stream === stream).length !== revision)
        return Promise.reject(new Problem('wrong_expected_revision'));
      return Promise.resolve({ revision, position: add({ ...entry!, revision }) });
    },
  };
  const entries = sealEntries({
    ...{
      ledger: ledger as Ledger,
      clock: () => clock.now,
      zone: new Zone('UTC'),
      contentMac: () => Buffer.alloc(32),
      signingKey,
    },
    async covering(position) {
      const sealer = new Sealer({ store: sealsOf(rows), origin: 'truth-ledger', signingKey });
      await sealer.step(clock.now);
      expect(sealer.latest!.size).toBeGreaterThanOrEqual(position);
      return sealer.latest!;
    },
  });
  const received = (): number => add(entryAt(rows.entries.length + 1));
  const sealed = (): Entry[] => rows.entries.filter(({ type }) => type === 'LedgerSealed');
  return { ...entries, rows, clock, received, sealed };
}

async function findingsIn(rows: Rows): Promise<Finding[]> {
  const named = namedIn(
    rows.entries.filter(({ stream }) => stream.startsWith('seal-')),
    publicKey,
  );
  const found: Finding[] = [];
  for await (const each of verifyLedger(feedOf(rows), sealsOf(rows), publicKey, { named, pageMax: 10 }))
    found.push(each);
  return found;
}
const verdicts = async (rows: Rows): Promise<string[]> =>
  (await findingsIn(rows)).map(({ verdict, position }) => `${verdict} ${position}`);

/** As somebody with the disk in hand changes an entry, its hash made anew. */
function rewrite(rows: Rows, position: number, change: (entry: Entry) => Partial<Entry>): void {
  const entry = rows.entries[position - 1]!;
  const changed = { ...entry, ...change(entry) };
  rows.entries[position - 1] = { ...changed, storedHash: storedHash(changed) };
}
const withoutSeals = (rows: Rows): void => {
  rows.checkpoints.length = rows.leaves.length = rows.nodes.length = 0;
};

describe('seals that stand in the ledger', () => {
  it('given entries, when it is sealed, then an entry names the signed root of all before it, and nothing is found', async () => {
    const { enter, sealed, rows } = await given();
    const entered = await enter(NIGHTLY, ASKER);
    expect(entered).toMatchObject({ position: 21, reason: 'nightly', day: '2026-10-03', checkpoint: { size: 20 } });
    expect(sealed()).toMatchObject([{ stream: 'seal-2026', actor: 'system', origin: 'truth-ledger' }]);
    const { checkpoint } = JSON.parse(sealed()[0]!.body) as { checkpoint: Record<string, unknown> };
    expect(checkpoint).toEqual({
      ...{ origin: 'truth-ledger', size: 20, root: rows.checkpoints.at(-1)!.root.toString('hex') },
      ...{ signed_at: '2026-10-03T04:05:00.000Z', signature: expect.any(String) },
      key_id: expect.stringMatching(/^[0-9a-f]{8}$/),
    });
    expect(await findingsIn(rows)).toEqual([]);
  });

  it('given an empty ledger, then there is nothing to seal', async () => {
    const { enter, rows } = await given();
    rows.head = 0;
    expect(await enter(NIGHTLY, ASKER)).toBeUndefined();
  });

  it('given nothing came since, when it is sealed again, then there is no other entry, whatever the year', async () => {
    const { enter, sealed, clock } = await given(20, '2026-12-31T04:05:00.000Z');
    const first = await enter(NIGHTLY, ASKER);
    clock.now = new Date('2027-01-01T04:05:00.000Z');
    expect(await enter(NIGHTLY, ASKER)).toEqual(first);
    expect(sealed()).toHaveLength(1);
  });

  it('given entries come all the time, then a day has one nightly seal, and one more whenever asked', async () => {
    const { enter, received, sealed, clock } = await given();
    await enter(NIGHTLY, ASKER);
    received();
    await enter(NIGHTLY, ASKER);
    expect(sealed()).toHaveLength(1);
    await enter(ASKED, ASKER);
    received();
    await enter(NIGHTLY, ASKER);
    expect(sealed()).toHaveLength(2);
    clock.now = new Date('2026-10-04T04:05:00.000Z');
    expect(await enter(NIGHTLY, ASKER)).toMatchObject({ day: '2026-10-04', position: 25, checkpoint: { size: 24 } });
  });

  it('given somebody made the last one claim more than there is, then it is not believed, and the next one is written', async () => {
    const { enter, rows } = await given();
    await enter(ASKED, ASKER);
    rewrite(rows, 21, ({ body }) => ({ body: body.replace('"size":20', '"size":2000') }));
    withoutSeals(rows);
    expect(await enter(ASKED, ASKER)).toMatchObject({ position: 22, checkpoint: { size: 21 } });
    rewrite(rows, 22, ({ body }) => ({ body: body.replace('"size":21', '"size":20') }));
    withoutSeals(rows);
    expect(await enter(ASKED, ASKER)).toMatchObject({ position: 23, checkpoint: { size: 22 } });
  });

  it('given the last one made into nothing, then the next one is written; made into no JSON, then it is refused with a sentence', async () => {
    const { enter, rows, received, sealed } = await given();
    await enter(NIGHTLY, ASKER);
    received();
    rewrite(rows, 21, () => ({ body: 'null' }));
    await enter(ASKED, ASKER);
    expect(sealed()).toHaveLength(2);
    received();
    rewrite(rows, 23, () => ({ body: '{' }));
    await expect(enter(ASKED, ASKER)).rejects.toMatchObject({ code: 'wrong_state' });
  });

  it('given two that seal at once, then one of them writes it', async () => {
    const { enter, sealed } = await given();
    const [one, other] = await Promise.all([enter(ASKED, ASKER), enter(ASKED, ASKER)]);
    expect(sealed()).toHaveLength(1);
    expect(one).toEqual(other);
  });

  it('given the rows of seals taken away, and no witness, then the entry tells that they are gone', async () => {
    const { enter, rows } = await given();
    await enter(NIGHTLY, ASKER);
    withoutSeals(rows);
    expect(await findingsIn(rows)).toMatchObject([
      { verdict: 'seal', position: 20, detail: 'The ledger has lost its seal of size 20, which entry 21 has.' },
    ]);
  });

  it('given entries changed and all that was noted of them taken away, then the entry does not hold, told once', async () => {
    const { enter, rows } = await given();
    await enter(NIGHTLY, ASKER);
    await enter(ASKED, ASKER);
    rewrite(rows, 5, () => ({ body: '{}' }));
    withoutSeals(rows);
    expect(await verdicts(rows)).toEqual(['seal 20', 'checkpoint 21', 'rewritten 20']);
  });

  it.each<[string, (entry: Entry) => Partial<Entry>]>([
    [
      'another root',
      ({ body }) => ({ body: body.replace(/"root":"(.)/, (_, digit) => `"root":"${digit === '0' ? 1 : 0}`) }),
    ],
    ['another size', ({ body }) => ({ body: body.replace('"size":20', '"size":19') })],
    ['a size beyond the end', ({ body }) => ({ body: body.replace('"size":20', '"size":2000') })],
    ['another time', ({ body }) => ({ body: body.replace('04:05:00.000Z', '04:06:00.000Z') })],
    ['the id of another key', ({ body }) => ({ body: body.replace(/"key_id":"........"/, '"key_id":"00000000"') })],
    ['no signature', ({ body }) => ({ body: body.replace(/"signature":"[^"]*"/, '"signature":""') })],
    ['no JSON', () => ({ body: '{' })],
    ['another type', () => ({ type: 'LedgerSaved' })],
  ])('given the entry has %s, its hash made anew, then that entry is named', async (_what, change) => {
    const { enter, rows } = await given();
    await enter(NIGHTLY, ASKER);
    rewrite(rows, 21, change);
    expect(await verdicts(rows)).toEqual(['checkpoint 21']);
  });

  it('given a seal and the entry that names it differ, both signed, then the entry is named', async () => {
    const { enter, rows, received } = await given();
    await enter(NIGHTLY, ASKER);
    received();
    const other = await given(20);
    rewrite(other.rows, 15, () => ({ body: '{}' }));
    const foreign = await other.enter(NIGHTLY, ASKER);
    rewrite(rows, 21, ({ body }) => ({
      body: JSON.stringify({ ...(JSON.parse(body) as object), checkpoint: foreign!.checkpoint }),
    }));
    expect(await verdicts(rows)).toEqual(['checkpoint 21']);
  });
});
