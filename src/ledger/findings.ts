import type { Position } from './ledger.js';

/**
 * What was done to a ledger: an entry changed, taken out, put in, put elsewhere; its end cut off; entries changed together with what was
 * noted of them (`rewritten`, so that it cannot be told which); the seals themselves changed or taken away (`seal`); an entry that names a
 * checkpoint which is not signed, or not of this ledger (`checkpoint`).
 */
export type Verdict =
  'edit' | 'deletion' | 'insertion' | 'reordering' | 'truncation' | 'rewritten' | 'seal' | 'checkpoint';

/** Something that is not as it was written. */
export interface Finding {
  verdict: Verdict;
  /** As the entry was sealed where it is gone or elsewhere, as it is numbered now otherwise; of a seal its size. */
  position: Position;
  /** The last one of several in a row. */
  until?: Position;
  /** A sentence for people. */
  detail: string;
}

export const finding = (verdict: Verdict, position: Position, detail: string, until?: Position): Finding => ({
  verdict,
  position,
  detail,
  ...(until === undefined || until === position ? {} : { until }),
});
