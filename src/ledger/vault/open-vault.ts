import type { KeyObject } from 'node:crypto';
import { HmacSha256 } from '../../kernel/hmac.js';
import type { Database } from '../../storage/database.js';
import type { Vault } from '../vault.js';
import { canonicalContent } from './canonical-content.js';
import { emailOf } from './email-address.js';
import { KeyPool, type PoolOptions } from './key-pool.js';
import { newEntryKey, openEntryKey } from './keys.js';
import { sealBody, unsealBody } from './seal-body.js';
import { openSecrets, type Secrets } from './secrets.js';
import type { VaultKeySettings } from './vault-key.js';
import { withoutPaths } from './without-paths.js';

/** The vault of one database, with what only the wiring of the service needs. */
export interface OpenVault extends Vault {
  /** Ed25519 private key of signed checkpoints, the same for the life of the ledger. */
  readonly signingKey: KeyObject;
  /** Of keys for entries; undefined where the ledger stores them with the entries. */
  readonly pool?: KeyPool;
  /** `contentMac` without the members at these paths (`pending_webhooks`, `data.object.x`), which differ between two copies of one event. */
  contentMacOf(value: unknown, volatilePaths: readonly string[]): Buffer;
}

export interface VaultOptions extends VaultKeySettings {
  /** Keys of entries are taken from a pool; `start` fills it. */
  pooled?: PoolOptions;
  /** The database of dead letters and tracked events, where it is not that of the ledger: their keys are there. */
  beside?: Pick<Database, 'pool'>;
}

/** Opens the vault, and sets it up in a database that has none. Throws SetupError when the vault key is missing or another one. */
export async function openVault(
  database: Pick<Database, 'pool' | 'transaction'>,
  { pooled, beside, ...settings }: VaultOptions,
): Promise<OpenVault> {
  const secrets = await openSecrets(database, settings);
  const pool = pooled && new KeyPool(database, secrets.vaultKey, pooled);
  const keyOf = async (keyId: string): Promise<Buffer | undefined> =>
    (await wrappedKey(database.pool, keyId)) ?? (beside && (await wrappedKey(beside.pool, keyId)));
  return createVault(secrets, keyOf, pool);
}

/** A vault over opened secrets. `wrappedKeyOf` gives an entry's wrapped key, undefined once it was erased. */
export function createVault(
  secrets: Secrets,
  wrappedKeyOf: (keyId: string) => Promise<Buffer | undefined>,
  pool?: KeyPool,
): OpenVault {
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
  // With the pool dry a new key is made, and the ledger stores it first: slower, and possible while the database is there.
  const pooledKey = () => pool?.take() ?? newKey();
  return {
    emailHash,
    safeId,
    contentMac,
    signingKey: secrets.signing,
    pool,
    seal: (text, policy) => sealBody({ emailHash, newKey }, text, policy),
    sealEntry: (text, policy) => sealBody({ emailHash, newKey: pooledKey }, text, policy),
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
  const { rows } = await pool.query<{ wrapped: Buffer }>(
    `select wrapped from ledger.vault_keys where id = $1
    union all select wrapped from ledger.pooled_keys where id = $1 limit 1`,
    [keyId],
  );
  return rows[0]?.wrapped;
}
