import type { Said } from './provider.js';

/** A stretch of time, `until` excluded. */
export interface TimeRange {
  from: Date;
  until: Date;
}

/**
 * A provider's own list of the events it made: what should have arrived. Pages hold parsed events as its webhooks carry them.
 * Both methods keep to the provider's rate limit and wait as long as it asks. They throw Problem `invalid_request` when it refuses
 * the key, and `unavailable` when it does not answer.
 */
export interface EventList {
  /** How far back it reaches, in days. */
  reachDays: number;
  /** It lists nothing from before it was first asked, so hours before that are not compared unless somebody asks for them. */
  beginsWhenAsked?: true;
  /** What a webhook's headers would say of its events. */
  said?: Said;
  /** Every event made within a range, the oldest first. */
  pages(range: TimeRange): AsyncIterable<readonly unknown[]>;
  /** Events since a time that some webhook endpoint has not confirmed, in no order. */
  undelivered(since: Date): AsyncIterable<readonly unknown[]>;
  /** One event, whole; undefined where it is listed no more. */
  find(event: ListedEvent): Promise<unknown>;
}

/** What is known of an event that is asked for. */
export interface ListedEvent {
  id: string;
  /** Whose it is, where that is not the key's own account. */
  account: string | undefined;
  occurredAt: Date;
}

/** Opens the list of a provider: for the settings of its interface, and a way to wait. */
export type OpenEventList = (settings: ProviderApi, pause: (ms: number) => Promise<void>) => EventList;

/** How to ask a provider something. */
export interface ProviderApi {
  apiKey: string;
  /** Without a path: `https://api.stripe.com`. */
  apiBase: string;
}
