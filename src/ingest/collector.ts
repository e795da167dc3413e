import type { RawRequest } from './ingest.js';
import type { Json } from './json-members.js';

/** One client-side event in words that all protocols share. Values are as sent: unchecked, and possibly personal. */
export interface ClientEvent {
  /** The sender's id of it, the same on every retry. */
  messageId?: unknown;
  /** The name as sent; `identify`, `page` and the like where the protocol has calls instead of names. */
  name: string;
  /** Whether the name is one that the sender chose, and may mean something to us. */
  named: boolean;
  properties: Json;
  userId?: unknown;
  anonymousId?: unknown;
  /** When the device says it happened. */
  clientAt?: unknown;
  /** Milliseconds between the event and the request, where the protocol has that instead. */
  offsetMs?: number;
  /** Which anonymous ids are this user, according to the browser. */
  links: readonly { anonymousId: unknown; userId: unknown }[];
  /** What sent it, where the protocol says that beside the properties. */
  library?: unknown;
  userAgent?: unknown;
  ip?: unknown;
  device?: unknown;
  browser?: unknown;
  os?: unknown;
  country?: unknown;
  /** The version of the shop or the app that sent it. */
  release?: unknown;
  /** The address of the page, for the campaign and the click id in its query. */
  pageUrl?: unknown;
  source?: unknown;
  medium?: unknown;
  campaign?: unknown;
  /** The page that led here: of the visit, where the sender knows it, else of this page. */
  referrer?: unknown;
  /** Kind of the click id with which the visit came, where the sender keeps it beside the address. */
  clickId?: unknown;
}

export type EventProblem = 'not_an_object' | 'missing_name' | 'missing_id' | 'unknown_type';

/** A request body once it was read: who it says it is, and its events as sent. */
export interface ClientBatch {
  writeKey: string | undefined;
  sentAt: unknown;
  events: readonly unknown[];
}

/** A protocol of client-side analytics. Adding one is a file and a line in the registry; every function is pure. */
export interface Collector {
  name: string;
  /** Undefined when the body has not the shape of the protocol. */
  batch(request: Pick<RawRequest, 'headers' | 'url'>, body: unknown): ClientBatch | undefined;
  event(sent: Json): ClientEvent | EventProblem;
}

export const isId = (value: unknown): boolean =>
  (typeof value === 'string' && value.trim() !== '') || Number.isSafeInteger(value);
