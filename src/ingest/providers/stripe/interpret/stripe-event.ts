import { type InterpretableEntry, type Node, type Ref, stampOf } from '../../../../catalog/facts.js';
import { anonymousNode, emailNode, idOf, present, refTo, userNode } from '../../../../catalog/identifiers.js';

export type Json = Readonly<Record<string, unknown>>;

/** A Stripe event as interpreters read it, whatever its API version. */
export interface StripeEvent {
  /** Without the provider: `charge.succeeded`. */
  type: string;
  /** Epoch milliseconds, whole seconds. */
  at: number;
  /** The connected account it happened in. */
  account: string | undefined;
  object: Json;
  previous: Json;
  originEventId: string;
}

const PREFIX = 'stripe.';
const RANK = 5; // signed webhooks; imports are below
const NOTHING: Json = {};

/** Opens an entry. Throws TypeError when it is no snapshot event. */
export function stripeEvent(entry: InterpretableEntry): StripeEvent {
  const body = objectIn(entry.body);
  const data = objectIn(body['data']);
  const object = data['object'];
  if (!isObject(object)) throw new TypeError(`${entry.type} has no object`);
  return {
    type: entry.type.slice(PREFIX.length),
    at: msOf(body['created']) ?? entry.occurredAt,
    account: idOf(body['account']),
    object,
    previous: objectIn(data['previous_attributes']),
    originEventId: entry.originEventId,
  };
}

/**
 * Stamp of what the event says. `ties` (0 to 999) orders events of one second as the object lives through them: Stripe's clock has no
 * finer step, and deliveries have no order.
 */
export const stampAt = (event: StripeEvent, ties: number): string =>
  stampOf(RANK, event.at + ties, event.originEventId);

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const objectIn = (value: unknown): Json => (isObject(value) ? value : NOTHING);

/** Members of a list, whether it came as Stripe's list object or as a plain array. */
export function listIn(value: unknown): readonly Json[] {
  const list = Array.isArray(value)
    ? (value as unknown[])
    : isObject(value) && Array.isArray(value['data'])
      ? (value['data'] as unknown[])
      : [];
  return list.filter(isObject);
}

/** The id of the event's own object. Throws TypeError without one. */
export function ownId({ object, type }: StripeEvent): string {
  const id = idOf(object['id']);
  if (id === undefined) throw new TypeError(`the object of ${type} has no id`);
  return id;
}

/** An id, or the object it was expanded to. */
export const idIn = (value: unknown): string | undefined => idOf(isObject(value) ? value['id'] : value);

export const refIn = (kind: 'payment' | 'intent' | 'invoice', value: unknown): Ref | undefined =>
  refTo(kind, isObject(value) ? value['id'] : value);

const SECONDS_MAX = 253_402_300_799; // the end of year 9999

/** Stripe's seconds in milliseconds; undefined when absent. Throws RangeError for what is no time. */
export function msOf(seconds: unknown): number | undefined {
  if (seconds === undefined || seconds === null) return undefined;
  if (typeof seconds !== 'number' || !Number.isInteger(seconds) || seconds < 0 || seconds > SECONDS_MAX) {
    throw new RangeError('not a time in seconds');
  }
  return seconds * 1000;
}

/** When the object came to be; the event's own time where the object does not say. */
export const createdAt = (event: StripeEvent, object: Json = event.object): number =>
  msOf(object['created']) ?? event.at;

// Keys of our own in Stripe's metadata, in both spellings.
export const orderRef = (metadata: Json): Ref | undefined =>
  refTo('order', metadata['order_id'] ?? metadata['orderId']);
export const checkoutRef = (metadata: Json): Ref | undefined =>
  refTo('checkout', metadata['checkout_id'] ?? metadata['checkoutId']);
export const userOf = (metadata: Json): Node | undefined => userNode(metadata['user_id'] ?? metadata['userId']);
const anonymousOf = (metadata: Json): Node | undefined =>
  anonymousNode(metadata['anonymous_id'] ?? metadata['anonymousId']);

/** `stripe:cus_1`, and `stripe:acct_1/cus_1` in a connected account, whose customers are others than ours. */
export function customerNode({ account }: Pick<StripeEvent, 'account'>, object: Json): Node | undefined {
  const id = idIn(object['customer']) ?? idIn(object['customer_account']);
  return id === undefined ? undefined : providerCustomer(account, id);
}

export const providerCustomer = (account: string | undefined, id: string): Node =>
  account === undefined ? `stripe:${id}` : `stripe:${account}/${id}`;

/** Who something belongs to, best evidence first: our user id, Stripe's customer, the e-mail address, a device. */
export function peopleOf(event: StripeEvent, metadata: Json, email: unknown, user?: Node): Node[] {
  return present([
    userOf(metadata) ?? user,
    customerNode(event, event.object),
    emailNode(email),
    anonymousOf(metadata),
  ]);
}
