import type { Item, Part } from './parts.js';
import type { Tracked, Truth } from './match.js';
import type { StoredPage } from './source-type.js';

/**
 * The port of a cause: one reason why an id is in a part. Pure. The first cause of the registry that explains an item is its primary
 * cause; what none explains is `unexplained`, and is shown as such.
 */
export interface Cause {
  readonly name: string;
  readonly meaning: string;
  readonly parts: readonly Part[];
  /** Undefined when it does not apply. */
  explain(item: Item, evidence: Evidence): Explanation | undefined;
}

/**
 * How sure a cause is. `certain`: a record shows what became of this very id. `likely`: a record about this person, or about everybody at
 * that time, shows something that has this effect. `possible`: all that is known is that nothing was seen where something could have been.
 */
export type Confidence = 'certain' | 'likely' | 'possible';

/** What proves a cause, with references for people to look up. */
export type Proof = Readonly<Record<string, unknown>>;

export interface Explanation {
  confidence: Confidence;
  proof: Proof;
}

export const certain = (proof: Proof): Explanation => ({ confidence: 'certain', proof });
export const likely = (proof: Proof): Explanation => ({ confidence: 'likely', proof });
export const possible = (proof: Proof): Explanation => ({ confidence: 'possible', proof });

/** Whether a key names a person or a device, and no purchase. */
export const namesPerson = (key: string): boolean => key.startsWith('user:') || key.startsWith('anonymous:');

/**
 * Pages that the person of a truth asked for on a day on which the source heard nothing of them; none where it heard of them. That our
 * collector heard them is told of the collector alone: a script of one's own often passes where that of another tool is blocked.
 */
export function unheardPages(truth: Truth | undefined, evidence: Evidence): readonly PageRequest[] {
  if (!truth) return [];
  const pages = evidence.pages(truth);
  if (evidence.beaconIsSource && pages.some(({ beacon }) => beacon)) return [];
  const [from, to] = evidence.dayOf(truth);
  return evidence.seenAt(truth).some((at) => at >= from && at < to) ? [] : pages;
}

/** What a person last said of analytics, and the entry in which they did. */
export interface Consent {
  analytics: 'granted' | 'denied';
  at: number;
  entryId: string;
}

/** A person's request for a page, as the log of a server shows it. Bots are left out. */
export interface PageRequest {
  at: number;
  /** Of the line in the log. */
  ref: string;
  /** Whether our collector, whatever source is compared, heard the page's script at the same visit. */
  beacon: boolean;
  stored: StoredPage | null;
}

/** A stretch in which a source recorded nothing at all, although it usually does, or could not be read. */
export interface Outage {
  from: number;
  to: number;
  why: string;
}

/** An event or a request that was refused. `ref`: of the sample that was kept. */
export interface Refused {
  reason: string;
  ref?: string;
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
  refused(truth: Truth): readonly Refused[];
  /** What its person last said of analytics; undefined when they never did. */
  consent(truth: Truth): Consent | undefined;
  /** Page requests of its person or purchase on that day, ascending; none where no server's log was read. */
  pages(truth: Truth): readonly PageRequest[];
  /** Whether the source that is compared is the one that the beacon of a page speaks of. */
  readonly beaconIsSource: boolean;
  /** The outage of the source that it fell into. */
  outage(truth: Truth): Outage | undefined;
  /** The same event, further away than three days. */
  farTracked(truth: Truth): readonly Tracked[];
  /** Truth of the event's group on other days. */
  farTruth(tracked: Tracked): readonly Truth[];
  /** The event that counts for a truth. */
  eventOf(truth: Truth): Tracked | undefined;
  /** Truth of the event's group on its day that no browser should have seen. */
  notTrackable(tracked: Tracked): Truth | undefined;
  /** Parts of the purchase an event names, with their state. */
  known(tracked: Tracked): readonly { ref: string; status: string | null }[];
}
