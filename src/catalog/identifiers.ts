import { emailHashOf, identifierOf, isSealed } from '../kernel/sealed-token.js';
import type { Node, Ref } from './facts.js';

/** How identifiers and references are written in facts, whatever their senders put into them. */
const ID_MAX = 512; // characters; Stripe's metadata values may have 500
// oxlint-disable-next-line no-control-regex
const UNSTORABLE = /[\u0000-\u001f\u007f]/;

/** An id as facts may carry it; undefined when it is absent, unreadable, or nothing that a table can hold. */
export function idOf(value: unknown): string | undefined {
  const id = identifierOf(value);
  return id !== undefined && id.length <= ID_MAX && isStorable(id) ? id : undefined;
}

/** A short open text, such as a status; undefined when it is absent or personal. */
export function openText(value: unknown): string | undefined {
  if (isSealed(value) || typeof value !== 'string' || value === '' || value.length > ID_MAX) return undefined;
  return isStorable(value) ? value : undefined;
}

const isStorable = (text: string): boolean => !UNSTORABLE.test(text) && text.isWellFormed();

type RefKind = 'order' | 'checkout' | 'session' | 'intent' | 'payment' | 'invoice' | 'subscription' | 'payout';

export function refTo(kind: RefKind, value: unknown): Ref | undefined {
  const id = idOf(value);
  return id === undefined ? undefined : `${kind}:${id}`;
}

export function userNode(value: unknown): Node | undefined {
  const id = idOf(value);
  return id === undefined ? undefined : `user:${id}`;
}

export function anonymousNode(value: unknown): Node | undefined {
  const id = idOf(value);
  return id === undefined ? undefined : `anonymous:${id}`;
}

/** Two of a kind that are never decided to be one customer, nor two: the door takes no such decision, and the fold reads none. */
export const areTwoUsers = (a: Node, b: Node): boolean => areBoth('user:', a, b);
export const areTwoDevices = (a: Node, b: Node): boolean => areBoth('anonymous:', a, b);

const areBoth = (kind: string, a: Node, b: Node): boolean => a.startsWith(kind) && b.startsWith(kind);

/** The person behind a sealed e-mail address. */
export function emailNode(value: unknown): Node | undefined {
  const hash = emailHashOf(value);
  return hash === undefined || hash === '' ? undefined : `email:${hash}`;
}

// Stripe's ids tell by their beginning what they name.
const KIND_BY_PREFIX: readonly (readonly [prefix: string, kind: RefKind])[] = [
  ['ch_', 'payment'],
  ['py_', 'payment'],
  ['pi_', 'intent'],
  ['cs_', 'session'],
  ['in_', 'invoice'],
];

/** What a `payment_id` of an order names: a charge, or what led to one. A subscription is none: it joins purchases that are not one. */
export function paymentRef(value: unknown): Ref | undefined {
  const id = idOf(value);
  if (id === undefined || id.startsWith('sub_')) return undefined;
  const known = KIND_BY_PREFIX.find(([prefix]) => id.startsWith(prefix));
  return `${known?.[1] ?? 'payment'}:${id}`;
}

const NODE_KINDS = ['user', 'stripe', 'square', 'adyen', 'anonymous', 'email', 'guest'];

/**
 * The identifiers that somebody may mean by an id, the likeliest first: a whole one (`user:u1`), a plain one (`u1`, `cus_1`), or an e-mail
 * address, which is only known by its hash.
 */
export function nodesMeant(
  id: string,
  hashed: { emailHash(email: string): string; safeId(id: string): string },
): Node[] {
  if (id.includes('@') && !id.includes(':')) return [`email:${hashed.emailHash(id)}`, `user:${hashed.safeId(id)}`];
  return [id, ...NODE_KINDS.map((kind) => `${kind}:${id}`)];
}

/** What is there, once each, in order. */
export function present<T>(values: readonly (T | undefined)[]): T[] {
  const found: T[] = [];
  for (const value of values) if (value !== undefined && !found.includes(value)) found.push(value);
  return found;
}
