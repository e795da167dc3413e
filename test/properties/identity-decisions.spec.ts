import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Fact, stampOf } from '../../src/catalog/facts.js';
import { history, inBatches } from '../support/histories.js';
import { projected } from '../support/memory-model.js';

const T0 = Date.UTC(2026, 9, 1, 12);

interface Given {
  id: number;
  facts: Fact[];
}

let next = 0;
const given = (fact: Omit<Fact, 'stamp' | 'fields'> & { fields?: Fact['fields'] }): Given => {
  next += 1;
  return { id: next, facts: [{ fields: {}, ...fact, stamp: stampOf(5, next, `evt_${next}`) }] };
};
const linked = (subject: string, ...nodes: string[]): Given =>
  given({ type: 'Linked', subject, effect: 'linked', nodes });
const signedUp = (user: string): Given =>
  given({ type: 'UserSignedUp', subject: user, effect: 'signed_up', fields: { at: T0 } });
const paid = (node: string): Given =>
  given({
    ...{ type: 'PaymentCaptured', subject: `payment:ch_${next}`, effect: 'captured', nodes: [node] },
    fields: { at: T0 + next, amount: '1000', currency: 'USD' },
  });
const touched = (subject: string, source: string): Given =>
  given({ type: 'TouchRecorded', subject, effect: `touch:${next}`, fields: { at: T0 - 1_000, source } });
const decided = (kind: 'join' | 'separate', a: string, b: string, number = 1): Given =>
  given({ type: 'IdentityDecided', subject: a, effect: `decided:${b}`, fields: { kind, number }, nodes: [b] });

/** Whose each identifier is, the same in several orders and batches. */
async function customersOf(entries: readonly Given[]): Promise<Record<string, string>> {
  const state = await (await projected([entries])).state();
  const orders = fc.shuffledSubarray([...entries], { minLength: entries.length });
  await fc.assert(
    fc.asyncProperty(orders, fc.integer({ min: 1, max: 4 }), async (order, size) =>
      expect(await (await projected(inBatches(order, size))).state()).toEqual(state),
    ),
    { numRuns: 12 },
  );
  return Object.fromEntries((state['identifiers'] as string[]).map((row) => row.split(' -> ') as [string, string]));
}

describe('given a wrong merge', () => {
  const merged = [
    ...[signedUp('user:u1'), paid('stripe:cus_1'), paid('stripe:cus_9'), touched('anonymous:a1', 'google')],
    ...[linked('user:u1', 'stripe:cus_1', 'anonymous:a1'), linked('user:u1', 'stripe:cus_9')],
  ];

  it('when the two are separated, then they are two customers, and what came before is theirs', async () => {
    const entries = [...merged, decided('separate', 'stripe:cus_9', 'user:u1')];
    expect(await customersOf(entries)).toMatchObject({
      ...{ 'stripe:cus_1': 'user:u1', 'anonymous:a1': 'user:u1', 'stripe:cus_9': 'stripe:cus_9' },
    });
    const model = await projected([entries]);
    expect([model.total('new_customers'), model.total('payments', { source: 'google' })]).toEqual([2n, 1n]);
  });

  it('when they are joined again, then all is as if nothing had been decided', async () => {
    const again = [decided('separate', 'stripe:cus_9', 'user:u1'), decided('join', 'user:u1', 'stripe:cus_9', 2)];
    expect(await customersOf([...merged, ...again])).toEqual(await customersOf(merged));
    const model = await projected([[...merged, ...again]]);
    expect([model.total('new_customers'), model.total('payments', { source: 'google' })]).toEqual([1n, 2n]);
  });

  it('when an address that both have holds them together, then nobody takes what may be the other one’s', async () => {
    const family = [linked('email:e', 'stripe:cus_1'), linked('email:e', 'stripe:cus_9')];
    const customers = await customersOf([...merged, ...family, decided('separate', 'stripe:cus_9', 'user:u1')]);
    expect([customers['stripe:cus_1'], customers['email:e'], customers['stripe:cus_9']]).toEqual([
      ...['user:u1', 'email:e', 'stripe:cus_9'],
    ]);
  });

  it('when two contacts of one user are separated, then neither is the user’s until one of them is joined', async () => {
    const two = [...merged, decided('separate', 'stripe:cus_1', 'stripe:cus_9')];
    expect(await customersOf(two)).toMatchObject({ 'stripe:cus_1': 'stripe:cus_1', 'stripe:cus_9': 'stripe:cus_9' });
    expect(await customersOf([...two, decided('join', 'stripe:cus_1', 'user:u1')])).toMatchObject({
      ...{ 'stripe:cus_1': 'user:u1', 'stripe:cus_9': 'stripe:cus_9' },
    });
  });
});

describe('given identifiers that no fact links', () => {
  it('when they are joined, then they are one customer with the first touch of both', async () => {
    const entries = [paid('stripe:cus_1'), touched('anonymous:a1', 'linkedin'), signedUp('user:u1')];
    const joins = [decided('join', 'user:u1', 'stripe:cus_1'), decided('join', 'stripe:cus_1', 'anonymous:a1')];
    expect(await customersOf([...entries, ...joins])).toMatchObject({
      ...{ 'stripe:cus_1': 'user:u1', 'anonymous:a1': 'user:u1' },
    });
    expect((await projected([[...entries, ...joins]])).total('payments', { source: 'linkedin' })).toBe(1n);
  });

  it('when a device of two users is joined with one, then it is that one’s', async () => {
    const shared = [linked('user:u1', 'anonymous:a1'), linked('user:u2', 'anonymous:a1'), signedUp('user:u1')];
    expect((await customersOf(shared))['anonymous:a1']).toBe('anonymous:a1');
    const joined = [...shared, decided('join', 'anonymous:a1', 'user:u2')];
    expect((await customersOf(joined))['anonymous:a1']).toBe('user:u2');
  });
});

describe('given a user who is joined with a contact, and has so many others that nobody has that many', () => {
  it('then the joined one is not that user’s, whether the join or the crowd came first', async () => {
    const crowd = Array.from({ length: 21 }, (_, index) => linked('user:u1', `email:e${index}`));
    const entries = [signedUp('user:u1'), paid('stripe:cus_9'), decided('join', 'user:u1', 'stripe:cus_9'), ...crowd];
    expect((await customersOf(entries))['stripe:cus_9']).toBe('stripe:cus_9');
  });
});

describe('given links that go round in a loop', () => {
  it('then all of it is one customer, in any order', async () => {
    const loop = [
      ...[linked('stripe:cus_1', 'email:e1'), linked('email:e1', 'square:C1'), linked('square:C1', 'stripe:cus_1')],
      ...[linked('anonymous:a1', 'stripe:cus_1'), linked('anonymous:a1', 'email:e1')],
    ];
    expect(new Set(Object.values(await customersOf(loop)))).toEqual(new Set(['square:C1']));
  });
});

describe('given a touch on a device that several customers have', () => {
  it('then their source is unknown because of that, in any order', async () => {
    const entries = [
      ...[signedUp('user:u1'), signedUp('user:u2'), touched('anonymous:till', 'google')],
      ...[linked('user:u1', 'anonymous:till'), linked('user:u2', 'anonymous:till')],
    ];
    await customersOf(entries);
    const model = await projected([entries]);
    expect(model.total('signups', { unknown_reason: 'cross_device_unlinked' })).toBe(2n);
  });

  it('when one of them is separated from it, then that one’s source has nothing to do with it, in any order', async () => {
    const entries = [
      ...[signedUp('user:u1'), signedUp('user:u2'), signedUp('user:u3'), touched('anonymous:till', 'google')],
      ...[1, 2, 3].map((user) => linked(`user:u${user}`, 'anonymous:till')),
      decided('separate', 'anonymous:till', 'user:u1'),
    ];
    await customersOf(entries);
    const model = await projected([entries]);
    expect(model.total('signups', { unknown_reason: 'no_touch' })).toBe(1n);
    expect(model.total('signups', { unknown_reason: 'cross_device_unlinked' })).toBe(2n);
  });
});

describe('given any history with decisions', () => {
  it('then no two that were separated are one customer', async () => {
    await fc.assert(
      fc.asyncProperty(history, async (entries) => {
        const last = new Map<string, { number: number; kind: unknown; pair: string[] }>();
        for (const { type, subject, nodes, fields } of entries.flatMap(({ facts }) => facts)) {
          if (type !== 'IdentityDecided') continue;
          const pair = [subject, nodes![0]!].sort();
          const number = fields['number'] as number;
          if (number >= (last.get(pair.join())?.number ?? -1))
            last.set(pair.join(), { number, kind: fields['kind'], pair });
        }
        const { identifiers } = await (await projected([entries])).state();
        const customer = new Map((identifiers as string[]).map((row) => row.split(' -> ') as [string, string]));
        for (const { kind, pair } of last.values())
          // A decision on two users or two devices says nothing.
          if (kind === 'separate' && !/^(user|anonymous):.*,\1:/.test(pair.join()))
            expect(customer.get(pair[0]!)).not.toBe(customer.get(pair[1]!));
      }),
      { numRuns: 300 },
    );
  });
});
