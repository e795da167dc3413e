import { describe, expect, it } from '@jest/globals';
import { errorText, withoutPeople } from '../../../src/reconcile/pull/error-text.js';
import { SourceFailure } from '../../../src/reconcile/source.js';

describe('what is kept of a failure', () => {
  it.each([
    ['ask Jane@Shop.example or jane@shop.example', 'ask (address) or (address)'],
    ['user=jane%40shop.example&x=1', 'user=(address)&x=1'],
    ['denied for 203.0.113.9 and 2001:db8::1', 'denied for (ip) and (ip)'],
    ['call +49 (30) 123 45 67, card 4242 4242 4242 4242', 'call (number), card (number)'],
    ['429 at 2026-10-03 10:00:00, 120 an hour, code E1042', '429 at 2026-10-03 10:00:00, 120 an hour, code E1042'],
  ])('given that the other side wrote %j, then %j', (said, kept) => expect(withoutPeople(said)).toBe(kept));

  it('given a failure of a source, then its sentence, and what was said on a second line', () => {
    expect(errorText(new SourceFailure('it answered 400'))).toBe('it answered 400');
    expect(errorText(new SourceFailure('it answered 400', { said: 'no jane@shop.example' }))).toBe(
      'it answered 400\nno (address)',
    );
  });

  it('given code that breaks, then what kind of error it was and where, and none of its words', () => {
    const error = new RangeError('Jane Doe is out of range');
    expect(errorText(error)).toMatch(/^reading it broke: RangeError\nat error-text\.spec\.ts:\d+$/);
    const refused = Object.assign(new Error('invalid: Jane Doe'), { code: '22P02', stack: '' });
    expect(errorText(refused)).toBe('reading it broke: Error 22P02');
  });
});
