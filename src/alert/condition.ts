export type Severity = 'critical' | 'warning';

/** Something that is wrong now. Pure data; whoever watches a part of the system says all that is wrong with it each time. */
export interface Condition {
  /** The same for the same trouble: `drift.collector.signups.loss_pct`. Letters, digits, `.`, `_` and `-`. */
  key: string;
  severity: Severity;
  /** One sentence for a person; no personal data, it goes into the ledger and to the channels. */
  title: string;
  /** Figures and references, plain JSON without personal data. */
  detail: Readonly<Record<string, unknown>>;
}

/** Everything that is wrong with one part. What was raised of it and is not in the list any more has recovered. */
export interface Watched {
  /** Keys of its conditions begin with it and a dot. */
  part: string;
  conditions: readonly Condition[];
}
