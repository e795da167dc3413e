import type { Node } from '../catalog/facts.js';
import {
  type Decided,
  type Identifier,
  isAnonymous,
  isEmail,
  isGuest,
  isProviderCustomer,
  isUser,
  smallest,
} from './rows.js';
import type { WorkingSet } from './working-set.js';

/**
 * Which identifiers are one customer. A function of the links alone, so their order cannot matter:
 *
 * 1. A user id is a customer; no customer has two.
 * 2. Provider customers and e-mail hashes that are linked with each other form a group. One user linked to the group: all of it is
 *    that user's. None: the group is a customer of its own. Several: each identifier goes to its only user, or stays alone.
 * 3. An anonymous id goes to its only owner; with several owners (a shared device) it links nothing.
 * 4. A crowded identifier (`guest`, a till) links nothing.
 * 5. What an operator decided goes before what facts say: two identifiers that were joined are linked, two that were separated are not.
 *    In a group that holds two separated ones all the same, each identifier goes to its only user, joined ones first; and two that would
 *    then have one owner stay alone.
 */
const CONTACTS_PER_USER_MAX = 20;
const LINKS_PER_IDENTIFIER_MAX = 1_000;

const isContact = (node: Node): boolean => isEmail(node) || isProviderCustomer(node);

export function linksOf(identifier: Identifier): readonly Node[] {
  const { fixed, shared } = identifier.doc;
  if (shared.length === 0) return fixed;
  return fixed.length === 0 ? shared : [...fixed, ...shared.filter((node) => !fixed.includes(node))];
}

/** Links as operators' decisions leave them. */
export function decidedLinks(identifier: Identifier): readonly Node[] {
  const { decided } = identifier.doc;
  const links = linksOf(identifier);
  if (decided === undefined) return links;
  const kept = links.filter((node) => decided[node]?.[0] !== 'separate');
  for (const node in decided) if (isJoined(identifier, node) && !kept.includes(node)) kept.push(node);
  return kept;
}

/** Everybody whom facts link with it or a decision names, whatever it says: whoever a change of it may concern. */
export function around(identifier: Identifier): readonly Node[] {
  const { decided } = identifier.doc;
  const links = linksOf(identifier);
  return decided === undefined ? links : [...new Set([...links, ...Object.keys(decided)])];
}

const isJoined = ({ doc }: Identifier, other: Node): boolean => doc.decided?.[other]?.[0] === 'join';

const separatedFrom = ({ doc: { decided } }: Identifier): readonly Node[] =>
  decided === undefined ? NOBODY : Object.keys(decided).filter((node) => decided[node]![0] === 'separate');

const NOBODY: readonly Node[] = [];

/** Keeps a decision; true when it is a newer one than the one that is known. */
export function decide({ doc }: Identifier, other: Node, decision: Decided): boolean {
  const known = doc.decided?.[other];
  if (known !== undefined && known[1] >= decision[1]) return false;
  (doc.decided ??= {})[other] = decision;
  return true;
}

/** Whether so many others are linked to it that it cannot be one person. */
export function isCrowded(identifier: Identifier): boolean {
  const { fixed, shared, moreShared } = identifier.doc;
  if (moreShared > 0) return true;
  if (fixed.length + shared.length <= CONTACTS_PER_USER_MAX) return false;
  const links = linksOf(identifier);
  if (links.length >= LINKS_PER_IDENTIFIER_MAX) return true;
  return isUser(identifier.node) && links.filter(isContact).length > CONTACTS_PER_USER_MAX;
}

/** Says that facts link two identifiers; true when nothing had linked them. */
export function link({ node, doc }: Identifier, other: Node): boolean {
  const { fixed, shared } = doc;
  // A crowded identifier links nothing any more, so further links need no room.
  if (node === other || fixed.includes(other) || fixed.length >= LINKS_PER_IDENTIFIER_MAX) return false;
  doc.fixed = [...fixed, other];
  return !shared.includes(other);
}

/** Whether a purchase that names both links them: it does not make one of two users, or of two devices. */
export const canShare = (a: Node, b: Node): boolean =>
  a !== b && !(isUser(a) && isUser(b)) && !(isAnonymous(a) && isAnonymous(b));

/**
 * Counts a purchase that names two identifiers, or no longer does; true when they are linked now and were not, or the other way. Above
 * the cap it is counted without a name. Which links have a name then depends on the order in which they came, and it does not matter,
 * because a crowd links nothing; once there is room again, `refillShared` names all of them. So whatever is no crowd has exactly its links.
 */
export function share({ doc }: Identifier, other: Node, by: 1 | -1): boolean {
  const { fixed, shared, sharedBy } = doc;
  const index = shared.indexOf(other);
  if (index < 0) {
    if (by < 0 || shared.length >= LINKS_PER_IDENTIFIER_MAX) {
      doc.moreShared += by;
      return false;
    }
    doc.shared = [...shared, other];
    doc.sharedBy = [...sharedBy, by];
    return !fixed.includes(other);
  }
  const count = sharedBy[index]! + by;
  if (count > 0) {
    doc.sharedBy = sharedBy.with(index, count);
    return false;
  }
  doc.shared = shared.toSpliced(index, 1);
  doc.sharedBy = sharedBy.toSpliced(index, 1);
  return !fixed.includes(other);
}

/** Whether links are counted without a name although there is room for names. */
export const isDrained = ({ doc }: Identifier): boolean =>
  doc.moreShared > 0 && doc.shared.length < LINKS_PER_IDENTIFIER_MAX;

function neighbours(set: WorkingSet, node: Node): Node[] {
  const identifier = set.identifier(node);
  if (isCrowded(identifier)) return [];
  const links = decidedLinks(identifier);
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
  const owners = new Map<Node, Node>();
  const queue = [...changed].filter(isContact).sort().reverse();
  for (let node = queue.pop(); node !== undefined; node = queue.pop())
    if (!owners.has(node)) queue.push(...groupContacts(set, node, owners));
  for (const [node, owner] of owners) assign(node, isRefused(set, node, owners) ? node : owner);
  for (const node of changed) if (isUser(node) || isGuest(node)) assign(node, node);
  regroupAnonymous(set, [...changed, ...moved.keys()], assign);
  return moved;
}

type Assign = (node: Node, customer: Node) => void;

/** Whose the contacts around one are by their links. Returns the contacts elsewhere from which some of them were separated. */
function groupContacts(set: WorkingSet, start: Node, owners: Map<Node, Node>): readonly Node[] {
  const group = new Set([start]);
  const all = new Set<Node>();
  let separated = NOBODY;
  for (const node of group) {
    for (const other of neighbours(set, node)) {
      if (isUser(other)) all.add(other);
      else if (isContact(other)) group.add(other);
    }
    const others = separatedFrom(set.identifier(node));
    if (others.length > 0) separated = [...separated, ...others];
  }
  const isOne = all.size <= 1 && !separated.some((other) => all.has(other) || group.has(other));
  const whole = !isOne ? undefined : all.size === 1 ? [...all][0]! : smallest(group);
  for (const node of group) owners.set(node, whole ?? onlyUserOf(set, node) ?? node);
  if (separated.length === 0) return NOBODY;
  set.need([], separated);
  return separated.filter(isContact);
}

/** The user that an identifier is linked with by itself, where there is one and no other. */
function onlyUserOf(set: WorkingSet, node: Node): Node | undefined {
  const users = joinedFirst(set.identifier(node), neighbours(set, node).filter(isUser));
  return users.length === 1 ? users[0] : undefined;
}

/** Whether somebody from whom an identifier was separated has the same owner; of the two, the only one that was joined with the owner stays. */
function isRefused(set: WorkingSet, node: Node, owners: ReadonlyMap<Node, Node>): boolean {
  const identifier = set.identifier(node);
  if (identifier.doc.decided === undefined) return false;
  const owner = owners.get(node)!;
  const others = separatedFrom(identifier).filter((other) => owners.get(other) === owner);
  return (
    others.length > 0 &&
    !(isJoined(identifier, owner) && !others.some((other) => isJoined(set.identifier(other), owner)))
  );
}

/** Of several the joined ones, where there are any. */
function joinedFirst(identifier: Identifier, others: readonly Node[]): readonly Node[] {
  if (identifier.doc.decided === undefined) return others;
  const joined = others.filter((other) => isJoined(identifier, other));
  return joined.length > 0 ? joined : others;
}

function regroupAnonymous(set: WorkingSet, near: readonly Node[], assign: Assign): void {
  const affected = new Set<Node>();
  for (const node of near) {
    if (isAnonymous(node)) affected.add(node);
    else for (const other of around(set.identifier(node))) if (isAnonymous(other)) affected.add(other);
  }
  set.need([], [...affected]);
  for (const node of [...affected].sort()) {
    const identifier = set.identifier(node);
    const known = neighbours(set, node).filter((other) => !isAnonymous(other));
    const owners = new Set(joinedFirst(identifier, known).map((other) => set.identifier(other).customer));
    const separated = separatedFrom(identifier);
    if (separated.length > 0) set.need([], separated);
    for (const other of separated) owners.delete(set.identifier(other).customer);
    assign(node, owners.size === 1 ? [...owners][0]! : node);
  }
}
