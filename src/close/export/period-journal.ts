import type { MappedAccount } from '../journal/account-rules.js';
import type { PostingLine } from '../journal/posting.js';

/** The journal of a period: as it was closed, or as it is known while it is open. */
export interface PeriodJournal {
  period: string;
  state: 'open' | 'closed';
  /** Of a closed one: which close, and the digest of all that it stores. */
  version?: number;
  digest?: string;
  /** The ledger position that the lines are known at. */
  up_to: number;
  /** The accounts that its codes are of: as the close kept them, or those of now. Undefined of a close that kept none. */
  accounts?: readonly MappedAccount[] | undefined;
  /** Those that only earlier closes have, whose lines it corrects. */
  earlierAccounts?: readonly MappedAccount[];
  /** Ordered by day, entry and line; streamed. */
  lines: AsyncIterable<PostingLine>;
}

/** Where journals are read. */
export interface JournalOfPeriod {
  /**
   * `version` is one of a period that was closed more than once, the newest when absent. Undefined where it was never closed in that
   * version; throws Problem `not_found` for a name that no period has.
   */
  lines(period: string, version?: number): Promise<PeriodJournal | undefined>;
}
