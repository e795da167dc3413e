import type { Contribution, Metric, SubjectState } from '../catalog/subjects.js';
import type { Zone } from '../kernel/day.js';
import type { ContributionRow } from './model-store.js';
import type { Contributed } from './rows.js';

/** The dimensions every contribution of one subject shares. */
export interface Dimensions {
  source: string;
  medium: string;
  campaign: string;
  reason: string | null;
  kind: string;
  present: boolean;
}

type Flow = Metric & { shape: Extract<Metric['shape'], { kind: 'flow' }> };

/** Asks every metric what a subject should have contributed, and finds the difference to what it has. */
export class Contributions {
  private readonly flows: ReadonlyMap<string, readonly Flow[]>;

  constructor(
    metrics: readonly Metric[],
    private readonly zone: Zone,
  ) {
    const flows = new Map<string, Flow[]>();
    for (const metric of metrics) {
      if (metric.shape.kind !== 'flow') continue;
      flows.set(metric.shape.of, [...(flows.get(metric.shape.of) ?? []), metric as Flow]);
    }
    this.flows = flows;
  }

  /** What the state of a subject puts into all metrics. */
  should(state: SubjectState, dimensions: Dimensions): Contributed[] {
    const should: Contributed[] = [];
    for (const { name, shape } of this.flows.get(state.kind) ?? []) {
      for (const part of shape.from(state as never)) {
        if (part.delta !== 0n) should.push(this.dated(name, part, dimensions));
      }
    }
    return should;
  }

  private dated(metric: string, { at, delta, currency, fact, entryId }: Contribution, by: Dimensions): Contributed {
    return { metric, day: this.zone.dayOf(at), currency, delta: String(delta), ...by, fact, entryId, at };
  }
}

/** Two contributions that agree in all this are the same part of a number, whichever entry restates it. */
const same = (a: Contributed, b: Contributed): boolean =>
  a.metric === b.metric &&
  a.at === b.at &&
  a.delta === b.delta &&
  a.currency === b.currency &&
  a.fact === b.fact &&
  a.day === b.day &&
  a.source === b.source &&
  a.medium === b.medium &&
  a.campaign === b.campaign &&
  a.reason === b.reason &&
  a.kind === b.kind &&
  a.present === b.present;

/**
 * What must be appended so that `has` becomes `should`: retractions of what no longer holds, then what is new.
 * Undefined when nothing changes. What stays keeps the entry that first asserted it.
 */
export function difference(
  has: readonly Contributed[],
  should: readonly Contributed[],
): { retract: Contributed[]; assert: Contributed[]; now: Contributed[] } | undefined {
  if (has.length === should.length && has.every((each, index) => same(each, should[index]!))) return undefined;
  const retract = [...has];
  const assert: Contributed[] = [];
  const now = should.map((each) => {
    const known = retract.findIndex((other) => same(other, each));
    if (known >= 0) return retract.splice(known, 1)[0]!;
    assert.push(each);
    return each;
  });
  return retract.length === 0 && assert.length === 0 ? undefined : { retract, assert, now };
}

export const rowOf = (
  subject: string,
  position: number,
  ordinal: number,
  each: Contributed,
  sign: 1n | -1n,
): ContributionRow => ({
  position,
  ordinal,
  metric: each.metric,
  subject,
  day: each.day,
  currency: each.currency,
  delta: String(sign * BigInt(each.delta)),
  source: each.source,
  medium: each.medium,
  campaign: each.campaign,
  unknown_reason: each.reason,
  customer_kind: each.kind,
  customer_present: each.present,
  fact: each.fact,
  entry_id: each.entryId,
  at: each.at,
});
