import type { Window } from '../source.js';

/** Events are counted in slots of ten minutes. */
export const SLOT_MS = 600_000;
/** Days before that say what is usual at a time of day. */
export const USUAL_DAYS = 7;

const DAY_MS = 86_400_000;
const DAYS_MIN = 3; // with any event at all: fewer say little about what is usual
const EXPECTED_MIN = 14; // e^-14: less than one silence in a million of that length comes by chance

/**
 * Stretches without any event in which, by the same time of day on the days before, at least fourteen were to be expected: if events
 * come independently, that happens by chance once in a million. `counts`: events per slot, from USUAL_DAYS before the window on;
 * slots without events may be left out. `at` is the beginning of a slot, a multiple of SLOT_MS.
 */
export function silences(counts: readonly { at: number; events: number }[], window: Window): Window[] {
  const events = new Map(counts.map((each) => [each.at, each.events]));
  const usual = usualAt(counts, window);
  const found: Window[] = [];
  if (usual === undefined) return found;
  let from: number | undefined;
  let expected = 0;
  const end = (to: number): void => {
    if (from !== undefined && expected >= EXPECTED_MIN) found.push({ from, to });
    from = undefined;
    expected = 0;
  };
  for (let at = Math.ceil(window.from / SLOT_MS) * SLOT_MS; at < window.to; at += SLOT_MS) {
    if ((events.get(at) ?? 0) > 0) end(at);
    else {
      from ??= at;
      expected += usual(at);
    }
  }
  end(window.to);
  return found;
}

/** Mean events of a slot by its time of day, over the days before that had any; undefined when there are too few of those. */
function usualAt(
  counts: readonly { at: number; events: number }[],
  { from }: Window,
): ((at: number) => number) | undefined {
  const days = new Set<number>();
  const sums = new Map<number, number>();
  for (const { at, events } of counts) {
    if (at >= from || events === 0) continue;
    days.add(Math.ceil((from - at) / DAY_MS));
    const time = at % DAY_MS;
    sums.set(time, (sums.get(time) ?? 0) + events);
  }
  return days.size < DAYS_MIN ? undefined : (at) => (sums.get(at % DAY_MS) ?? 0) / days.size;
}
