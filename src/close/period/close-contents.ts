import { createHash, type Hash } from 'node:crypto';
import type { MetricDefinition } from '../../catalog/metric-definition.js';
import { canonicalJson } from '../../kernel/canonical-json.js';
import type { Day } from '../../kernel/day.js';
import type { MappedAccount } from '../journal/account-rules.js';
import type { JournalLine } from './journal-line.js';
import { type PeriodStatements, StatementSums, summing } from './period-statements.js';

/** Everything that the numbers of a close depend on beside the ledger. */
export interface Header {
  period: string;
  from: Day;
  to: Day;
  time_zone: string;
  calendar: string;
  up_to: number;
  model_version: string;
  interpreter_version: string;
  fold_version: number;
  /** Of what the books post of an entry. Closes from before it was kept have none. */
  recipes_version?: number;
  /** Of the books, such as the codes of accounts; not kept by earlier closes either. */
  books_settings?: string;
  /** The operator's accounts, and the rules by which lines stand in them; likewise. */
  accounts?: readonly MappedAccount[];
  metrics: Readonly<Record<string, MetricDefinition>>;
}

/** A sum of contributions by metric, day and every dimension; `value` is a count or minor units. */
export interface SumRow {
  metric: string;
  day: Day;
  currency: string;
  source: string;
  medium: string;
  campaign: string;
  unknown_reason: string;
  customer_kind: string;
  customer_present: boolean;
  value: bigint;
}

/**
 * Why a number of a closed day is another now: what came later, another definition of the metric, other code that reads the entries, a
 * rate or an exchange difference.
 */
export type AdjustmentCause = 'late_fact' | 'definition_changed' | 'interpreter_changed' | 'fx';

/** What a closed day differs by, as it is taken into a later period. */
export interface AdjustmentRow extends SumRow {
  /** The closed period that the day is in. */
  adjusts: string;
  cause: AdjustmentCause;
  /** How many entries moved it, and the first of them. */
  entries: number;
  entry_ids: readonly string[];
}

export const ENTRY_IDS_MAX = 20;

type Row = [string, Day, string, string, string, string, string, string, boolean, string];

/** One entry of a close. The digest of a close is the SHA-256 of the canonical JSON of all of them in order, a line each. */
export type Contents =
  | ({ part: 'header' } & Header)
  | { part: 'sums'; rows: Row[] }
  | { part: 'adjustments'; rows: [string, string, number, readonly string[], ...Row][] }
  | { part: 'journal'; lines: unknown[] }
  // Closes from before they were kept have none.
  | ({ part: 'statements' } & PeriodStatements);

/** What a close stores, before it is cut into entries. */
export interface Closable {
  header: Header;
  sums: readonly SumRow[];
  adjustments: readonly AdjustmentRow[];
  journal: AsyncIterable<JournalLine>;
  /** The statements that tie to the journal, whose sums are given. */
  statements(sums: StatementSums): Promise<PeriodStatements>;
}

// Far below the cap of an entry, as text may take three bytes a character and the entry has other fields.
const CHUNK_BYTES = 500_000;

/** Cuts what is to be stored into entries, in a fixed order; memory does not grow with the journal. */
export async function* contentsOf(closable: Closable): AsyncGenerator<Contents> {
  const { header, sums, adjustments, journal } = closable;
  const booked = new StatementSums();
  yield { part: 'header', ...header };
  for await (const rows of chunks(sums, rowOf)) yield { part: 'sums', rows };
  for await (const rows of chunks(adjustments, adjustmentOf)) yield { part: 'adjustments', rows };
  for await (const lines of chunks(summing(journal, booked), lineJson)) yield { part: 'journal', lines };
  yield { part: 'statements', ...(await closable.statements(booked)) };
}

async function* chunks<From, To>(
  all: Iterable<From> | AsyncIterable<From>,
  as: (one: From) => To,
): AsyncGenerator<To[]> {
  let chunk: To[] = [];
  let bytes = 0;
  for await (const one of all) {
    const item = as(one);
    const size = Buffer.byteLength(JSON.stringify(item));
    if (chunk.length > 0 && bytes + size > CHUNK_BYTES) {
      yield chunk;
      [chunk, bytes] = [[], 0];
    }
    chunk.push(item);
    bytes += size;
  }
  if (chunk.length > 0) yield chunk;
}

/** Adds up the digest of a close, entry by entry. */
export class ContentsDigest {
  entries = 0;
  private readonly hash: Hash = createHash('sha256');

  add(contents: Contents): void {
    this.addBody(canonicalJson(contents));
  }

  /** The same for an entry that was stored. */
  addBody(body: string): void {
    this.hash.update(body).update('\n');
    this.entries += 1;
  }

  /** 64 hexadecimal digits; nothing may be added afterwards. */
  hex(): string {
    return this.hash.digest('hex');
  }
}

const rowOf = (sum: SumRow): Row => [
  sum.metric,
  sum.day,
  sum.currency,
  sum.source,
  sum.medium,
  sum.campaign,
  sum.unknown_reason,
  sum.customer_kind,
  sum.customer_present,
  String(sum.value),
];

const adjustmentOf = (row: AdjustmentRow): [string, string, number, readonly string[], ...Row] => [
  row.adjusts,
  row.cause,
  row.entries,
  row.entry_ids,
  ...rowOf(row),
];

/** A stored sum as the tables take it. */
export function sumOf(row: Row): Omit<SumRow, 'value'> & { value: string } {
  const [metric, day, currency, source, medium, campaign, unknown_reason, customer_kind, customer_present, value] = row;
  return { metric, day, currency, source, medium, campaign, unknown_reason, customer_kind, customer_present, value };
}

export function storedAdjustment(stored: [string, string, number, readonly string[], ...Row]) {
  const [adjusts, cause, entries, entry_ids, ...row] = stored;
  return { adjusts, cause, entries, entry_ids, ...sumOf(row) };
}

/** A line of the journal in plain JSON: as it is stored, and as the API gives it. */
export const lineJson = (line: JournalLine) => ({
  entry: line.entry,
  line: line.line,
  period: line.period,
  day: line.day,
  at: new Date(line.at).toISOString(),
  account: line.account,
  amount_minor: String(line.amount),
  currency: line.currency,
  ...(line.functional === undefined ? {} : { functional_minor: String(line.functional) }),
  ...(line.rate === undefined ? {} : { rate: line.rate }),
  kind: line.kind,
  ...(line.object === undefined ? {} : { object: line.object }),
  ...(line.entryId === undefined ? {} : { entry_id: line.entryId }),
  ...(line.position === undefined ? {} : { position: line.position }),
  ...(line.adjusts === undefined ? {} : { adjusts: line.adjusts, cause: line.cause, origin_day: line.originDay }),
  ...(line.adjusts === undefined || line.key === undefined ? {} : { account_key: line.key }),
  ...(line.originEntry === undefined ? {} : { origin_entry: line.originEntry }),
  memo: line.memo,
});

export type LineJson = ReturnType<typeof lineJson>;

export function lineOf(json: LineJson): JournalLine {
  const line: JournalLine = {
    entry: json.entry,
    line: json.line,
    period: json.period,
    day: json.day,
    at: Date.parse(json.at),
    account: json.account,
    key: json.account_key,
    amount: BigInt(json.amount_minor),
    currency: json.currency,
    kind: json.kind,
    rate: json.rate,
    object: json.object,
    entryId: json.entry_id,
    position: json.position,
    memo: json.memo,
    adjusts: json.adjusts,
    cause: json.cause,
    originDay: json.origin_day ?? json.day,
    originEntry: json.origin_entry,
  };
  if (json.functional_minor !== undefined) line.functional = BigInt(json.functional_minor);
  return line;
}
