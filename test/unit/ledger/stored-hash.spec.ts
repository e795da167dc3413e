import { describe, expect, it } from '@jest/globals';
import type { Entry } from '../../../src/ledger/ledger.js';
import { attributesJson, storedHash, storedHashOf } from '../../../src/ledger/stored-hash.js';
import { canonicalJson } from '../../../src/kernel/canonical-json.js';
import { received } from '../../contracts/ledger-entries.js';

const recordedAt = new Date('2026-03-01T10:00:01.000Z');
const entry: Omit<Entry, 'position' | 'storedHash'> = {
  ...received('evt_1'),
  causationId: 'cause',
  keyId: '01900000-0000-7000-8000-000000000001',
  revision: 0,
  recordedAt,
};

describe('the stored hash', () => {
  it('given this entry, then its hash is the one it has always had', () => {
    expect(storedHash(entry).toString('hex')).toBe('1695d12c18bbe57c7b90d81509b4bf49043a9f5ba2594ef5941ae6c18dbe65e2');
  });

  it.each<[string, Partial<typeof entry>]>([
    ['id', { id: received('other').id }],
    ['stream', { stream: 'other' }],
    ['revision', { revision: 1 }],
    ['type', { type: 'other' }],
    ['schema version', { schemaVersion: 2 }],
    ['origin', { origin: 'other' }],
    ['account', { account: 'other' }],
    ['origin event id', { originEventId: 'other' }],
    ['time of happening', { occurredAt: new Date(entry.occurredAt.getTime() + 1) }],
    ['time of recording', { recordedAt: new Date(recordedAt.getTime() + 1) }],
    ['correlation', { correlationId: 'other' }],
    ['causation', { causationId: 'other' }],
    ['absence of a causation', { causationId: undefined }],
    ['emptiness of a causation', { causationId: '' }],
    ['actor', { actor: 'other' }],
    ['authentication', { authenticatedBy: 'other' }],
    ['subjects', { subjects: ['u.abc'] }],
    ['border between subjects', { subjects: ['u.ab', 'ce.def'] }],
    ['attributes', { attributes: { livemode: 'true' } }],
    ['body', { body: `${entry.body} ` }],
    ['content MAC', { contentMac: Buffer.alloc(32) }],
    ['key id', { keyId: undefined }],
    ['border between fields', { actor: `${entry.actor}1`, authenticatedBy: entry.authenticatedBy.slice(1) }],
  ])('given another %s, then the hash is another', (_name, changes) => {
    expect(storedHash({ ...entry, ...changes })).not.toEqual(storedHash(entry));
  });

  it('given attributes in another order, then the hash is the same', () => {
    const attributes = { livemode: 'true', api_version: '2026-01-01' };
    expect(storedHash({ ...entry, attributes })).toEqual(storedHash(entry));
    expect(attributesJson(attributes)).toBe(canonicalJson(attributes));
    expect(attributesJson({ b: '1', a: '2', '2': 'x', '10': 'y' })).toBe(
      canonicalJson({ b: '1', a: '2', '2': 'x', '10': 'y' }),
    );
  });

  it('given an entry about to be stored, then its hash is the one computed from what is read back', () => {
    const { keyId, ...kept } = entry;
    const fresh = { ...kept, key: { id: keyId!, wrapped: Buffer.alloc(60) } };
    expect(storedHashOf(fresh, 0, recordedAt.toISOString())).toEqual(storedHash(entry));
  });

  it('given a large entry between two small ones, then hashing it leaves no trace', () => {
    const before = storedHash(entry);
    storedHash({ ...entry, body: 'ü'.repeat(300_000) });
    expect(storedHash(entry)).toEqual(before);
  });
});
