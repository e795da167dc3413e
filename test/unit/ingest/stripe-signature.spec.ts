import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import Stripe from 'stripe';
import { parseHeader, verifyStripe } from '../../../src/ingest/providers/stripe/verify.js';

const SECRET = 'whsec_harbour_current';
const OLD = 'whsec_harbour_previous';
const NOW = new Date('2026-11-01T10:00:00.500Z');
const T = Math.floor(NOW.getTime() / 1000);
const BODY = Buffer.from('{"id":"evt_1","object":"event","type":"charge.succeeded"}');

const sign = (time: number | string = T, body = BODY, secret = SECRET): string =>
  createHmac('sha256', secret).update(`${time}.`).update(body).digest('hex');
const header = (time: number | string = T, body = BODY, secret = SECRET): string =>
  `t=${time},v1=${sign(time, body, secret)}`;
const verdict = (given: string | undefined, body = BODY, secrets = [SECRET]) => verifyStripe(given, body, secrets, NOW);

const stripe = new Stripe('sk_test_unused');
const officialAccepts = (given: string, body: Buffer): boolean => {
  try {
    stripe.webhooks.constructEvent(body, given, SECRET, 300, undefined, NOW.getTime());
    return true;
  } catch {
    return false;
  }
};

describe('the signature of a Stripe delivery', () => {
  it('given the header that the official client makes, when checked, then it is genuine', () => {
    const payload = BODY.toString();
    expect(verdict(stripe.webhooks.generateTestHeaderString({ payload, secret: SECRET, timestamp: T }))).toBe(
      'verified',
    );
  });

  it.each([
    ['no header', undefined],
    ['an empty header', ''],
    ['only a time', `t=${T}`],
    ['only a signature', `v1=${sign()}`],
    ['another secret', header(T, BODY, 'whsec_other')],
    ['a truncated signature', header().slice(0, -1)],
    ['an empty signature', `t=${T},v1=`],
    ['upper-case hexadecimals', `t=${T},v1=${sign().toUpperCase()}`],
    ['the scheme v0 only', `t=${T},v0=${sign()}`],
    ['two times', `t=${T},t=${T},v1=${sign()}`],
    ['two times that differ', `t=1,t=${T},v1=${sign()}`],
    ['a time with a sign', `t=+${T},v1=${sign()}`],
    ['a time with a point', `t=${T}.0,v1=${sign(`${T}.0`)}`],
    ['a hexadecimal time', `t=0x10,v1=${sign('0x10')}`],
    ['an empty time', `t=,v1=${sign('')}`],
    ['spaces around', ` t=${T}, v1=${sign()}`],
    ['a comma at the end', `${header()},`],
    ['rubbish', 'rubbish'],
    ['the right signature as the eleventh', `t=${T},${`v1=${'0'.repeat(64)},`.repeat(10)}v1=${sign()}`],
    ['ten thousand signatures', `t=${T}${`,v1=${'a'.repeat(64)}`.repeat(10_000)}`],
  ])('given %s, when checked, then it is refused', (_what, given) => {
    expect(verdict(given)).toBe('bad_signature');
  });

  it.each([
    ['the tenth signature', `t=${T},${`v1=${'0'.repeat(64)},`.repeat(9)}v1=${sign()}`],
    ['a signature of another scheme beside it', `t=${T},v0=${'0'.repeat(64)},v1=${sign()}`],
    ['a scheme nobody knows yet', `t=${T},v1=${sign()},v2=abc`],
  ])('given %s, when checked, then it is genuine', (_what, given) => {
    expect(verdict(given)).toBe('verified');
  });

  it.each([
    [-301, 'stale_signature'],
    [-300, 'verified'],
    [-299, 'verified'],
    [0, 'verified'],
    [300, 'verified'],
    [301, 'stale_signature'],
    [3600, 'stale_signature'],
  ])('given a time %i seconds from now, when checked, then it is %s', (offset, expected) => {
    expect(verdict(header(T + offset))).toBe(expected);
  });

  it('given a time in the future, when the official client accepts it, then we do not', () => {
    expect(officialAccepts(header(T + 3600), BODY)).toBe(true);
    expect(verdict(header(T + 3600))).toBe('stale_signature');
  });

  it('given a wrong signature of an old time, when checked, then the answer does not tell about the time', () => {
    expect(verdict(`t=1,v1=${'0'.repeat(64)}`)).toBe('bad_signature');
  });

  it('given two secrets while one is rolled, when checked, then each is enough and a third is not', () => {
    expect(verdict(header(T, BODY, OLD), BODY, [SECRET, OLD])).toBe('verified');
    expect(verdict(header(T, BODY, SECRET), BODY, [SECRET, OLD])).toBe('verified');
    expect(verdict(header(T, BODY, OLD), BODY, [SECRET])).toBe('bad_signature');
  });

  it('given a byte that is no UTF-8, when it is exchanged for the replacement character, then the signature does not hold', () => {
    const sent = Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]);
    const changed = Buffer.from(sent.toString('utf8'), 'utf8');
    expect(verdict(header(T, sent), sent)).toBe('verified');
    expect(verdict(header(T, sent), changed)).toBe('bad_signature');
  });

  it.each([
    ['a byte order mark before it', Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), BODY])],
    ['a line end after it', Buffer.concat([BODY, Buffer.from('\r\n')])],
    ['other white space', Buffer.from(JSON.stringify(JSON.parse(BODY.toString()), null, 1))],
  ])('given the body with %s, when checked against the old signature, then it is refused', (_what, body) => {
    expect(verdict(header(), body)).toBe('bad_signature');
  });

  it('given any header, when it is read, then it never throws and never verifies without the secret', () => {
    const piece = fc.oneof(
      fc.constantFrom('t=', 'v1=', 'v0=', ',', '=', String(T), 'a'.repeat(64), '\u0000', ' '),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const parsed = parseHeader(pieces.join(''));
        expect(parsed?.signatures.length ?? 0).toBeLessThanOrEqual(10);
        expect(verdict(pieces.join(''))).not.toBe('verified');
      }),
    );
  });

  it('given any body and a time within the window, when signed, then we agree with the official client', () => {
    fc.assert(
      fc.property(fc.object(), fc.integer({ min: -400, max: 0 }), (value, offset) => {
        const body = Buffer.from(JSON.stringify(value));
        const given = header(T + offset, body);
        expect(verdict(given, body) === 'verified').toBe(officialAccepts(given, body));
      }),
      { numRuns: 50 },
    );
  });
});
