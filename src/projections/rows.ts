import type { FactType, Node, Ref, Scalar } from '../catalog/facts.js';

/** One effect on a subject: its merged fields and the entry that establishes it. See `catalog/merge-facts`. */
export interface Effect {
  type: FactType;
  fields: Record<string, Scalar>;
  stamps: string | Record<string, string>;
  entryId: string;
}

/** The dimensions that everything one subject contributes shares. */
export interface Dimensions {
  source: string;
  medium: string;
  campaign: string;
  reason: string | null;
  kind: string;
  present: boolean;
}

/** What a subject has put into a metric so far. `delta` is a decimal string, because documents are JSON; `at` gives the day. */
export interface Contributed {
  metric: string;
  at: number;
  delta: string;
  currency: string;
  fact: string;
  entryId: string;
}

/** All that a subject has put into metrics, under one set of dimensions; `by` is undefined as long as there is nothing. */
export interface HasContributed {
  by: Dimensions | undefined;
  contributed: readonly Contributed[];
}

/*
 * Tens of thousands of rows lie in memory while a model is rebuilt. So all rows of a kind have the same fields, their lists are
 * replaced and never changed in place, which lets those that are empty be one and the same, and ids that are known are named by the text
 * that is at hand already.
 */

/** A row of `model.parts`: one order, checkout, session, intent, payment, invoice, subscription, payout or line of a balance. */
export interface Part {
  ref: Ref;
  /** `order`, `payment`, …: what the ref begins with. */
  kind: string;
  /** Smallest ref of the purchase it belongs to. */
  purchase: Ref;
  /** The identifier its purchase belongs to; empty until it is first evaluated, and for what nobody bought. */
  party: Node;
  /** Whether a browser could have seen the purchase. */
  present: boolean;
  columns: Readonly<PartColumns>;
  doc: HasContributed & {
    /** Other ids of the purchase that facts named. At most LINKS_MAX; then the id is crowded and links nothing. */
    links: readonly Ref[];
    /** Persons that facts about this part named. */
    nodes: readonly Node[];
    effects: Record<string, Effect>;
    /** The payment as it is listed with its party: `[party, at]`. */
    listed: readonly [Node, number] | undefined;
  };
}

/** What reports read of a part without opening its document. */
export interface PartColumns {
  at: number | null;
  amountMinor: string | null;
  currency: string | null;
  status: string | null;
}

/** A touch that carries a marker: `[at, entry id, source, medium, campaign]`. */
export type Touch = [number, string, string, string, string];

/** What an operator decided about an identifier and another: `[kind, number, entry id]`. The greater number holds. */
export type Decided = ['join' | 'separate', number, string];

/** A row of `model.touches`: one visit, with a marker or without (`source` null). */
export interface TouchRow {
  node: Node;
  at: number;
  entryId: string;
  source: string | null;
  medium: string;
  campaign: string;
  referrer: string | null;
  landingPage: string | null;
  clickId: string | null;
}

/** A row of `model.identifiers`. */
export interface Identifier {
  node: Node;
  /** Canonical id of the customer it belongs to: an identifier too. */
  customer: Node;
  doc: HasContributed & {
    /** Links that facts named, server grade. */
    fixed: readonly Node[];
    /** Links by purchases that name both, and the number of such purchases for each. */
    shared: readonly Node[];
    sharedBy: readonly number[];
    /** Namings by purchases beyond those: above the cap they are only counted. */
    moreShared: number;
    /** On the canonical identifier: the others of the customer. */
    members: readonly Node[];
    effects: Record<string, Effect>;
    /** Earliest marked touches, by time; at most TOUCHES_MAX. */
    touches: readonly Touch[];
    /** Earliest touch without a marker. */
    unmarkedAt: number | null;
    /** Whether one of those came from another site all the same. */
    stripped: boolean;
    /** Whether one of those has what may be a marker among what is sealed. */
    sealed: boolean;
    /** By the other identifier. */
    decided: Record<Node, Decided> | undefined;
    /** Earliest captured payments of purchases whose party this is: `[at, ref, entry id]`; at most PAYMENTS_MAX. */
    payments: readonly (readonly [number, Ref, string])[];
    /** Captured payments beyond that list. */
    morePayments: number;
    /** Purchases whose party this is. */
    purchases: number;
  };
}

/** A row of `model.customers`: what all of a customer's identifiers say together. */
export interface Customer {
  customer: Node;
  userId: string | null;
  signedUpAt: number | null;
  firstTouchAt: number | null;
  source: string;
  medium: string;
  campaign: string;
  reason: string | null;
  firstPaymentRef: Ref | null;
  firstPaymentAt: number | null;
  firstPaymentEntry: string | null;
}

export const LINKS_MAX = 100;
export const TOUCHES_MAX = 8;
export const PAYMENTS_MAX = 16;

export const kindOf = (id: Ref | Node): string => id.slice(0, id.indexOf(':'));

const PURCHASE_KINDS = ['order', 'checkout', 'session', 'intent', 'payment', 'invoice', 'subscription'];
const PURCHASE_PREFIXES = PURCHASE_KINDS.map((kind) => `${kind}:`);

/** Place of a ref's kind among the kinds of purchases; -1 for what is no part of one. */
function purchaseRank(id: Ref | Node): number {
  for (let rank = 0; rank < PURCHASE_PREFIXES.length; rank++) if (id.startsWith(PURCHASE_PREFIXES[rank]!)) return rank;
  return -1;
}

/** Whether a fact's subject is a part, of a purchase or of nobody's; everything else is a person's identifier (`user:`, `stripe:`, …). */
export const isRef = (subject: string): boolean => purchaseRank(subject) >= 0 || isOurs(subject);

/** Whether a part is nobody's purchase: it has neither links nor a party. */
export const isOurs = (ref: Ref): boolean => ref.startsWith('payout:') || ref.startsWith('balance:');

export const isUser = (node: Node): boolean => node.startsWith('user:');
export const isEmail = (node: Node): boolean => node.startsWith('email:');
export const isAnonymous = (node: Node): boolean => node.startsWith('anonymous:');
export const isGuest = (node: Node): boolean => node.startsWith('guest:');

/** Provider customers (`stripe:cus_1`) are the identifiers of a kind that is none of ours. */
export const isProviderCustomer = (node: Node): boolean =>
  !isUser(node) && !isEmail(node) && !isAnonymous(node) && !isGuest(node);

const EMPTY: readonly never[] = [];
export const NO_COLUMNS: PartColumns = { at: null, amountMinor: null, currency: null, status: null };

export const newPart = (ref: Ref): Part => ({
  ref,
  kind: PURCHASE_KINDS[purchaseRank(ref)] ?? kindOf(ref),
  purchase: ref,
  party: '',
  present: true,
  columns: NO_COLUMNS,
  doc: { links: EMPTY, nodes: EMPTY, effects: {}, listed: undefined, contributed: EMPTY, by: undefined },
});

export const newIdentifier = (node: Node): Identifier => ({
  node,
  customer: node,
  doc: {
    fixed: EMPTY,
    shared: EMPTY,
    sharedBy: EMPTY,
    moreShared: 0,
    members: EMPTY,
    effects: {},
    touches: EMPTY,
    unmarkedAt: null,
    stripped: false,
    sealed: false,
    decided: undefined,
    payments: EMPTY,
    morePayments: 0,
    purchases: 0,
    contributed: EMPTY,
    by: undefined,
  },
});

/** Order of kinds, then text order: decides canonical ids, so it may never change without a rebuild. */
export function smallest(ids: Iterable<string>): string {
  let best: string | undefined;
  for (const id of ids) if (best === undefined || precedes(id, best)) best = id;
  if (best === undefined) throw new RangeError('no ids');
  return best;
}

function rank(id: Ref | Node): number {
  if (isUser(id)) return 0;
  const purchase = purchaseRank(id);
  if (purchase >= 0) return purchase;
  return isEmail(id) ? 2 : isAnonymous(id) ? 3 : isGuest(id) ? 4 : 1;
}

export const precedes = (a: string, b: string): boolean => {
  const difference = rank(a) - rank(b);
  return difference === 0 ? a < b : difference < 0;
};

export function isEmpty(effects: Record<string, Effect>): boolean {
  for (const _ in effects) return false;
  return true;
}

/** The effects of a type, in a stable order. */
export function effectsOf(effects: Record<string, Effect>, type: FactType): [string, Effect][] {
  let found: [string, Effect][] | undefined;
  for (const key in effects) if (effects[key]!.type === type) (found ??= []).push([key, effects[key]!]);
  if (!found) return NONE;
  return found.length > 1 ? found.sort(([a], [b]) => (a < b ? -1 : 1)) : found;
}

const NONE: [string, Effect][] = [];

/** The effect of a type of which a subject has one. */
export function effectOf(effects: Record<string, Effect>, type: FactType): Effect | undefined {
  for (const key in effects) if (effects[key]!.type === type) return effects[key];
  return undefined;
}
