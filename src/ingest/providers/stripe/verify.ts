import { timingSafeEqual } from 'node:crypto';
import { HmacSha256 } from '../../../kernel/hmac.js';

const WINDOW_S = 300; // on both sides: a time in the future is as wrong as one in the past
const HEADER_MAX = 8_192; // characters
const SIGNATURES_MAX = 10; // Stripe sends one per active secret
const DIGEST_BYTES = 32;

export type Verdict = 'verified' | 'bad_signature' | 'stale_signature';

/** Checks `Stripe-Signature: t=<seconds>,v1=<hex>[,v1=<hex>…]` over the raw bytes, against each of several secrets. */
export function verifyStripe(header: string | undefined, body: Buffer, secrets: readonly string[], now: Date): Verdict {
  const parsed = header === undefined ? undefined : parseHeader(header);
  if (!parsed) return 'bad_signature';
  // No early exit: how long it takes must not tell which secret or which signature was near.
  let matches = 0;
  for (const secret of secrets) {
    const expected = keyed(secret).digest(`${parsed.time}.`, body);
    for (const signature of parsed.signatures) matches |= timingSafeEqual(expected, signature) ? 1 : 0;
  }
  if (matches === 0) return 'bad_signature';
  const ageS = Math.floor(now.getTime() / 1000) - Number(parsed.time);
  return Math.abs(ageS) <= WINDOW_S ? 'verified' : 'stale_signature';
}

/** The time exactly as written and up to ten signatures. Other schemes (`v0`) are passed over; anything else that is unusual is refused. */
export function parseHeader(header: string): { time: string; signatures: Buffer[] } | undefined {
  if (header.length > HEADER_MAX) return undefined;
  let time: string | undefined;
  const signatures: Buffer[] = [];
  for (const element of header.split(',')) {
    const match = /^([a-z][a-z0-9]*)=([^=\s]+)$/.exec(element);
    if (!match) return undefined;
    const [, scheme, value] = match as unknown as [string, string, string];
    if (scheme === 't') {
      if (time !== undefined || !/^\d{1,12}$/.test(value)) return undefined;
      time = value;
    } else if (scheme === 'v1' && signatures.length < SIGNATURES_MAX) {
      signatures.push(digestOf(value));
    }
  }
  return time === undefined || signatures.length === 0 ? undefined : { time, signatures };
}

// What is no lower-case hexadecimal digest is compared as zeros: the same work, and no HMAC is all zeros.
const digestOf = (value: string): Buffer =>
  /^[0-9a-f]{64}$/.test(value) ? Buffer.from(value, 'hex') : Buffer.alloc(DIGEST_BYTES);

// The secrets of the settings, a few for the life of the process.
const keys = new Map<string, HmacSha256>();

function keyed(secret: string): HmacSha256 {
  let key = keys.get(secret);
  if (!key) keys.set(secret, (key = new HmacSha256(Buffer.from(secret))));
  return key;
}
