import type { Node, Ref } from '../catalog/facts.js';
import type { Happened } from '../catalog/subjects.js';
import { captureOf } from './capture.js';
import { effectsOf, isProviderCustomer, kindOf, LINKS_MAX, type Part, precedes, smallest } from './rows.js';
import type { WorkingSet } from './working-set.js';

/** A part that so many others name cannot be one purchase (`order_id: "test"`): it links nothing. */
export const isCrowdedPart = (part: Part): boolean => part.doc.links.length >= LINKS_MAX;

/** Says that facts name two parts together; true when that is new. */
export function linkPart(part: Part, other: Ref): boolean {
  if (part.ref === other || part.doc.links.includes(other) || isCrowdedPart(part)) return false;
  part.doc.links.push(other);
  return true;
}

/** All parts of the purchase that a part belongs to. Found once, then remembered until links change. */
export function purchaseOf(set: WorkingSet, ref: Ref): readonly Part[] {
  set.need([ref], []);
  const { purchase } = set.part(ref);
  const known = set.groups.get(purchase);
  if (known) return known;
  const parts = purchaseAround(set, ref);
  set.groups.set(purchase, parts);
  return parts;
}

/** All parts around one by their links as they are now: what is linked with it, directly or through others. */
export function purchaseAround(set: WorkingSet, start: Ref): Part[] {
  set.need([start], []);
  const found = new Map<Ref, Part>([[start, set.part(start)]]);
  const queue = [set.part(start)];
  for (let part = queue.pop(); part; part = queue.pop()) {
    if (isCrowdedPart(part)) continue;
    set.need(part.doc.links, []);
    for (const ref of part.doc.links) {
      const other = set.part(ref);
      if (found.has(ref) || isCrowdedPart(other)) continue;
      found.set(ref, other);
      queue.push(other);
    }
  }
  const parts = [...found.values()];
  return parts.length > 1 ? parts.sort((a, b) => (precedes(a.ref, b.ref) ? -1 : 1)) : parts;
}

/** Everybody the parts of a purchase name. */
export function peopleOf(parts: readonly Part[]): Node[] {
  const people: Node[] = [];
  for (const part of parts) for (const node of part.doc.nodes) if (!people.includes(node)) people.push(node);
  return people;
}

const PARTY_KINDS: ((node: Node) => boolean)[] = [
  (node) => kindOf(node) === 'user',
  isProviderCustomer,
  (node) => kindOf(node) === 'email',
  (node) => kindOf(node) === 'anonymous',
];

/** Whom a purchase belongs to: the strongest kind of identifier, of several the smallest; nobody named: a guest of its own. */
export function partyOf(purchase: Ref, candidates: readonly Node[]): Node {
  for (const isKind of PARTY_KINDS) {
    const ofKind = candidates.filter(isKind);
    if (ofKind.length > 0) return smallest(ofKind);
  }
  return `guest:${purchase}`;
}

const earliest = (happened: readonly Happened[]): Happened | undefined =>
  happened.reduce<Happened | undefined>(
    (best, each) =>
      !best ||
      each.at < best.at ||
      (each.at === best.at && `${each.fact}${each.entryId}` < `${best.fact}${best.entryId}`)
        ? each
        : best,
    undefined,
  );

const happenedBy = (part: Part, type: Parameters<typeof effectsOf>[1], time = 'at'): Happened[] =>
  effectsOf(part.doc.effects, type).flatMap(([, effect]) =>
    typeof effect.fields[time] === 'number' ? [{ at: effect.fields[time], fact: type, entryId: effect.entryId }] : [],
  );

const captured = (part: Part): Happened | undefined => {
  const capture = captureOf(part);
  return capture && { at: capture.at, fact: capture.fact, entryId: capture.entryId };
};

/** What says that a purchase was paid: captures, and sessions that need or have no payment left. */
function paidBy(parts: readonly Part[]): Happened[] {
  return parts.flatMap((part) => {
    if (kindOf(part.ref) === 'payment') return captured(part) ?? [];
    if (kindOf(part.ref) !== 'session') return [];
    return effectsOf(part.doc.effects, 'CheckoutSessionChanged').flatMap(([, effect]) => {
      const { status, payment_status: payment, completed_at: at } = effect.fields;
      const paid = status === 'complete' && (payment === 'paid' || payment === 'no_payment_required');
      return paid && typeof at === 'number' ? [{ at, fact: 'CheckoutSessionChanged', entryId: effect.entryId }] : [];
    });
  });
}

/** When an order counts as completed: paid, free, fulfilled or told so, whichever came first; never when it was cancelled. */
export function orderCompleted(order: Part, parts: readonly Part[]): Happened | undefined {
  if (effectsOf(order.doc.effects, 'OrderCancelled').length > 0) return undefined;
  const free = effectsOf(order.doc.effects, 'OrderPlaced').some(([, effect]) => effect.fields['amount'] === '0');
  return earliest([
    ...paidBy(parts),
    ...happenedBy(order, 'OrderCompleted'),
    ...happenedBy(order, 'OrderFulfilled'),
    ...(free ? happenedBy(order, 'OrderPlaced') : []),
  ]);
}

/** When a purchase was completed, however that is known. A cancelled order takes its own word back, not that of the payment. */
export function purchaseCompleted(parts: readonly Part[]): Happened | undefined {
  const orders = parts.filter((part) => kindOf(part.ref) === 'order');
  if (orders.length > 0) return earliest(orders.flatMap((order) => orderCompleted(order, parts) ?? []));
  return earliest(paidBy(parts));
}

export const checkoutStarted = (part: Part): Happened | undefined => earliest(happenedBy(part, 'CheckoutStarted'));

/** Whether a browser could have seen it: what the order says, else the payment, else the invoice; yes when nobody says. */
export function customerPresent(parts: readonly Part[]): boolean {
  for (const kind of ['order', 'payment', 'intent', 'session', 'invoice']) {
    const said = parts
      .filter((part) => kindOf(part.ref) === kind)
      .flatMap((part) => Object.values(part.doc.effects).map((effect) => effect.fields['customer_present']))
      .filter((value) => typeof value === 'boolean');
    if (said.length > 0) return said.includes(true);
  }
  return true;
}
