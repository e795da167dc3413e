import { describe, expect, it } from '@jest/globals';
import { type Fact, stampOf } from '../../../src/catalog/facts.js';
import { applyFact, effectOf, mergeEffect } from '../../../src/catalog/merge-facts.js';

const capture = (version: number, fields: Fact['fields'], id = `e${version}`): Fact => ({
  type: 'PaymentCaptured',
  subject: 'payment:ch_1',
  effect: 'captured',
  stamp: stampOf(5, version, id),
  fields,
});

describe('merging facts of one effect', () => {
  it('given nothing known, when a fact arrives, then it is the effect', () => {
    const fact = capture(1, { at: 10, amount: '5' });
    expect(applyFact(undefined, fact, 'entry-1')).toEqual({
      changed: true,
      effect: { type: 'PaymentCaptured', fields: { at: 10, amount: '5' }, stamps: fact.stamp, entryId: 'entry-1' },
    });
  });

  it('given a fact, when it arrives again, then nothing changes', () => {
    const fact = capture(1, { at: 10, amount: '5' });
    const { effect } = applyFact(undefined, fact, 'entry-1');
    const again = applyFact(effect, fact, 'entry-1');
    expect(again.changed).toBe(false);
    expect(again.effect).toBe(effect);
  });

  it('given a newer amount, when an older snapshot arrives late, then the newer amount and the earliest time stay', () => {
    const newer = effectOf(capture(9, { at: 50, amount: '7' }), 'entry-9');
    const { effect } = applyFact(newer, capture(2, { at: 10, amount: '5', method: 'card' }), 'entry-2');
    expect(effect.fields).toEqual({ at: 10, amount: '7', method: 'card' });
    expect(effect.entryId).toBe('entry-9');
  });

  it('given a field that only an older entry knows, when a value between the two arrives, then it wins', () => {
    const known = mergeEffect(
      'PaymentCaptured',
      effectOf(capture(9, { amount: '7' }), 'entry-9'),
      effectOf(capture(2, { method: 'card' }), 'entry-2'),
    );
    expect(applyFact(known, capture(5, { method: 'sepa_debit' }), 'entry-5').effect.fields['method']).toBe(
      'sepa_debit',
    );
    expect(applyFact(known, capture(1, { method: 'link' }), 'entry-1').effect.fields['method']).toBe('card');
  });

  it('given a flag of the first stamp, when later ones say otherwise, then the first stays', () => {
    const first = effectOf(capture(1, { provisional: false }), 'entry-1');
    expect(applyFact(first, capture(5, { provisional: true }), 'entry-5').effect.fields['provisional']).toBe(false);
  });

  it('given a null, then it overrides as the latest value and is nothing as the lowest', () => {
    const subscription = (version: number, fields: Fact['fields']): Fact => ({
      ...capture(version, fields),
      type: 'SubscriptionChanged',
      effect: 'changed',
    });
    const known = effectOf(subscription(1, { at: 10, cancel_at: 99 }), 'entry-1');
    const { effect } = applyFact(known, subscription(2, { at: null, cancel_at: null }), 'entry-2');
    expect(effect.fields).toEqual({ at: 10, cancel_at: null });
  });

  it('given another type under the same effect, then it is refused', () => {
    const known = effectOf(capture(1, { at: 1 }), 'entry-1');
    expect(() => applyFact(known, { ...capture(2, {}), type: 'PaymentFailed' }, 'entry-2')).toThrow(TypeError);
  });

  it('given fields that the type does not declare, then they are left out', () => {
    expect(effectOf(capture(1, { at: 1, colour: 'red' }), 'entry-1').fields).toEqual({ at: 1 });
  });
});
