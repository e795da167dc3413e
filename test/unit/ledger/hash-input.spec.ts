import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { HashInput } from '../../../src/ledger/hash-input.js';
import { attributesJson, ENTRY_DOMAIN } from '../../../src/ledger/stored-hash.js';
import { anyText } from '../../support/any-text.js';

const input = new HashInput();

/** What one field gives, without the domain that each input begins with. */
function written(bytes: number, put: () => void): string {
  input.begin(bytes);
  put();
  const text = input.finished().toString('utf8');
  expect(text.startsWith(ENTRY_DOMAIN)).toBe(true);
  return text.slice(ENTRY_DOMAIN.length);
}
const prefixed = (text: string): string => `${Buffer.byteLength(text)}:${text}`;
/** The same bytes somewhere in the middle of others. */
const amid = (bytes: Uint8Array): Buffer => Buffer.concat([Buffer.from('before'), bytes, Buffer.from('behind')]);
const AT = 'before'.length;

describe('what the hash of an entry runs over', () => {
  it('given any text, bytes or id as they lie in memory, then each is written as the text it is', () => {
    const texts = anyText({ maxLength: 200 });
    fc.assert(
      fc.property(texts, fc.uint8Array({ maxLength: 100 }), fc.uuid(), (text, bytes, id) => {
        const utf8 = Buffer.from(text);
        expect(written(utf8.length, () => input.utf8(amid(utf8), AT, utf8.length))).toBe(prefixed(utf8.toString()));
        const base64 = Buffer.from(bytes).toString('base64');
        expect(written(bytes.length, () => input.base64(amid(bytes), AT, bytes.length))).toBe(prefixed(base64));
        const hex = Buffer.from(id.replaceAll('-', ''), 'hex');
        expect(written(16, () => input.uuid(amid(hex), AT))).toBe(prefixed(id));
      }),
    );
  });

  it('given any number or time, then its digits are written; a time that is finer than a millisecond shows', () => {
    const times = fc.date({ noInvalidDate: true });
    fc.assert(
      fc.property(fc.maxSafeInteger(), times, fc.nat({ max: 999 }), (number, time, micros) => {
        expect(written(8, () => input.number(number))).toBe(prefixed(String(number)));
        const iso = time.toISOString() + (micros === 0 ? '' : String(micros));
        expect(written(8, () => input.time(time.getTime(), micros))).toBe(prefixed(iso));
      }),
    );
    expect(() => input.time(Infinity, 0)).toThrow(RangeError);
  });

  it('given attributes in any order and spacing, one after the other, then they are written canonically', () => {
    const attributes = fc.dictionary(fc.string({ maxLength: 5 }), fc.string({ maxLength: 5 }), { maxKeys: 4 });
    fc.assert(
      fc.property(fc.array(fc.tuple(attributes, fc.nat({ max: 2 })), { maxLength: 6 }), (all) => {
        for (const [each, spaces] of all) {
          const text = Buffer.from(JSON.stringify(each, undefined, spaces));
          const put = () => input.attributes(amid(text), AT, text.length);
          expect(written(text.length, put)).toBe(prefixed(attributesJson(each)));
        }
      }),
    );
  });
});
