import type { KeyObject } from 'node:crypto';
import { HmacSha256 } from '../../kernel/hmac.js';
import type { Database } from '../../storage/database.js';
import type { Vault } from '../vault.js';
import { canonicalContent } from './canonical-content.js';
import { emailOf } from './email-address.js';
import { newEntryKey, openEntryKey } from './keys.js';
import { sealBody, unsealBody } from './seal-body.js';
import { openSecrets, type Secrets } from './secrets.js';
import type { VaultKeySettings } from './vault-key.js';
import { withoutPaths } from './without-paths.js';

/** The vault of one database, with what only the wiring of the service needs. */
export interface OpenVault extends Vault {
  /** Ed25519 private key of signed checkpoints, the same for the life of the ledger. */
  readonly signingKey: KeyObject;
  /** `contentMac` without the members at these paths (`pending_webhooks`, `data.object.x`), which differ between two copies of one event. */
  contentMacOf(value: unknown, volatilePaths: readonly string[]): Buffer;
}

/** Opens the vault, and sets it up in a database that has none. Throws SetupError when the vault key is missing or another one. */
export async function openVault(
  database: Pick<Database, 'pool' | 'transaction'>,
  settings: VaultKeySettings,
): Promise<OpenVault> {
  return createVault(await openSecrets(database, settings), (keyId) => wrappedKey(database.pool, keyId));
}

/** A vault over opened secrets. `wrappedKeyOf` gives an entry's wrapped key, undefined once it was erased. */
export function createVault(secrets: Secrets, wrappedKeyOf: (keyId: string) => Promise<Buffer | undefined>): OpenVault {
  const identifiers = new HmacSha256(secrets.hash.export());
  const contents = new HmacSha256(secrets.mac.export());
  const hashed = (text: string): string => identifiers.base64url(text).slice(0, HASH_CHARACTERS);
  const emailHash = (email: string): string => hashed(`email:${emailOf(email) ?? email.trim().toLowerCase()}`);
  const safeId = (id: string): string => {
    const email = emailOf(id);
    return email === undefined ? id : `h_${emailHash(email)}`;
  };
  const contentMac = (value: unknown): Buffer => contents.digest(canonicalContent(value));
  const newKey = () => newEntryKey(secrets.vaultKey, Date.now());
  return {
    emailHash,
    safeId,
    contentMac,
    signingKey: secrets.signing,
    seal: (text, policy) => sealBody({ emailHash, newKey }, text, policy),
    async unseal(body, keyId) {
      if (keyId === undefined) return body;
      // Asked for each time: a key that was kept here would outlive its erasure by another process.
      const wrapped = await wrappedKeyOf(keyId);
      if (wrapped === undefined) return unsealBody(body, undefined);
      return unsealBody(body, openEntryKey(secrets.vaultKey, { id: keyId, wrapped }));
    },
    // The tag of an address is that of its hash, so erasure finds it by either.
    subjectTag: (kind, value) =>
      kind === 'e' ? `e.${emailHash(value)}` : `${kind}.${hashed(`${kind}:${safeId(value)}`)}`,
    contentMacOf: (value, volatilePaths) => contentMac(withoutPaths(value, volatilePaths)),
  };
}

const HASH_CHARACTERS = 22; // base64url: 132 bits

async function wrappedKey(pool: Database['pool'], keyId: string): Promise<Buffer | undefined> {
  const { rows } = await pool.query<{ wrapped: Buffer }>('select wrapped from ledger.vault_keys where id = $1', [
    keyId,
  ]);
  return rows[0]?.wrapped;
}
