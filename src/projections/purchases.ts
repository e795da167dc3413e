import type { Node, Ref } from '../catalog/facts.js';
import { LINKS_MAX, type Part, precedes, smallest } from './rows.js';
import type { Group, WorkingSet } from './working-set.js';

/** A part that so many others name cannot be one purchase (`order_id: "test"`): it links nothing. */
export const isCrowdedPart = (part: Part): boolean => part.doc.links.length >= LINKS_MAX;

/** A part that so many persons are named by (an order id that is used again and again) speaks of none of them. */
const PEOPLE_PER_PART_MAX = 20;
export const namesCrowd = (part: Part): boolean => part.doc.nodes.length >= PEOPLE_PER_PART_MAX;

/** Says that facts name two parts together; true when that is new. */
export function linkPart(part: Part, other: Ref): boolean {
  if (part.ref === other || part.doc.links.includes(other) || isCrowdedPart(part)) return false;
  part.doc.links = [...part.doc.links, other];
  return true;
}

/** The purchase that a part belongs to. Found once, then remembered until links change. */
export function groupOf(set: WorkingSet, ref: Ref): Group {
  const { purchase } = set.partAtHand(ref);
  let known = set.groups.get(purchase);
  if (!known) set.groups.set(purchase, (known = { parts: purchaseAround(set, ref) }));
  return known;
}

export const purchaseOf = (set: WorkingSet, ref: Ref): readonly Part[] => groupOf(set, ref).parts;

/** Everybody the parts of a purchase name. */
export const peopleIn = (group: Group): readonly Node[] => (group.people ??= peopleOf(group.parts));

/** All parts around one by their links as they are now: what is linked with it, directly or through others. */
export function purchaseAround(set: WorkingSet, start: Ref): Part[] {
  const first = set.partAtHand(start);
  const found = new Map<Ref, Part>([[start, first]]);
  const queue = [first];
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
  return inOrder([...found.values()]);
}

/** Sorts the parts of a purchase: the first names it. */
export const inOrder = (parts: Part[]): Part[] =>
  parts.length > 1 ? parts.sort((a, b) => (precedes(a.ref, b.ref) ? -1 : 1)) : parts;

/** Everybody the parts of a purchase name, but for parts that name too many. */
export function peopleOf(parts: readonly Part[]): Node[] {
  const people: Node[] = [];
  for (const part of parts) {
    if (namesCrowd(part)) continue;
    for (const node of part.doc.nodes) if (!people.includes(node)) people.push(node);
  }
  return people;
}

/** Whom a purchase belongs to: the strongest kind of identifier, of several the smallest; nobody named: a guest of its own. */
export const partyOf = (purchase: Ref, candidates: readonly Node[]): Node =>
  candidates.length > 0 ? smallest(candidates) : `guest:${purchase}`;
