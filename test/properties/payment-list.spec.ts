import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Fact, stampOf } from '../../src/catalog/facts.js';
import { inBatches } from '../support/histories.js';
import { type MemoryModel, projected } from '../support/memory-model.js';

const T0 = Date.UTC(2026, 9, 1);
const PAYMENTS = 24; // more than a party keeps in its list

const paid = (n: number, nodes: string[], refs: string[] = []) => ({
  id: n,
  facts: [
    {
      type: 'PaymentCaptured',
      subject: `payment:ch_${n}`,
      effect: 'captured',
      stamp: stampOf(5, n, `evt_${n}`),
      fields: { at: T0 + n * 60_000, amount: '100', currency: 'USD' },
      refs,
      nodes,
    } satisfies Fact,
  ],
});

const named = (n: number, payment: number, user: string) => ({
  id: 1_000 + n,
  facts: [
    {
      type: 'Linked',
      subject: `payment:ch_${payment}`,
      effect: 'linked',
      stamp: stampOf(5, n, `evt_link_${n}`),
      fields: {},
      nodes: [user],
    } satisfies Fact,
  ],
});

/** What every list must be: the earliest payments whose party the identifier is, and how many there are beyond them. */
async function listsAreRight(model: MemoryModel): Promise<void> {
  const parts = await model.parts([...model.tables.parts.keys()]);
  const identifiers = await model.identifiers([...model.tables.identifiers.keys()]);
  for (const { node, doc } of identifiers) {
    const own = parts
      .filter((part) => part.party === node && part.doc.effects['captured'])
      .map((part) => [part.columns.at!, part.ref] as const)
      .sort((a, b) => a[0] - b[0] || (a[1] < b[1] ? -1 : 1));
    expect([node, doc.payments.length + doc.morePayments]).toEqual([node, own.length]);
    expect(doc.payments.map(([at, ref]) => [at, ref])).toEqual(own.slice(0, doc.payments.length));
    if (own.length > 0) expect(doc.payments.length).toBeGreaterThan(0);
  }
}

describe('given one address with more payments than its list holds, of which many turn out to be of others', () => {
  const guests = Array.from({ length: PAYMENTS }, (_, n) =>
    paid(n, ['email:n'], n % 3 === 0 ? ['order:instalments'] : []),
  );
  const owners = Array.from({ length: 20 }, (_, n) => named(n, n, `user:u${n % 7}`));
  const history = [...guests, ...owners];

  it('then in every order the lists are right and the state is one', async () => {
    const state = await (await projected([history])).state();
    const any = fc.record({
      order: fc.shuffledSubarray(history, { minLength: history.length }),
      size: fc.integer({ min: 1, max: history.length }),
    });
    await fc.assert(
      fc.asyncProperty(any, async ({ order, size }) => {
        const model = await projected(inBatches(order, size));
        await listsAreRight(model);
        expect(await model.state()).toEqual(state);
      }),
      { numRuns: 60 },
    );
  });
});
