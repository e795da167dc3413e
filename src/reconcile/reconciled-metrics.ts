import type { TrackedKind } from '../catalog/tracked-events.js';

/** What truth and events are brought together by: a person, one checkout attempt, or everything known of a purchase. */
export type MatchBy = 'person' | 'checkout' | 'purchase';

export interface ReconciledMetric {
  /** Name of the row: a metric of truth, except for `attribution`. */
  name: string;
  /** The metric whose contributions are the truth. */
  truth: string;
  kind: TrackedKind;
  by: MatchBy;
  unit: 'count' | 'money';
  /** `attribution`: compares where matched entities came from, instead of counting them. */
  compares: 'entities' | 'attribution';
}

/** What is reconciled, in the order of a report. */
export const reconciledMetrics: readonly ReconciledMetric[] = [
  {
    name: 'signups',
    truth: 'signups',
    kind: 'signup',
    by: 'person',
    unit: 'count',
    compares: 'entities',
  },
  {
    name: 'checkouts_started',
    truth: 'checkouts_started',
    kind: 'checkout_started',
    by: 'checkout',
    unit: 'count',
    compares: 'entities',
  },
  {
    name: 'orders',
    truth: 'orders',
    kind: 'order_completed',
    by: 'purchase',
    unit: 'count',
    compares: 'entities',
  },
  {
    name: 'revenue_gross',
    truth: 'revenue_gross',
    kind: 'order_completed',
    by: 'purchase',
    unit: 'money',
    compares: 'entities',
  },
  {
    name: 'attribution_mismatch_pct',
    truth: 'signups',
    kind: 'signup',
    by: 'person',
    unit: 'count',
    compares: 'attribution',
  },
];
