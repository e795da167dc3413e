import type { Readable } from 'node:stream';
import type { BalanceLine } from './balance-line.js';
import type { ProviderApi, TimeRange } from './event-list.js';
import type { Provider } from './provider.js';

/** An object as a provider shows it when it is asked, and what is known of it besides. */
export interface ReadObject {
  /** As the provider sends it; its members `object` (its kind) and `id` are texts. */
  object: Readonly<Record<string, unknown>>;
  /** Its JSON text, where it is at hand: it is kept as it is. */
  text?: string;
  /** The payout that a line of the balance was found in. */
  payout?: string;
  /** Whether it belongs to live mode, where it does not say so itself. */
  live: boolean;
}

export interface ObjectPage {
  objects: readonly ReadObject[];
  /** Where the next page begins; null after the last. Good for days. */
  next: string | null;
  /** How far back in time this page reaches, because lists begin with the newest; undefined for an empty one. */
  reaches: Date | undefined;
}

/**
 * A provider's lists of objects as they are now: what remains of a history when its events are listed no more. It keeps to the provider's
 * rate limit and waits as long as it asks. Throws Problem `invalid_request` when it refuses, and `unavailable` when it does not answer.
 */
export interface ObjectList {
  /** Whether it shows what belongs to live mode; each mode has lists of its own. */
  live: boolean;
  /** One page of the objects of a list that were made within a range, the newest first. */
  page(name: string, range: TimeRange, cursor?: string): Promise<ObjectPage>;
}

export type OpenObjectList = (settings: ProviderApi, pause: (ms: number) => Promise<void>) => ObjectList;

/** When an object was read. `assumed`: at some time before that; then whatever an event says of it counts more. */
export interface AsOf {
  at: Date;
  is: 'known' | 'assumed';
}

/** What of a provider can be read besides its events. */
export interface ObjectSource {
  /** Lists by name, in the order in which they are best read: `charges`. */
  lists: readonly string[];
  /** Lists that no event makes whole, with the days that a sweep looks back beyond the last one. */
  swept: Readonly<Record<string, number>>;
  /** Absent where its interface is not asked. */
  open?: OpenObjectList;
  /** How an object that was read is identified, sealed and compared: as the provider's events are. */
  provider: Provider;
  /** The body of its entry around its `data`. `id`: what identifies the object with its content. */
  envelope(read: ReadObject, id: string, asOf: AsOf): Readonly<Record<string, unknown>>;
  /** The list that is the provider's own statement of its balance, and its objects as lines of that. */
  statement?: { list: string; line(read: ReadObject): BalanceLine };
  /** Kinds of objects that interpreters read. */
  kinds: ReadonlySet<string>;
  /** Whether an object cannot be joined to what it belongs to, as it was read. */
  isUnattached?(object: ReadObject['object']): boolean;
  /** Absent where no files are read. Objects in a file; `live` is where they belong that do not say so themselves. Throws Problem `invalid_request` that names the line. */
  parse?(name: string, file: Readable, live: boolean): AsyncIterable<ReadLine>;
}

/** What one line of a file has: several objects where it is a page of a list. */
export interface ReadLine {
  line: number;
  objects: readonly ReadObject[];
}
