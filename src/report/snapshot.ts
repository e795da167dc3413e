import type { Channels } from '../catalog/channels.js';
import type { Day } from '../kernel/day.js';
import { Problem } from '../kernel/errors.js';
import type { Ledger, Position } from '../ledger/ledger.js';
import { beginShown } from '../projections/shown-model.js';
import type { Database } from '../storage/database.js';
import { QUERY_CANCELED, stateOf } from '../storage/sql-states.js';
import type { ClosedDays, Closings } from './closed-days.js';
import type { Snapshot } from './sums.js';

export interface SnapshotDeps {
  database: Database;
  ledger: Ledger;
  closings: Closings;
  /** By which sources and media are told. */
  channels: Channels;
  /** Of this process: `<zone> <digest>`. The stored model may still be that of another. */
  modelVersion: string;
  /** How long a statement of an answer may take, in milliseconds. Default: 30 s. */
  readMs?: number;
}

export interface ViewQuery {
  from: Day;
  to: Day;
  as_of?: string;
  view?: 'reported' | 'known';
}

/** What a question is to be answered from. */
export interface Asked {
  /** Undefined: the newest there is. */
  position: Position | undefined;
  /** Closes whose days are answered as they were reported. */
  closings: readonly ClosedDays[];
  /** Whether what is known is wanted beside what was reported. */
  both: boolean;
}

/**
 * Closed days are answered as they were reported, unless `view` is `known`; what is known stands beside it where neither a view nor a
 * closed period was asked for. With `as_of`, the closes that were in force then count.
 */
export async function askedOf(
  { ledger, closings }: SnapshotDeps,
  { from, to, as_of: asOf, view }: ViewQuery,
): Promise<Asked> {
  const moment = asOf === undefined ? undefined : await momentOf(ledger, closings, asOf);
  const inForce = view === 'known' ? [] : await closings.inForce({ from, to, ...(moment ? { at: moment.at } : {}) });
  const both = view === undefined && moment?.closing === undefined && inForce.length > 0;
  return { position: moment?.position, closings: inForce, both };
}

/** A moment of the past: the position that numbers are of, and the one by which it was decided what is closed. */
export interface Moment {
  position: Position;
  at: Position;
  closing?: ClosedDays;
}

/** Throws Problem `invalid_request` for what names no moment. */
export async function momentOf(ledger: Ledger, closings: Closings, asOf: string): Promise<Moment> {
  if (/^\d{4}-P?\d{2}(@\d{1,4})?$/.test(asOf)) {
    const closing = await closings.find(asOf);
    if (!closing) throw new Problem('invalid_request', `as_of ${asOf}: there is no such close`);
    return { position: closing.upTo, at: closing.closedPosition, closing };
  }
  const position = await askedPosition(ledger, asOf);
  return { position, at: position };
}

const READ_MS = 30_000; // of one statement: nobody waits longer for an answer

/**
 * Runs a query in one repeatable-read view of the model, at its newest position or an earlier one. A statement that takes longer than
 * `readMs` (default: 30 s; 0: however long) is cancelled. Throws Problem `too_slow` then.
 */
export async function snapshot<T>(
  deps: SnapshotDeps,
  { position: asked, closings }: Pick<Asked, 'position' | 'closings'>,
  work: (at: Snapshot) => Promise<T>,
  readMs = deps.readMs ?? READ_MS,
): Promise<T> {
  const client = await deps.database.pool.connect();
  try {
    const { newest, ...model } = await beginShown(client, deps.modelVersion, readMs);
    // Up to the head the feed is known and the model may be behind it: the answer says which position it is of.
    const position = Math.min(asked ?? newest, newest);
    return await work({ client, position, past: position < newest, closings, channels: deps.channels, ...model });
  } catch (error) {
    throw stateOf(error) === QUERY_CANCELED ? new Problem('too_slow') : error;
  } finally {
    // Nobody waits for the end of a transaction that only read.
    const ended = client.query('rollback').catch(() => undefined);
    void ended.then(() => client.release());
  }
}

async function askedPosition(ledger: Ledger, asOf: string): Promise<Position> {
  if (!/^\d{1,15}$/.test(asOf)) return positionAt(ledger, asOf);
  const head = await ledger.head();
  if (Number(asOf) > head)
    throw new Problem('invalid_request', `as_of ${asOf} is beyond position ${head}, the last of the ledger`);
  return Number(asOf);
}

/** The last position recorded at or before a time, by bisection: recorded times never go back within the feed. */
async function positionAt(ledger: Ledger, time: string): Promise<Position> {
  const until = Date.parse(time);
  if (!/^\d{4}-\d{2}-\d{2}T/.test(time) || Number.isNaN(until)) {
    throw new Problem('invalid_request', 'as_of is a ledger position, an RFC 3339 time or a closed period');
  }
  let low = 0;
  let high = await ledger.head();
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    const entry = await ledger.at(middle);
    if (entry && entry.recordedAt.getTime() <= until) low = middle;
    else high = middle - 1;
  }
  return low;
}
