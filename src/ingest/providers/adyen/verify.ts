import { hash, timingSafeEqual } from 'node:crypto';
import { digestOf, isSignedByOneOf } from '../signature-digest.js';
import { itemOf, signedFieldsOf, type SignedFields } from './notification.js';
import { objectIn } from '../../json-members.js';

/** What an item's signature is over: eight fields joined by colons, nothing escaped. */
export const signedText = (fields: SignedFields): string =>
  [
    fields.pspReference,
    fields.originalReference,
    fields.merchantAccountCode,
    fields.merchantReference,
    fields.value ?? '',
    fields.currency,
    fields.eventCode,
    fields.success,
  ].join(':');

/** Checks `additionalData.hmacSignature` of the one item of a delivery: base64 of HMAC-SHA256 under any of several hexadecimal keys. */
export function verifyItem(body: unknown, keys: readonly string[]): 'verified' | 'bad_signature' {
  const item = itemOf(body);
  const fields = item && signedFieldsOf(item);
  if (!fields) return 'bad_signature';
  const signature = digestOf(objectIn(item['additionalData'])['hmacSignature']);
  return isSignedByOneOf(bytesOf(keys), signature, signedText(fields)) ? 'verified' : 'bad_signature';
}

/** Checks the header `HmacSignature` of the webhooks of platforms and of management: over the whole raw body. */
export const verifyBody = (header: unknown, body: Buffer, keys: readonly string[]): 'verified' | 'bad_signature' =>
  isSignedByOneOf(bytesOf(keys), digestOf(header), '', body) ? 'verified' : 'bad_signature';

const bytesOf = (keys: readonly string[]): Buffer[] => keys.map((key) => Buffer.from(key, 'hex'));

/** Checks `Authorization: Basic …` against `user:password`. Compared as digests, which are of one length whatever was sent. */
export function hasBasicAuth(header: unknown, userAndPassword: string): boolean {
  const given = typeof header === 'string' ? /^Basic +([A-Za-z0-9+/]+={0,2})$/i.exec(header)?.[1] : undefined;
  return timingSafeEqual(digest(Buffer.from(given ?? '', 'base64')), digest(Buffer.from(userAndPassword)));
}

const digest = (bytes: Buffer): Buffer => Buffer.from(hash('sha256', bytes, 'hex'), 'hex');
