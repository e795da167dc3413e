import type { Fact, Node, Ref } from '../catalog/facts.js';
import type { Contributions } from './contributions.js';
import { keepTouch } from './customers.js';
import { link } from './people.js';
import { linkPart, namesCrowd } from './purchases.js';
import { PurchaseChange } from './purchase-change.js';
import { type Effect, type Identifier, isOurs, isRef } from './rows.js';
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
      const linked = linkPart(part, ref);
      if (!linkPart(other, part.ref) && !linked) continue;
      change.relinked = true;
      this.set.changedPart(other);
      changed = true;
    }
    for (const node of fact.nodes ?? NONE) {
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
    for (const node of fact.nodes ?? NONE) step.link(identifier, this.set.identifier(node), link);
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
