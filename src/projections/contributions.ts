import type { Contribution, Metric, SubjectState } from '../catalog/subjects.js';
import type { Contributed, Dimensions, HasContributed } from './rows.js';

/** One contribution or its retraction (`sign` -1), with the entry that caused it: `ordinal` counts those of one position from 0. */
export interface Contributing {
  position: number;
  ordinal: number;
  subject: string;
  what: Contributed;
  by: Dimensions;
  sign: 1 | -1;
}

const NOTHING: readonly Contributed[] = [];
const NO_FLOWS: readonly Flow[] = [];

type Flow = Metric & { shape: Extract<Metric['shape'], { kind: 'flow' }> };

/** Asks every metric what a subject should have contributed. */
export class Contributions {
  private readonly flows: ReadonlyMap<string, readonly Flow[]>;

  constructor(metrics: readonly Metric[]) {
    const flows = new Map<string, Flow[]>();
    for (const metric of metrics) {
      if (metric.shape.kind !== 'flow') continue;
      flows.set(metric.shape.of, [...(flows.get(metric.shape.of) ?? []), metric as Flow]);
    }
    this.flows = flows;
  }

  /** What the state of a subject puts into all metrics. */
  should(state: SubjectState): readonly Contributed[] {
    // A subject keeps what it contributes: a list that is made whole has no room left over, one that grows has for sixteen more.
    let should = NOTHING;
    for (const { name, shape } of this.flows.get(state.kind) ?? NO_FLOWS) {
      for (const part of shape.from(state as never))
        if (part.delta !== 0n) should = [...should, contributed(name, part)];
    }
    return should;
  }
}

const contributed = (metric: string, { at, delta, currency, fact, entryId }: Contribution): Contributed => ({
  metric,
  at,
  delta: delta === 1n ? '1' : String(delta),
  currency,
  fact,
  entryId,
});

/** Two contributions that agree in all this are the same part of a number, whichever entry restates it. */
const same = (a: Contributed, b: Contributed): boolean =>
  a.metric === b.metric && a.at === b.at && a.delta === b.delta && a.currency === b.currency && a.fact === b.fact;

const sameDimensions = (a: Dimensions, b: Dimensions): boolean =>
  a.source === b.source &&
  a.medium === b.medium &&
  a.campaign === b.campaign &&
  a.reason === b.reason &&
  a.kind === b.kind &&
  a.present === b.present;

interface Difference {
  retract: readonly Contributed[];
  assert: readonly Contributed[];
  now: readonly Contributed[];
}

/**
 * What must be appended so that what a subject `has` becomes what it `should` have under these dimensions: retractions of what no
 * longer holds, then what is new. Undefined when nothing changes. What stays keeps the entry that first asserted it.
 */
export function difference(
  has: HasContributed,
  should: readonly Contributed[],
  by: Dimensions,
): Difference | undefined {
  const { contributed: known } = has;
  if (known.length === 0) return should.length === 0 ? undefined : { retract: NOTHING, assert: should, now: should };
  if (has.by !== undefined && !sameDimensions(has.by, by)) return { retract: known, assert: should, now: should };
  if (known.length === should.length && known.every((each, index) => same(each, should[index]!))) return undefined;
  const retract = [...known];
  const assert: Contributed[] = [];
  const now = should.map((each) => {
    const index = retract.findIndex((other) => same(other, each));
    if (index >= 0) return retract.splice(index, 1)[0]!;
    assert.push(each);
    return each;
  });
  return retract.length === 0 && assert.length === 0 ? undefined : { retract, assert, now };
}
