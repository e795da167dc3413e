import type { FactType, Node, Ref, Scalar } from '../catalog/facts.js';

/** One effect on a subject: its merged fields and the entry that establishes it. See `catalog/merge-facts`. */
export interface Effect {
  type: FactType;
  fields: Record<string, Scalar>;
  stamps: string | Record<string, string>;
  entryId: string;
}

/** What a subject has put into a metric so far. `delta` is a decimal string, because documents are JSON. */
export interface Contributed {
  metric: string;
  day: string;
  currency: string;
  delta: string;
  source: string;
  medium: string;
  campaign: string;
  reason: string | null;
  kind: string;
  present: boolean;
  fact: string;
  entryId: string;
  at: number;
}

/** A row of `model.parts`: one order, checkout, session, intent, payment, invoice, subscription or payout. */
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
  columns: PartColumns;
  doc: {
    /** Other ids of the purchase that facts named. At most LINKS_MAX; then the id is crowded and links nothing. */
    links: Ref[];
    /** Persons that facts about this part named. */
    nodes: Node[];
    effects: Record<string, Effect>;
    contributed: Contributed[];
    /** The payment as it is listed with its party: `[party, at]`. */
    listed?: [Node, number];
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

/** A row of `model.identifiers`. */
export interface Identifier {
  node: Node;
  /** Canonical id of the customer it belongs to: an identifier too. */
  customer: Node;
  doc: {
    /** Links that facts named, server grade. */
    fixed: Node[];
    /** Links by purchases that name both, with the number of such purchases. */
    shared: Record<Node, number>;
    /** Namings by purchases beyond those: above the cap they are only counted. */
    moreShared: number;
    /** On the canonical identifier: the others of the customer. */
    members: Node[];
    effects: Record<string, Effect>;
    /** Earliest marked touches, by time; at most TOUCHES_MAX. */
    touches: Touch[];
    /** Earliest touch without a marker. */
    unmarkedAt: number | null;
    /** Earliest captured payments of purchases whose party this is: `[at, ref, entry id]`; at most PAYMENTS_MAX. */
    payments: [number, Ref, string][];
    /** Captured payments beyond that list. */
    morePayments: number;
    /** Purchases whose party this is. */
    purchases: number;
    contributed: Contributed[];
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

const PERSON_KINDS = new Set(['user', 'email', 'anonymous', 'guest']);
const PURCHASE_KINDS = ['order', 'checkout', 'session', 'intent', 'payment', 'invoice', 'subscription'];
const PARTS = new Set([...PURCHASE_KINDS, 'payout']);

/** Whether a fact's subject is a part, of a purchase or of nobody's; everything else is a person's identifier (`user:`, `stripe:`, …). */
export const isRef = (subject: string): boolean => PARTS.has(kindOf(subject));

/** Whether a part is nobody's purchase: it has neither links nor a party. */
export const isOurs = (ref: Ref): boolean => kindOf(ref) === 'payout';

/** Provider customers (`stripe:cus_1`) are the identifiers of a kind that is none of ours. */
export const isProviderCustomer = (node: Node): boolean => !PERSON_KINDS.has(kindOf(node));

export const newPart = (ref: Ref): Part => ({
  ref,
  kind: kindOf(ref),
  purchase: ref,
  party: '',
  present: true,
  columns: { at: null, amountMinor: null, currency: null, status: null },
  doc: { links: [], nodes: [], effects: {}, contributed: [] },
});

export const newIdentifier = (node: Node): Identifier => ({
  node,
  customer: node,
  doc: {
    fixed: [],
    shared: {},
    moreShared: 0,
    members: [],
    effects: {},
    touches: [],
    unmarkedAt: null,
    payments: [],
    morePayments: 0,
    purchases: 0,
    contributed: [],
  },
});

/** Order of kinds, then text order: decides canonical ids, so it may never change without a rebuild. */
export function smallest(ids: Iterable<string>): string {
  let best: string | undefined;
  for (const id of ids) if (best === undefined || precedes(id, best)) best = id;
  if (best === undefined) throw new RangeError('no ids');
  return best;
}

const RANKS: Record<string, number> = { user: 0, email: 2, anonymous: 3, guest: 4 };
const rank = (id: string): number => {
  const purchase = PURCHASE_KINDS.indexOf(kindOf(id));
  return purchase >= 0 ? purchase : (RANKS[kindOf(id)] ?? 1);
};

export const precedes = (a: string, b: string): boolean => {
  const difference = rank(a) - rank(b);
  return difference === 0 ? a < b : difference < 0;
};

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
