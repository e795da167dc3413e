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

// The number of a token as a nonce. One for all: it is used up before anybody else can ask for the next.
const numbered = Buffer.alloc(NONCE_BYTES);

/** The key of one entry. It seals one token after the other, each under the next number, so no number is used twice. */
export class EntryKey {
  private readonly key: KeyObject;
  private count = 0;

  /** `bound`: what `boundTo` makes of the key's id. */
  constructor(
    plain: Buffer,
    private readonly bound: Buffer,
  ) {
    this.key = createSecretKey(plain);
  }

  /** Ciphertext and tag of the next token, base64url. */
  sealNext(token: string): string {
    const cipher = createCipheriv(ALGORITHM, this.key, this.next()).setAAD(this.bound);
    const ciphertext = cipher.update(token, 'utf8');
    cipher.final();
    const sealed = Buffer.allocUnsafe(ciphertext.length + TAG_BYTES);
    sealed.set(ciphertext, 0);
    sealed.set(cipher.getAuthTag(), ciphertext.length);
    return sealed.toString('base64url');
  }

  /** The next token again. Throws SealBroken. */
  openNext(sealed: string): string {
    return open(this.key, this.next(), Buffer.from(sealed, 'base64url'), this.bound).toString('utf8');
  }

  private next(): Buffer {
    numbered.writeUInt32BE(this.count++, NONCE_BYTES - 4);
    return numbered;
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
