import { timingSafeEqual } from 'node:crypto';
import { HmacSha256 } from '../../kernel/hmac.js';

const DIGEST_BYTES = 32;

/** An HMAC-SHA256 in its one spelling of base64; anything else as zeros: the same work to compare, and no HMAC is all zeros. */
export function digestOf(base64: unknown): Buffer {
  if (typeof base64 === 'string' && base64.length === 44) {
    const digest = Buffer.from(base64, 'base64');
    if (digest.length === DIGEST_BYTES && digest.toString('base64') === base64) return digest;
  }
  return Buffer.alloc(DIGEST_BYTES);
}

/** Whether one of several keys signed a text and the bytes behind it. No early exit: how long it takes must not tell which key was near. */
export function isSignedByOneOf(keys: readonly Buffer[], signature: Buffer, text: string, more?: Buffer): boolean {
  let matches = 0;
  for (const key of keys) matches |= timingSafeEqual(keyed(key).digest(text, more), signature) ? 1 : 0;
  return matches !== 0;
}

// The keys of the settings, a few for the life of the process.
const known = new Map<string, HmacSha256>();

function keyed(key: Buffer): HmacSha256 {
  const name = key.toString('latin1');
  let hmac = known.get(name);
  if (!hmac) known.set(name, (hmac = new HmacSha256(key)));
  return hmac;
}
