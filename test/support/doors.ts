import { createHmac } from 'node:crypto';
import { createIngest, type IngestStage } from '../../src/ingest/create-ingest.js';
import type { Principal, RawRequest } from '../../src/ingest/ingest.js';
import type { IngestLimits } from '../../src/ingest/limits.js';
import type { DoorCount } from '../../src/ingest/outcome.js';
import { backends } from '../../src/ledger/backends/index.js';
import type { Entry, Ledger } from '../../src/ledger/ledger.js';
import type { Vault } from '../../src/ledger/vault.js';
import { openVault } from '../../src/ledger/vault/open-vault.js';
import type { Database } from '../../src/storage/database.js';
import { testDatabase } from './database.js';

export const NOW = new Date('2026-11-01T10:00:10.000Z');
export const SECRET = 'whsec_harbour_current';
export const OLD_SECRET = 'whsec_harbour_previous';
export const WRITE_KEY = 'wk_harbour';

/** A ledger, a vault and the doors before them, with a clock that stands still until it is set. */
export interface Doors {
  ingest: IngestStage;
  ledger: Ledger;
  vault: Vault;
  database: Database;
  counts: DoorCount[];
  setNow(now: Date): void;
  /** Every entry of the ledger. */
  entries(): Promise<Entry[]>;
  close(): Promise<void>;
}

export async function openDoors(limits: Partial<IngestLimits> = {}): Promise<Doors> {
  const { database, drop } = await testDatabase();
  let now = NOW;
  const clock = (): Date => now;
  const vault = await openVault(database, { vaultKey: '42'.repeat(32), dataDir: 'unused' });
  const ledger = await backends.postgres.open({ database, clock });
  const counts: DoorCount[] = [];
  const ingest = createIngest({
    ...{ ledger, vault, database, clock, limits },
    providers: { stripe: { secrets: [SECRET, OLD_SECRET] } },
    writeKeys: [{ name: 'web', key: WRITE_KEY }],
    onOutcome: (count) => counts.push(count),
  });
  return {
    ...{ ingest, ledger, vault, database, counts },
    setNow: (to) => void (now = to),
    entries: async () => (await ledger.readFeed(0, 10_000)).entries,
    close: async () => {
      await ledger.close();
      await drop();
    },
  };
}

export const signatureOf = (body: Buffer, at = NOW, secret = SECRET): string => {
  const time = Math.floor(at.getTime() / 1000);
  return `t=${time},v1=${createHmac('sha256', secret).update(`${time}.`).update(body).digest('hex')}`;
};

const bytes = (body: unknown): Buffer =>
  Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));

/** A Stripe delivery as Stripe sends it: signed, at the present time. */
export function stripeDelivery(body: unknown, headers: RawRequest['headers'] = {}): RawRequest {
  const raw = bytes(body);
  return {
    body: raw,
    headers: { 'content-type': 'application/json; charset=utf-8', 'stripe-signature': signatureOf(raw), ...headers },
    url: '/webhooks/stripe',
    correlationId: 'test',
    remoteAddress: '203.0.113.9',
  };
}

export function eventRequest(body: unknown, contentType = 'application/cloudevents+json'): RawRequest {
  return { body: bytes(body), headers: { 'content-type': contentType }, url: '/v1/events', correlationId: 'test' };
}

export function clientRequest(
  url: string,
  body: unknown,
  headers: RawRequest['headers'] = { 'content-type': 'application/json' },
): RawRequest {
  return { body: bytes(body), headers, url, correlationId: 'test', remoteAddress: '198.51.100.23' };
}

export const principal = (changes: Partial<Principal> = {}): Principal => ({
  ...{ keyId: 'k_auth', account: 'shop', name: 'auth', scopes: ['events:write'], origins: ['/auth', '/orders'] },
  ...changes,
});
