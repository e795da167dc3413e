import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { HmacSha256 } from '../../../src/kernel/hmac.js';
import { anyText } from '../../support/any-text.js';

const bytes = (max: number) => fc.uint8Array({ maxLength: max }).map((array) => Buffer.from(array));

describe('HMAC-SHA256 by hand', () => {
  it('is that of the runtime for any key, text and bytes', () => {
    fc.assert(
      fc.property(bytes(200), anyText({ maxLength: 300 }), fc.option(bytes(300)), (key, text, more) => {
        const known = createHmac('sha256', key)
          .update(text)
          .update(more ?? Buffer.alloc(0));
        expect(new HmacSha256(key).digest(text, more ?? undefined)).toEqual(known.digest());
      }),
    );
  });

  it.each([0, 16_383, 16_384, 16_385, 49_152, 49_153, 1_048_576])(
    'is the same for a message of %d characters',
    (length) => {
      const key = Buffer.from('a secret of the harbour');
      for (const message of ['x'.repeat(length), 'ü'.repeat(length), '漢'.repeat(length)]) {
        const known = () => createHmac('sha256', key).update(message);
        expect(new HmacSha256(key).base64url(message)).toBe(known().digest('base64url'));
        expect(new HmacSha256(key).digest('', Buffer.from(message))).toEqual(known().digest());
      }
    },
  );

  it('gives each caller bytes of its own', () => {
    const hmac = new HmacSha256(Buffer.from('key'));
    const first = hmac.digest('one');
    const copy = Buffer.from(first);
    hmac.digest('two');
    expect(first).toEqual(copy);
  });
});
