import { describe, expect, it } from '@jest/globals';
import { emailNode, idOf, openText, paymentRef, refTo, userNode } from '../../../src/catalog/identifiers.js';

describe('identifiers', () => {
  it('given ids as their senders write them, then they are kept as they are', () => {
    expect(userNode('u:1')).toBe('user:u:1');
    expect(userNode(17)).toBe('user:17');
    expect(refTo('order', ' o1')).toBe('order: o1');
  });

  it('given an e-mail address as an id, then only its keyed hash is used', () => {
    expect(userNode('~sealed:1:abc:thehash')).toBe('user:h_thehash');
    expect(emailNode('~sealed:1:abc:thehash')).toBe('email:thehash');
  });

  it.each([
    [undefined],
    [null],
    [''],
    [{}],
    [true],
    ['a\u0000b'],
    ['a\nb'],
    ['\ud800'],
    ['x'.repeat(513)],
    ['~sealed:1:abc'],
  ])('given %j, then it is no id', (value) => {
    expect(idOf(value)).toBeUndefined();
  });

  it('given sealed text, then it is not open text', () => {
    expect(openText('~sealed:1:abc')).toBeUndefined();
    expect(openText('lost_card')).toBe('lost_card');
  });

  it.each([
    ['ch_1', 'payment:ch_1'],
    ['py_1', 'payment:py_1'],
    ['pi_1', 'intent:pi_1'],
    ['cs_test_1', 'session:cs_test_1'],
    ['in_1', 'invoice:in_1'],
    ['PSP-77', 'payment:PSP-77'],
    ['sub_1', undefined],
  ])('given the payment id %s, then it names %s', (id, expected) => {
    expect(paymentRef(id)).toBe(expected);
  });
});
