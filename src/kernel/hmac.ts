import { createHmac, hash } from 'node:crypto';

const BLOCK_BYTES = 64;
const DIGEST_BYTES = 32;
const INNER_PAD = 0x36;
const OUTER_PAD = 0x5c;
const BY_HAND_MAX = 48 * 1024; // bytes; above it the message costs more than the object that hashes it

// One buffer for all: hashing never awaits, so nobody else can be in it.
const inner = Buffer.allocUnsafe(BLOCK_BYTES + BY_HAND_MAX);
const outer = Buffer.allocUnsafe(BLOCK_BYTES + DIGEST_BYTES);

/**
 * HMAC-SHA256 (RFC 2104) under one key. Written out as its two hashes: an Hmac object of the runtime costs more to make and to collect than
 * both together, and several are needed for every event.
 */
export class HmacSha256 {
  private readonly innerKey: Buffer;
  private readonly outerKey: Buffer;

  constructor(private readonly key: Buffer) {
    const block = Buffer.alloc(BLOCK_BYTES);
    (key.length > BLOCK_BYTES ? Buffer.from(hash('sha256', key, 'hex'), 'hex') : key).copy(block);
    this.innerKey = Buffer.from(block.map((byte) => byte ^ INNER_PAD));
    this.outerKey = Buffer.from(block.map((byte) => byte ^ OUTER_PAD));
  }

  /** Of the UTF-8 bytes of a text and, behind them, of more bytes. */
  digest(text: string, more?: Buffer): Buffer {
    return Buffer.from(this.of(text, more, 'binary'), 'latin1');
  }

  /** The same in base64url without padding. */
  base64url(text: string): string {
    return this.of(text, undefined, 'base64url');
  }

  private of(text: string, more: Buffer | undefined, encoding: 'binary' | 'base64url'): string {
    if (text.length * 3 + (more?.length ?? 0) > BY_HAND_MAX) {
      const hmac = createHmac('sha256', this.key).update(text);
      return (more ? hmac.update(more) : hmac).digest(encoding);
    }
    this.innerKey.copy(inner);
    let end = BLOCK_BYTES + inner.write(text, BLOCK_BYTES, 'utf8');
    if (more) end += more.copy(inner, end);
    this.outerKey.copy(outer);
    outer.write(hash('sha256', inner.subarray(0, end), 'binary'), BLOCK_BYTES, 'latin1');
    return hash('sha256', outer, encoding);
  }
}
