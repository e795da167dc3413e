import type { Node, Ref } from './facts.js';

/**
 * What a metric sees: the folded state of one subject, without a word of how it was stored.
 * Times are epoch milliseconds, amounts bigint minor units, `entryId` the ledger entry that establishes the effect.
 */
export interface Happened {
  at: number;
  /** The effect, for lineage: `PaymentCaptured`, `RefundChanged re_1`. */
  fact: string;
  entryId: string;
}

export interface Amount {
  amountMinor: bigint;
  currency: string;
}

export interface PaymentState {
  kind: 'payment';
  ref: Ref;
  /** The first capture, with the amount of all; undefined while nothing is captured. */
  captured: (Happened & Amount) | undefined;
  /** Every capture by itself: several where a payment is captured in parts. */
  captures: readonly (Happened & Amount)[];
  /** Taken back by the bank after it was captured: neither a refund nor a dispute. */
  returned: (Happened & Amount) | undefined;
  /** Refunds that were sent; `returned` when one failed and the money came back. */
  refunds: readonly (Happened & Amount & { returned: Happened | undefined })[];
  /** Money that a dispute took (`withdrawn`) or gave back (`reinstated`). */
  disputes: readonly (Happened & Amount & { direction: 'withdrawn' | 'reinstated' })[];
  /** Whether it is the first captured payment of its customer. */
  first: boolean;
}

export interface OrderState {
  kind: 'order';
  ref: Ref;
  /** When the order counts as completed; undefined while it does not, and after a cancellation. */
  completed: Happened | undefined;
}

export interface CheckoutState {
  kind: 'checkout';
  ref: Ref;
  started: Happened | undefined;
  /** Whether the purchase it began was completed. */
  completed: Happened | undefined;
}

export interface PersonState {
  kind: 'person';
  node: Node;
  signedUp: Happened | undefined;
  /** First captured payment of the customer it belongs to. */
  firstPayment: Happened | undefined;
}

export type SubscriptionMovement = Happened &
  Amount & {
    /**
     * `new`, `reactivation`, `churn`: it became or ceased to be active, worth `amountMinor` a month. `expansion`, `contraction`: by how much
     * its value changed while it was. `unpriced`, `priced`: while it was active, its value ceased or began to be known whole; no amount.
     */
    kind: 'new' | 'reactivation' | 'expansion' | 'contraction' | 'churn' | 'unpriced' | 'priced';
  };

export interface SubscriptionState {
  kind: 'subscription';
  ref: Ref;
  /** In the order of time; amounts are never negative. */
  movements: readonly SubscriptionMovement[];
}

export type SubjectState = PaymentState | OrderState | CheckoutState | PersonState | SubscriptionState;

/** One part of a number, before its dimensions are known: `delta` is a count or minor units. */
export interface Contribution extends Happened {
  delta: bigint;
  /** ISO 4217, empty for counts. */
  currency: string;
}

/** How a metric's values combine: sums over days, a signed sum of other metrics, that sum since the beginning, or one metric over another. */
export type MetricShape =
  | { kind: 'flow'; of: SubjectState['kind']; from: (subject: never) => readonly Contribution[] }
  | { kind: 'sum'; terms: readonly Term[] }
  | { kind: 'stock'; terms: readonly Term[] }
  | { kind: 'ratio'; numerator: string; denominator: string; numeratorFilter?: { source: string } };

/** A metric of kind flow or sum within another. */
export interface Term {
  metric: string;
  sign: 1 | -1;
}

/** What is agreed about a metric beside its definition. */
export interface MetricTerms {
  /** Who answers for it. */
  owner: string;
  /** How long after a day facts and events of it may come: so long it is compared again when something did. Hours. */
  allowedLatenessHours: number;
  /** The gap that is lived with, in percent either way; null where none is agreed, and only a change is an alarm. */
  tolerancePct: number | null;
  /** Why a gap is to be expected, in sentences. */
  expectedReasons: readonly string[];
}

export interface Metric {
  name: string;
  unit: 'count' | 'money' | 'ratio';
  /** The definition, in sentences a finance person signs. */
  meaning: string;
  sourceOfTruth: string;
  /** The day a value belongs to. */
  dated: string;
  excludes: string;
  /** What it is called in client-side sources; empty when nothing is compared with it. */
  trackedAs: readonly string[];
  shape: MetricShape;
  /** What is agreed about comparing it; defaults for what is left out. */
  terms?: Partial<MetricTerms>;
  /** Not offered by name: a part of other metrics. */
  internal?: boolean;
  /** Made of events of our own services alone: a webhook that is missing cannot change it. */
  ownEventsOnly?: boolean;
}
