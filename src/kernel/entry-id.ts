import { hash } from 'node:crypto';

const NAMESPACE = Buffer.from('7c9d0b4e5a314f0f9b7d2f6c1e8a4d63', 'hex');
const VARIANTS = '89ab'; // the two upper bits of the variant, whatever the lower ones

/** Parts joined so that no two different lists give the same bytes: each is preceded by its length. */
export function lengthPrefixed(parts: readonly string[]): string {
  let joined = '';
  for (const part of parts) joined += `${bytesOf(part)}:${part}`;
  return joined;
}

const SHORT = 64; // characters; up to so many are looked at here sooner than the runtime answers

/** Bytes of a text in UTF-8. */
function bytesOf(text: string): number {
  if (text.length > SHORT) return Buffer.byteLength(text);
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 0x7f) return Buffer.byteLength(text);
  return text.length;
}

/** UUIDv5 (RFC 9562) of the text or bytes, in this product's namespace. */
export function uuidV5(name: string | Buffer): string {
  const hex = hash('sha1', Buffer.concat([NAMESPACE, typeof name === 'string' ? Buffer.from(name) : name]), 'hex');
  const variant = VARIANTS[Number.parseInt(hex[16]!, 16) & 3]!;
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

export interface Identity {
  /** Which way it came in: a webhook and its backfilled copy share one door, `provider`; an object that was read is no event. */
  door: 'provider' | 'events' | 'import';
  /** The authenticated account: a provider's account id, or the API key's account. */
  account: string;
  /** Who sent it: `stripe`, or the CloudEvents `source`. */
  origin: string;
  /** The sender's own id of the event. */
  id: string;
}

/** The id of a received entry. It depends on who was authenticated, so nobody can occupy somebody else's identity. */
export const entryId = (identity: Identity): string =>
  uuidV5(lengthPrefixed([identity.door, identity.account, identity.origin, identity.id]));

/** The id of an entry in a stream of our own decisions: one per place in the stream. */
export const decisionId = (stream: string, revision: number): string =>
  uuidV5(lengthPrefixed(['decision', stream, String(revision)]));
