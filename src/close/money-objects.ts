import type { Fact, FactType, Ref } from '../catalog/facts.js';
import { applyFact, type EffectRecord, mergeEffect } from '../catalog/merge-facts.js';
import type { Day } from '../kernel/day.js';

/**
 * What the books know of one object that moves money: a payment, an intent, an invoice, a payout, a line of a provider's balance
 * (`txn:txn_1`), an opening balance (`opening:stripe:EUR`). The same effects as in the read model, merged by the same rules.
 */
export interface MoneyObject {
  ref: Ref;
  /** Whose money it is: `stripe`; empty while no provider spoke of it. */
  provider: string;
  effects: Record<string, EffectRecord>;
  /** Other objects of the same payment. */
  links: Ref[];
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
  ...(['PaymentAuthorised', 'PaymentCaptured', 'PaymentReturned', 'RefundChanged'] as const),
  ...(['DisputeChanged', 'DisputeFundsWithdrawn', 'DisputeFundsReinstated'] as const),
  ...(['InvoiceChanged', 'InvoicePeriodBilled', 'InvoicePaymentMade', 'CreditNoteChanged'] as const),
  ...(['PayoutChanged', 'BalanceMoved'] as const),
]);

const LINKED = /^(payment|intent|invoice):/;
const OURS = /^(payment|intent|invoice|payout):/;
const BALANCE = 'balance:';

export const transactionRef = (id: string): Ref => `txn:${id}`;
export const kindOf = (ref: Ref): string => ref.slice(0, ref.indexOf(':'));
export const idOf = (ref: Ref): string => ref.slice(ref.indexOf(':') + 1);

/** Where a fact is kept, and with what it links that. Undefined for what the books do not read. */
export function placeOf(fact: Fact): { ref: Ref; links: Ref[] } | undefined {
  const { type, subject, effect, fields, refs = [] } = fact;
  if (type === 'BalanceMoved') {
    // Several objects may carry one line of the balance, so it is an object of its own.
    return { ref: transactionRef(effect.slice(BALANCE.length)), links: OURS.test(subject) ? [subject] : [] };
  }
  if (!OURS.test(subject)) return undefined;
  const links = LINKED.test(subject) ? refs.filter((ref) => LINKED.test(ref) && ref !== subject) : [];
  if (!READ.has(type) && links.length === 0) return undefined;
  const transaction = fields['balance_transaction'];
  if (typeof transaction === 'string') links.push(transactionRef(transaction));
  return { ref: subject, links };
}

/** Every object that news speaks of. */
export const refsOf = ({ facts, opening }: MoneyNews): Ref[] => [
  ...facts.flatMap((fact) => {
    const place = placeOf(fact);
    return place ? [place.ref, ...place.links] : [];
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
    now.set(place.ref, linked(object, place.links));
    for (const link of place.links) now.set(link, linked(at(link), [place.ref]));
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

/** All objects that links join with one, in a stable order. */
export function around(known: (ref: Ref) => MoneyObject | undefined, start: Ref): MoneyObject[] {
  const found = new Map<Ref, MoneyObject>();
  const queue = [start];
  for (let ref = queue.pop(); ref !== undefined; ref = queue.pop()) {
    if (found.has(ref)) continue;
    const object = known(ref);
    if (!object) continue;
    found.set(ref, object);
    queue.push(...object.links);
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
