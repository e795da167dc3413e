import { createHash } from 'node:crypto';
import { canonicalJson } from '../../src/kernel/canonical-json.js';
import type { Entry } from '../../src/ledger/ledger.js';
import { Sealer } from '../../src/ledger/seal.js';
import { storedHash } from '../../src/ledger/stored-hash.js';
import type { PackSource } from '../../src/close/pack/pack-facts.js';
import type { PostingLine } from '../../src/close/journal/posting.js';
import { entryAt, feedOf, type Rows, sealsOf, signingKey } from './memory-ledger.js';
import { streamed } from './journals.js';

const RANGE = { after: 5, through: 15 };

/** Lines of a period that stand on entries of the range, and one journal entry on an earlier one. The last has a line of worth alone. */
const lines: PostingLine[] = [3, 7, 8, 9].flatMap((position) =>
  ['1100', '4000', ...(position === 9 ? ['5910'] : [])].map((account, at) => ({
    ...{ entry: `stripe:txn_${position}`, line: at + 1, period: '2026-10', day: '2026-10-03', at: 1_790_000_000_000 },
    ...{ account, amount: [1000n, -1000n, 0n][at]!, currency: 'EUR', kind: 'charge' as const, memo: 'a charge' },
    ...{ entryId: entryAt(position).id, position },
  })),
);

const stored = (line: PostingLine) => ({
  ...{ entry: line.entry, line: line.line, period: line.period, day: line.day, at: new Date(line.at).toISOString() },
  ...{ account: line.account, amount_minor: String(line.amount), currency: line.currency, kind: line.kind },
  ...{ entry_id: line.entryId, position: line.position, memo: line.memo },
});

/** Four sales of 10.00, and nothing before them. */
const statements = {
  trial_balance: [
    ...[{ account: '1100', debit_minor: '4000', credit_minor: '0', closing_minor: '4000' }],
    ...[{ account: '4000', debit_minor: '0', credit_minor: '4000', closing_minor: '-4000' }],
  ].map((row) => ({ ...row, currency: 'EUR', opening_minor: '0' })),
  roll_forward: [
    {
      ...{ account: '1100', currency: 'EUR', opening_minor: '0', adjustments_minor: '0', closing_minor: '4000' },
      activity: [{ kind: 'charge', gross_minor: '4000', fees_minor: '0', net_minor: '4000', count: 4 }],
    },
  ],
  bridge: [{ step: 'revenue_gross', currency: 'EUR', amount_minor: '4000', count: 4 }],
  revenue: [{ currency: 'EUR', bridged_minor: '4000', journal_minor: '4000', unexplained_minor: '0' }],
};

const tieOut = { period: '2026-10', provider: 'stripe', status: 'tied', statement: 'stripe-api' };

const decided = (position: number, type: string, stream: string, data: unknown): Entry => {
  const entry = {
    ...entryAt(position),
    type,
    stream,
    origin: 'truth-ledger',
    body: canonicalJson(data),
    keyId: undefined,
  };
  return { ...entry, storedHash: storedHash(entry) };
};

/** A ledger whose period was closed: what the close stored and its decision are among the entries, and others follow. */
export async function closedPeriod(
  bodies: PackSource['bodies'] = 'sealed',
): Promise<{ rows: Rows; source: PackSource }> {
  const contents = [
    { part: 'header', period: '2026-10' },
    { part: 'journal', lines: lines.map(stored) },
    { part: 'statements', ...statements },
  ];
  const digest = createHash('sha256');
  for (const part of contents) digest.update(`${canonicalJson(part)}\n`);
  const stream = 'closing-2026-10.x';
  const closed = { period: '2026-10', version: 1, digest: digest.digest('hex'), contents: { stream, entries: 3 } };
  const rows: Rows = { entries: [], head: 17, checkpoints: [], leaves: [], nodes: [], witness: [] };
  for (let position = 1; position <= 17; position += 1) rows.entries.push(entryAt(position));
  contents.forEach((part, at) => (rows.entries[11 + at] = decided(12 + at, 'CloseContents', stream, part)));
  rows.entries[10] = decided(11, 'TieOutRecorded', 'tie_out-2026-10.stripe', tieOut);
  rows.entries[14] = decided(15, 'PeriodClosed', 'period-2026-10', closed);
  const checkpoint = await new Sealer({ store: sealsOf(rows), origin: 'truth-ledger', signingKey }).step(
    new Date(1_800_000_000_000),
  );
  rows.witness = [...rows.checkpoints];
  const source: PackSource = {
    ...{ seals: sealsOf(rows), checkpoint: checkpoint!, signingKey, bodies, verifier: '// the verifier' },
    container: 'zip',
    ledger: {
      ...feedOf(rows),
      findMany: (ids) => Promise.resolve(rows.entries.filter(({ id }) => ids.includes(id))),
    },
    facts: {
      ...{ period: '2026-10', state: 'closed', version: 1, ...RANGE },
      ...{ parameters: { time_zone: 'UTC' }, numbers: [{ metric: 'signups', reported: 3 }] },
      statements: { period: '2026-10', stored: true, ...statements },
      tieOut: { results: [{ ...tieOut, ...{ entry_id: entryAt(11).id, position: 11, recorded_at: '', reports: [] } }] },
    },
    journal: {
      period: '2026-10',
      state: 'closed',
      version: 1,
      digest: closed.digest,
      up_to: 11,
      lines: streamed(lines),
    },
    createdAt: new Date(1_800_000_100_000),
  };
  return { rows, source };
}
