import type { Tracked, Truth } from '../match.js';

/**
 * What an event says of the amount of a truth, on the truth's own basis (the total), in minor units. An event that carries `net` is
 * restated with the tax and shipping of the order; where no order tells them it stands as it is. Undefined when it carries no amount
 * or an amount without a currency.
 */
export function comparableAmount(event: Tracked, truth: Truth | undefined): bigint | undefined {
  if (event.valueMinor === null || event.currency === null) return undefined;
  if (event.valueBasis !== 'net' || !truth || truth.currency !== event.currency) return event.valueMinor;
  return event.valueMinor + (truth.extras ?? 0n);
}

/** How far the amount of a matched event agrees with the truth, to the minor unit. */
export function agreement(event: Tracked, truth: Truth): 'same' | 'other_value' | 'other_currency' {
  if (event.valueProblem === 'missing_currency' || event.valueProblem === 'unknown_currency') return 'other_currency';
  if (event.currency !== null && event.currency !== truth.currency) return 'other_currency';
  return comparableAmount(event, truth) === truth.value ? 'same' : 'other_value';
}
