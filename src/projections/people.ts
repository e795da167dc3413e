import type { Node } from '../catalog/facts.js';
import { type Identifier, isProviderCustomer, kindOf, smallest } from './rows.js';
import type { WorkingSet } from './working-set.js';

/**
 * Which identifiers are one customer. A function of the links alone, so their order cannot matter:
 *
 * 1. A user id is a customer; no customer has two.
 * 2. Provider customers and e-mail hashes that are linked with each other form a group. One user linked to the group: all of it is
 *    that user's. None: the group is a customer of its own. Several: each identifier goes to its only user, or stays alone.
 * 3. An anonymous id goes to its only owner; with several owners (a shared device) it links nothing.
 * 4. A crowded identifier (`guest`, a till) links nothing.
 */
const CONTACTS_PER_USER_MAX = 20;
const LINKS_PER_IDENTIFIER_MAX = 1_000;

const isUser = (node: Node): boolean => kindOf(node) === 'user';
const isAnonymous = (node: Node): boolean => kindOf(node) === 'anonymous';
const isContact = (node: Node): boolean => kindOf(node) === 'email' || isProviderCustomer(node);

export function linksOf(identifier: Identifier): Node[] {
  const { fixed, shared } = identifier.doc;
  const keys = Object.keys(shared);
  return keys.length === 0 ? fixed : [...new Set([...fixed, ...keys])];
}

/** Whether so many others are linked to it that it cannot be one person. */
export function isCrowded(identifier: Identifier): boolean {
  const { fixed, shared, moreShared } = identifier.doc;
  if (moreShared > 0) return true;
  let links = fixed.length;
  for (const node in shared) if (!fixed.includes(node)) links++;
  if (links <= CONTACTS_PER_USER_MAX) return false;
  if (links >= LINKS_PER_IDENTIFIER_MAX) return true;
  return isUser(identifier.node) && linksOf(identifier).filter(isContact).length > CONTACTS_PER_USER_MAX;
}

/** Says that facts link two identifiers; true when that is new. */
export function link(identifier: Identifier, other: Node): boolean {
  const { fixed } = identifier.doc;
  // A crowded identifier links nothing any more, so further links need no room.
  if (identifier.node === other || fixed.includes(other) || fixed.length >= LINKS_PER_IDENTIFIER_MAX) return false;
  fixed.push(other);
  return true;
}

/** Whether a purchase that names both links them: it does not make one of two users, or of two devices. */
export const canShare = (a: Node, b: Node): boolean =>
  a !== b && !(isUser(a) && isUser(b)) && !(isAnonymous(a) && isAnonymous(b));

/**
 * Counts a purchase that names two identifiers, or no longer does; true when the link appears or disappears. Above the cap it is
 * counted without a name. Which links have a name then depends on the order in which they came, and it does not matter, because a
 * crowd links nothing; once there is room again, `refillShared` names all of them. So whatever is no crowd has exactly its links.
 */
export function share({ doc }: Identifier, other: Node, by: 1 | -1): boolean {
  const { shared } = doc;
  const before = shared[other] ?? 0;
  if (before === 0 && (by < 0 || Object.keys(shared).length >= LINKS_PER_IDENTIFIER_MAX)) {
    doc.moreShared += by;
    return false;
  }
  const after = before + by;
  if (after > 0) shared[other] = after;
  else delete shared[other];
  return before > 0 !== after > 0;
}

/** Whether links are counted without a name although there is room for names. */
export const isDrained = ({ doc }: Identifier): boolean =>
  doc.moreShared > 0 && Object.keys(doc.shared).length < LINKS_PER_IDENTIFIER_MAX;

function neighbours(set: WorkingSet, node: Node): Node[] {
  const identifier = set.identifier(node);
  if (isCrowded(identifier)) return [];
  const links = linksOf(identifier);
  set.need([], links);
  return links.filter((other) => !isCrowded(set.identifier(other)));
}

/** Gives every identifier near the changed ones its customer. Returns those whose customer changed, with the customer before. */
export function regroupPeople(set: WorkingSet, changed: readonly Node[]): Map<Node, Node> {
  const moved = new Map<Node, Node>();
  const assign = (node: Node, customer: Node): void => {
    const identifier = set.identifier(node);
    if (identifier.customer === customer) return;
    if (!moved.has(node)) moved.set(node, identifier.customer);
    set.move(identifier, customer);
  };
  const seen = new Set<Node>();
  for (const node of [...changed].sort()) {
    if (isContact(node) && !seen.has(node)) regroupContacts(set, node, seen, assign);
    else if (isUser(node) || kindOf(node) === 'guest') assign(node, node);
  }
  regroupAnonymous(set, [...changed, ...moved.keys()], assign);
  return moved;
}

type Assign = (node: Node, customer: Node) => void;

function regroupContacts(set: WorkingSet, start: Node, seen: Set<Node>, assign: Assign): void {
  const group: Node[] = [];
  const users = new Map<Node, Node[]>();
  const queue = [start];
  seen.add(start);
  for (let node = queue.pop(); node !== undefined; node = queue.pop()) {
    group.push(node);
    const near = neighbours(set, node);
    users.set(node, near.filter(isUser));
    for (const other of near) {
      if (!isContact(other) || seen.has(other)) continue;
      seen.add(other);
      queue.push(other);
    }
  }
  const all = new Set([...users.values()].flat());
  const whole = all.size === 1 ? [...all][0]! : all.size === 0 ? smallest(group) : undefined;
  for (const node of group) {
    const own = users.get(node)!;
    assign(node, whole ?? (own.length === 1 ? own[0]! : node));
  }
}

function regroupAnonymous(set: WorkingSet, near: readonly Node[], assign: Assign): void {
  const affected = new Set<Node>();
  for (const node of near) {
    if (isAnonymous(node)) affected.add(node);
    else for (const other of linksOf(set.identifier(node))) if (isAnonymous(other)) affected.add(other);
  }
  set.need([], [...affected]);
  for (const node of [...affected].sort()) {
    const owners = new Set<Node>();
    for (const other of neighbours(set, node)) {
      if (!isAnonymous(other)) owners.add(set.identifier(other).customer);
    }
    assign(node, owners.size === 1 ? [...owners][0]! : node);
  }
}
