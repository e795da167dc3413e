import { afterAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { InterpretableEntry } from '../../src/catalog/facts.js';
import { createInterpret, interpretersFor } from '../../src/ingest/interpret.js';
import { inBatches } from '../support/histories.js';
import { type MemoryModel, projected } from '../support/memory-model.js';
import { AUTOMATIC, type Plan, plansOf } from '../support/payment-plans.js';

const RUNS = Number(process.env['HISTORY_RUNS'] ?? 10_000);
const interpret = createInterpret(interpretersFor({ adyenAutomaticCapture: [AUTOMATIC] }));
const METRICS = ['payments', 'revenue_gross', 'refunds', 'disputes'];

/** A history as it comes in: all of it, some of it twice, in any order, in batches of any size. */
const arrivals = (plans: fc.Arbitrary<Plan>) =>
  plans.chain((plan) => {
    const entries = plan.entries.map((entry, index) => ({ entry, id: index + 1 }));
    const all = [...entries, ...entries.filter((_, index) => index % 3 === 0)];
    return fc.record({
      plan: fc.constant(plan),
      entries: fc.constant(entries),
      order: fc.shuffledSubarray(all, { minLength: all.length }),
      cut: fc.integer({ min: 1, max: 8 }),
    });
  });

const read = ({ entry, id }: { entry: InterpretableEntry; id: number }) => ({ id, facts: interpret(entry)! });

function moneyIn(model: MemoryModel): Map<string, bigint> {
  const sums = new Map<string, bigint>();
  for (const { metric, currency, delta } of model.contributions) {
    if (!METRICS.includes(metric)) continue;
    const key = `${metric} ${currency}`;
    sums.set(key, (sums.get(key) ?? 0n) + BigInt(delta));
  }
  return sums;
}

/** Everything that must be equal, as text. */
const seen = async (model: MemoryModel, money: Map<string, bigint>): Promise<string> =>
  JSON.stringify({
    state: await model.state(),
    money: [...money].flatMap(([key, value]) => (value === 0n ? [] : [`${key} ${value}`])).sort(),
  });

describe.each(['square', 'adyen'] as const)('given any lives of payments at %s', (provider) => {
  let histories = 0;
  let right = 0;
  let events = 0;
  afterAll(() => {
    process.stdout.write(
      `${provider}: ${histories} histories (lives of payments, shuffled, a third twice), ${events} events, ${histories - right} wrong final states\n`,
    );
  });

  it(`when ${RUNS} of them arrive in any order, then state and money are those of the plan`, async () => {
    await fc.assert(
      fc.asyncProperty(arrivals(plansOf[provider]), async ({ plan, entries, order, cut }) => {
        histories += 1;
        const straight = await projected([entries.map(read)]);
        const other = await projected(inBatches(order.map(read), cut));
        // Compared as text: thousands of times, a matcher costs more than the fold.
        const [found, expected] = [await seen(other, moneyIn(other)), await seen(straight, plan.money)];
        if (found !== expected) expect(JSON.parse(found)).toEqual(JSON.parse(expected));
        right += 1;
        events += order.length;
      }),
      { numRuns: RUNS },
    );
  }, 600_000);
});
