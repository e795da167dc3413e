import { createHash } from 'node:crypto';
import { canonicalJson } from '../../kernel/canonical-json.js';
import type { Day } from '../../kernel/day.js';
import type { ReconciliationRow } from '../gap.js';
import type { Item } from '../parts.js';
import type { PlainPairs } from '../sift/sift.js';
import { SEPARATOR } from '../source.js';

/** Names one reconciliation. */
export interface DayKey {
  day: Day;
  source: string;
  metric: string;
}

/** An id of a part as it is listed. */
export interface Listed {
  part: string;
  id: string;
  cause: string | null;
  /** Of the cause. */
  confidence: string | null;
  evidence: Readonly<Record<string, unknown>>;
}

/** All ids of a row in the order in which they are listed. Of `matched` there is no more to say than the two ids: see `packed`. */
export interface IdList {
  before: readonly Listed[];
  matched: readonly string[];
  after: readonly Listed[];
}

/** What comparing one metric of one day with one source came to. */
export interface Outcome extends DayKey {
  status: ReconciliationRow['status'];
  rows: ReconciliationRow[];
  /** By currency, '' for counts. */
  ids: ReadonlyMap<string, IdList>;
  /** Equal for equal content: rows and ids, without when and from which position they were computed. */
  digest: string;
  modelPosition: number;
  fetchedAt: Date;
  /** What came after that was perhaps not seen. */
  readAt: Date;
  /** What it was made from; see `inputsOf`. */
  inputs?: string;
}

type Undigested = Omit<Outcome, 'digest' | 'status'>;

export function outcomeOf(given: Undigested): Outcome {
  const ids = new Map([...given.ids].map(([currency, list]) => [currency, inOrder(list)]));
  const whole = { ...given, ids };
  return { ...whole, status: worst(given.rows), digest: digestOf(whole) };
}

/** By which it is paged, and digested: not the one in which days were loaded. */
const inOrder = (list: IdList): IdList => ({ ...list, matched: list.matched.toSorted() });

const SEVERITY: readonly ReconciliationRow['status'][] = ['ok', 'provisional', 'not_mapped', 'failed'];

const worst = (rows: readonly ReconciliationRow[]): ReconciliationRow['status'] =>
  rows.reduce<ReconciliationRow['status']>(
    (status, row) => (SEVERITY.indexOf(row.status) > SEVERITY.indexOf(status) ? row.status : status),
    'ok',
  );

function digestOf({ rows, ids }: Undigested): string {
  const hash = createHash('sha256');
  for (const row of rows) hash.update(canonicalJson(row)).update('\n');
  for (const [currency, listed] of ids) {
    hash.update(`${currency}\n`);
    for (const each of listed.before) hash.update(lineOf(each));
    hash.update(listed.matched.map(matchedLine).join(''));
    for (const each of listed.after) hash.update(lineOf(each));
  }
  return hash.digest('hex');
}

// Members are made in one order, so plain JSON is canonical here, and much quicker for a whole day's ids.
const lineOf = ({ part, id, cause, confidence, evidence }: Listed): string =>
  `${JSON.stringify([part, id, cause, confidence, evidence])}\n`;

/** The same of what is packed, without unpacking it. */
function matchedLine(line: string): string {
  const end = line.indexOf(SEPARATOR);
  const [id, messageId] = [JSON.stringify(line.slice(0, end)), JSON.stringify(line.slice(end + 1))];
  return `["matched",${id},null,null,${id === messageId ? '{}' : `{"message_id":${messageId}}`}]\n`;
}

/** The ids of a row, from its items in their order and the plain pairs that are not among them; those that are matched in any order. */
export function listOf(items: readonly Item[], plain: readonly PlainPairs[]): IdList {
  const before: Listed[] = [];
  const matched: string[] = [];
  const after: Listed[] = [];
  for (const item of items) {
    const line = packed(item);
    if (line !== undefined) matched.push(line);
    else (item.part === 'matched' || item.part === 'not_trackable' ? after : before).push(listed(item));
  }
  return { before, matched: [...matched, ...plain.flatMap(({ lines }) => lines)], after };
}

/** `<id of truth>␟<id of the message>`, where an item is matched and that is all that is listed of it. */
function packed({ part, id, tracked, amountActual, amountTracked, cause }: Item): string | undefined {
  const plain = part === 'matched' && tracked && amountActual === 0n && amountTracked === 0n && cause === undefined;
  return plain && !id.includes(SEPARATOR) ? `${id}${SEPARATOR}${tracked.messageId}` : undefined;
}

/** What `packed` packed. */
export function unpacked(line: string): Listed {
  const end = line.indexOf(SEPARATOR);
  const [id, messageId] = [line.slice(0, end), line.slice(end + 1)];
  return {
    part: 'matched',
    id,
    cause: null,
    confidence: null,
    evidence: messageId === id ? {} : { message_id: messageId },
  };
}

/** An item with both of its sides named, so that a person can look up either. */
export function listed(item: Item): Listed {
  const { part, id, truth, tracked, amountActual, amountTracked } = item;
  const sides: Record<string, unknown> = {};
  if (truth && truth.id !== id) sides['truth'] = truth.id;
  if (tracked && tracked.messageId !== id) sides['message_id'] = tracked.messageId;
  if (truth && tracked && truth.day !== tracked.day)
    Object.assign(sides, { actual_day: truth.day, tracked_day: tracked.day });
  if (amountActual !== 0n) sides['amount_actual'] = String(amountActual);
  if (amountTracked !== 0n) sides['amount_tracked'] = String(amountTracked);
  if (tracked?.currency && truth?.currency && tracked.currency !== truth.currency)
    sides['tracked_currency'] = tracked.currency;
  if (part === 'client_only' && tracked) Object.assign(sides, namesOf(tracked));
  const { cause = null, confidence = null } = item;
  return { part, id, cause, confidence, evidence: { ...sides, ...item.evidence } };
}

const namesOf = (tracked: NonNullable<Item['tracked']>): Record<string, unknown> => ({
  ...(tracked.userId === null ? {} : { user_id: tracked.userId }),
  ...(tracked.refs.length === 0 ? {} : { refs: tracked.refs }),
});
