import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { signedNote } from '../../src/ledger/seal.js';
import { storedHash } from '../../src/ledger/stored-hash.js';
import type { Entry } from '../../src/ledger/ledger.js';
import { closedPeriod } from '../support/closed-period.js';
import { signingKey } from '../support/memory-ledger.js';
import { type Files, filesOf, signedAnew, verified } from '../support/pack-files.js';

const RUNS = 10_000;
const { rows, source } = await closedPeriod();
const intact = await filesOf(source);
const names = [...intact.keys()];
const ENTRIES = 'entries/000001.jsonl';

type Verdicts = 'integrity' | 'completeness';

/** One change and the verdict that it must turn. `needsKey`: somebody with the signing key lists and signs the files again. */
interface Edit {
  what: string;
  turns: Verdicts;
  needsKey?: boolean;
  apply(files: Files): void;
}

const flip = (bytes: Buffer, at: number): Buffer => {
  const copy = Buffer.from(bytes);
  copy[at % copy.length]! ^= 1 << (at % 8);
  return copy;
};
type Row = Record<string, unknown>;
const rowsOf = (files: Files, name: string): Row[] =>
  files
    .get(name)!
    .toString()
    .split('\n')
    .slice(0, -1)
    .map((text) => JSON.parse(text) as Row);
const setRows = (files: Files, name: string, all: Row[]): void =>
  void files.set(name, Buffer.from(all.map((row) => `${JSON.stringify(row)}\n`).join('')));
/** Rows changed; numbering, where it is asked for, made to look right again. */
function change(files: Files, name: string, how: (all: Row[]) => void, from?: number): void {
  const all = rowsOf(files, name);
  how(all);
  setRows(files, name, from === undefined ? all : all.map((row, at) => ({ ...row, position: from + at })));
}

const hashed = (row: Row): string =>
  storedHash({
    ...{ id: row['id'], stream: row['stream'], revision: row['revision'], type: row['type'], origin: row['origin'] },
    ...{ schemaVersion: row['schema_version'], account: row['account'], originEventId: row['origin_event_id'] },
    ...{ occurredAt: new Date(row['occurred_at'] as string), recordedAt: new Date(row['recorded_at'] as string) },
    ...{ correlationId: row['correlation_id'], causationId: row['causation_id'], actor: row['actor'] },
    ...{ authenticatedBy: row['authenticated_by'], subjects: row['subjects'], attributes: row['attributes'] },
    ...{ body: row['body'], contentMac: Buffer.from(row['content_mac'] as string, 'hex'), keyId: row['key_id'] },
  } as Entry).toString('hex');

const count = rowsOf(intact, ENTRIES).length;
const place = (below: number) => fc.nat({ max: below - 1 });
const anywhere = fc.nat({ max: 100_000 });
const textField = fc.constantFrom(
  'id',
  'stream',
  'type',
  'origin',
  'account',
  'origin_event_id',
  'correlation_id',
  'actor',
  'body',
);

/** Values that the verifier derives again, or compares with what the ledger has. */
const WORDS = /(?<="(?:account|currency|step|kind|status|provider|statement|entry_id|\w+_minor)": "?)[\w-]+(?="?,?$)/gm;

const edits: fc.Arbitrary<Edit>[] = [
  fc.record({ name: fc.constantFrom(...names), by: anywhere }).map(({ name, by }) => ({
    ...{ what: `byte ${by} of ${name}`, turns: 'integrity' },
    apply: (files) => files.set(name, flip(files.get(name)!, by)),
  })),
  fc.record({ name: fc.constantFrom(...names), by: anywhere }).map(({ name, by }) => ({
    ...{ what: `${name} cut short`, turns: 'integrity' },
    apply: (files) => files.set(name, files.get(name)!.subarray(0, by % files.get(name)!.length)),
  })),
  fc.constantFrom(...names).map((name) => ({
    ...{ what: `${name} taken out`, turns: 'completeness' },
    apply: (files) => files.delete(name),
  })),
  fc
    .record({
      by: anywhere,
      name: fc.constantFrom('entries/9.jsonl', 'manifest.txt', 'manifest.json.bak', 'manifest.'),
    })
    .map(({ by, name }) => ({
      ...{ what: `${by}${name} put in`, turns: 'integrity' },
      apply: (files) => files.set(by % 2 === 0 ? name : `${name}${by}`, files.get(ENTRIES)!),
    })),
  fc.record({ at: place(count), field: textField, by: anywhere }).map(({ at, field, by }) => ({
    ...{ what: `${field} of row ${at}`, turns: 'integrity', needsKey: true },
    apply: (files) => change(files, ENTRIES, (all) => (all[at]![field] = `${String(all[at]![field])}${by}`)),
  })),
  fc.record({ at: place(6), by: anywhere }).map(({ at, by }) => ({
    ...{ what: `body of row ${at}, its hash made anew`, turns: 'integrity', needsKey: true },
    apply: (files) =>
      change(files, ENTRIES, (all) => {
        all[at]!['body'] = `{"changed":${by}}`;
        all[at]!['stored_hash'] = hashed(all[at]!);
      }),
  })),
  fc.record({ at: place(count), by: anywhere }).map(({ at, by }) => ({
    ...{ what: `contents of row ${at} withheld with another hash`, turns: 'integrity', needsKey: true },
    apply: (files) =>
      change(files, ENTRIES, (all) => {
        const { position, id, type, origin, stored_hash } = all[at]!;
        all[at] = {
          position,
          id,
          type,
          origin,
          withheld: true,
          stored_hash: flip(Buffer.from(String(stored_hash), 'hex'), by).toString('hex'),
        };
      }),
  })),
  place(count).map((at) => ({
    ...{ what: `row ${at} taken out`, turns: 'completeness', needsKey: true },
    apply: (files) => change(files, ENTRIES, (all) => all.splice(at, 1)),
  })),
  place(count).map((at) => ({
    ...{ what: `row ${at} taken out, the rest numbered anew`, turns: 'completeness', needsKey: true },
    apply: (files) => change(files, ENTRIES, (all) => all.splice(at, 1), 6),
  })),
  fc.record({ at: place(count), copied: place(count) }).map(({ at, copied }) => ({
    ...{ what: `row ${copied} put in at ${at}`, turns: 'integrity', needsKey: true },
    apply: (files) => change(files, ENTRIES, (all) => all.splice(at, 0, all[copied]!), 6),
  })),
  fc.uniqueArray(place(count), { minLength: 2, maxLength: 2 }).chain(([a, b]) =>
    fc.boolean().map((numbered): Edit => ({
      ...{ what: `rows ${a} and ${b} exchanged`, turns: 'integrity', needsKey: true },
      apply: (files) =>
        change(files, ENTRIES, (all) => ([all[a!], all[b!]] = [all[b!]!, all[a!]!]), numbered ? 6 : undefined),
    })),
  ),
  place(count).map((kept) => ({
    ...{ what: `entries cut off behind ${kept}`, turns: 'completeness', needsKey: true },
    apply: (files) => change(files, ENTRIES, (all) => all.splice(kept)),
  })),
  fc.record({ at: place(8), by: fc.integer({ min: 1, max: 99 }) }).map(({ at, by }) => ({
    ...{ what: `amount of journal line ${at}`, turns: 'integrity', needsKey: true },
    apply: (files) =>
      change(
        files,
        'journal.jsonl',
        (all) => (all[at]!['amount_minor'] = String(Number(all[at]!['amount_minor']) + by)),
      ),
  })),
  fc
    .record({ at: place(8), field: fc.constantFrom('account', 'memo', 'day', 'kind', 'entry', 'currency', 'at') })
    .map(({ at, field }) => ({
      ...{ what: `${field} of journal line ${at}`, turns: 'integrity', needsKey: true },
      apply: (files) => change(files, 'journal.jsonl', (all) => (all[at]![field] = `${String(all[at]![field])}1`)),
    })),
  place(4).map((at) => ({
    ...{ what: `journal entry ${at} taken out`, turns: 'completeness', needsKey: true },
    apply: (files) => change(files, 'journal.jsonl', (all) => all.splice(at * 2, 2)),
  })),
  fc.record({ name: fc.constantFrom('proof.json', 'checkpoint.json'), by: anywhere }).map(({ name, by }) => ({
    ...{ what: `a hash in ${name}`, turns: 'integrity', needsKey: true },
    apply(files) {
      const text = files.get(name)!.toString();
      const hashes = [...text.matchAll(/"([0-9a-f]{64})"/g)];
      const chosen = hashes[by % hashes.length]!;
      files.set(name, Buffer.from(text.replace(chosen[1]!, flip(Buffer.from(chosen[1]!, 'hex'), by).toString('hex'))));
    },
  })),
  fc.record({ by: anywhere, field: fc.constantFrom('body', 'path', 'stored_hash') }).map(({ by, field }) => ({
    ...{ what: `${field} of the earlier entry`, turns: 'integrity', needsKey: true },
    apply: (files) =>
      change(files, 'earlier.jsonl', ([row]) => {
        if (field === 'body') row!['body'] = `{"changed":${by}}`;
        if (field === 'stored_hash') row!['stored_hash'] = 'ab'.repeat(32);
        if (field === 'path') (row!['path'] as string[]).reverse();
      }),
  })),
  fc.record({ by: anywhere, name: fc.constantFrom('statements.json', 'tie-out.json') }).map(({ by, name }) => ({
    ...{ what: `a digit or a word of ${name}`, turns: 'integrity', needsKey: true },
    apply(files) {
      const words = [...files.get(name)!.toString().matchAll(WORDS)];
      const { 0: word, index } = words[by % words.length]!;
      const text = files.get(name)!.toString();
      const other = /\d/.test(word) ? word.replace(/\d/, (digit) => String((Number(digit) + 1) % 10)) : `${word}x`;
      files.set(name, Buffer.from(text.slice(0, index) + other + text.slice(index + word.length)));
    },
  })),
  fc.constant({
    ...{ what: 'the result of the tie-out taken out', turns: 'completeness' as const, needsKey: true },
    apply: (files: Files) => void files.set('tie-out.json', Buffer.from('{"results":[]}')),
  }),
  fc.constant({
    ...{ what: 'the earlier entry taken out', turns: 'completeness' as const, needsKey: true },
    apply: (files: Files) => setRows(files, 'earlier.jsonl', []),
  }),
];

describe('a pack that somebody changed', () => {
  it('given nothing changed, then both verdicts hold, also with the fingerprint and the witness', async () => {
    const { fingerprint } = JSON.parse(intact.get('manifest.json')!.toString()) as { fingerprint: string };
    const witness = signedNote(rows.witness[0]!, signingKey);
    const report = await verified(intact, { key: fingerprint.toUpperCase().replace(/(..)(?=.)/g, '$1:'), witness });
    expect([report.integrity.findings, report.completeness.findings]).toEqual([[], []]);
    expect(report).toMatchObject({ ok: true, period: '2026-10', entries: 10, lines: 9, withheld: 0 });
  });

  it(`given any of ${RUNS} single changes, then it is found, and by the verdict that it concerns`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(...edits), async ({ turns, needsKey, apply }) => {
        const files = new Map(intact);
        apply(files);
        if (needsKey) signedAnew(files);
        const report = await verified(files);
        // Asked by itself: ten thousand times, a matcher costs seconds.
        if (report.ok || report[turns].findings.length === 0) throw new Error(`not found: ${JSON.stringify(report)}`);
      }),
      { numRuns: RUNS },
    );
  });

  it('given another key than the one that was told, or another root than the witness has, then it is found', async () => {
    const { integrity } = await verified(intact, { key: 'ab'.repeat(32) });
    expect(integrity.findings.map(({ check }) => check)).toEqual(['key']);
    const other = { ...rows.witness[0]!, root: Buffer.alloc(32) };
    const seen = await verified(intact, { witness: signedNote(other, signingKey) });
    expect(seen.integrity.findings.map(({ check }) => check)).toEqual(['witness']);
    const blank = await verified(intact, { witness: '' });
    expect(blank.completeness.findings.map(({ check }) => check)).toEqual(['witness']);
  });

  it('given contents that are withheld, then every proof holds, and it says how many', async () => {
    const report = await verified(await filesOf((await closedPeriod('withheld')).source));
    expect([report.ok, report['withheld']]).toEqual([true, 6]);
  });
});
