import { createCipheriv, createDecipheriv, createSecretKey, randomFillSync, type KeyObject } from 'node:crypto';
import type { VaultKey } from '../ledger.js';

const ALGORITHM = 'aes-256-gcm';
export const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const WRAPPED_VERSION = 1;
const WRAPPED_BYTES = 1 + NONCE_BYTES + KEY_BYTES + TAG_BYTES;
const POOL_BYTES = 16_384;

/** Something sealed does not open: another key, other bytes, or another place than it was made for. */
export class SealBroken extends Error {
  override readonly name = 'SealBroken';
}

// Random bytes are asked for in bulk: one call costs as much as thousands of bytes.
const pool = Buffer.alloc(POOL_BYTES);
let used = POOL_BYTES;

/** Fresh random bytes of the caller's own; no trace of them stays behind. */
export function randomOf(length: number): Buffer {
  if (used + length > POOL_BYTES) {
    randomFillSync(pool);
    used = 0;
  }
  const bytes = Buffer.allocUnsafe(length);
  for (let at = 0; at < length; at++) {
    bytes[at] = pool[used]!;
    pool[used++] = 0;
  }
  return bytes;
}

/** 32 bytes as a key that node's crypto takes without copying it each time. */
export const secretKey = (bytes: Buffer): KeyObject => createSecretKey(bytes);

/** UUIDv7 (RFC 9562) of a time in epoch milliseconds, so that keys of one time lie together. */
export function uuidV7(nowMs: number): string {
  const bytes = randomOf(16);
  bytes.writeUIntBE(nowMs, 0, 6);
  bytes[6] = (bytes[6]! & 0x0f) | 0x70;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** The bytes of a key's id, which everything under the key is bound to. */
export const boundTo = (keyId: string): Buffer => Buffer.from(keyId, 'utf8');

/** A key of 32 bytes under the vault key: version, nonce, ciphertext, tag. Random nonces are good for 2^32 keys under one vault key. */
export function wrap(vaultKey: KeyObject, plain: Buffer, bound: Buffer): Buffer {
  const nonce = randomOf(NONCE_BYTES);
  const cipher = createCipheriv(ALGORITHM, vaultKey, nonce).setAAD(bound);
  const wrapped = Buffer.allocUnsafe(WRAPPED_BYTES);
  wrapped[0] = WRAPPED_VERSION;
  wrapped.set(nonce, 1);
  wrapped.set(cipher.update(plain), 1 + NONCE_BYTES);
  cipher.final();
  wrapped.set(cipher.getAuthTag(), WRAPPED_BYTES - TAG_BYTES);
  return wrapped;
}

/** The key again. Throws SealBroken when it was wrapped by another vault key or for something else. */
export function unwrap(vaultKey: KeyObject, wrapped: Buffer, bound: Buffer): Buffer {
  if (wrapped.length !== WRAPPED_BYTES || wrapped[0] !== WRAPPED_VERSION)
    throw new SealBroken('A wrapped key has not the right form.');
  const nonce = wrapped.subarray(1, 1 + NONCE_BYTES);
  return open(vaultKey, nonce, wrapped.subarray(1 + NONCE_BYTES), bound);
}

// Of a key that is used for one message only, which is all tokens of its entry.
const ONLY_NONCE = Buffer.alloc(NONCE_BYTES);

/**
 * The key of one entry. All its tokens are one message: a cipher costs far more to set up than to run. Each token gets its own piece of
 * the ciphertext, the last one the tag behind it; the lengths of the pieces are authenticated, so that none can be cut elsewhere.
 */
export class EntryKey {
  private readonly key: KeyObject;

  /** `bound`: what `boundTo` makes of the key's id. */
  constructor(
    plain: Buffer,
    private readonly bound: Buffer,
  ) {
    this.key = createSecretKey(plain);
  }

  /** The pieces of all tokens, base64url. Call it once: a second message under this key would give both away. */
  seal(tokens: readonly string[]): string[] {
    const text = tokens.join('');
    const plain = Buffer.from(text, 'utf8');
    const isAscii = plain.length === text.length;
    const lengths = tokens.map((token) => (isAscii ? token.length : Buffer.byteLength(token)));
    const cipher = createCipheriv(ALGORITHM, this.key, ONLY_NONCE).setAAD(this.boundTo(lengths));
    const sealed = Buffer.allocUnsafe(plain.length + TAG_BYTES);
    sealed.set(cipher.update(plain), 0);
    cipher.final();
    sealed.set(cipher.getAuthTag(), plain.length);
    let at = 0;
    return lengths.map((length, index) => {
      const from = at;
      at = index === lengths.length - 1 ? sealed.length : at + length;
      return sealed.toString('base64url', from, at);
    });
  }

  /** The tokens again. Throws SealBroken. */
  open(sealed: readonly string[]): string[] {
    const pieces = sealed.map((piece) => Buffer.from(piece, 'base64url'));
    const lengths = pieces.map(({ length }) => length);
    lengths[lengths.length - 1]! -= TAG_BYTES;
    const plain = open(this.key, ONLY_NONCE, Buffer.concat(pieces), this.boundTo(lengths));
    let at = 0;
    return lengths.map((length) => plain.toString('utf8', at, (at += length)));
  }

  private boundTo(lengths: readonly number[]): Buffer {
    return Buffer.from(`${this.bound.toString('latin1')}:${lengths.join()}`, 'latin1');
  }
}

/** A new key of an entry, and as the vault keeps it. `nowMs` dates its id. */
export function newEntryKey(vaultKey: KeyObject, nowMs: number): { key: EntryKey; kept: VaultKey } {
  const plain = randomOf(KEY_BYTES);
  const id = uuidV7(nowMs);
  const bound = boundTo(id);
  const key = new EntryKey(plain, bound);
  const kept = { id, wrapped: wrap(vaultKey, plain, bound) };
  plain.fill(0);
  return { key, kept };
}

/** The key again of what the vault keeps. Throws SealBroken. */
export function openEntryKey(vaultKey: KeyObject, { id, wrapped }: VaultKey): EntryKey {
  const bound = boundTo(id);
  const plain = unwrap(vaultKey, wrapped, bound);
  const key = new EntryKey(plain, bound);
  plain.fill(0);
  return key;
}

function open(key: KeyObject, nonce: Buffer, sealed: Buffer, bound: Buffer): Buffer {
  if (sealed.length < TAG_BYTES) throw new SealBroken('A sealed value is too short.');
  const end = sealed.length - TAG_BYTES;
  const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(bound).setAuthTag(sealed.subarray(end));
  const plain = decipher.update(sealed.subarray(0, end));
  try {
    decipher.final();
  } catch {
    plain.fill(0);
    throw new SealBroken('A sealed value was changed, or belongs to another key.');
  }
  return plain;
}
