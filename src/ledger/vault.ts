import type { VaultKey } from './ledger.js';

/** What sealing a JSON text gives: the same text with personal leaves replaced by sealed tokens. */
export interface SealedBody {
  body: string;
  /** Keyed tags of the e-mail addresses found, `e.<hash>`; the caller adds those of ids by `subjectTag`. */
  subjects: string[];
  /** Absent when nothing was personal. */
  key?: VaultKey;
}

/**
 * Whether a string or number is personal. `path` holds the names of the members around it, its own last; array indices are left out.
 * The array is reused from call to call. E-mail addresses need no policy: they are sealed wherever they stand, in member names too.
 */
export type SealingPolicy = (path: readonly string[], value: string | number) => boolean;

export interface Vault {
  /** Durable keys for entries, where the ledger cannot store them with the entries. */
  readonly pool?: { state(): { left: number; target: number } };
  /** Seals the personal leaves of a JSON text, token by token; e-mail-shaped strings and member names always. Throws Problem `unreadable_body`. */
  seal(text: string, policy: SealingPolicy): SealedBody;
  /** The same for an entry of the ledger: where keys are pooled, under one that is durable already. */
  sealEntry(text: string, policy: SealingPolicy): SealedBody;
  /** The received text again; leaves whose key was erased read `"[erased]"`. */
  unseal(body: string, keyId: string | undefined): Promise<string>;
  /** Keyed hash of an e-mail address (trimmed, lower case): base64url, 22 characters. The same for ever. */
  emailHash(email: string): string;
  /** An id as it may be stored and compared: unchanged, or `h_<email hash>` where it is an e-mail address. */
  safeId(id: string): string;
  /**
   * Tag of a person's identifier: `u` user id, `a` anonymous id, `c` provider customer, `e` e-mail, `g` a guest, whom no entry names; or of
   * a part of a purchase, `p` and its reference (`payment:ch_1`), for an entry that names nobody.
   */
  subjectTag(kind: 'u' | 'a' | 'c' | 'e' | 'g' | 'p', value: string): string;
  /** HMAC-SHA256 of the canonical JSON of a parsed value, under a key that never rotates. */
  contentMac(value: unknown): Buffer;
}
