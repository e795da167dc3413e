import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Fact, stampOf } from '../../src/catalog/facts.js';
import { inBatches } from '../support/histories.js';
import { projected } from '../support/memory-model.js';

const T0 = Date.UTC(2026, 9, 1, 12);
const HOUR = 3_600_000;

interface Given {
  id: number;
  facts: Fact[];
}

/** A captured payment, which names persons and other parts of its purchase. */
const payment = (n: number, nodes: string[], refs: string[] = []): Given => ({
  id: n,
  facts: [
    {
      type: 'PaymentCaptured',
      subject: `payment:ch_${n}`,
      effect: 'captured',
      stamp: stampOf(5, n, `evt_${n}`),
      fields: { at: T0 + n * HOUR, amount: '1000', currency: 'USD' },
      refs,
      nodes,
    },
  ],
});

const signUp = (id: number, user: string): Given => ({
  id,
  facts: [
    {
      type: 'UserSignedUp',
      subject: `user:${user}`,
      effect: 'signed_up',
      stamp: stampOf(5, id, `evt_${id}`),
      fields: { at: T0 },
    },
  ],
});

const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

/** The history in its own order, backwards, and in orders of all kinds, cut into batches of all sizes: always one state. */
async function sameInAnyOrder(history: readonly Given[], numRuns = 8) {
  const model = await projected([history]);
  const state = await model.state();
  expect(await (await projected(inBatches([...history].reverse(), 7))).state()).toEqual(state);
  const any = fc.record({
    order: fc.shuffledSubarray([...history], { minLength: history.length }),
    size: fc.integer({ min: 1, max: history.length }),
  });
  await fc.assert(
    fc.asyncProperty(any, async ({ order, size }) => {
      expect(await (await projected(inBatches(order, size))).state()).toEqual(state);
    }),
    { numRuns },
  );
  return { model, state };
}

const customersOf = (identifiers: unknown, nodes: RegExp): string[] =>
  (identifiers as string[]).filter((row) => nodes.test(row));

describe('a user id that stands for many people', () => {
  const guests = range(25).map((n) => payment(n, ['user:guest', `stripe:cus_${n}`]));
  const history = [...guests, signUp(40, 'guest'), payment(41, ['user:u1', 'stripe:cus_1'])];

  it('given `guest` with 25 provider customers, in any order, then it links none of them', async () => {
    const { state } = await sameInAnyOrder(history);
    expect(customersOf(state['identifiers'], /^stripe:cus_([2-9]|1\d|2\d) /)).toEqual(
      range(25)
        .slice(1)
        .map((n) => `stripe:cus_${n} -> stripe:cus_${n}`)
        .sort(),
    );
    expect(customersOf(state['identifiers'], /^(stripe:cus_1|user:u1|user:guest) /)).toEqual([
      'stripe:cus_1 -> user:u1',
      'user:guest -> user:guest',
      'user:u1 -> user:u1',
    ]);
  });

  it('then each of the 25 paid for the first time, and none of that is lost or doubled', async () => {
    const { model } = await sameInAnyOrder(history);
    expect([model.total('new_customers'), model.total('payments'), model.total('revenue_gross')]).toEqual([
      25n,
      26n,
      26_000n,
    ]);
  });

  it('given as many contacts as one person may have, then they are that person', async () => {
    const { state, model } = await sameInAnyOrder(guests.slice(0, 20));
    expect(customersOf(state['identifiers'], /-> user:guest$/)).toHaveLength(21);
    expect(model.total('new_customers')).toBe(1n);
  });
});

describe('an order id that stands for many purchases', () => {
  it('given 105 payments of order `test` by somebody else each, in any order, then each is a purchase of its own', async () => {
    const history = range(105).map((n) => payment(n, [`user:u${n}`], ['order:test']));
    const { model, state } = await sameInAnyOrder(history);
    expect([model.total('new_customers'), model.total('payments')]).toEqual([105n, 105n]);
    expect(customersOf(state['identifiers'], /^user:/)).toEqual(
      range(105)
        .map((n) => `user:u${n} -> user:u${n}`)
        .sort(),
    );
  });

  it('given the order itself and the sessions name it too, in any order, then its state is one', async () => {
    const placed: Given = {
      id: 500,
      facts: [
        {
          type: 'OrderPlaced',
          subject: 'order:test',
          effect: 'placed',
          stamp: stampOf(5, 500, 'evt_500'),
          fields: { at: T0, amount: '1000', currency: 'USD' },
          refs: ['checkout:c1'],
          nodes: ['user:u7'],
        },
      ],
    };
    const history = range(104).map((n) => payment(n, n % 3 === 0 ? [] : [`user:u${n}`], ['order:test']));
    const { model } = await sameInAnyOrder([placed, ...history]);
    expect(model.total('payments')).toBe(104n);
  });
});

describe('a user id that many people shared only through an order id that stands for many purchases', () => {
  it('given it is crowded until that order id is known as crowded, in any order, then its purchases are its own again', async () => {
    const contacts = range(30).map((n) => payment(n, [`stripe:cus_${n}`], ['order:test']));
    const own = [payment(31, ['user:u1'], ['order:test']), payment(32, ['user:u1'])];
    const rest = range(72).map((n) => payment(32 + n, [], ['order:test']));
    const { state } = await sameInAnyOrder([...contacts, ...own, ...rest], 4);
    expect((state['parts'] as string[]).filter((row) => row.includes('"party":"user:u1"'))).toHaveLength(2);
  });
});

describe('a user id that links itself to many people', () => {
  it('given that becomes known before or after its purchases, then they are of nobody known, and one state', async () => {
    const links = range(25).map((n): Given => ({
      id: 100 + n,
      facts: [
        {
          type: 'Linked',
          subject: 'user:guest',
          effect: 'linked',
          stamp: stampOf(5, n, `evt_${n}`),
          fields: {},
          nodes: [`stripe:cus_${n}`],
        },
      ],
    }));
    const { state } = await sameInAnyOrder([payment(1, ['user:guest']), payment(2, ['user:guest']), ...links]);
    expect((state['customers'] as string[]).map((row) => (JSON.parse(row) as { customer: string }).customer)).toEqual([
      'guest:payment:ch_1',
      'guest:payment:ch_2',
    ]);
  });
});

describe('a purchase that names many people', () => {
  const placed = (n: number, node = `user:u${String(n).padStart(3, '0')}`): Given => ({
    id: n,
    facts: [
      {
        type: 'OrderPlaced',
        subject: 'order:o1',
        effect: 'placed',
        stamp: stampOf(5, n, `evt_${n}`),
        fields: { at: T0, amount: '0', currency: 'USD' },
        nodes: [node],
      },
    ],
  });

  it('given an order id that 30 users say is theirs, in any order, then its state is one', async () => {
    const { model } = await sameInAnyOrder(range(30).map((n) => placed(n)));
    expect(model.total('orders')).toBe(1n);
  });

  it('given an order id that 30 provider customers share, in any order, then they are 30 customers', async () => {
    const history = range(30).flatMap((n) => [placed(n, `stripe:cus_${n}`), payment(100 + n, [`stripe:cus_${n}`])]);
    const { model } = await sameInAnyOrder(history);
    expect(model.total('new_customers')).toBe(30n);
  });
});

describe('a shared device', () => {
  const seen = (n: number): Given => ({
    id: n,
    facts: [
      {
        type: 'Linked',
        subject: 'anonymous:till',
        effect: 'linked',
        stamp: stampOf(5, n, `evt_${n}`),
        fields: {},
        nodes: [`user:u${n}`],
      },
    ],
  });

  it('given an anonymous id that two users share, in any order, then it is nobody, and they stay two', async () => {
    const { state } = await sameInAnyOrder([seen(1), seen(2)]);
    expect(state['identifiers']).toEqual([
      'anonymous:till -> anonymous:till',
      'user:u1 -> user:u1',
      'user:u2 -> user:u2',
    ]);
  });

  it('given a provider customer that two users share, in any order, then no customer has two users', async () => {
    const { state } = await sameInAnyOrder([
      payment(1, ['user:u1', 'stripe:cus_1', 'email:e1']),
      payment(2, ['user:u2', 'stripe:cus_1']),
    ]);
    expect(state['identifiers']).toEqual([
      'email:e1 -> user:u1',
      'stripe:cus_1 -> stripe:cus_1',
      'user:u1 -> user:u1',
      'user:u2 -> user:u2',
    ]);
  });
});
