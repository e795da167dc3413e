import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Finding, Verdict } from '../../src/ledger/findings.js';
import type { Entry } from '../../src/ledger/ledger.js';
import { storedHash } from '../../src/ledger/stored-hash.js';
import { verifyLedger } from '../../src/ledger/verify-ledger.js';
import { copyOf, entryAt, feedOf, publicKey, type Rows, sealedLedger, sealsOf } from '../support/memory-ledger.js';

const SIZES = [2, 9, 20];
const SEALED = 20;
const ENTRIES = 22;
const RUNS = 10_000;

const intact = await sealedLedger(SIZES, ENTRIES);

async function findingsIn(rows: Rows, pageMax = 10): Promise<Finding[]> {
  const witness = async function* () {
    await Promise.resolve();
    yield* rows.witness;
  };
  const found: Finding[] = [];
  for await (const finding of verifyLedger(feedOf(rows), sealsOf(rows), publicKey, { witness, pageMax }))
    found.push(finding);
  return found;
}

/** One change, the only verdict that is right for it, and the position that it must name. */
interface Edit {
  what: string;
  expected: Verdict;
  position?: number;
  apply(rows: Rows): void;
}

const flipText = (text: string, at: number): string => {
  const index = at % Math.max(1, text.length);
  const code = text.charCodeAt(index) || 64;
  return text.slice(0, index) + String.fromCharCode(code ^ 1) + text.slice(index + 1);
};
const flipBytes = (bytes: Buffer, at: number): Buffer => {
  const copy = Buffer.from(bytes);
  copy[at % copy.length]! ^= 1 << (at % 8);
  return copy;
};

const texts = [
  'id',
  'stream',
  'type',
  'origin',
  'account',
  'originEventId',
  'correlationId',
  'actor',
  'authenticatedBy',
  'body',
  'causationId',
  'keyId',
] as const;
const fields: Readonly<Record<string, (entry: Entry, at: number) => Partial<Entry>>> = {
  ...Object.fromEntries(
    texts.map((name) => [name, (entry: Entry, at: number) => ({ [name]: flipText(entry[name]!, at) })]),
  ),
  revision: ({ revision }, at) => ({ revision: revision + 1 + at }),
  schemaVersion: ({ schemaVersion }, at) => ({ schemaVersion: schemaVersion + 1 + at }),
  occurredAt: ({ occurredAt }, at) => ({ occurredAt: new Date(occurredAt.getTime() + 1 + at) }),
  recordedAt: ({ recordedAt }, at) => ({ recordedAt: new Date(recordedAt.getTime() + 1 + at * 7) }),
  earlier: ({ recordedAt }, at) => ({ recordedAt: new Date(recordedAt.getTime() - 1 - at * 7) }),
  subjects: ({ subjects }, at) => ({ subjects: at % 2 ? [] : subjects.map((tag) => flipText(tag, at)) }),
  attributes: (_, at) => ({ attributes: { livemode: 'true', [`a${at}`]: '1' } }),
  contentMac: ({ contentMac }, at) => ({ contentMac: flipBytes(contentMac, at) }),
  noKey: () => ({ keyId: undefined }),
};

const place = (max: number) => fc.integer({ min: 1, max });
const anywhere = fc.nat({ max: 1_000 });
const field = fc.constantFrom(...Object.keys(fields));
const change = (rows: Rows, position: number, to: Partial<Entry>): Entry =>
  (rows.entries[position - 1] = { ...rows.entries[position - 1]!, ...to });
const renumber = (rows: Rows): void => {
  rows.entries = rows.entries.map((entry, index) => ({ ...entry, position: index + 1 }));
  rows.head = rows.entries.length;
};
const rehashed = (entry: Entry): Entry => ({ ...entry, storedHash: storedHash(entry) });

const edits: fc.Arbitrary<Edit>[] = [
  fc.record({ at: place(ENTRIES), field, by: anywhere }).map(({ at, field, by }) => ({
    ...{ what: `${field} of ${at}`, expected: 'edit', position: at },
    apply: (rows) => change(rows, at, fields[field]!(rows.entries[at - 1]!, by)),
  })),
  fc.record({ at: place(ENTRIES), by: anywhere }).map(({ at, by }) => ({
    ...{ what: `stored hash of ${at}`, expected: 'edit', position: at },
    apply: (rows) => change(rows, at, { storedHash: flipBytes(rows.entries[at - 1]!.storedHash, by) }),
  })),
  fc.record({ at: place(SEALED), field, by: anywhere }).map(({ at, field, by }) => ({
    ...{ what: `${field} of ${at}, its hash made anew`, expected: 'edit', position: at },
    apply: (rows) => (rows.entries[at - 1] = rehashed(change(rows, at, fields[field]!(rows.entries[at - 1]!, by)))),
  })),
  place(ENTRIES).map((at) => ({
    ...{ what: `${at} taken out`, expected: at === ENTRIES ? 'truncation' : 'deletion', position: at },
    apply: (rows) => rows.entries.splice(at - 1, 1),
  })),
  // Without the last sealed entry the first unsealed one stands in its place, which is what a changed entry looks like.
  place(SEALED).map((at) => ({
    ...{ what: `${at} taken out, the rest numbered anew`, expected: at === SEALED ? 'edit' : 'deletion', position: at },
    apply(rows) {
      rows.entries.splice(at - 1, 1);
      renumber(rows);
    },
  })),
  fc.uniqueArray(place(SEALED), { minLength: 2, maxLength: 2 }).map(([a, b]) => ({
    ...{ what: `${a} and ${b} exchanged`, expected: 'reordering' },
    apply(rows) {
      [rows.entries[a! - 1], rows.entries[b! - 1]] = [rows.entries[b! - 1]!, rows.entries[a! - 1]!];
      renumber(rows);
    },
  })),
  fc.record({ at: place(SEALED), by: anywhere }).map(({ at, by }) => ({
    ...{ what: `${at} moved behind the end`, expected: 'reordering', position: at },
    apply: (rows) => change(rows, at, { position: ENTRIES + 1 + (by % 8) }),
  })),
  // A copy of the last sealed entry behind it would be an unsealed one.
  fc.record({ at: place(SEALED), copied: fc.option(place(SEALED - 1)) }).map(({ at, copied }) => ({
    ...{ what: `${copied ? `a copy of ${copied}` : 'another'} put in at ${at}`, expected: 'insertion' },
    apply(rows) {
      rows.entries.splice(at - 1, 0, copied ? rows.entries[copied - 1]! : entryAt(5_000 + at));
      renumber(rows);
    },
  })),
  place(ENTRIES - 1).map((kept) => ({
    ...{ what: `all behind ${kept} cut off`, expected: 'truncation', position: kept + 1 },
    apply: (rows) => rows.entries.splice(kept),
  })),
  place(SEALED - 1).map((kept) => ({
    ...{ what: `all behind ${kept} cut off with head and seals`, expected: 'truncation', position: kept + 1 },
    apply(rows) {
      rows.entries.splice(kept);
      rows.head = kept;
      rows.checkpoints = rows.checkpoints.filter(({ size }) => size <= kept);
      rows.leaves = rows.leaves.filter(({ size }) => size <= kept);
    },
  })),
  fc
    .record({
      at: fc.nat({ max: SIZES.length - 1 }),
      part: fc.constantFrom('root', 'signature', 'signedAt', 'origin', 'size', 'gone'),
      by: anywhere,
    })
    .map(({ at, part, by }) => ({
      ...{ what: `${part} of seal ${at}`, expected: 'seal' },
      apply({ checkpoints }) {
        const old = checkpoints[at]!;
        if (part === 'gone') checkpoints.splice(at, 1);
        if (part === 'root') checkpoints[at] = { ...old, root: flipBytes(old.root, by) };
        if (part === 'signature') checkpoints[at] = { ...old, signature: flipBytes(old.signature, by) };
        if (part === 'signedAt') checkpoints[at] = { ...old, signedAt: new Date(old.signedAt.getTime() + 1) };
        if (part === 'origin') checkpoints[at] = { ...old, origin: flipText(old.origin, by) };
        if (part === 'size') checkpoints[at] = { ...old, size: old.size - 1 };
      },
    })),
  fc.record({ at: fc.nat({ max: SIZES.length - 1 }), by: anywhere, gone: fc.boolean() }).map(({ at, by, gone }) => ({
    ...{ what: `noted hashes of seal ${at}`, expected: 'seal' },
    apply(rows) {
      const old = rows.leaves[at]!;
      if (gone && at > 0) rows.leaves.splice(at, 1);
      else rows.leaves[at] = { ...old, hashes: flipBytes(old.hashes, by) };
    },
  })),
  fc.record({ at: place(SEALED), by: anywhere }).map(({ at, by }) => ({
    ...{ what: `${at} changed with the hash that was noted of it`, expected: 'rewritten' },
    apply(rows) {
      const entry = (rows.entries[at - 1] = rehashed(change(rows, at, fields['body']!(rows.entries[at - 1]!, by))));
      const row = rows.leaves.findIndex(({ size }) => size >= at);
      const hashes = Buffer.from(rows.leaves[row]!.hashes);
      entry.storedHash.copy(hashes, (at - 1 - rows.leaves[row]!.after) * 32);
      rows.leaves[row] = { ...rows.leaves[row]!, hashes };
    },
  })),
];

describe('a ledger that somebody changed', () => {
  it('given nothing changed, then nothing is found, and all that is sealed holds', async () => {
    const verifying = verifyLedger(feedOf(intact), sealsOf(intact), publicKey);
    expect(await verifying.next()).toMatchObject({
      done: true,
      value: { entries: ENTRIES, checkpoints: SIZES.length, sealed: SEALED },
    });
  });

  it(`given any of ${RUNS} single changes, then it is found, and by its name`, async () => {
    const seen = new Map<Verdict, number>();
    await fc.assert(
      fc.asyncProperty(fc.oneof(...edits), async ({ expected, position, apply }) => {
        const rows = copyOf(intact);
        apply(rows);
        const found = await findingsIn(rows);
        // Asked by itself: ten thousand times, a matcher costs seconds.
        const isRight = found.length > 0 && found.every(({ verdict }) => verdict === expected);
        if (!isRight) expect([...new Set(found.map(({ verdict }) => verdict))]).toEqual([expected]);
        const isNamed = position === undefined || (found.length === 1 && found[0]!.position === position);
        if (!isNamed) expect(found.map((each) => each.position)).toEqual([position]);
        seen.set(expected, (seen.get(expected) ?? 0) + 1);
      }),
      { numRuns: RUNS },
    );
    expect([...seen.keys()].sort()).toEqual(
      ['deletion', 'edit', 'insertion', 'reordering', 'rewritten', 'seal', 'truncation'].sort(),
    );
  });

  it('given stored roots of subtrees that were changed or lost, then they are found', async () => {
    const rows = await sealedLedger([300, 520], 520);
    expect(await findingsIn(rows, 100)).toEqual([]);
    rows.nodes[0] = { ...rows.nodes[0]!, hash: Buffer.alloc(32) };
    rows.nodes.splice(1, 1);
    expect((await findingsIn(rows, 100)).map(({ verdict, position }) => [verdict, position])).toEqual([
      ['seal', 256],
      ['seal', 512],
    ]);
  });

  it('given many entries taken out or changed at once, then each is told, and those between are not', async () => {
    const rows = await sealedLedger([400], 400);
    rows.entries = rows.entries.filter(({ position }) => position <= 50 || position > 250);
    renumber(rows);
    change(rows, 100, { body: '{}' });
    const found = await findingsIn(rows, 100);
    expect(found.filter(({ verdict }) => verdict === 'deletion').map(({ position }) => position)).toEqual(
      Array.from({ length: 200 }, (_, index) => index + 51),
    );
    expect(found.filter(({ verdict }) => verdict !== 'deletion')).toMatchObject([{ verdict: 'edit', position: 100 }]);
  });
});
