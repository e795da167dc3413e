import type { Day } from '../kernel/day.js';

/** The days of a period, both included. */
export interface PeriodDays {
  /** `2026-10`, or a 4-4-5 name. */
  id: string;
  from: Day;
  to: Day;
}

/**
 * How a provider's balance of one currency stands against the ledger: `tied` to the last minor unit, `differs`, `pending` while the
 * provider's own figures are not there yet, `none` where nothing was compared although money moved.
 */
export interface TieOutState {
  provider: string;
  /** ISO 4217, upper case: the currency of settlement. */
  currency: string;
  status: 'tied' | 'pending' | 'differs' | 'none';
  /** Why it is pending, in a sentence. */
  reason?: string;
  /** Where to read more, a path of this API. */
  link: string;
}

/** What the close asks of tie-outs: one row for each provider and currency that had money in the period. */
export interface TieOuts {
  state(period: PeriodDays): Promise<TieOutState[]>;
}
