import { type InterpretableEntry, type Node, type Ref, stampOf } from '../../../../catalog/facts.js';
import { anonymousNode, emailNode, idOf, present, refTo, userNode } from '../../../../catalog/identifiers.js';
import { canonical, kindOf } from './canonical.js';
import { idIn, msOf } from './stripe-json.js';
import { isObject, type Json, objectIn } from '../../../json-members.js';

export { idIn, listIn, msOf, msOrNull } from './stripe-json.js';

/** A Stripe event as interpreters read it, whatever its API version. */
export interface StripeEvent {
  /** Without the provider: `charge.succeeded`. */
  type: string;
  /** Epoch milliseconds, whole seconds. */
  at: number;
  /** In the newest shape; see `canonical`. */
  object: Json;
  previous: Json;
  /** As received, and in which version. */
  received: { object: Json; apiVersion: unknown };
  /** The event's own id, also where an entry of another completes one that was too large. */
  originEventId: string;
  /** Decides between two entries of one second: that of the entry. */
  entryEventId: string;
  /** Of an object that was read and not told by an event: its `type` is `object.charge`, `at` the instant it was read. */
  read?: { rank: number };
}

const PREFIX = 'stripe.';
const READ = 'object.';
// Events, and objects of which is known when they were read. An object read at an unknown time yields to every event.
const RANK = 5;
const RANK_UNDATED = 0;

/** Opens an entry. Throws TypeError when it is no snapshot event. */
export function stripeEvent(entry: InterpretableEntry): StripeEvent {
  const body = objectIn(entry.body);
  const data = objectIn(body['data']);
  const object = data['object'];
  if (!isObject(object)) throw new TypeError(`${entry.type} has no object`);
  const type = entry.type.slice(PREFIX.length);
  const apiVersion = body['api_version'];
  return {
    type,
    at: msOf(body['created']) ?? entry.occurredAt,
    object: canonical(kindOf(type), object, apiVersion),
    received: { object, apiVersion },
    previous: objectIn(data['previous_attributes']),
    originEventId: entry.attributes['completes'] ?? entry.originEventId,
    entryEventId: entry.originEventId,
    ...(type.startsWith(READ) ? { read: { rank: body['as_of'] === 'known' ? RANK : RANK_UNDATED } } : {}),
  };
}

/** The type of entries that hold an object of a kind as it was read. */
export const readObject = (kind: string): string => `${PREFIX}${READ}${kind}`;

/**
 * Stamp of what the event says. `ties` (0 to 999) orders events of one second as the object lives through them: Stripe's clock has no
 * finer step, and deliveries have no order. An object that was read says what all events before that second came to.
 */
export const stampAt = (event: StripeEvent, ties: number): string =>
  event.read
    ? stampOf(event.read.rank, event.at, event.entryEventId)
    : stampOf(RANK, event.at + ties, event.entryEventId);

/** When a balance transaction was made, where an object that was read carries it whole: the next best to the event itself. */
export const settledAt = (event: StripeEvent, transaction: unknown): number | undefined =>
  event.read && isObject(transaction) ? msOf(transaction['created']) : undefined;

/** The object as it was before the event, in the newest shape; undefined where the event does not tell. */
export function objectBefore({ type, received, previous }: StripeEvent): Json | undefined {
  const { object, apiVersion } = received;
  const changed = Object.entries(previous);
  if (changed.length === 0) return undefined;
  // Of an object only the members that changed are told, of a list all of it.
  const before = changed.map(([name, value]) => {
    const now = object[name];
    return [name, isObject(value) && isObject(now) ? { ...now, ...value } : value] as const;
  });
  return canonical(kindOf(type), { ...object, ...Object.fromEntries(before) }, apiVersion);
}

/** The id of the event's own object. Throws TypeError without one. */
export function ownId({ object, type }: StripeEvent): string {
  const id = idOf(object['id']);
  if (id === undefined) throw new TypeError(`the object of ${type} has no id`);
  return id;
}

export const refIn = (kind: 'payment' | 'intent' | 'invoice', value: unknown): Ref | undefined =>
  refTo(kind, isObject(value) ? value['id'] : value);

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

/** `stripe:cus_1`: whom an object belongs to, by either of the two ways in which Stripe names customers. */
export function customerNode(object: Json): Node | undefined {
  const id = idIn(object['customer']) ?? idIn(object['customer_account']);
  return id === undefined ? undefined : providerCustomer(id);
}

export const providerCustomer = (id: string): Node => `stripe:${id}`;

/** Who something belongs to, best evidence first: our user id, Stripe's customer, the e-mail address, a device. */
export function peopleOf({ object }: StripeEvent, metadata: Json, email: unknown, user?: Node): Node[] {
  return present([userOf(metadata) ?? user, customerNode(object), emailNode(email), anonymousOf(metadata)]);
}
