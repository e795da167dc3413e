import type { z } from 'zod';
import type { TrackedAliases, TrackedMapper, ValueBasis } from '../catalog/tracked-events.js';
import type { ClientEvent } from '../ingest/collector.js';
import type { Day, Zone } from '../kernel/day.js';
import type { Http } from './pull/http.js';
import type { Window } from './source.js';

/**
 * The port of an outside system that events, counts or page requests are fetched from, a day at a time. Adding one is a file and a line
 * in the registry: its settings, and a generator that turns answers into pieces. It keeps nothing and maps nothing.
 */
export interface SourceType<Settings = unknown> {
  /** `type` in the settings. */
  readonly name: string;
  readonly meaning: string;
  readonly gives: 'events' | 'counts' | 'page_requests';
  /** Data of a day may still come for this long after it, unless `settles_hours` says otherwise. */
  settlesHours(settings: Settings): number;
  readonly settings: z.ZodType<Settings>;
  /** Everything of one day. Throws SourceFailure for an answer that is no answer: half a day must not pass for a quiet one. */
  fetch(settings: Settings, request: FetchRequest): AsyncIterable<Piece>;
}

export interface FetchRequest {
  day: Day;
  /** The day in the reporting zone: what is outside of it is not kept. */
  window: Window;
  zone: Zone;
  /** How long after the day its data may still come. Milliseconds. */
  settlesMs: number;
  /** Which names mean something, for sources that are asked by name. */
  mapper: TrackedMapper;
  /** Those names, as the settings and the defaults write them. */
  names: readonly string[];
  http: Http;
  now: Date;
}

/** What a source tells. Pieces come in any order. */
export type Piece =
  | { event: SourceEvent }
  /** A person or device that was seen, where single events of no meaning are not fetched. */
  | { seen: { userId?: unknown; anonymousId?: unknown; at: number; client?: ClientEvent } }
  /** How often a name came, beside the events. */
  | { name: string; count: number }
  | { counted: SourceCount }
  | { page: PageHit }
  /** Why the numbers of the day must not be compared, `sampled: …`. */
  | { flag: string }
  | { note: string }
  /** The zone whose days the source counts in. */
  | { timeZone: string };

/** One event in the words of the collector. Values are as sent: unchecked, and possibly personal. */
export interface SourceEvent extends ClientEvent {
  /** Epoch milliseconds, corrected for the clock of the device where the source does that. */
  at: number;
  receivedAt?: number;
}

export interface SourceCount {
  name: string;
  /** '' or left out for the whole, else the part of it with this first touch. */
  firstUserSource?: string;
  count: number;
  value?: { amount: unknown; basis: ValueBasis; currency: string };
}

/** Why the page that somebody saw may not be the one that the site serves now. */
export type StoredPage = 'cached' | 'prerendered';

/** A line of an access log. */
export interface PageHit {
  requestId: string;
  at: number;
  /** Path with its query. */
  target: string;
  ip: unknown;
  userAgent: unknown;
  /** Answered from a cache, or fetched before the person asked for it. */
  stored?: StoredPage;
  /** What the log itself says of the visitor, such as a first-party cookie. */
  userId?: unknown;
  anonymousId?: unknown;
}

/** A source as the settings describe it, checked. */
export interface ConfiguredSource {
  name: string;
  type: SourceType;
  /** As the type's schema read them. */
  settings: unknown;
  settlesMs: number;
  /** See `pruneSnapshots`. */
  keepDays: number;
  mapper: TrackedMapper;
  aliases: TrackedAliases;
  /** Digest of all that decides how answers are read, secrets left out. */
  fingerprint: string;
}
