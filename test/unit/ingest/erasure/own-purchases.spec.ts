import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ofNobodyElse, type PurchasePart } from '../../../../src/ingest/erasure/own-purchases.js';

const part = (ref: string, nodes: readonly string[], purchase = 'order:o1'): PurchasePart => ({
  ...{ ref, purchase, nodes, entryIds: [] },
});
const customers: Readonly<Record<string, string>> = { 'email:bea': 'user:bea', 'stripe:cus_bea': 'user:bea' };
const customerOf = (node: string): string => customers[node] ?? node;
const own = (parts: readonly PurchasePart[], ...nodes: string[]): string[] =>
  ofNobodyElse(parts, new Set(nodes), customerOf).map(({ ref }) => ref);

describe('the parts of purchases that are of one person', () => {
  it('given a purchase that names them alone, then all of it, also what names nobody', () => {
    const parts = [part('order:o1', ['user:ada']), part('payment:ch_1', []), part('intent:pi_1', ['stripe:cus_ada'])];
    expect(own(parts, 'user:ada', 'stripe:cus_ada')).toEqual(['order:o1', 'payment:ch_1', 'intent:pi_1']);
  });

  it('given an order of two, then only what names them: nobody can tell whose the rest is', () => {
    const parts = [
      ...[part('order:o1', ['user:ada']), part('payment:ch_1', ['user:ada']), part('payment:ch_2', ['stripe:cus_bea'])],
      part('intent:pi_2', []),
    ];
    expect(own(parts, 'user:ada')).toEqual(['order:o1', 'payment:ch_1']);
  });

  it('given a part that names them and somebody else, then it is left', () => {
    expect(own([part('order:o1', ['user:ada', 'user:bea']), part('payment:ch_1', ['user:ada'])], 'user:ada')).toEqual([
      'payment:ch_1',
    ]);
  });

  it('given an address of another customer, then that is somebody else; one that no customer has is nobody', () => {
    expect(own([part('order:o1', ['user:ada']), part('payment:ch_1', ['email:bea'])], 'user:ada')).toEqual([
      'order:o1',
    ]);
    expect(own([part('order:o1', ['user:ada']), part('payment:ch_1', ['email:shared'])], 'user:ada')).toHaveLength(2);
  });

  it('given a guest who is known by the address alone, then another address is somebody else, and a device is not', () => {
    const parts = [part('payment:ch_1', ['email:ada', 'anonymous:a1']), part('payment:ch_2', ['email:eve'])];
    expect(own([...parts, part('order:o1', [])], 'email:ada')).toEqual(['payment:ch_1']);
  });

  it('given purchases beside each other, then who is named in one says nothing of the other', () => {
    const parts = [part('payment:ch_1', [], 'payment:ch_1'), part('payment:ch_2', ['user:bea'], 'payment:ch_2')];
    expect(own(parts, 'guest:payment:ch_1')).toEqual(['payment:ch_1']);
  });

  it('whatever is named where, no part that names another user is ever among them', () => {
    const node = fc.constantFrom('user:ada', 'user:bea', 'stripe:cus_bea', 'email:bea', 'email:ada', 'anonymous:a1');
    const parts = fc.array(
      fc.record({
        ref: fc.constantFrom('payment:1', 'payment:2', 'order:1', 'intent:1'),
        purchase: fc.constantFrom('order:1', 'order:2'),
        nodes: fc.uniqueArray(node, { maxLength: 3 }),
        entryIds: fc.constant([]),
      }),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(parts, fc.subarray(['user:ada', 'email:ada', 'anonymous:a1']), (all, nodes) => {
        const found = ofNobodyElse(all, new Set(nodes), customerOf);
        return found.every(({ nodes: of }) => !of.some((each) => customerOf(each) === 'user:bea'));
      }),
    );
  });
});
