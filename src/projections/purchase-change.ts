import type { Node, Ref } from '../catalog/facts.js';
import { captureOf } from './capture.js';
import { listPayment as enlistPayment, unlistPayment } from './payment-list.js';
import { canShare, isCrowded, isDrained, share } from './people.js';
import { groupOf, inOrder, isCrowdedPart, partyOf, peopleIn, purchaseAround } from './purchases.js';
import type { Identifier, Part } from './rows.js';
import { refillShared } from './shared-links.js';
import type { Step } from './step.js';
import type { Group, WorkingSet } from './working-set.js';

/** The purchases around the parts that an entry speaks of, before and after: what they name, whom they belong to. */
export class PurchaseChange {
  /** Whether parts were linked: purchases may have merged, or a crowded part dissolved one. */
  relinked = false;
  /** Whether a part names somebody new. */
  renamed = false;
  /** Whether an effect says something new. */
  restated = false;

  private constructor(
    private readonly set: WorkingSet,
    private readonly groups: readonly Group[],
    /** Whom the groups named before. */
    private readonly people: readonly (readonly Node[])[],
    /** Whether all facts speak of one part, so that what they name belongs to one purchase. */
    private readonly isOne: boolean,
  ) {}

  static before(set: WorkingSet, refs: readonly Ref[], isOne: boolean): PurchaseChange {
    const groups: Group[] = [];
    for (const ref of refs) {
      const group = groupOf(set, ref);
      if (!groups.includes(group)) groups.push(group);
    }
    return new PurchaseChange(set, groups, groups.map(peopleIn), isOne);
  }

  after(step: Step): void {
    const isNew = this.groups.some(({ parts }) => parts.some((part) => part.party === ''));
    if (!this.relinked && !this.renamed && !isNew) {
      if (this.restated) this.sameParties(step);
      for (const node of step.regroup()) this.reassign(step, node, NO_GROUPS);
      return;
    }
    if (this.renamed) for (const group of this.groups) group.people = undefined;
    const now = this.relinked ? this.regroup() : this.groups;
    for (const group of now) this.set.need(NOTHING, peopleIn(group));
    if (this.relinked || this.renamed) this.recount(step, now.map(peopleIn));
    const regrouped = step.regroup();
    this.settleParties(step, now);
    for (const node of regrouped) this.reassign(step, node, now);
    for (const { parts } of now) for (const part of parts) this.listPayment(step, part);
  }

  /** Nobody new and nothing linked: the purchases and whom they belong to are the same. */
  private sameParties(step: Step): void {
    for (const { parts } of this.groups) {
      step.evaluatePurchase(parts[0]!.purchase);
      for (const part of parts) this.listPayment(step, part);
    }
  }

  /** The purchases that the same parts, and what they are linked with, make now. */
  private regroup(): readonly Group[] {
    const { groups } = this.set;
    for (const { parts } of this.groups) groups.delete(parts[0]!.purchase);
    const now =
      this.isOne && !this.groups.some(({ parts }) => parts.some(isCrowdedPart)) ? this.joined() : this.foundAnew();
    for (const group of now) groups.set(group.parts[0]!.ref, group);
    return now;
  }

  /** Links around one part only join. */
  private joined(): Group[] {
    return [{ parts: inOrder(this.groups.flatMap(({ parts }) => parts)) }];
  }

  private foundAnew(): Group[] {
    const now: Group[] = [];
    const seen = new Set<Ref>();
    for (const { parts } of this.groups) {
      for (const part of parts) {
        if (seen.has(part.ref)) continue;
        const around = purchaseAround(this.set, part.ref);
        for (const each of around) seen.add(each.ref);
        now.push({ parts: around });
      }
    }
    return now;
  }

  /** Two persons named by one purchase are linked as long as a purchase names both. */
  private recount(step: Step, people: readonly (readonly Node[])[]): void {
    const before = this.people.filter((nodes) => nodes.length > 1);
    const [now] = people;
    const was = before[0] ?? NOTHING;
    // The usual case: one purchase that names somebody more.
    if (before.length <= 1 && people.length === 1 && was.every((node) => now!.includes(node))) {
      if (was.length === now!.length) return;
      this.countPairs(step, now!, 1, was);
      return;
    }
    for (const nodes of before) this.countPairs(step, nodes, -1);
    for (const nodes of people) this.countPairs(step, nodes, 1);
    for (const nodes of before) for (const node of nodes) this.nameLinks(step, this.set.identifier(node));
  }

  /** Names the links again that were only counted, once there is room for them. */
  private nameLinks(step: Step, identifier: Identifier): void {
    if (!isDrained(identifier)) return;
    refillShared(this.set, identifier);
    step.relink(identifier);
  }

  /** Counts every two of the nodes, but for those that were counted together before. */
  private countPairs(step: Step, nodes: readonly Node[], by: 1 | -1, counted: readonly Node[] = NOTHING): void {
    for (let first = 0; first < nodes.length; first++) {
      const isCounted = counted.includes(nodes[first]!);
      for (let second = first + 1; second < nodes.length; second++) {
        if (!isCounted || !counted.includes(nodes[second]!)) this.count(step, nodes[first]!, nodes[second]!, by);
      }
    }
  }

  private count(step: Step, a: Node, b: Node, by: 1 | -1): void {
    if (!canShare(a, b)) return;
    step.link(this.set.identifier(a), this.set.identifier(b), by === 1 ? together : apart);
  }

  /** Parties of purchases elsewhere whose identifier is crowded now, or is no longer. */
  private reassign(step: Step, node: Node, done: readonly Group[]): void {
    const crowded = isCrowded(this.set.identifier(node));
    if (!crowded && !step.isDispersed(node)) return;
    for (const purchase of crowded ? this.set.purchasesOf(node) : this.set.purchasesNaming(node)) {
      if (done.some(({ parts }) => parts[0]!.ref === purchase)) continue;
      const group = groupOf(this.set, purchase);
      this.set.need(NOTHING, peopleIn(group));
      this.settleParties(step, [group]);
      for (const part of group.parts) this.listPayment(step, part);
    }
  }

  /** Gives purchases their party. All leave their old party before any joins, because a purchase may have been split. */
  private settleParties(step: Step, groups: readonly Group[]): void {
    const parties = groups.map((group) => this.partyFor(step, group));
    for (let index = 0; index < groups.length; index++) {
      const { parts } = groups[index]!;
      const purchase = parts[0]!.ref;
      const party = parties[index]!;
      for (const part of parts) {
        part.purchase = purchase;
        part.party = party;
      }
      this.set.enlist(party, purchase, true);
    }
  }

  /** Whom a purchase belongs to from now on; its parts leave whomever they belonged to. */
  private partyFor(step: Step, group: Group): Node {
    const { parts } = group;
    const purchase = parts[0]!.ref;
    const candidates = peopleIn(group).filter((node) => !isCrowded(this.set.identifier(node)));
    const party = partyOf(purchase, candidates);
    step.evaluatePurchase(purchase);
    this.set.need(NOTHING, [party]);
    const { customer } = this.set.identifier(party);
    for (const part of parts) {
      if (part.party === party && part.purchase === purchase) continue;
      if (part.party !== '') this.leave(step, part);
      step.evaluate(customer);
      this.set.changedPart(part);
    }
    return party;
  }

  private leave(step: Step, part: Part): void {
    this.set.need(NOTHING, [part.party]);
    this.set.enlist(part.party, part.purchase, false);
    step.evaluate(this.set.identifier(part.party).customer);
  }

  /** Keeps the list of a party's payments, of which the first makes a customer a new one. */
  private listPayment(step: Step, part: Part): void {
    if (part.kind !== 'payment') return;
    const captured = captureOf(part);
    const { listed } = part.doc;
    if (listed?.[0] === (captured ? part.party : undefined) && listed?.[1] === captured?.at) return;
    if (listed !== undefined) {
      this.set.need(NOTHING, [listed[0]]);
      const identifier = this.set.identifier(listed[0]);
      if (unlistPayment(identifier, part.ref)) step.refill(listed[0]);
      this.set.changedIdentifier(identifier);
      step.evaluate(identifier.customer);
    }
    part.doc.listed = undefined;
    this.set.changedPart(part);
    if (!captured) return;
    const identifier = this.set.identifier(part.party);
    enlistPayment(identifier, [captured.at, part.ref, captured.entryId]);
    part.doc.listed = [part.party, captured.at];
    this.set.changedIdentifier(identifier);
    step.evaluate(identifier.customer);
  }
}

const NOTHING: readonly string[] = [];
const NO_GROUPS: readonly Group[] = [];

const together = (from: Identifier, to: Node): boolean => share(from, to, 1);
const apart = (from: Identifier, to: Node): boolean => share(from, to, -1);
