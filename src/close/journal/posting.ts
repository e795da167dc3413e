import type { Day } from '../../kernel/day.js';
import type { AccountKey } from './chart-of-accounts.js';

/** What a posting is for; decides nothing but the operator's account where a rule says so, and lets people and reports group. */
export const POSTING_KINDS = [
  'charge',
  'charge_failure',
  'fee',
  'refund',
  'refund_failure',
  'dispute',
  'dispute_reversal',
  'dispute_lost',
  'payout',
  'payout_reversal',
  'payout_arrival',
  'invoice',
  'invoice_void',
  'invoice_uncollectible',
  'credit_note',
  'customer_balance',
  'paid_elsewhere',
  'deferral',
  'release',
  'reserve',
  'topup',
  'transfer',
  'account_fee',
  'tax',
  'fx',
  'remeasurement',
  'rounding',
  'opening',
  'suspense',
] as const;

export type PostingKind = (typeof POSTING_KINDS)[number];

/**
 * One line of the journal. The lines of one `entry` sum to zero in each currency, and in the functional currency.
 *
 * A journal of a closed period never changes. What became known later of a day in it is a line of the first open period
 * with `adjusts` naming the period it belongs to.
 */
export interface PostingLine {
  /** Names the journal entry: stable under every order of arrival, such as `stripe:txn_1` or `release:in_1:2026-10-04`. */
  entry: string;
  /** Of the entry, from 1. */
  line: number;
  /** The period it is posted in: `2026-10`, or a 4-4-5 name such as `2026-P10`. */
  period: string;
  /** In the reporting zone. */
  day: Day;
  /** When it happened, epoch milliseconds. */
  at: number;
  /** A code of the chart of accounts. */
  account: string;
  /** Which of our accounts it is of; the code alone does not say it once another chart has given it away. */
  key?: AccountKey | undefined;
  /** Minor units; a debit is positive, a credit negative. */
  amount: bigint;
  /** ISO 4217, upper case: the settlement currency, or the currency of presentment before it is settled. */
  currency: string;
  /** The same in the functional currency, minor units; undefined where no functional currency is set. */
  functional?: bigint;
  /** Units of functional currency per unit of `currency`, a decimal string, with the rate's source and day. */
  rate?: string;
  kind: PostingKind;
  /** The provider object it stands for: `stripe:txn_1`. */
  object?: string;
  /** The ledger entry that it follows from, and its position; undefined for opening balances and releases that follow from no single entry. */
  entryId?: string;
  position?: number;
  /** The closed period it belongs to by its day, where that is another than `period`. */
  adjusts?: string;
  memo: string;
}
