import type { Day } from '../../kernel/day.js';
import type { Position } from '../../ledger/ledger.js';
import type { MappedAccount } from '../journal/account-rules.js';
import type { PostingLine } from '../journal/posting.js';
import type { Activity, BridgeStep } from './statements.js';

/** Days from the first to the last, both included, as they were known at a ledger position (the newest when absent). */
export interface BooksQuery {
  from: Day;
  to: Day;
  upTo?: Position;
}

/** Why a period's books can't be closed yet. */
export interface BookProblem {
  kind: 'suspense' | 'unbalanced' | 'without_balance_transaction' | 'fx_rate_missing' | 'opening_balance_missing';
  /** What it concerns: `stripe:txn_1`, `payment:ch_1`, `EUR 2026-10-03`. */
  object: string;
  day: Day;
  amount?: bigint;
  currency?: string;
  /** A sentence for people. */
  detail: string;
}

/** What the books know of days at a position, by codes of the chart. Debits are positive, in minor units. */
export interface BooksStatements {
  /** What every account stands at after the last day. */
  closing: readonly { account: string; currency: string; amount: bigint }[];
  /** Of each provider's clearing account: what moved it within the days by kind, and what it stands at. */
  rollForward: readonly { account: string; currency: string; activity: readonly Activity[]; closing: bigint }[];
  /** From `revenue_gross` of the days to the revenue that the journal has of them. */
  steps: readonly BridgeStep[];
  /** All codes in which revenue stands. */
  revenueAccounts: readonly string[];
  /** The closing in the functional currency, by account; `missing` lines have no rate. */
  functional?: { currency: string; missing: number; closing: ReadonlyMap<string, bigint> };
}

/** Who asks of books that are far behind is told to come again, before connections on which nothing comes are closed. */
export const PATIENCE_MS = 15_000;

/**
 * The double-entry sub-ledger: postings projected from facts. It knows nothing of periods being open or closed: a line's `period` is that
 * of its day, and `adjusts` is absent. The close decides what is reported where.
 */
export interface Books {
  /** What lines depend on beside the ledger and the code, such as the codes of accounts: of the same settings they are the same. */
  readonly settings: string;
  /** The operator's accounts and the rules by which lines stand in them; kept with a close. */
  readonly accounts: readonly MappedAccount[];
  /**
   * Posts what the read model knows and the books do not yet. Resolves with the ledger position that they are at. Throws Problem
   * `unavailable` where the signal aborts before.
   */
  catchUp(within?: AbortSignal): Promise<Position>;
  /** Net lines, ordered by day, entry and line; streamed, so that memory does not grow with their number. */
  lines(query: BooksQuery): AsyncIterable<PostingLine>;
  problems(query: BooksQuery): Promise<BookProblem[]>;
  statements(query: BooksQuery): Promise<BooksStatements>;
  /** The first day of which lines may be others at `upTo` than they were at `since`; undefined where none are. */
  firstChange(since: Position, upTo: Position): Promise<Day | undefined>;
}
