import { expect } from '@jest/globals';
import type { InterpretableEntry } from '../../src/catalog/facts.js';
import { createInterpret } from '../../src/ingest/interpret.js';
import { projected } from './memory-model.js';

const interpret = createInterpret();
const SHOWN = /^(revenue_gross|refunds|disputes|mrr_\w+|\w+_subscriptions|unpriced_subscriptions_change)$/;

/** Orders of some entries: as they happened, backwards, and each turn of both. */
function ordersOf<T>(entries: readonly T[]): T[][] {
  const turned = entries.map((_, at) => [...entries.slice(at), ...entries.slice(0, at)]);
  return [...turned, ...turned.map((each) => [...each].reverse())];
}

/** What a history comes to by day, the same in every order and with deliveries twice: `2026-10-03 revenue_gross 1000 USD`. */
export async function moneyTold(entries: readonly InterpretableEntry[]): Promise<string[]> {
  const read = entries.map((entry, index) => ({ id: index + 1, facts: interpret(entry)! }));
  const found = new Set<string>();
  for (const order of ordersOf(read)) {
    const model = await projected([[...order, order[0]!]]);
    const sums = new Map<string, bigint>();
    for (const { day, metric, currency, delta } of model.contributions) {
      const key = `${day} ${metric} ${currency}`.trim();
      if (SHOWN.test(metric)) sums.set(key, (sums.get(key) ?? 0n) + BigInt(delta));
    }
    found.add(
      JSON.stringify(
        [...sums]
          .filter(([, sum]) => sum !== 0n)
          .map(([key, sum]) => `${key} ${sum}`)
          .sort(),
      ),
    );
  }
  expect([...found]).toHaveLength(1);
  return JSON.parse([...found][0]!) as string[];
}
