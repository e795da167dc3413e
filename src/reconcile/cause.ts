import type { Item, Part } from './parts.js';
import type { Tracked, Truth } from './match.js';

/**
 * The port of a cause: one reason why an id is in a part. Pure. The first cause of the registry that explains an item is its primary
 * cause; what none explains is `unexplained`, and is shown as such.
 */
export interface Cause {
  readonly name: string;
  readonly meaning: string;
  readonly parts: readonly Part[];
  /** What proves it, for people to look up; undefined when it does not apply. */
  explain(item: Item, evidence: Evidence): Readonly<Record<string, unknown>> | undefined;
}

/** What is known beside the day's truth and events. Times are epoch milliseconds. */
export interface Evidence {
  /** Ids under which the person or device of a truth could have been seen. */
  keysOf(truth: Truth): readonly string[];
  /** When any event of that person, device or purchase was seen within three days, ascending. */
  seenAt(truth: Truth): readonly number[];
  /** First and last instant of the truth's day. */
  dayOf(truth: Truth): readonly [from: number, to: number];
  /** Why events that speak of its person were refused on that day. */
  refused(truth: Truth): readonly string[];
  /** The same event, further away than three days. */
  farTracked(truth: Truth): readonly Tracked[];
  /** Truth of the event's group, further away than three days. */
  farTruth(tracked: Tracked): readonly Truth[];
  /** Truth of the event's group on its day that no browser should have seen. */
  notTrackable(tracked: Tracked): Truth | undefined;
  /** Parts of the purchase an event names, with their state. */
  known(tracked: Tracked): readonly { ref: string; status: string | null }[];
}
