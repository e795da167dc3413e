import type { Fact, Node, Ref } from '../catalog/facts.js';
import { areTwoDevices, areTwoUsers } from '../catalog/identifiers.js';
import type { Contributions } from './contributions.js';
import { keepTouch, keepUnmarked } from './customers.js';
import { decide, link } from './people.js';
import { linkPart, namesCrowd } from './purchases.js';
import { PurchaseChange } from './purchase-change.js';
import { type Effect, type Identifier, isOurs, isRef, type TouchRow } from './rows.js';
import { Step } from './step.js';
import type { WorkingSet } from './working-set.js';

export type ApplyFact = (
  known: Effect | undefined,
  fact: Fact,
  entryId: string,
) => { effect: Effect; changed: boolean };

const NONE: readonly (Ref | Node)[] = [];

/**
 * Folds the facts of one entry after the other into the working set. Each entry leaves the model as it must be at its position,
 * so that the contributions it causes carry that position whatever the batches were.
 */
export class Fold {
  private readonly step: Step;

  constructor(
    private readonly set: WorkingSet,
    contributions: Contributions,
    private readonly applyFact: ApplyFact,
  ) {
    this.step = new Step(set, contributions);
  }

  apply(position: number, entryId: string, facts: readonly Fact[]): void {
    const { step } = this;
    step.begin(position);
    const { refs, isOne } = refsOf(facts);
    this.load(facts, refs);
    const change = PurchaseChange.before(this.set, refs, isOne);
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
    for (const ref of fact.refs ?? NONE) {
      const other = this.set.part(ref);
      const linked = linkPart(part, other.ref);
      if (!linkPart(other, part.ref) && !linked) continue;
      change.relinked = true;
      this.set.changedPart(other);
      changed = true;
    }
    for (const node of fact.nodes ?? NONE) {
      if (part.doc.nodes.includes(node)) continue;
      const identifier = this.set.identifier(node);
      this.set.changedIdentifier(identifier);
      if (namesCrowd(part)) continue;
      part.doc.nodes = [...part.doc.nodes, identifier.node];
      change.renamed = true;
      changed = true;
    }
    if (changed || part.party === '') this.set.changedPart(part);
  }

  private applyToPerson(fact: Fact, entryId: string, step: Step): void {
    const identifier = this.set.identifier(fact.subject);
    if (fact.type === 'IdentityDecided') return this.decided(identifier, fact, entryId, step);
    if (this.remember(identifier, fact, entryId)) {
      this.set.changedIdentifier(identifier);
      step.evaluate(identifier.customer);
      if (fact.type === 'TouchRecorded') step.touched(identifier);
    }
    for (const node of fact.nodes ?? NONE) step.link(identifier, this.set.identifier(node), link);
  }

  private decided(identifier: Identifier, { fields, nodes }: Fact, entryId: string, step: Step): void {
    const { kind, number } = fields;
    const other = this.set.identifier(nodes![0]!);
    if ((kind !== 'join' && kind !== 'separate') || typeof number !== 'number') return;
    if (areTwoUsers(identifier.node, other.node) || areTwoDevices(identifier.node, other.node)) return;
    for (const [a, b] of [[identifier, other] as const, [other, identifier] as const]) {
      if (!decide(a, b.node, [kind, number, entryId])) continue;
      this.set.changedIdentifier(a);
      step.relink(a);
    }
  }

  private remember(identifier: Identifier, fact: Fact, entryId: string): boolean {
    if (fact.type === 'Linked') return false;
    if (fact.type === 'TouchRecorded') {
      const touch = touchRow(fact, entryId);
      if (!touch) return false;
      this.set.touched(touch);
      const { at, source, medium, campaign } = touch;
      if (source === null) return keepUnmarked(identifier, at, fact.fields);
      return keepTouch(identifier, [at, entryId, source, medium, campaign]);
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

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);

function touchRow({ subject: node, fields }: Fact, entryId: string): TouchRow | undefined {
  const { at, source, medium, campaign, referrer, landing_page: landingPage, click_id: clickId } = fields;
  if (typeof at !== 'number') return undefined;
  const named = { source: text(source), medium: text(medium) ?? '', campaign: text(campaign) ?? '' };
  const page = { referrer: text(referrer), landingPage: text(landingPage), clickId: text(clickId) };
  return { node, at, entryId, ...named, ...page };
}

/** The parts of purchases that facts speak of, and whether they all speak of one part. */
function refsOf(facts: readonly Fact[]): { refs: readonly Ref[]; isOne: boolean } {
  const refs: Ref[] = [];
  let one: Ref | undefined;
  let isOne = true;
  for (const { subject, refs: others } of facts) {
    if (!isRef(subject) || isOurs(subject)) continue;
    one ??= subject;
    isOne &&= one === subject;
    if (!refs.includes(subject)) refs.push(subject);
    if (others) for (const ref of others) if (!refs.includes(ref)) refs.push(ref);
  }
  return { refs, isOne };
}
