/** A line of a provider's balance as the provider itself states it, in a list or a report. Amounts are our minor units, signed. */
export interface BalanceLine {
  /** The provider's id of the line: `txn_1`. */
  id: string;
  /** When it was made, epoch milliseconds. */
  at: number;
  availableAt?: number;
  /** ISO 4217, upper case. */
  currency: string;
  gross: bigint;
  fee: bigint;
  net: bigint;
  /** The provider's own word for what kind of movement it is. */
  category: string;
  /** The provider's id of what moved it, and of the payment that belongs to. */
  source?: string;
  payment?: string;
  payout?: string;
  /** Which of the accounts of one report, where each has batches of its own. */
  account?: string;
}
