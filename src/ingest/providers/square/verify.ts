import { digestOf, isSignedByOneOf } from '../signature-digest.js';

/**
 * Checks `x-square-hmacsha256-signature`: base64 of HMAC-SHA256 over the configured notification address and, right behind it, the raw
 * bytes, under any of several keys. What the request says of its own address is never looked at: whoever sends it chooses that.
 */
export function verifySquare(
  header: unknown,
  body: Buffer,
  { keys, notificationUrl }: { keys: readonly string[]; notificationUrl: string },
): 'verified' | 'bad_signature' {
  const secrets = keys.map((key) => Buffer.from(key));
  return isSignedByOneOf(secrets, digestOf(header), notificationUrl, body) ? 'verified' : 'bad_signature';
}
