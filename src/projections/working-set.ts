import type { Node, Ref } from '../catalog/facts.js';
import type { Customer, Identifier, Part, TouchRow } from './rows.js';
import { isGuest, newIdentifier, newPart } from './rows.js';
import { type Changes, isGone, sorted } from './changes.js';
import type { Contributing } from './contributions.js';
import type { ModelReader } from './model-store.js';
import { NotLoaded, type Wanted } from './wanted.js';

/**
 * The rows a batch works on: read in bulk before they are needed, changed in memory entry by entry, written in bulk at the end.
 * Clean rows stay for later batches; there is one projector, so they cannot go stale. After a failed batch everything is dropped.
 */
const ROWS_KEPT_MAX = 60_000;
const WAVES_MAX = 8;
/** Purchases of one identifier that are brought in on suspicion; more are brought in when they are needed. */
const PURCHASES_AHEAD_MAX = 200;

/** The parts of one purchase in order, and whom they name once that was asked for. */
export interface Group {
  parts: readonly Part[];
  people?: readonly Node[] | undefined;
}

export class WorkingSet {
  private readonly parts = new Map<Ref, Part>();
  private readonly identifiers = new Map<Node, Identifier>();
  private readonly customers = new Map<Node, Customer | null>();
  /** Rows read from the database whose links were not followed yet. */
  private arrived: { parts: Part[]; identifiers: Identifier[] } = { parts: [], identifiers: [] };
  /** Purchases found in memory, by their id; see `groupOf`. */
  readonly groups = new Map<Ref, Group>();
  private readonly purchasesByParty = new Map<Node, Set<Ref>>();
  /** Identifiers of which every part that names them is at hand. */
  private readonly named = new Set<Node>();
  private readonly stored = { parts: new Set<Ref>(), identifiers: new Set<Node>(), customers: new Set<Node>() };
  private readonly dirty = { parts: new Set<Part>(), identifiers: new Set<Identifier>(), customers: new Set<Node>() };
  private contributions: Contributing[] = [];
  private touches: TouchRow[] = [];
  private readonly unknownTypes = new Map<string, { entries: number; position: number }>();

  constructor(private readonly store: ModelReader) {}

  /** Throws NotLoaded when rows are not at hand; the batch is then folded again with them. Folding itself never waits. */
  need(refs: readonly Ref[], nodes: readonly Node[]): void {
    for (const ref of refs) if (!this.parts.has(ref)) throw new NotLoaded({ refs, nodes });
    for (const node of nodes) {
      if (!this.identifiers.has(node) && !this.isNewGuest(node)) throw new NotLoaded({ refs, nodes });
    }
  }

  /** Makes rows available to `part` and `identifier`; those that do not exist yet are made. Touches the database only for what is missing. */
  load(refs: readonly Ref[], nodes: readonly Node[]): Promise<void> | undefined {
    let missingRefs: Set<Ref> | undefined;
    let missingNodes: Set<Node> | undefined;
    for (const ref of refs) if (!this.parts.has(ref)) (missingRefs ??= new Set()).add(ref);
    for (const node of nodes) {
      if (!this.identifiers.has(node) && !this.isNewGuest(node)) (missingNodes ??= new Set()).add(node);
    }
    if (!missingRefs && !missingNodes) return undefined;
    return this.fetch([...(missingRefs ?? [])], [...(missingNodes ?? [])]);
  }

  /** A guest is stored only as the party of the purchase it is named after: no need to ask when that one is at hand. */
  private isNewGuest(node: Node): boolean {
    if (!isGuest(node)) return false;
    const purchase = this.parts.get(node.slice('guest:'.length));
    if (!purchase || purchase.party === node) return false;
    this.identifiers.set(node, newIdentifier(node));
    return true;
  }

  private async fetch(refs: readonly Ref[], nodes: readonly Node[]): Promise<void> {
    const [parts, identifiers] = await Promise.all([this.store.parts(refs), this.store.identifiers(nodes)]);
    for (const part of parts) this.adopt(part);
    for (const ref of refs) if (!this.parts.has(ref)) this.parts.set(ref, newPart(ref));
    for (const identifier of identifiers) {
      this.identifiers.set(identifier.node, identifier);
      this.stored.identifiers.add(identifier.node);
      this.arrived.identifiers.push(identifier);
    }
    for (const node of nodes) if (!this.identifiers.has(node)) this.identifiers.set(node, newIdentifier(node));
    // Moving an identifier to another customer edits the member list of its canonical one.
    const customers = identifiers.map((identifier) => identifier.customer);
    await this.load([], customers);
    await this.loadCustomers(customers);
  }

  private adopt(part: Part): void {
    if (this.parts.has(part.ref)) return;
    this.parts.set(part.ref, part);
    this.stored.parts.add(part.ref);
    this.arrived.parts.push(part);
    if (part.party !== '') this.indexed(part.party).add(part.purchase);
  }

  private indexed(party: Node): Set<Ref> {
    let purchases = this.purchasesByParty.get(party);
    if (!purchases) this.purchasesByParty.set(party, (purchases = new Set()));
    return purchases;
  }

  /** Brings rows in that a batch will need, and what those lead to, in a few large reads. */
  async prefetch(wanted: Wanted): Promise<void> {
    const { refs = [], nodes = [], customers = [], parties = [], named = [], persons, paidFrom } = wanted;
    await this.loadParties(parties);
    await this.loadNaming(named);
    await this.loadCustomers(customers);
    await this.load(refs, nodes);
    await this.followLinks();
    if (persons) await this.loadParties(this.partiesOf(persons));
    if (paidFrom !== undefined) await this.load(this.firstPaymentsFrom(paidFrom, refs, nodes), []);
    await this.followLinks();
  }

  /** First payments, not before a time, of the customers that own these purchases or are these people: they may become second ones. */
  private firstPaymentsFrom(paidFrom: number, refs: readonly Ref[], nodes: readonly Node[]): Ref[] {
    const parties = refs.flatMap((ref) => this.parts.get(ref)?.party || []);
    const found = new Set<Ref>();
    for (const node of [...nodes, ...parties]) {
      const customer = this.identifiers.get(node)?.customer;
      const { firstPaymentRef, firstPaymentAt } = (customer && this.customers.get(customer)) || {};
      if (firstPaymentRef && firstPaymentAt != null && firstPaymentAt >= paidFrom) found.add(firstPaymentRef);
    }
    return [...found];
  }

  private async followLinks(): Promise<void> {
    for (let wave = 0; wave < WAVES_MAX && this.arrived.parts.length + this.arrived.identifiers.length > 0; wave++) {
      const linkedRefs = new Set<Ref>();
      const linkedNodes = new Set<Node>();
      for (const part of this.arrived.parts) this.leadsTo(part, linkedRefs, linkedNodes);
      for (const identifier of this.arrived.identifiers) this.leadsOn(identifier, linkedNodes);
      this.arrived = { parts: [], identifiers: [] };
      await this.load([...linkedRefs], [...linkedNodes]);
    }
  }

  private async loadParties(parties: readonly Node[]): Promise<void> {
    if (parties.length === 0) return;
    for (const part of await this.store.partsOfParties(parties)) this.adopt(part);
  }

  private async loadNaming(nodes: readonly Node[]): Promise<void> {
    const missing = nodes.filter((node) => !this.named.has(node));
    if (missing.length === 0) return;
    for (const part of await this.store.partsNaming(missing)) this.adopt(part);
    for (const node of missing) this.named.add(node);
  }

  /** Identifiers whose purchases a new fact about a person will change: those of customers whose first touch it may be. */
  private partiesOf(persons: NonNullable<Wanted['persons']>): Node[] {
    const parties = new Set<Node>();
    for (const [node, at] of persons) {
      const canonical = this.identifier(this.identifier(node).customer);
      const firstTouchAt = this.customers.get(canonical.node)?.firstTouchAt;
      if (typeof firstTouchAt === 'number' && at > firstTouchAt) continue;
      for (const member of [canonical.node, ...canonical.doc.members]) {
        const purchases = this.identifiers.get(member)?.doc.purchases ?? 0;
        const known = this.purchasesByParty.get(member)?.size ?? 0;
        if (purchases <= PURCHASES_AHEAD_MAX && known < purchases) parties.add(member);
      }
    }
    return [...parties];
  }

  private leadsTo(part: Part, refs: Set<Ref>, nodes: Set<Node>): void {
    for (const ref of part.doc.links) if (!this.parts.has(ref)) refs.add(ref);
    for (const node of part.doc.nodes) if (!this.identifiers.has(node)) nodes.add(node);
    if (part.party !== '' && !this.identifiers.has(part.party)) nodes.add(part.party);
  }

  private leadsOn(identifier: Identifier, nodes: Set<Node>): void {
    for (const node of identifier.doc.fixed) if (!this.identifiers.has(node)) nodes.add(node);
    for (const node of identifier.doc.members) if (!this.identifiers.has(node)) nodes.add(node);
    for (const node of identifier.doc.shared) if (!this.identifiers.has(node)) nodes.add(node);
    for (const node in identifier.doc.decided) if (!this.identifiers.has(node)) nodes.add(node);
  }

  part(ref: Ref): Part {
    const part = this.parts.get(ref);
    if (!part) throw new Error(`part ${ref} was not loaded`);
    return part;
  }

  /** A part; throws NotLoaded when it must be read first. */
  partAtHand(ref: Ref): Part {
    const part = this.parts.get(ref);
    if (!part) throw new NotLoaded({ refs: [ref] });
    return part;
  }

  identifier(node: Node): Identifier {
    const identifier = this.identifiers.get(node);
    if (!identifier) throw new Error(`identifier ${node} was not loaded`);
    return identifier;
  }

  changedPart(part: Part): void {
    this.dirty.parts.add(part);
  }

  changedIdentifier(identifier: Identifier): void {
    this.dirty.identifiers.add(identifier);
  }

  /** Gives an identifier another customer and keeps the member lists right. */
  move(identifier: Identifier, customer: Node): void {
    const before = this.identifier(identifier.customer);
    if (before !== identifier) {
      before.doc.members = before.doc.members.filter((node) => node !== identifier.node);
      this.changedIdentifier(before);
    }
    identifier.customer = customer;
    const after = this.identifier(customer);
    if (after !== identifier) {
      after.doc.members = [...after.doc.members, identifier.node];
      this.changedIdentifier(after);
    }
    this.changedIdentifier(identifier);
  }

  customer(id: Node): Customer | null {
    const known = this.customers.get(id);
    if (known !== undefined) return known;
    if (!this.isNew(id)) throw new NotLoaded({ customers: [id] });
    this.customers.set(id, null);
    return null;
  }

  /** A customer is stored only with its identifier. */
  private isNew(id: Node): boolean {
    return this.identifiers.has(id) && !this.stored.identifiers.has(id);
  }

  async loadCustomers(ids: readonly Node[]): Promise<void> {
    const missing = ids.filter((id) => !this.customers.has(id) && !this.isNew(id));
    if (missing.length === 0) return;
    for (const row of await this.store.customers([...new Set(missing)])) {
      this.customers.set(row.customer, row);
      this.stored.customers.add(row.customer);
    }
    for (const id of missing) if (!this.customers.has(id)) this.customers.set(id, null);
  }

  setCustomer(id: Node, row: Customer | null): void {
    this.customers.set(id, row);
    this.dirty.customers.add(id);
  }

  /** Says that a purchase belongs to a party, or no longer does. */
  enlist(party: Node, purchase: Ref, belongs: boolean): void {
    const purchases = this.indexed(party);
    if (purchases.has(purchase) === belongs) return;
    if (belongs) purchases.add(purchase);
    else purchases.delete(purchase);
    const identifier = this.identifier(party);
    identifier.doc.purchases += belongs ? 1 : -1;
    this.changedIdentifier(identifier);
  }

  /** Every purchase whose party this is, in a stable order. */
  purchasesOf(party: Node): Ref[] {
    const purchases = this.purchasesByParty.get(party);
    if ((purchases?.size ?? 0) < this.identifier(party).doc.purchases) throw new NotLoaded({ parties: [party] });
    return purchases ? [...purchases].sort() : [];
  }

  /** Every part that names this. Rarely asked for: finding them reads the whole table. */
  partsNaming(node: Node): Part[] {
    if (!this.named.has(node)) throw new NotLoaded({ named: [node] });
    return [...this.parts.values()].filter((part) => part.doc.nodes.includes(node));
  }

  /** Every purchase of which a part names this, in a stable order. */
  purchasesNaming(node: Node): Ref[] {
    return [...new Set(this.partsNaming(node).map((part) => part.purchase))].sort();
  }

  contributed(row: Contributing): void {
    this.contributions.push(row);
  }

  touched(row: TouchRow): void {
    this.touches.push(row);
  }

  unknown(type: string, position: number): void {
    const count = this.unknownTypes.get(type) ?? { entries: 0, position };
    this.unknownTypes.set(type, { entries: count.entries + 1, position });
  }

  /** Everything that changed since the last call, for one transaction. The set counts it as stored. */
  takeChanges(): Changes {
    const { stored, dirty } = this;
    const gone = [...dirty.identifiers].filter(isGone);
    const removedCustomers = [...dirty.customers].filter((id) => !this.customers.get(id) && stored.customers.has(id));
    const changes: Changes = {
      parts: sorted(dirty.parts, stored.parts, (part) => part.ref),
      identifiers: sorted(
        [...dirty.identifiers].filter((each) => !isGone(each)),
        stored.identifiers,
        ({ node }) => node,
      ),
      removedIdentifiers: gone.map(({ node }) => node).filter((node) => stored.identifiers.delete(node)),
      customers: sorted(
        [...dirty.customers].flatMap((id) => this.customers.get(id) ?? []),
        stored.customers,
        ({ customer }) => customer,
      ),
      removedCustomers: removedCustomers.filter((id) => stored.customers.delete(id)),
      contributions: this.contributions,
      touches: this.touches,
      unknownTypes: [...this.unknownTypes].map(([type, count]) => ({ type, ...count })),
    };
    for (const each of Object.values(dirty)) each.clear();
    this.unknownTypes.clear();
    this.contributions = [];
    this.touches = [];
    return changes;
  }

  /** Forgets clean rows once there are many; call after the changes were written. */
  trim(): void {
    if (this.isFull()) this.forget();
  }

  isFull(): boolean {
    return this.parts.size + this.identifiers.size + this.customers.size > ROWS_KEPT_MAX;
  }

  /** Forgets everything, written or not. */
  forget(): void {
    for (const map of [this.parts, this.identifiers, this.customers, this.purchasesByParty, this.groups]) map.clear();
    this.named.clear();
    for (const known of Object.values(this.stored)) known.clear();
    this.arrived = { parts: [], identifiers: [] };
    for (const dirty of Object.values(this.dirty)) dirty.clear();
    this.unknownTypes.clear();
    this.contributions = [];
    this.touches = [];
  }
}
