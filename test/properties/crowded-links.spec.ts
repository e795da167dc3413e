import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Fact, stampOf } from '../../src/catalog/facts.js';
import { isCrowded, isDrained, linksOf, share } from '../../src/projections/people.js';
import { type Identifier, newIdentifier, newPart } from '../../src/projections/rows.js';
import { refillShared } from '../../src/projections/shared-links.js';
import type { WorkingSet } from '../../src/projections/working-set.js';
import { inBatches } from '../support/histories.js';
import { projected } from '../support/memory-model.js';

const TILL = 'email:till'; // one address for everybody who pays there
const CAP = 1_000;

/** Purchases, each naming the till and one other, and what the till has counted of them. */
class Counted {
  readonly till: Identifier = newIdentifier(TILL);
  private readonly purchases = new Map<string, string>();

  change(purchase: string, other: string | undefined): void {
    const before = this.purchases.get(purchase);
    if (before !== undefined) share(this.till, before, -1);
    if (other === undefined) this.purchases.delete(purchase);
    else this.purchases.set(purchase, other);
    if (other !== undefined) share(this.till, other, 1);
    if (isDrained(this.till)) refillShared(this.set, this.till);
  }

  /** Whom the purchases name with it, and how often. */
  get truth(): Record<string, number> {
    const truth: Record<string, number> = {};
    for (const other of this.purchases.values()) truth[other] = (truth[other] ?? 0) + 1;
    return truth;
  }

  private get set(): WorkingSet {
    const part = (ref: string) => ({
      ...newPart(ref),
      doc: { ...newPart(ref).doc, nodes: [TILL, this.purchases.get(ref)!] },
    });
    const known: Partial<WorkingSet> = {
      ...{ need: () => undefined, changedIdentifier: () => undefined, part, partAtHand: part },
      partsNaming: () => [...this.purchases.keys()].map(part),
    };
    return known as WorkingSet;
  }
}

/** How many purchases link an identifier with each of the others. */
const named = ({ shared, sharedBy }: Identifier['doc']): Record<string, number> =>
  Object.fromEntries(shared.map((node, index) => [node, sharedBy[index]!]));

describe('the links of an identifier that many purchases name', () => {
  // Around the cap in blocks, with single changes between them, and with people who are named more than once.
  const block = fc.record({ from: fc.integer({ min: 0, max: 1_200 }), length: fc.integer({ min: 1, max: 900 }) });
  const changes = fc.record({ ...{ people: fc.integer({ min: 300, max: 1_300 }), leaves: fc.boolean() }, block });

  it('given purchases that come, change and go in any order, then it is a crowd by their number alone, and else has exactly their links', () => {
    fc.assert(
      fc.property(fc.array(changes, { minLength: 3, maxLength: 6 }), (all) => {
        const counted = new Counted();
        const tooMany = { block: { from: 0, length: 1_040 }, people: 1_300, leaves: false };
        for (const { block: each, people, leaves } of [tooMany, ...all]) {
          for (let at = each.from; at < each.from + each.length; at++)
            counted.change(`payment:ch_${at}`, leaves ? undefined : `anonymous:a_${at % people}`);
          const { truth, till } = counted;
          expect(isCrowded(till)).toBe(Object.keys(truth).length >= CAP);
          if (isCrowded(till)) continue;
          expect([till.doc.moreShared, named(till.doc)]).toEqual([0, truth]);
          expect([...linksOf(till)].sort()).toEqual(Object.keys(truth).sort());
        }
      }),
      { numRuns: 8 },
    );
  });
});

interface Given {
  id: number;
  facts: Fact[];
}

const payment = (id: number, nodes: string[], refs: string[] = []): Given => ({
  id,
  facts: [
    {
      ...{ type: 'PaymentCaptured', subject: `payment:ch_${id}`, effect: 'captured', stamp: stampOf(5, id, `e${id}`) },
      ...{ fields: { at: Date.UTC(2026, 9, 1) + id * 1_000, amount: '1000', currency: 'USD' }, refs, nodes },
    },
  ],
});

describe('given an identifier that has links which were only counted', () => {
  // Ninety-nine payments of order `test`, of which one names the till. The hundredth shows that the order id is no purchase.
  const together = Array.from({ length: 99 }, (_, n) =>
    payment(10 + n, n === 0 ? [TILL] : n === 1 ? ['anonymous:a_1'] : [], ['order:test']),
  );
  const alone = [payment(200, [TILL, 'anonymous:a_2']), payment(201, [TILL, 'anonymous:a_3'])];
  const last = payment(300, [], ['order:test']);

  it('when so many go that there is room, then it has the names of all others, as if there had never been too many', async () => {
    const straight = await (await projected(inBatches([...together, ...alone, last], 50))).state();
    const model = await projected(inBatches([...together, ...alone], 50));
    const till = JSON.parse(model.tables.identifiers.get(TILL)!) as Identifier;
    expect(named(till.doc)).toEqual({ 'anonymous:a_1': 1, 'anonymous:a_2': 1, 'anonymous:a_3': 1 });
    // What a list that was full at the time would have left of the last two.
    Object.assign(till.doc, { shared: ['anonymous:a_1'], sharedBy: [1], moreShared: 2 });
    model.tables.identifiers.set(TILL, JSON.stringify(till));
    await projected([[last]], 'UTC', model);
    const { doc } = JSON.parse(model.tables.identifiers.get(TILL)!) as Identifier;
    expect([doc.moreShared, named(doc)]).toEqual([0, { 'anonymous:a_2': 1, 'anonymous:a_3': 1 }]);
    expect(await model.state()).toEqual(straight);
  });
});
