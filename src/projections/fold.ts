import type { Fact, Node, Ref } from '../catalog/facts.js';
import { type Contributions, difference, rowOf } from './contributions.js';
import { evaluateCustomer, keepTouch, sameCustomer, sameTouch, signedUp } from './customers.js';
import { isCrowded, link, linksOf, regroupPeople } from './people.js';
import { linkPart, namesCrowd } from './purchases.js';
import { refillPayments } from './payment-list.js';
import { PurchaseChange } from './purchase-change.js';
import {
  type Contributed,
  type Customer,
  type Effect,
  type Identifier,
  isOurs,
  isRef,
  kindOf,
  type Part,
} from './rows.js';
import { evaluatePurchase } from './evaluate-purchase.js';
import type { WorkingSet } from './working-set.js';

export type ApplyFact = (
  known: Effect | undefined,
  fact: Fact,
  entryId: string,
) => { effect: Effect; changed: boolean };

const NONE: readonly string[] = [];

/**
 * Folds the facts of one entry after the other into the working set. Each entry leaves the model as it must be at its position,
 * so that the contributions it causes carry that position whatever the batches were.
 */
export class Fold {
  constructor(
    private readonly set: WorkingSet,
    private readonly contributions: Contributions,
    private readonly applyFact: ApplyFact,
  ) {}

  apply(position: number, entryId: string, facts: readonly Fact[]): void {
    const step = new Step(this.set, this.contributions, position);
    const refs = refsOf(facts);
    this.load(facts, refs);
    const change = PurchaseChange.before(this.set, refs);
    for (const fact of facts) {
      if (isRef(fact.subject)) this.applyToPart(fact, entryId, change);
      else this.applyToPerson(fact, entryId, step);
      if (isOurs(fact.subject)) step.evaluatePurchase(fact.subject);
    }
    change.after(step);
    step.settle();
  }

  /** Everything that facts name must be at hand before the first of them changes something. */
  private load(facts: readonly Fact[], refs: readonly Ref[]): void {
    this.set.need(refs, NONE);
    for (const { subject, nodes } of facts) {
      if (isOurs(subject)) this.set.need([subject], NONE);
      else if (!isRef(subject)) this.set.need(NONE, [subject]);
      if (nodes) this.set.need(NONE, nodes);
    }
  }

  private applyToPart(fact: Fact, entryId: string, change: PurchaseChange): void {
    const part = this.set.part(fact.subject);
    let changed = false;
    if (fact.type !== 'Linked') {
      const known = part.doc.effects[fact.effect];
      const applied = this.applyFact(known, fact, entryId);
      part.doc.effects[fact.effect] = applied.effect;
      changed = applied.changed;
      change.restated ||= changed && !sameFields(known, applied.effect);
    }
    for (const ref of fact.refs ?? []) {
      const other = this.set.part(ref);
      const linked = [linkPart(part, ref), linkPart(other, part.ref)];
      if (!linked.includes(true)) continue;
      change.relinked = true;
      this.set.changedPart(other);
      changed = true;
    }
    for (const node of fact.nodes ?? []) {
      if (part.doc.nodes.includes(node)) continue;
      this.set.changedIdentifier(this.set.identifier(node));
      if (namesCrowd(part)) continue;
      part.doc.nodes.push(node);
      change.renamed = true;
      changed = true;
    }
    if (changed || part.party === '') this.set.changedPart(part);
  }

  private applyToPerson(fact: Fact, entryId: string, step: Step): void {
    const identifier = this.set.identifier(fact.subject);
    if (this.remember(identifier, fact, entryId)) {
      this.set.changedIdentifier(identifier);
      step.evaluate(identifier.customer);
    }
    for (const node of fact.nodes ?? []) step.link(identifier, this.set.identifier(node), link);
  }

  private remember(identifier: Identifier, fact: Fact, entryId: string): boolean {
    if (fact.type === 'Linked') return false;
    if (fact.type === 'TouchRecorded') {
      const { at, source, medium, campaign } = fact.fields;
      if (typeof at !== 'number') return false;
      if (typeof source !== 'string') return keepTouch(identifier, { unmarkedAt: at });
      return keepTouch(identifier, [at, entryId, source, text(medium), text(campaign)]);
    }
    const applied = this.applyFact(identifier.doc.effects[fact.effect], fact, entryId);
    identifier.doc.effects[fact.effect] = applied.effect;
    return applied.changed;
  }
}

/** Whether an effect says the same as before; a restatement may only raise its stamp. */
function sameFields(known: Effect | undefined, now: Effect): boolean {
  if (!known) return false;
  for (const field in now.fields) if (now.fields[field] !== known.fields[field]) return false;
  return true;
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

function refsOf(facts: readonly Fact[]): Ref[] {
  const refs: Ref[] = [];
  for (const { subject, refs: others } of facts) {
    if (!isRef(subject) || isOurs(subject)) continue;
    for (const ref of [subject, ...(others ?? [])]) if (!refs.includes(ref)) refs.push(ref);
  }
  return refs;
}

/** What one entry set in motion: who must be looked at again, until nothing is left to do. */
export class Step {
  private readonly relinked = new Set<Node>();
  /** Whether an identifier was crowded before the first link of this step. */
  private readonly crowdedBefore = new Map<Node, boolean>();
  private readonly customers = new Set<Node>();
  private readonly purchases = new Set<Ref>();
  private readonly persons = new Set<Node>();
  private readonly drained = new Set<Node>();
  private ordinal = 0;

  constructor(
    readonly set: WorkingSet,
    private readonly contributions: Contributions,
    private readonly position: number,
  ) {}

  evaluate(customer: Node): void {
    this.customers.add(customer);
  }

  /** A party whose list of first payments ran empty. */
  refill(party: Node): void {
    this.drained.add(party);
  }

  evaluatePurchase(purchase: Ref): void {
    this.purchases.add(purchase);
  }

  /** Links two identifiers both ways; `how` says what kind of link and answers whether it is new. */
  link(a: Identifier, b: Identifier, how: (from: Identifier, to: Node) => boolean): void {
    const crowded = [isCrowded(a), isCrowded(b)];
    for (const [index, { node }] of [a, b].entries()) {
      if (!this.crowdedBefore.has(node)) this.crowdedBefore.set(node, crowded[index]!);
    }
    const changed = [how(a, b.node), how(b, a.node)];
    for (const [index, identifier] of [a, b].entries()) {
      this.set.changedIdentifier(identifier);
      if (!changed.includes(true)) continue;
      this.relinked.add(identifier.node);
      if (isCrowded(identifier) === crowded[index]) continue;
      // It links nothing any more, or does again.
      this.relink(identifier);
    }
  }

  /** Everybody around an identifier is to be regrouped. */
  relink(identifier: Identifier): void {
    this.relinked.add(identifier.node);
    for (const node of linksOf(identifier)) this.relinked.add(node);
  }

  /** Whether an identifier was taken for a crowd until now, and is one person's after all. */
  isDispersed(node: Node): boolean {
    return this.crowdedBefore.get(node) === true && !isCrowded(this.set.identifier(node));
  }

  /** Identifiers that became crowded or ceased to be one person's: their purchases need another party. */
  regroup(): Node[] {
    const nodes = [...this.relinked];
    if (nodes.length === 0) return [];
    this.set.need([], nodes);
    const moved = regroupPeople(this.set, nodes);
    for (const [node, before] of moved) {
      this.customers.add(before).add(this.set.identifier(node).customer);
      for (const purchase of this.set.purchasesOf(node)) this.purchases.add(purchase);
    }
    this.relinked.clear();
    return nodes;
  }

  settle(): void {
    this.regroup();
    for (const party of [...this.drained].sort()) refillPayments(this.set, this.set.identifier(party));
    this.evaluateCustomers();
    for (const purchase of [...this.purchases].sort()) {
      evaluatePurchase(this.set, purchase, this.contributions, (part, should) =>
        this.contribute(part.ref, part, should),
      );
    }
    for (const node of [...this.persons].sort()) this.evaluatePerson(node);
  }

  private evaluateCustomers(): void {
    const ids = [...this.customers].sort();
    this.set.need([], ids);
    for (const id of ids) {
      const before = this.set.customer(id);
      const after = evaluateCustomer(this.set, id);
      if (!sameCustomer(before, after)) {
        this.set.setCustomer(id, after);
        this.spread(id, before, after);
        if (kindOf(id) === 'user') this.persons.add(id);
      }
    }
  }

  /** A customer's first touch is a dimension of everything it bought; its first payment only of that one and the one before. */
  private spread(id: Node, before: Customer | null, after: Customer | null): void {
    if (!sameTouch(before, after)) {
      const { members } = this.set.identifier(id).doc;
      for (const node of [id, ...members]) {
        for (const purchase of this.set.purchasesOf(node)) this.purchases.add(purchase);
      }
    }
    if (before?.firstPaymentRef === after?.firstPaymentRef) return;
    for (const ref of [before?.firstPaymentRef, after?.firstPaymentRef]) {
      if (!ref) continue;
      this.set.need([ref], []);
      this.purchases.add(this.set.part(ref).purchase);
    }
  }

  private evaluatePerson(node: Node): void {
    const identifier = this.set.identifier(node);
    const customer = this.set.customer(identifier.customer);
    const { firstPaymentAt: at, firstPaymentEntry: entryId } = customer ?? {};
    const firstPayment = at != null && entryId ? { at, fact: 'PaymentCaptured', entryId } : undefined;
    const should = this.contributions.should(
      { kind: 'person', node, signedUp: signedUp(identifier), firstPayment },
      {
        source: customer?.source ?? 'unknown',
        medium: customer?.medium ?? '',
        campaign: customer?.campaign ?? '',
        reason: customer ? customer.reason : 'no_touch',
        kind: '',
        present: true,
      },
    );
    this.contribute(node, identifier, should);
  }

  private contribute(subject: string, row: Part | Identifier, should: Contributed[]): void {
    const change = difference(row.doc.contributed, should);
    if (!change) return;
    row.doc.contributed = change.now;
    if ('ref' in row) this.set.changedPart(row);
    else this.set.changedIdentifier(row);
    for (const each of change.retract) this.set.contributed(rowOf(subject, this.position, this.ordinal++, each, -1n));
    for (const each of change.assert) this.set.contributed(rowOf(subject, this.position, this.ordinal++, each, 1n));
  }
}
