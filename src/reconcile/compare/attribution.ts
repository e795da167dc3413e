import { marksNothing, sourceAliases } from '../../catalog/attribution-markers.js';
import { percent } from '../gap.js';
import type { Pairing, Truth } from '../match.js';
import type { Item } from '../parts.js';
import type { Day } from '../../kernel/day.js';

/** The source that a client names, by the name the server has for it; undefined when it names none. */
export function claimedSource(claimed: string | null): string | undefined {
  const source = (claimed ?? '').trim().toLowerCase();
  return marksNothing(source) ? undefined : (sourceAliases.get(source) ?? source);
}

const sourceOf = (claimed: string | null): string => claimedSource(claimed) ?? 'unknown';

/** Entities matched on the day: `matched` where the client names the source of the first touch, `wrong_value` where it names another. */
export function compareAttribution(day: Day, truths: readonly Truth[], { trackedOf }: Pairing): Item[] {
  return truths.flatMap((truth): Item[] => {
    const tracked = trackedOf.get(truth);
    if (truth.day !== day || tracked?.day !== day) return [];
    const item = { id: truth.id, day, truth, tracked, amountActual: 0n, amountTracked: 0n };
    const [actual, claimed] = [sourceOf(truth.source), sourceOf(tracked.source)];
    if (actual === claimed) return [{ ...item, part: 'matched' }];
    return [{ ...item, part: 'wrong_value', evidence: { actual_source: actual, tracked_source: claimed } }];
  });
}

/** The share of matched entities whose source differs, in percent. */
export function mismatch(items: readonly Item[]) {
  const numerator = items.filter(({ part }) => part === 'wrong_value').length;
  return { value: percent(BigInt(numerator), BigInt(items.length)), numerator, denominator: items.length };
}
