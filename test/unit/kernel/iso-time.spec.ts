import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isoTime } from '../../../src/kernel/iso-time.js';

describe('a time in ISO 8601', () => {
  it('given any instant, also of years that have no four digits, then it is as a Date says it', () => {
    const near = fc.date({
      min: new Date('2026-03-28T23:00:00Z'),
      max: new Date('2026-03-31T01:00:00Z'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(fc.oneof(near, fc.date({ noInvalidDate: true })), (date) => {
        expect(isoTime(date.getTime())).toBe(date.toISOString());
      }),
    );
  });

  it('given what is no instant, then it throws as a Date does', () => {
    for (const none of [NaN, Infinity, 8.64e15 + 1]) expect(() => isoTime(none)).toThrow(RangeError);
  });
});
