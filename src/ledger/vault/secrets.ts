import { createPrivateKey, type KeyObject } from 'node:crypto';
import type pg from 'pg';
import { SetupError } from '../../kernel/errors.js';
import type { Database } from '../../storage/database.js';
import { KEY_BYTES, randomOf, SealBroken, secretKey, unwrap, wrap } from './keys.js';
import { loadVaultKey, type VaultKeySettings } from './vault-key.js';

/** Keys that are made once and never change: of the hashes of identifiers, of the content HMAC, of signed checkpoints. */
const NAMES = ['hash', 'mac', 'seal-signing'] as const;

export interface Secrets {
  vaultKey: KeyObject;
  hash: KeyObject;
  mac: KeyObject;
  /** Ed25519. */
  signing: KeyObject;
}

/** Opens the secrets of this database, and makes those that are missing. Throws SetupError for a vault key that is missing or wrong. */
export async function openSecrets(
  database: Pick<Database, 'transaction'>,
  settings: VaultKeySettings,
): Promise<Secrets> {
  return database.transaction(async (client) => {
    await client.query("select pg_advisory_xact_lock(hashtextextended('truth-ledger vault', 0))");
    const { rows } = await client.query<{ name: string; wrapped: Buffer }>(
      'select name, wrapped from ledger.vault_secrets',
    );
    const known = new Map(rows.map(({ name, wrapped }) => [name, wrapped]));
    const vaultKey = secretKey(await loadVaultKey(settings, known.size > 0));
    const opened = new Map<string, Buffer>();
    for (const [name, wrapped] of known) opened.set(name, openSecret(vaultKey, name, wrapped));
    for (const name of NAMES) if (!opened.has(name)) opened.set(name, await makeSecret(client, vaultKey, name));
    const of = (name: (typeof NAMES)[number]): Buffer => opened.get(name)!;
    return { vaultKey, hash: secretKey(of('hash')), mac: secretKey(of('mac')), signing: ed25519(of('seal-signing')) };
  });
}

const boundTo = (name: string): Buffer => Buffer.from(`secret:${name}`);

function openSecret(vaultKey: KeyObject, name: string, wrapped: Buffer): Buffer {
  try {
    return unwrap(vaultKey, wrapped, boundTo(name));
  } catch (error) {
    if (!(error instanceof SealBroken)) throw error;
    throw new SetupError(
      'The vault key is not the one this database was set up with. Set VAULT_KEY, or bring back vault.key, as it was then.',
    );
  }
}

async function makeSecret(client: pg.ClientBase, vaultKey: KeyObject, name: string): Promise<Buffer> {
  const secret = randomOf(KEY_BYTES);
  await client.query('insert into ledger.vault_secrets (name, wrapped) values ($1, $2)', [
    name,
    wrap(vaultKey, secret, boundTo(name)),
  ]);
  return secret;
}

// The fixed beginning of a PKCS #8 private key for Ed25519 (RFC 8410); the seed follows.
const ED25519_PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

const ed25519 = (seed: Buffer): KeyObject =>
  createPrivateKey({ key: Buffer.concat([ED25519_PKCS8, seed]), format: 'der', type: 'pkcs8' });
