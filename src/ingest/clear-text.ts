import type { Vault } from '../ledger/vault.js';
import { holdsEmail } from '../ledger/vault/email-address.js';

export const TEXT_MAX = 255; // characters

/** Text that every store takes: Unicode without lone surrogates and control characters, 1 to `max` characters; undefined otherwise. */
export function cleanText(value: unknown, max = TEXT_MAX): string | undefined {
  if (typeof value !== 'string' || value.length === 0 || value.length > max || !value.isWellFormed()) return undefined;
  // oxlint-disable-next-line no-control-regex
  return /[\u0000-\u001f\u007f]/.test(value) ? undefined : value;
}

/** What a sender wrote, as it may stand in a column: clean, and with an e-mail address in it replaced by a keyed hash. */
export type ClearText = (value: unknown, max?: number) => string | undefined;

/** An e-mail address becomes the vault's hash of it, the same as in bodies; a text that only contains one, a keyed hash of the text. */
export const clearTextWith =
  (vault: Pick<Vault, 'safeId' | 'contentMac'>): ClearText =>
  (value, max) => {
    const text = cleanText(typeof value === 'number' && Number.isFinite(value) ? String(value) : value, max);
    if (text === undefined) return undefined;
    const safe = vault.safeId(text);
    if (safe !== text || !holdsEmail(text)) return safe;
    return `h_${vault.contentMac(text).toString('base64url').slice(0, 22)}`;
  };

/** A type as the ledger takes it: other characters become `_`. */
export const typeName = (type: string): string => type.replace(/[^\p{L}\p{N}_.$:-]/gu, '_').slice(0, TEXT_MAX);
