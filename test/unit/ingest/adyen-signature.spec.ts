import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import hmacModule from '@adyen/api-library/lib/src/utils/hmacValidator.js';
import { splitItems } from '../../../src/ingest/providers/adyen/notification.js';
import { hasBasicAuth, verifyBody, verifyItem } from '../../../src/ingest/providers/adyen/verify.js';
import { anAuthorisation, aModification, eur, type Json } from '../../fixtures/adyen-items.js';
import { signedItem } from '../../support/doors.js';

const KEY = 'A1'.repeat(32);
const OLD = 'b2'.repeat(32);
const validator = new hmacModule.default();

const delivery = (item: unknown): Json => ({ live: 'true', notificationItems: [{ NotificationRequestItem: item }] });
const verdict = (item: unknown, keys = [KEY]) => verifyItem(delivery(item), keys);
const official = (item: Json, key = KEY): boolean => {
  try {
    return validator.validateHMAC(item as never, key);
  } catch {
    return false;
  }
};

const GENUINE = signedItem(anAuthorisation(), KEY);

describe('the signature of an Adyen item', () => {
  it('given an item that the official client signs, when checked, then it is genuine', () => {
    const item = anAuthorisation();
    const hmacSignature = validator.calculateHmac(item as never, KEY);
    expect(verdict({ ...item, additionalData: { hmacSignature } })).toBe('verified');
    expect(verdict({ ...item, additionalData: { hmacSignature } }, [KEY.toLowerCase()])).toBe('verified');
  });

  it('given the example whose key Adyen publishes, when checked, then the signature is the published one', () => {
    const key = '44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056';
    const item = {
      pspReference: '7914073381342284',
      originalReference: '',
      merchantAccountCode: 'TestMerchant',
      merchantReference: 'TestPayment-1407325143704',
      amount: { value: 1130, currency: 'EUR' },
      eventCode: 'AUTHORISATION',
      success: 'true',
      additionalData: { hmacSignature: 'coqCmt/IZ4E3CzPvMY8zTjQVL5hYJUiBRg8UU+iCWo0=' },
    };
    expect(official(item, key)).toBe(true);
    expect(verdict(item, [key])).toBe('verified');
  });

  it.each([
    ['pspReference', { pspReference: 'PSP2' }],
    ['originalReference', { originalReference: 'PSP0' }],
    ['merchantAccountCode', { merchantAccountCode: 'OtherShop' }],
    ['merchantReference', { merchantReference: 'o2' }],
    ['the amount', { amount: { value: 4991, currency: 'EUR' } }],
    ['the currency', { amount: { value: 4990, currency: 'USD' } }],
    ['eventCode', { eventCode: 'REFUND' }],
    ['success', { success: 'false' }],
  ])('given another %s, when checked, then it is refused', (_what, change) => {
    expect(verdict({ ...GENUINE, ...change })).toBe('bad_signature');
  });

  it.each([
    ['no item', undefined],
    ['text as item', 'x'],
    ['no signature', anAuthorisation()],
    ['an empty signature', { ...GENUINE, additionalData: { hmacSignature: '' } }],
    ['a signature that is a number', { ...GENUINE, additionalData: { hmacSignature: 5 } }],
    ['white space in the signature', { ...GENUINE, additionalData: { hmacSignature: ` ${hmacOf(GENUINE)}` } }],
    ['zeros', { ...GENUINE, additionalData: { hmacSignature: Buffer.alloc(32).toString('base64') } }],
    ['an amount that is text', { ...GENUINE, amount: { value: '4990', currency: 'EUR' } }],
    ['an amount with a fraction', signedItem(anAuthorisation({ amount: { value: 49.9, currency: 'EUR' } }), KEY)],
    ['a success that is neither', signedItem(anAuthorisation({ success: 'maybe' }), KEY)],
    ['a success that is no text', signedItem(anAuthorisation({ success: true }), KEY)],
  ])('given %s, when checked, then it is refused', (_what, item) => {
    expect(verdict(item)).toBe('bad_signature');
  });

  it('given two items in one body, when checked as one, then it is refused', () => {
    const two = [GENUINE, GENUINE].map((item) => ({ NotificationRequestItem: item }));
    expect(verifyItem({ live: 'true', notificationItems: two }, [KEY])).toBe('bad_signature');
  });

  it('given two keys while one is replaced, when checked, then each is enough and a third is not', () => {
    expect(verdict(signedItem(anAuthorisation(), OLD), [KEY, OLD])).toBe('verified');
    expect(verdict(GENUINE, [KEY, OLD])).toBe('verified');
    expect(verdict(signedItem(anAuthorisation(), OLD), [KEY])).toBe('bad_signature');
  });

  it('given a reference with colons, slashes and backslashes, when checked, then nothing is escaped', () => {
    const item = signedItem(anAuthorisation({ merchantReference: '\\:/\\/slashes: are fun' }), KEY);
    expect([verdict(item), official(item)]).toEqual(['verified', true]);
  });

  const REST = '4990:EUR:AUTHORISATION';
  it.each([
    ['in success', { amount: eur(1), eventCode: 'REFUND', success: `true:${REST}:true` }],
    ['in the event code', { amount: eur(1), eventCode: `REFUND:true:${REST}` }],
    ['in the currency', { amount: { value: 1, currency: `EUR:REFUND:true:4990:EUR` } }],
    ['in the account', { merchantAccountCode: 'HarbourShopECOM:o1:1:EUR', merchantReference: 'REFUND:true' }],
  ])(
    'given a genuine signature moved to other fields, the colons now %s, when the official client accepts it, then we do not',
    (_what, fields) => {
      const genuine = signedItem(anAuthorisation({ merchantReference: 'o1:1:EUR:REFUND:true' }), KEY);
      const moved: Json = { ...genuine, merchantReference: 'o1', ...fields };
      expect(validator.getDataToSign(moved as never)).toBe(validator.getDataToSign(genuine as never));
      expect([official(moved), verdict(moved), verdict(genuine)]).toEqual([true, 'bad_signature', 'verified']);
    },
  );

  it('given any item whose references have no colon, when signed or altered, then we agree with the official client', () => {
    const word = fc.string({ minLength: 1 }).filter((text) => !text.includes(':'));
    const item = fc.record({
      pspReference: word,
      originalReference: fc.option(word, { nil: undefined }),
      merchantAccountCode: word,
      merchantReference: fc.string(),
      amount: fc.record({ value: fc.maxSafeNat(), currency: fc.constantFrom('EUR', 'JPY') }),
      eventCode: fc.constantFrom('AUTHORISATION', 'CAPTURE', 'REFUND'),
      success: fc.constantFrom('true', 'false'),
      reason: fc.string(),
    });
    const changed = fc.constantFrom('none', 'pspReference', 'merchantReference', 'eventCode', 'reason', 'eventDate');
    fc.assert(
      fc.property(item, changed, (given, member) => {
        const genuine = signedItem(given, KEY);
        const altered = member === 'none' ? genuine : { ...genuine, [member]: 'altered' };
        expect(verdict(altered) === 'verified').toBe(official(altered));
        expect(verdict(genuine)).toBe('verified');
      }),
      { numRuns: 300 },
    );
  });

  it('given what no signature covers, when it is altered, then the item still verifies: it may say nothing of money', () => {
    const unsigned = { eventDate: '1999-01-01T00:00:00Z', reason: 'x', paymentMethod: 'y', operations: [] };
    expect(verdict({ ...signedItem(aModification('REFUND', 'R1'), KEY), ...unsigned })).toBe('verified');
  });
});

function hmacOf(item: Json): string {
  return (item['additionalData'] as { hmacSignature: string }).hmacSignature;
}

describe('the signature of a body as a whole', () => {
  const body = Buffer.from('{"type":"balancePlatform.accountHolder.created","data":{}}');
  const header = createHmac('sha256', Buffer.from(KEY, 'hex')).update(body).digest('base64');

  it('given the header of a platform webhook, when checked, then it is what the official client says', () => {
    expect(validator.validateHMACSignature(KEY, header, body.toString())).toBe(true);
    expect(verifyBody(header, body, [OLD, KEY])).toBe('verified');
  });

  it.each([
    ['another key', header, body, [OLD]],
    ['another body', header, Buffer.from('{}'), [KEY]],
    ['no signature', '', body, [KEY]],
    ['two headers', [header, header], body, [KEY]],
  ] as const)('given %s, when checked, then it is refused', (_what, given, bytes, keys) => {
    expect(verifyBody(given, bytes, keys)).toBe('bad_signature');
  });
});

describe('user and password of the door', () => {
  const right = `Basic ${btoa('harbour:quay: 7')}`;
  it.each([right, right.replace('Basic', 'basic'), right.replace('Basic ', 'Basic  ')])(
    'given %j, then it opens',
    (header) => expect(hasBasicAuth(header, 'harbour:quay: 7')).toBe(true),
  );
  it.each([
    undefined,
    '',
    'Basic',
    `Bearer ${btoa('harbour:quay: 7')}`,
    `Basic ${btoa('harbour:quay')}`,
    `Basic ${btoa('harbour:quay: 77')}`,
    `Basic ${btoa('')}`,
    `Basic ${encodeURIComponent('harbour:quay: 7')}`,
    'harbour:quay: 7',
  ])('given %j, then it does not', (header) => expect(hasBasicAuth(header, 'harbour:quay: 7')).toBe(false));
});

describe('a delivery of many items', () => {
  const of = (count: number, beside = ''): string =>
    JSON.stringify({
      live: 'true',
      beside,
      notificationItems: Array.from({ length: count }, () => delivery({}).notificationItems[0]),
    });

  it('given as many as a batch has, then each is a delivery of its own with what was said beside them', () => {
    const found = splitItems(of(6, 'x'));
    expect(found).toHaveLength(6);
    expect(JSON.parse(found[5]!)).toMatchObject({ live: 'true', beside: 'x' });
  });

  it.each([
    ['more items than anybody sends', 101, ''],
    ['much that would have to be said of each', 100, 'x'.repeat(900_000)],
  ])('given %s, which nobody has signed yet, then it is refused before anything is made of it', (_, count, beside) => {
    expect(() => splitItems(of(count, beside))).toThrow(expect.objectContaining({ code: 'too_large' }));
  });
});
