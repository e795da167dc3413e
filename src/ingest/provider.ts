import type { z } from 'zod';
import type { SealingPolicy } from '../ledger/vault.js';
import type { RawRequest } from './ingest.js';
import type { PurchaseObject } from './purchase-objects.js';

/** Who an event speaks of, for the subject tags: `u` user id, `a` anonymous id, `c` provider customer, `e` e-mail. */
export interface Subject {
  kind: 'u' | 'a' | 'c' | 'e';
  value: string;
}

/** Where an event belongs. */
export interface Identified {
  /** The provider's account; test mode is an account of its own. */
  account: string;
  /** The provider's id of the event; undefined for kinds of events that have none: their content is their identity. */
  originEventId: string | undefined;
  /** As stored: `stripe.charge.succeeded`. */
  type: string;
  /** When it happened; undefined when the provider does not say. */
  occurredAt: Date | undefined;
  /** Open facts that interpreters need; nothing personal. */
  attributes: Readonly<Record<string, string>>;
}

/** What the headers of a request say of its event that the body does not, as attributes: `livemode`. */
export type Said = Readonly<Record<string, string>>;

/**
 * A payment provider's webhook: how to tell that it is genuine, and which event it is. Adding one is a folder and a line in the registry.
 *
 * It does not say what an event means (interpreters do, later), it never refuses a genuine event for its content, and every function is pure.
 */
export interface Provider<Settings = unknown> {
  name: string;
  /** How an entry says that it was authenticated: `stripe-signature`. */
  authenticatedBy: string;
  settings: z.ZodType<Settings>;
  /** Settings from the environment; undefined when the provider is not used. Throws SetupError. */
  fromEnv(env: Readonly<Record<string, string | undefined>>): Settings | undefined;
  /** What acknowledges a delivery, sent with 200, where the provider waits for a text of its own. */
  acknowledgement?: string;
  /** Of the whole request, before its body is looked at. */
  verify(request: RawRequest, settings: Settings, now: Date): 'verified' | 'bad_signature' | 'stale_signature';
  /** A delivery of several events as deliveries of one each, nothing else in them changed. Left out where there is one only. */
  split?(text: string): string[];
  /** Of one event, where each carries a signature of its own. */
  verifyEvent?(request: RawRequest, body: unknown, settings: Settings): 'verified' | 'bad_signature';
  /** Kept with a parked delivery, so that a replay reads it as it was sent. */
  said?(headers: RawRequest['headers']): Said;
  /** Undefined when it is no event, or an event without a usable id. */
  identify(body: unknown, said?: Said): Identified | undefined;
  /** The body without what differs between two deliveries of one event. */
  content(body: unknown): unknown;
  /** Whether the contents of two copies with these attributes can be compared at all. */
  comparable(known: Readonly<Record<string, string>>, arrived: Readonly<Record<string, string>>): boolean;
  policy(type: string): SealingPolicy;
  subjects(body: unknown): Subject[];
  /** The parts of purchases that an event is of, by the provider's own ids, as interpreters read them. Asked where it names nobody. */
  objects(body: unknown): PurchaseObject[];
}
