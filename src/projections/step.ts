import type { Node, Ref } from '../catalog/facts.js';
import { type Contributions, difference } from './contributions.js';
import { evaluateCustomer, sameCustomer, sameTouch, signedUp } from './customers.js';
import { evaluatePurchase } from './evaluate-purchase.js';
import { refillPayments } from './payment-list.js';
import { around, isCrowded, regroupPeople } from './people.js';
import {
  type Contributed,
  type Customer,
  type Dimensions,
  type Identifier,
  isAnonymous,
  isUser,
  type Part,
} from './rows.js';
import type { SubjectState } from '../catalog/subjects.js';
import type { WorkingSet } from './working-set.js';

/** What one entry set in motion: who must be looked at again, until nothing is left to do. Used for one entry after the other. */
export class Step {
  private readonly relinked = new Set<Node>();
  /** Whether an identifier was crowded before the first link of this step. */
  private readonly crowdedBefore = new Map<Node, boolean>();
  private readonly customers = new Set<Node>();
  private readonly purchases = new Set<Ref>();
  private readonly persons = new Set<Node>();
  private readonly drained = new Set<Node>();
  private position = 0;
  private ordinal = 0;

  constructor(
    readonly set: WorkingSet,
    private readonly contributions: Contributions,
  ) {}

  /** Begins with an entry. What an entry before left, because it failed, is dropped. */
  begin(position: number): void {
    this.position = position;
    this.ordinal = 0;
    for (const noted of [this.relinked, this.crowdedBefore, this.customers, this.purchases, this.persons, this.drained])
      if (noted.size > 0) noted.clear();
  }

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
    const crowdedA = isCrowded(a);
    const crowdedB = isCrowded(b);
    if (!this.crowdedBefore.has(a.node)) this.crowdedBefore.set(a.node, crowdedA);
    if (!this.crowdedBefore.has(b.node)) this.crowdedBefore.set(b.node, crowdedB);
    const changedA = how(a, b.node);
    const changedB = how(b, a.node);
    this.set.changedIdentifier(a);
    this.set.changedIdentifier(b);
    if (!changedA && !changedB) return;
    this.linked(a, crowdedA);
    this.linked(b, crowdedB);
  }

  private linked(identifier: Identifier, crowded: boolean): void {
    this.relinked.add(identifier.node);
    // It links nothing any more, or does again.
    if (isCrowded(identifier) !== crowded) this.relink(identifier);
  }

  /** Everybody around an identifier is to be regrouped. */
  relink(identifier: Identifier): void {
    this.relinked.add(identifier.node);
    for (const node of around(identifier)) this.relinked.add(node);
  }

  /** Whether an identifier was taken for a crowd until now, and is one person's after all. */
  isDispersed(node: Node): boolean {
    return this.crowdedBefore.get(node) === true && !isCrowded(this.set.identifier(node));
  }

  /** Identifiers that became crowded or ceased to be one person's: their purchases need another party. */
  regroup(): readonly Node[] {
    if (this.relinked.size === 0) return NOBODY;
    const nodes = [...this.relinked];
    this.set.need(NOBODY, nodes);
    const moved = regroupPeople(this.set, nodes);
    for (const [node, before] of moved) {
      this.customers.add(before).add(this.set.identifier(node).customer);
      for (const purchase of this.set.purchasesOf(node)) this.purchases.add(purchase);
      if (isAnonymous(node)) this.evaluateAround(this.set.identifier(node));
    }
    for (const node of nodes) if (isAnonymous(node) && !moved.has(node)) this.evaluateAround(this.set.identifier(node));
    this.relinked.clear();
    return nodes;
  }

  /** A touch on a device that others are linked with too says why their source is unknown. */
  touched(identifier: Identifier): void {
    if (isAnonymous(identifier.node)) this.evaluateAround(identifier);
  }

  private evaluateAround(device: Identifier): void {
    if (isCrowded(device) && this.crowdedBefore.get(device.node) !== false) return;
    // Whoever was just separated from it too: it says no more why their source is unknown.
    const nodes = around(device);
    this.set.need(NOBODY, nodes);
    for (const node of nodes) this.customers.add(this.set.identifier(node).customer);
  }

  settle(): void {
    this.regroup();
    for (const party of ordered(this.drained)) refillPayments(this.set, this.set.identifier(party));
    this.evaluateCustomers();
    for (const purchase of ordered(this.purchases)) evaluatePurchase(this.set, purchase, this);
    for (const node of ordered(this.persons)) this.evaluatePerson(node);
  }

  private evaluateCustomers(): void {
    const ids = ordered(this.customers);
    this.set.need(NOBODY, ids);
    for (const id of ids) {
      const before = this.set.customer(id);
      const after = evaluateCustomer(this.set, id);
      if (sameCustomer(before, after)) continue;
      this.set.setCustomer(id, after);
      this.spread(id, before, after);
      if (isUser(id)) this.persons.add(id);
    }
  }

  /** A customer's first touch is a dimension of everything it bought; its first payment only of that one and the one before. */
  private spread(id: Node, before: Customer | null, after: Customer | null): void {
    if (!sameTouch(before, after)) {
      this.evaluatePurchasesOf(id);
      for (const node of this.set.identifier(id).doc.members) this.evaluatePurchasesOf(node);
    }
    const [was, is] = [before?.firstPaymentRef ?? null, after?.firstPaymentRef ?? null];
    if (was === is) return;
    if (was !== null) this.purchases.add(this.set.partAtHand(was).purchase);
    if (is !== null) this.purchases.add(this.set.partAtHand(is).purchase);
  }

  private evaluatePurchasesOf(party: Node): void {
    for (const purchase of this.set.purchasesOf(party)) this.purchases.add(purchase);
  }

  private evaluatePerson(node: Node): void {
    const identifier = this.set.identifier(node);
    const customer = this.set.customer(identifier.customer);
    const { firstPaymentAt: at, firstPaymentEntry: entryId } = customer ?? {};
    const firstPayment = at != null && entryId ? { at, fact: 'PaymentCaptured', entryId } : undefined;
    const state: SubjectState = { kind: 'person', node, signedUp: signedUp(identifier), firstPayment };
    this.contribute(node, identifier, state, dimensionsOf(customer, '', true));
  }

  /** Gives a subject the contributions that its state should have, and notes the difference to what it had. */
  contribute(subject: string, row: Part | Identifier, state: SubjectState, by: Dimensions): void {
    const change = difference(row.doc, this.contributions.should(state), by);
    if (!change) return;
    const { retract, assert, now } = change;
    for (const each of retract) this.note(subject, each, row.doc.by!, -1);
    for (const each of assert) this.note(subject, each, by, 1);
    row.doc.contributed = now;
    row.doc.by = now.length > 0 ? by : undefined;
    if ('ref' in row) this.set.changedPart(row);
    else this.set.changedIdentifier(row);
  }

  private note(subject: string, what: Contributed, by: Dimensions, sign: 1 | -1): void {
    this.set.contributed({ position: this.position, ordinal: this.ordinal++, subject, what, by, sign });
  }
}

const NOBODY: readonly Node[] = [];

/** In text order, so that the order in which things were noted cannot matter. */
const ordered = (noted: ReadonlySet<string>): readonly string[] =>
  noted.size === 0 ? NOBODY : noted.size === 1 ? [...noted] : [...noted].sort();

/** The dimensions of what a customer does: those of its first touch, and what is said of this one thing. */
export function dimensionsOf(customer: Customer | null, kind: string, present: boolean): Dimensions {
  if (customer === null) return { source: 'unknown', medium: '', campaign: '', reason: 'no_touch', kind, present };
  const { source, medium, campaign, reason } = customer;
  return { source, medium, campaign, reason, kind, present };
}
