import { createHmac } from 'node:crypto';
import { createIngest, type IngestDeps, type IngestStage } from '../../src/ingest/create-ingest.js';
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
export const SQUARE = {
  keys: ['sq_harbour_current', 'sq_harbour_previous'],
  notificationUrl: 'https://harbour.example/webhooks/square',
};
export const ADYEN = { keys: ['A1'.repeat(32), 'b2'.repeat(32)], basicAuth: 'harbour:quay' };

/** A ledger, a vault and the doors before them, with a clock that stands still until it is set. */
export interface Doors {
  ingest: IngestStage;
  ledger: Ledger;
  vault: Vault;
  database: Database;
  counts: DoorCount[];
  /** Lines of what went wrong beside the doors. */
  logged: string[];
  setNow(now: Date): void;
  /** Every entry of the ledger. */
  entries(): Promise<Entry[]>;
  close(): Promise<void>;
}

export async function openDoors(limits: Partial<IngestLimits> = {}, apis: IngestDeps['apis'] = {}): Promise<Doors> {
  const { database, drop } = await testDatabase();
  let now = NOW;
  const clock = (): Date => now;
  const vault = await openVault(database, { vaultKey: '42'.repeat(32), dataDir: 'unused' });
  const ledger = await backends.postgres.open({ database, clock });
  const counts: DoorCount[] = [];
  const logged: string[] = [];
  const ingest = createIngest({
    ...{ ledger, vault, database, clock, limits, apis },
    pause: () => Promise.resolve(),
    providers: { stripe: { secrets: [SECRET, OLD_SECRET] }, square: SQUARE, adyen: ADYEN },
    writeKeys: [{ name: 'web', key: WRITE_KEY }],
    onOutcome: (count) => counts.push(count),
    log: (line) => logged.push(line),
  });
  return {
    ...{ ingest, ledger, vault, database, counts, logged },
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

/** A Square delivery as Square sends it: signed with the notification address. */
export function squareDelivery(body: unknown, headers: RawRequest['headers'] = {}, key = SQUARE.keys[0]!): RawRequest {
  const raw = bytes(body);
  const signature = createHmac('sha256', key).update(SQUARE.notificationUrl).update(raw).digest('base64');
  return {
    body: raw,
    headers: {
      ...{ 'content-type': 'application/json', 'square-environment': 'Production' },
      ...{ 'x-square-hmacsha256-signature': signature, ...headers },
    },
    url: '/webhooks/square',
    correlationId: 'test',
  };
}

/** An Adyen delivery as Adyen sends it: with the user and password of the door. Items must be signed before (`signedItem`). */
export function adyenDelivery(body: unknown, headers: RawRequest['headers'] = {}): RawRequest {
  return {
    body: bytes(body),
    headers: { 'content-type': 'application/json', authorization: `Basic ${btoa(ADYEN.basicAuth)}`, ...headers },
    url: '/webhooks/adyen',
    correlationId: 'test',
  };
}

/** An item with its signature: base64 of HMAC-SHA256 over eight of its fields. */
export function signedItem(item: Readonly<Record<string, any>>, key = ADYEN.keys[0]!): Record<string, any> {
  const { pspReference, originalReference = '', merchantAccountCode, merchantReference = '', amount } = item;
  const fields = [pspReference, originalReference, merchantAccountCode, merchantReference];
  const text = [...fields, amount?.value ?? '', amount?.currency ?? '', item['eventCode'], item['success']].join(':');
  const hmacSignature = createHmac('sha256', Buffer.from(key, 'hex')).update(text).digest('base64');
  return { ...item, additionalData: { ...item['additionalData'], hmacSignature } };
}

/** A delivery of signed items. */
export const notification = (items: readonly Readonly<Record<string, any>>[], live: unknown = 'true') => ({
  live,
  notificationItems: items.map((item) => ({ NotificationRequestItem: signedItem(item) })),
});

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
