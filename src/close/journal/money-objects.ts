import type { Fact, FactType, Ref } from '../../catalog/facts.js';
import { applyFact, type EffectRecord, mergeEffect } from '../../catalog/merge-facts.js';
import type { Day } from '../../kernel/day.js';

/**
 * What the books know of one object that moves money: a payment, an intent, an invoice, a payout, a line of a provider's balance
 * (`txn:txn_1`), an opening balance (`opening:stripe:EUR`); or that says what money was paid for: an order, a session, a checkout. The same
 * effects as in the read model, merged by the same rules.
 */
export interface MoneyObject {
  ref: Ref;
  /** Whose money it is: `stripe`; empty while no provider spoke of it. */
  provider: string;
  effects: Record<string, EffectRecord>;
  /** Other objects of the same payment. */
  links: Ref[];
  /** Of a payment: the orders, sessions and checkouts that it is of. Of those: each other, and the payments. See `saleOf`. */
  sale?: Ref[];
  opening?: Opening;
}

/** A balance of a provider at the beginning of a day, which no entry of this ledger explains. */
export interface Opening {
  day: Day;
  at: number;
  amount: string;
  currency: string;
}

/** What one ledger entry says about money. */
export interface MoneyNews {
  /** Of the provider that sent it, else empty. */
  provider: string;
  facts: readonly Fact[];
  opening?: { ref: Ref } & Opening;
}

/** Facts that recipes read. Of the others only the links count. */
const READ: ReadonlySet<FactType> = new Set([
  'PaymentAuthorised',
  'PaymentCaptured',
  'PaymentReturned',
  'RefundChanged',
  'DisputeChanged',
  'DisputeFundsWithdrawn',
  'DisputeFundsReinstated',
  'InvoiceChanged',
  'InvoicePeriodBilled',
  'InvoicePaymentMade',
  'CreditNoteChanged',
  'PayoutChanged',
  'BalanceMoved',
  'OrderPlaced',
  'CheckoutSessionChanged',
]);

const LINKED = /^(payment|intent|invoice):/;
const OURS = /^(payment|intent|invoice|payout):/;
const SALE = /^(order|session|checkout):/;
const BALANCE = 'balance:';

export const transactionRef = (id: string): Ref => `txn:${id}`;
export const kindOf = (ref: Ref): string => ref.slice(0, ref.indexOf(':'));
export const idOf = (ref: Ref): string => ref.slice(ref.indexOf(':') + 1);

interface Place {
  ref: Ref;
  links: Ref[];
  sale: Ref[];
}

/** Where a fact is kept, and with what it links that. Undefined for what the books do not read. */
export function placeOf(fact: Fact): Place | undefined {
  const { type, subject, effect, fields, refs = [] } = fact;
  if (type === 'BalanceMoved') {
    // Several objects may carry one line of the balance, so it is an object of its own.
    return { ref: transactionRef(effect.slice(BALANCE.length)), links: OURS.test(subject) ? [subject] : [], sale: [] };
  }
  const isSale = SALE.test(subject);
  if (!isSale && !OURS.test(subject)) return undefined;
  const others = isSale || LINKED.test(subject) ? refs.filter((ref) => ref !== subject) : [];
  const links = isSale ? [] : others.filter((ref) => LINKED.test(ref));
  const sale = others.filter((ref) => SALE.test(ref) || (isSale && LINKED.test(ref)));
  if (!READ.has(type) && links.length === 0 && sale.length === 0) return undefined;
  const transaction = fields['balance_transaction'];
  if (typeof transaction === 'string') links.push(transactionRef(transaction));
  return { ref: subject, links, sale };
}

/** Every object that news speaks of. */
export const refsOf = ({ facts, opening }: MoneyNews): Ref[] => [
  ...facts.flatMap((fact) => {
    const place = placeOf(fact);
    return place ? [place.ref, ...place.links, ...place.sale] : [];
  }),
  ...(opening ? [opening.ref] : []),
];

/** The objects with what an entry says added; only those that it changed. `known` answers undefined for one never heard of. */
export function learn(
  known: (ref: Ref) => MoneyObject | undefined,
  { provider, facts, opening }: MoneyNews,
  entryId: string,
): MoneyObject[] {
  const now = new Map<Ref, MoneyObject>();
  const at = (ref: Ref): MoneyObject => now.get(ref) ?? known(ref) ?? { ref, provider: '', effects: {}, links: [] };
  for (const fact of facts) {
    const place = placeOf(fact);
    if (!place) continue;
    let object = withProvider(at(place.ref), provider);
    if (READ.has(fact.type)) {
      const { effect } = applyFact(object.effects[fact.effect], fact, entryId);
      object = { ...object, effects: { ...object.effects, [fact.effect]: effect } };
    }
    now.set(place.ref, ofSale(linked(object, place.links), place.sale));
    for (const link of place.links) now.set(link, linked(at(link), [place.ref]));
    for (const ref of place.sale) now.set(ref, ofSale(at(ref), [place.ref]));
  }
  if (opening) {
    const { ref, ...balance } = opening;
    now.set(ref, { ...at(ref), provider: ref.split(':')[1]!, opening: balance });
  }
  return [...now.values()];
}

/** The smallest of those that spoke of it, so that the order does not matter. */
const withProvider = (object: MoneyObject, provider: string): MoneyObject =>
  provider === '' || (object.provider !== '' && object.provider <= provider) ? object : { ...object, provider };

function linked(object: MoneyObject, refs: readonly Ref[]): MoneyObject {
  const fresh = refs.filter((ref) => !object.links.includes(ref));
  return fresh.length === 0 ? object : { ...object, links: [...new Set([...object.links, ...fresh])].sort() };
}

/** So many of them one thing is not sold with: what has them (`order_id: "test"`) is crowded, and of no sale. */
const SALE_LINKS_MAX = 100;

function ofSale(object: MoneyObject, refs: readonly Ref[]): MoneyObject {
  const { sale = [] } = object;
  const fresh = refs.filter((ref) => !sale.includes(ref));
  if (fresh.length === 0 || sale.length >= SALE_LINKS_MAX) return object;
  return { ...object, sale: [...new Set([...sale, ...fresh])].sort().slice(0, SALE_LINKS_MAX) };
}

/** What an object is sold with; nothing of a crowded one. Only what both sides say counts: a crowded one may not have noted all. */
export const saleOf = ({ sale = [] }: MoneyObject): readonly Ref[] => (sale.length < SALE_LINKS_MAX ? sale : []);

type Known = (ref: Ref) => MoneyObject | undefined;

/** All objects that links join with one, in a stable order. */
export const around = (known: Known, start: Ref): MoneyObject[] => reached(known, start, ({ links }) => links);

/** The same with all that was sold together: other payments of the order, and what tells of them. */
export const soldWith = (known: Known, start: Ref): MoneyObject[] =>
  reached(known, start, (object) => [
    ...object.links,
    ...saleOf(object).filter((other) => saleOf(known(other) ?? NOTHING).includes(object.ref)),
  ]);

const NOTHING: MoneyObject = { ref: '', provider: '', effects: {}, links: [] };

function reached(known: Known, start: Ref, next: (object: MoneyObject) => readonly Ref[]): MoneyObject[] {
  const found = new Map<Ref, MoneyObject>();
  const queue = [start];
  for (let ref = queue.pop(); ref !== undefined; ref = queue.pop()) {
    if (found.has(ref)) continue;
    const object = known(ref);
    if (!object) continue;
    found.set(ref, object);
    queue.push(...next(object));
  }
  return [...found.values()].sort((a, b) => (a.ref < b.ref ? -1 : 1));
}

/** Effects of several objects as one, where they restate each other: a refund may be told of a payment and of its intent. */
export function together(objects: readonly MoneyObject[]): Record<string, EffectRecord> {
  const all: Record<string, EffectRecord> = {};
  for (const { effects } of objects)
    for (const [key, effect] of Object.entries(effects)) {
      const known = all[key];
      all[key] = known ? mergeEffect(effect.type, known, effect) : effect;
    }
  return all;
}
