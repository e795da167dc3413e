import type { Node, Ref } from '../catalog/facts.js';
import { canShare, isCrowded, isDrained, share } from './people.js';
import { partyOf, peopleOf, purchaseAround, purchaseOf } from './purchases.js';
import { type Identifier, type Part, smallest } from './rows.js';
import { refillShared } from './shared-links.js';
import { captureOf } from './capture.js';
import { listPayment as enlistPayment, unlistPayment } from './payment-list.js';
import type { Step } from './fold.js';
import type { WorkingSet } from './working-set.js';

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
    private readonly purchases: Map<Ref, readonly Part[]>,
    private readonly people: Map<Ref, Node[]>,
  ) {}

  static before(set: WorkingSet, refs: readonly Ref[]): PurchaseChange {
    const purchases = new Map<Ref, readonly Part[]>();
    for (const ref of refs) {
      const { purchase } = set.part(ref);
      if (!purchases.has(purchase)) purchases.set(purchase, purchaseOf(set, ref));
    }
    const people = new Map([...purchases].map(([purchase, parts]) => [purchase, peopleOf(parts)]));
    return new PurchaseChange(set, purchases, people);
  }

  after(step: Step): void {
    const isNew = [...this.purchases.values()].some((parts) => parts.some((part) => part.party === ''));
    if (!this.relinked && !this.renamed && !isNew) {
      if (this.restated) this.sameParties(step);
      for (const node of step.regroup()) this.reassign(step, node, new Map());
      return;
    }
    const now = this.relinked ? this.regroup() : this.purchases;
    const people = new Map([...now].map(([purchase, parts]) => [purchase, peopleOf(parts)]));
    this.set.need([], [...people.values()].flat());
    if (this.relinked || this.renamed) this.recount(step, people);
    const regrouped = step.regroup();
    this.settleParties(step, now);
    for (const node of regrouped) this.reassign(step, node, now);
    for (const parts of now.values()) for (const part of parts) this.listPayment(step, part);
  }

  /** Nobody new and nothing linked: the purchases and whom they belong to are the same. */
  private sameParties(step: Step): void {
    for (const [purchase, parts] of this.purchases) {
      step.evaluatePurchase(purchase);
      for (const part of parts) this.listPayment(step, part);
    }
  }

  /** The purchases that the same parts, and what they are linked with, make now. */
  private regroup(): Map<Ref, readonly Part[]> {
    const now = new Map<Ref, readonly Part[]>();
    for (const purchase of this.purchases.keys()) this.set.groups.delete(purchase);
    const seen = new Set<Ref>();
    for (const part of [...this.purchases.values()].flat()) {
      if (seen.has(part.ref)) continue;
      const parts = purchaseAround(this.set, part.ref);
      for (const each of parts) seen.add(each.ref);
      const purchase = smallest(parts.map((each) => each.ref));
      now.set(purchase, parts);
      this.set.groups.set(purchase, parts);
    }
    return now;
  }

  /** Two persons named by one purchase are linked as long as a purchase names both. */
  private recount(step: Step, people: ReadonlyMap<Ref, Node[]>): void {
    const [before] = this.people.values();
    const [now] = people.values();
    // The usual case: one purchase that names somebody more.
    if (this.people.size === 1 && people.size === 1 && before!.every((node) => now!.includes(node))) {
      for (const [index, a] of now!.entries()) {
        for (const b of now!.slice(index + 1)) {
          if (!(before!.includes(a) && before!.includes(b))) this.count(step, a, b, 1);
        }
      }
      return;
    }
    for (const nodes of this.people.values()) this.countPairs(step, nodes, -1);
    for (const nodes of people.values()) this.countPairs(step, nodes, 1);
    for (const nodes of this.people.values()) for (const node of nodes) this.nameLinks(step, this.set.identifier(node));
  }

  /** Names the links again that were only counted, once there is room for them. */
  private nameLinks(step: Step, identifier: Identifier): void {
    if (!isDrained(identifier)) return;
    refillShared(this.set, identifier);
    step.relink(identifier);
  }

  private countPairs(step: Step, nodes: readonly Node[], by: 1 | -1): void {
    for (const [index, a] of nodes.entries()) for (const b of nodes.slice(index + 1)) this.count(step, a, b, by);
  }

  private count(step: Step, a: Node, b: Node, by: 1 | -1): void {
    if (!canShare(a, b)) return;
    step.link(this.set.identifier(a), this.set.identifier(b), by === 1 ? together : apart);
  }

  /** Parties of purchases elsewhere whose identifier is crowded now, or is no longer. */
  private reassign(step: Step, node: Node, done: ReadonlyMap<Ref, readonly Part[]>): void {
    const crowded = isCrowded(this.set.identifier(node));
    if (!crowded && !step.isDispersed(node)) return;
    for (const purchase of crowded ? this.set.purchasesOf(node) : this.set.purchasesNaming(node)) {
      if (done.has(purchase)) continue;
      const parts = purchaseOf(this.set, purchase);
      this.set.need([], peopleOf(parts));
      this.settleParties(step, new Map([[purchase, parts]]));
      for (const part of parts) this.listPayment(step, part);
    }
  }

  /** Gives purchases their party. All leave their old party before any joins, because a purchase may have been split. */
  private settleParties(step: Step, purchases: ReadonlyMap<Ref, readonly Part[]>): void {
    const parties = new Map<Ref, Node>();
    for (const [purchase, parts] of purchases) {
      const candidates = peopleOf(parts).filter((node) => !isCrowded(this.set.identifier(node)));
      const party = partyOf(purchase, candidates);
      parties.set(purchase, party);
      step.evaluatePurchase(purchase);
      this.set.need([], [party, ...parts.flatMap((part) => (part.party === '' ? [] : [part.party]))]);
      for (const part of parts) {
        if (part.party === party && part.purchase === purchase) continue;
        if (part.party !== '') this.leave(step, part);
        step.evaluate(this.set.identifier(party).customer);
        this.set.changedPart(part);
      }
    }
    for (const [purchase, party] of parties) {
      for (const part of purchases.get(purchase)!) Object.assign(part, { purchase, party });
      this.set.enlist(party, purchase, true);
    }
  }

  private leave(step: Step, part: Part): void {
    this.set.enlist(part.party, part.purchase, false);
    step.evaluate(this.set.identifier(part.party).customer);
  }

  /** Keeps the list of a party's payments, of which the first makes a customer a new one. */
  private listPayment(step: Step, part: Part): void {
    const captured = captureOf(part);
    const [party, at] = part.doc.listed ?? [];
    if (party === (captured ? part.party : undefined) && at === captured?.at) return;
    if (party !== undefined) {
      this.set.need([], [party]);
      const identifier = this.set.identifier(party);
      if (unlistPayment(identifier, part.ref)) step.refill(party);
      this.set.changedIdentifier(identifier);
      step.evaluate(identifier.customer);
    }
    delete part.doc.listed;
    this.set.changedPart(part);
    if (!captured) return;
    const identifier = this.set.identifier(part.party);
    enlistPayment(identifier, [captured.at, part.ref, captured.entryId]);
    part.doc.listed = [part.party, captured.at];
    this.set.changedIdentifier(identifier);
    step.evaluate(identifier.customer);
  }
}

const together = (from: Identifier, to: Node): boolean => share(from, to, 1);
const apart = (from: Identifier, to: Node): boolean => share(from, to, -1);
