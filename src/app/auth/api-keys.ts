import { createHash, randomBytes, randomInt, timingSafeEqual } from 'node:crypto';
import type { Principal } from '../../ingest/ingest.js';
import { Problem } from '../../kernel/errors.js';
import type { Clock } from '../../kernel/clock.js';
import { scopes, type ApiKey, type KeyStore, type Scope, type StoredKey } from './key-store.js';

const CACHE_MS = 5_000; // a revoked key works this long at most
const CACHE_MAX = 10_000;
const ID_LENGTH = 12;

const ADMIN: Principal = { keyId: 'admin', account: 'admin', name: 'admin', scopes, origins: '*' };

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();

/** What a new key may do. */
export interface NewKey {
  name: string;
  /** Default: the name. */
  account?: string;
  scopes: readonly Scope[];
  origins?: readonly string[];
}

/** A key that is good now, and the hash of its secret. */
export interface KnownKey {
  principal: Principal;
  secretHash: Buffer;
}

/** Who a request comes from: keys `tl_<id>_<secret>` from the store, and the operator's ADMIN_API_KEY. */
export class ApiKeys {
  private readonly cache = new Map<string, { key: StoredKey | undefined; until: number }>();
  private readonly adminHash: Buffer | undefined;

  constructor(
    private readonly store: KeyStore,
    private readonly clock: Clock,
    adminApiKey: string | undefined,
  ) {
    this.adminHash = adminApiKey === undefined ? undefined : sha256(adminApiKey);
  }

  /** Throws Problem `unauthenticated`, in the same words for a missing, a malformed, an unknown, a wrong and a revoked key. */
  async authenticate(authorization: string | undefined): Promise<Principal> {
    const given = /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];
    if (given === undefined) throw new Problem('unauthenticated');
    if (this.adminHash && timingSafeEqual(sha256(given), this.adminHash)) {
      return ADMIN;
    }
    const parts = /^tl_([0-9a-z]{12})_([\w-]{43})$/.exec(given);
    if (!parts) throw new Problem('unauthenticated');
    const key = await this.find(parts[1]!);
    const right = timingSafeEqual(sha256(parts[2]!), key?.secretHash ?? Buffer.alloc(32));
    if (!key || !right || key.revokedAt) throw new Problem('unauthenticated');
    return principalOf(key);
  }

  /** A key by its id; undefined when there is none, or it was revoked. */
  async known(id: string): Promise<KnownKey | undefined> {
    if (id === ADMIN.keyId) return this.adminHash && { principal: ADMIN, secretHash: this.adminHash };
    const key = await this.find(id);
    return key && !key.revokedAt ? { principal: principalOf(key), secretHash: key.secretHash } : undefined;
  }

  /** Makes a key. The answer holds its secret for the only time. */
  async create(wanted: NewKey): Promise<{ key: ApiKey; token: string }> {
    const id = Array.from({ length: ID_LENGTH }, () => randomInt(36).toString(36)).join('');
    const secret = randomBytes(32).toString('base64url');
    const { name, account = name, origins = [] } = wanted;
    const key: ApiKey = { id, name, account, scopes: wanted.scopes, origins, createdAt: this.clock(), revokedAt: null };
    await this.store.insert({ ...key, secretHash: sha256(secret) });
    return { key, token: `tl_${id}_${secret}` };
  }

  list(): Promise<ApiKey[]> {
    return this.store.list();
  }

  async revoke(id: string): Promise<boolean> {
    this.cache.delete(id);
    return this.store.revoke(id, this.clock());
  }

  private async find(id: string): Promise<StoredKey | undefined> {
    const now = this.clock().getTime();
    const known = this.cache.get(id);
    if (known && known.until > now) return known.key;
    const key = await this.store.find(id).catch(() => {
      throw new Problem('unavailable', 'The key could not be checked just now.');
    });
    if (this.cache.size >= CACHE_MAX) this.cache.clear();
    this.cache.set(id, { key, until: now + CACHE_MS });
    return key;
  }
}

function principalOf({ id, account, name, scopes: may, origins }: StoredKey): Principal {
  return { keyId: id, account, name, scopes: may, origins: origins.length === 1 && origins[0] === '*' ? '*' : origins };
}
