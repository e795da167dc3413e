import { createHmac } from 'node:crypto';
import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { square } from '../../../src/ingest/providers/square/square.js';
import { verifySquare } from '../../../src/ingest/providers/square/verify.js';
import { anyText } from '../../support/any-text.js';

// Square's own check, from its file: the whole package, which offers nothing less, is four thousand of them.
const { WebhooksHelper } = createRequire(import.meta.url)('../../../node_modules/square/wrapper/WebhooksHelper.js') as {
  WebhooksHelper: {
    verifySignature(
      given: Record<'requestBody' | 'signatureHeader' | 'signatureKey' | 'notificationUrl', string>,
    ): Promise<boolean>;
  };
};

const KEY = 'sq_harbour_current';
const OLD = 'sq_harbour_previous';
const URL = 'https://harbour.example/webhooks/square?shop=1';
const BODY = Buffer.from('{"merchant_id":"M1","type":"payment.updated","event_id":"e1"}');

const sign = (body = BODY, key = KEY, url = URL): string =>
  createHmac('sha256', key).update(url).update(body).digest('base64');
const verdict = (header: unknown, body = BODY, keys = [KEY], notificationUrl = URL) =>
  verifySquare(header, body, { keys, notificationUrl });
const official = (signatureHeader: string, body: Buffer, notificationUrl = URL): Promise<boolean> =>
  WebhooksHelper.verifySignature({ requestBody: body.toString(), signatureHeader, signatureKey: KEY, notificationUrl });

describe('the signature of a Square delivery', () => {
  it('given the example that Square publishes, when checked, then it is genuine', async () => {
    const body =
      '{"merchant_id":"MLEFBHHSJGVHD","type":"webhooks.test_notification","event_id":"ac3ac95b-f97d-458c-a6e6-18981597e05f","created_at":"2022-07-13T20:30:59.037339943Z","data":{"type":"webhooks","id":"bc368e64-01aa-407e-b46e-3231809b1129"}}';
    const notificationUrl = 'https://webhook.site/679a4f3a-dcfa-49ee-bac5-9d0edad886b9';
    const signatureKey = 'Ibxx_5AKakO-3qeNVR61Dw';
    const signatureHeader = 'GF4YkrJgGBDZ9NIYbNXBnMzqb2HoL4RW/S6vkZ9/2N4=';
    expect(verdict(signatureHeader, Buffer.from(body), [signatureKey], notificationUrl)).toBe('verified');
    expect(
      await WebhooksHelper.verifySignature({ requestBody: body, signatureHeader, signatureKey, notificationUrl }),
    ).toBe(true);
  });

  it.each([
    ['no header', undefined],
    ['an empty header', ''],
    ['two headers', [sign(), sign()]],
    ['another key', sign(BODY, 'sq_other')],
    ['another address', sign(BODY, KEY, 'https://harbour.example/webhooks/square')],
    ['a body of other bytes', sign(Buffer.concat([BODY, Buffer.from('\n')]))],
    ['the signature in hexadecimals', Buffer.from(sign(), 'base64').toString('hex')],
    ['the signature in the alphabet of URLs', sign().replaceAll('+', '-').replaceAll('/', '_').replace('=', '')],
    ['the signature without its padding', sign().slice(0, -1)],
    ['white space around it', ` ${sign()} `],
    ['zeros', Buffer.alloc(32).toString('base64')],
    ['the body alone, signed', createHmac('sha256', KEY).update(BODY).digest('base64')],
    ['the older signature, which is SHA-1', createHmac('sha1', KEY).update(URL).update(BODY).digest('base64')],
  ])('given %s, when checked, then it is refused', (_what, header) => {
    expect(verdict(header)).toBe('bad_signature');
  });

  it('given the second spelling that base64 has for the same bytes, when checked, then it is refused, as the official client does', async () => {
    const spare = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
    const right = sign();
    const other = `${right.slice(0, 42)}${spare[spare.indexOf(right[42]!) + 1]}=`;
    expect(Buffer.from(other, 'base64')).toEqual(Buffer.from(right, 'base64'));
    expect([verdict(other), await official(other, BODY)]).toEqual(['bad_signature', false]);
  });

  it('given two keys while one is replaced, when checked, then each is enough and a third is not', () => {
    expect(verdict(sign(BODY, OLD), BODY, [KEY, OLD])).toBe('verified');
    expect(verdict(sign(BODY, KEY), BODY, [KEY, OLD])).toBe('verified');
    expect(verdict(sign(BODY, OLD), BODY, [KEY])).toBe('bad_signature');
  });

  it('given any body and any signature, when checked, then we say what the official client says', async () => {
    const header = fc.oneof(fc.constant('right'), fc.constant('wrong'), fc.string(), fc.base64String());
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.json(), anyText()), header, async (text, how) => {
        const body = Buffer.from(text.toWellFormed());
        const given = how === 'right' ? sign(body) : how === 'wrong' ? sign(body, 'sq_other') : how;
        // Without a body the official client says no, whatever the signature.
        if (body.length > 0) expect(verdict(given, body) === 'verified').toBe(await official(given, body));
        expect(verdict(sign(body), body)).toBe('verified');
      }),
      { numRuns: 300 },
    );
  });
});

describe('two deliveries of one Square event', () => {
  it('given two API versions, then their contents are not compared; given one, they are', () => {
    const [older, newer] = [{ api_version: '2026-01-22' }, { api_version: '2026-07-15' }];
    expect([square.comparable(older, newer), square.comparable(older, older)]).toEqual([false, true]);
  });
});
