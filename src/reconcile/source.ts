import type pg from 'pg';
import type { TrackedKind, ValueBasis, ValueProblem } from '../catalog/tracked-events.js';
import type { Day } from '../kernel/day.js';

/**
 * The port of a source: an analytics system whose numbers are compared with the truth, event by event, or by their count where it tells
 * no more.
 *
 * What it promises: times are corrected for the clock of the device, each message is one row however often it was sent, and events that
 * a server sent are left out. What it does not promise: that it holds everything that happened; how much it lacks is what is measured.
 */
export interface Source extends Named {
  readonly matchedBy: 'id';
  /** Whether its readers have a `table`. */
  readonly joined?: boolean;
  /** Reads within the reader's transaction. Its methods throw SourceFailure when the source does not answer. */
  open(reader: Reader): SourceReader;
}

interface Named {
  readonly name: string;
  readonly meaning: string;
  /** An event may arrive this long after it happened; truth younger than that and not seen is `expected`, not missing. Milliseconds. */
  readonly settlesMs: number;
  /** What is known of a day that was fetched; left out by a source that is always there. Throws SourceFailure when nothing was fetched. */
  state?(reader: Reader, day: Day): Promise<SourceState>;
  /** What a comparison of the day would read of it, in short: equal where nothing came. Left out by a source that keeps no snapshots. */
  inputs?(reader: Reader, day: Day): Promise<string>;
}

/** A source that tells how many and how much, of no one in particular. */
export interface CountSource extends Named {
  readonly matchedBy: 'count';
  /** What it counted on a day of the reporting zone; undefined when it never had an event of this kind (`valued`: with an amount). */
  counted(reader: Reader, kind: TrackedKind, valued: boolean, day: Day): Promise<Counted | undefined>;
}

export type AnySource = Source | CountSource;

export interface Counted {
  count: number;
  /** By currency, minor units. */
  amounts: ReadonlyMap<string, { minor: bigint; basis: ValueBasis }>;
}

/** A day as it was last fetched. */
export interface SourceState {
  fetchedAt: Date;
  /** Why the numbers must not be compared: `sampled: …`. Empty when they may. */
  flags: readonly string[];
  /** What a reader should know besides. */
  notes: readonly string[];
}

/** Begins a flag that speaks against amounts alone: what is counted may be compared all the same. */
export const MONEY_FLAG = 'revenue: ';

/** What runs SQL: a connection, usually in a read-only transaction. */
export type Reader = Pick<pg.ClientBase, 'query'>;

/** From, included, to excluded: epoch milliseconds. */
export interface Window {
  from: number;
  to: number;
}

/** A person or a purchase as events name them: `user:u1`, `anonymous:a1`, `order:o1`, `payment:ch_1`. */
export type Key = string;

/** Where an event came from, as far as it says. One object may stand for many events. */
export interface TrackedContext {
  browser?: string;
  os?: string;
  device?: string;
  country?: string;
  host?: string;
  release?: string;
  /** It says of itself that it is a test. */
  test?: boolean;
}

export interface TrackedRow {
  /** Of the row, unique within the source; decides ties. */
  id: string;
  /** The sender's id of the event, as people look it up. */
  messageId: string;
  userId: string | null;
  anonymousId: string | null;
  refs: readonly string[];
  valueMinor: bigint | null;
  valueBasis: ValueBasis | null;
  currency: string | null;
  valueProblem: ValueProblem | null;
  /** Epoch milliseconds, corrected. */
  at: number;
  /** Epoch milliseconds. */
  receivedAt: number;
  /** How often this message was sent. */
  deliveries: number;
  isBot: boolean;
  /** Where the client says it came from. */
  source: string | null;
  context?: TrackedContext;
}

/** Between texts that are packed into one. */
export const SEPARATOR = '\x1f';

/** Events that PostgreSQL can bring together with the truth where both of them lie. */
export interface EventTable {
  /**
   * A query of events of a kind: `id`, `message_id`, `user_id`, `anonymous_id`, `refs`, `occurred_at`, `deliveries`, `server` (whether a
   * server sent it) and, where it is `described`, `context` (else null), which `readContext` reads. Its parameters are added to `values`.
   * `window`: from, included, to excluded, as SQL of the type `timestamptz`.
   */
  events(kind: TrackedKind, window: { from: string; to: string }, values: unknown[], described: boolean): string;
  readContext(text: string): TrackedContext | undefined;
  /** By `id`. */
  byId(ids: readonly string[]): Promise<TrackedRow[]>;
}

/** An event, or several of one quarter of an hour. */
export interface Seen {
  key: Key;
  /** Epoch milliseconds. */
  at: number;
  context?: TrackedContext;
}

export interface SourceReader {
  /** Whether an event of this kind (`valued`: with an amount) was ever sent. */
  maps(kind: TrackedKind, valued: boolean): Promise<boolean>;
  tracked(kind: TrackedKind, window: Window): Promise<TrackedRow[]>;
  /** Only those that name one of the keys. */
  trackedOf(kind: TrackedKind, keys: readonly Key[], window: Window): Promise<TrackedRow[]>;
  /** Events of this kind that a server sent: never counted as tracked. */
  serverSide(kind: TrackedKind, window: Window): Promise<number>;
  /**
   * Which of the keys any event named, and when (to a quarter of an hour); `described`: and where such events came from, as far as the
   * source tells, once for each place.
   */
  seen(keys: readonly Key[], window: Window, described?: boolean): Promise<Seen[]>;
  /** Events that were refused and are known to speak of one of the persons (`subjects` tags). */
  refused(tags: readonly string[], window: Window): Promise<{ tag: string; reason: string; ref?: string }[]>;
  /** When, within days in their order, it recorded nothing at all although it usually does, or could not be read. */
  outages?(days: readonly Window[]): Promise<{ from: number; to: number; why: string }[]>;
  /** Pairs that browsers linked, of the given keys (`user:` or `anonymous:`). They match tracked events and decide no truth. */
  links(keys: readonly Key[]): Promise<{ user: Key; anonymous: Key }[]>;
  /** Of a source that is `joined`. */
  readonly table?: EventTable;
}

/**
 * The source did not answer: recorded as a reconciliation that failed, and tried again by the next run, not before `retryAt`. The message goes
 * into the ledger and is the same for the same trouble; what the other side wrote about it, different every time, is in `said`.
 */
export class SourceFailure extends Error {
  override readonly name = 'SourceFailure';
  constructor(
    message: string,
    readonly more: { retryAt?: Date; said?: string } = {},
  ) {
    super(message);
  }
}
