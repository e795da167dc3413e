import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readAddress } from '../../../src/ledger/backends/kurrentdb/address.js';
import {
  appendFits,
  eventOf,
  storedEventOf,
  type RecordedLike,
} from '../../../src/ledger/backends/kurrentdb/event-format.js';
import { CallTimeout, needsNewClient, verdictOf } from '../../../src/ledger/backends/kurrentdb/failures.js';
import { decisionStream, receivedStream } from '../../../src/ledger/streams.js';
import { decisions, received } from '../../contracts/ledger-entries.js';

const REPOSITORY = path.resolve(import.meta.dirname, '../../..');

describe('the address of a ledger in KurrentDB', () => {
  it.each([
    ['kurrentdb://h:2113?tls=false', 'kurrentdb://h:2113?tls=false&connectionName=truth-ledger', 'truth.'],
    ['kurrentdb://a,b:2113', 'kurrentdb://a,b:2113?connectionName=truth-ledger', 'truth.'],
    ['esdb://u:p@h?ledger=shop_2&tls=true', 'esdb://u:p@h?tls=true&connectionName=truth-ledger', 'shop_2.'],
    ['kurrentdb+discover://h?connectionName=mine', 'kurrentdb+discover://h?connectionName=mine', 'truth.'],
  ])('given %s, then the client gets %s and streams begin with %s', (url, connectionString, prefix) => {
    expect(readAddress(url)).toMatchObject({ connectionString, prefix });
  });

  it.each([
    ['a name that no stream can begin with', 'kurrentdb://h?ledger=My-Shop', 'small letters'],
    ['a user that would not be sent', 'kurrentdb://u:p@h?tls=false', 'would not send it'],
    ['conflicts that would not be told', 'kurrentdb://h?throwOnAppendFailure=false', 'hides conflicts'],
  ])('given %s, then it is refused', (_what, url, sentence) => {
    expect(() => readAddress(url)).toThrow(sentence);
  });
});

/** The event as KurrentDB would hand it out. */
function recorded(given = received('e1'), changes: Partial<RecordedLike> = {}): RecordedLike {
  const { id, type, data, metadata } = eventOf(given, undefined, new Date('2026-05-01T00:00:00.001Z'));
  const parsed: unknown = JSON.parse(Buffer.from(metadata as Uint8Array).toString());
  const created = new Date('2026-05-01T00:00:00.002Z');
  return { streamId: `truth.${given.stream}`, id, revision: 0n, type, data, metadata: parsed, created, ...changes };
}
const metadataWith = (changes: Record<string, unknown>) => ({
  metadata: { ...(recorded().metadata as Record<string, unknown>), ...changes },
});

describe('the event of an entry', () => {
  it('given an entry, then its event has the conventions of KurrentDB and gives the entry back', () => {
    const entry = received('e1', { causationId: 'cause' });
    expect(recorded(entry).metadata).toMatchObject({ $correlationId: 'correlation-e1', $causationId: 'cause' });
    expect(storedEventOf(recorded(entry), 'truth.')).toMatchObject({
      entry: { ...entry, revision: 0 },
      writtenAt: new Date('2026-05-01T00:00:00.001Z'),
    });
  });

  it('given any origin or kind, then its stream begins with a category that ends at the first dash', () => {
    const id = received('e1').id;
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('/auth-service', 'a-b', '-', '')),
        (text) => {
          for (const [stream, rest] of [
            [receivedStream(text, id), id],
            [decisionStream(text, '2026-10'), '2026-10'],
          ] as const) {
            const [, category, after] = /^([^-]*)-(.*)$/s.exec(`truth.${stream}`)!;
            expect(category).toMatch(/^truth\.[\p{L}\p{N}_]+$/u);
            expect(after).toBe(rest);
          }
        },
      ),
    );
  });

  it('given the same entry again, then it is the same event; with other content another', () => {
    expect(recorded(received('e1', { correlationId: 'x' })).id).toBe(recorded().id);
    expect(recorded(received('e1', { body: 'other' })).id).not.toBe(recorded().id);
  });

  it.each<[string, Partial<RecordedLike>]>([
    ['another ledger', { streamId: `other.${received('e1').stream}` }],
    ['a stream that is not the entry’s', { streamId: 'truth.stripe-elsewhere' }],
    ['a later place in its stream', { revision: 1n }],
    ['an id of its own', { id: received('e2').id }],
    ['content that is not what the id says', metadataWith({ content_mac: 'AAAA' })],
    ['JSON instead of bytes', { data: {} }],
    ['no metadata', { metadata: undefined }],
    ['metadata that are bytes', { metadata: new Uint8Array([1]) }],
    ['another format', metadataWith({ truth_ledger: 2 })],
    ['a time that is none', metadataWith({ recorded_at: 'yesterday' })],
    ['a time that no calendar has', metadataWith({ occurred_at: '2026-99-99T00:00:00.000Z' })],
    ['subjects that are none', metadataWith({ subjects: 'u.1' })],
    ['attributes that are no texts', metadataWith({ attributes: { n: 1 } })],
  ])('given an event of %s, then it is no entry', (_what, changes) => {
    expect(storedEventOf(recorded(undefined, {}), 'truth.')).toBeDefined();
    expect(storedEventOf(recorded(undefined, changes), 'truth.')).toBeUndefined();
  });

  it('given decisions of more than one append may have, then they do not fit', () => {
    const of = (count: number) =>
      decisions(
        'period-1',
        0,
        Array.from({ length: count }, (_, n) => `${n}${'x'.repeat(90_000)}`),
      ).map((entry) => eventOf(entry, undefined, new Date(0)));
    // Each has its text three times: in the body, as the id of its event, and as what it is correlated with.
    expect([appendFits(of(3)), appendFits(of(4))]).toEqual([true, false]);
  });
});

describe('what an error of the client means', () => {
  it.each<[unknown, string]>([
    [{ type: 'wrong-expected-version' }, 'conflict'],
    [{ type: 'not-leader' }, 'not_leader'],
    [{ type: 'unavailable' }, 'unknown'],
    [{ type: 'deadline-exceeded' }, 'unknown'],
    [{ code: 14, message: 'connect failed' }, 'unknown'],
    [new CallTimeout('nothing'), 'unknown'],
    [{ type: 'unknown', message: 'Could not recognize Server Is Busy' }, 'unknown'],
    [{ type: 'unknown', message: 'Could not recognize MaximumAppendEventSizeExceeded' }, 'too_large'],
    [{ type: 'maximum-append-size-exceeded' }, 'too_large'],
    [{ code: 8, message: 'received message larger than max' }, 'too_large'],
    [{ type: 'unknown', message: 'Could not recognize BadRequest' }, 'refused'],
    [{ type: 'stream-tombstoned' }, 'gone'],
    [{ type: 'access-denied' }, 'denied'],
  ])('given %j, then %s', (error, verdict) => {
    expect(verdictOf(error)).toBe(verdict);
  });

  it.each<[unknown, boolean]>([
    [{ type: 'unavailable', code: 14 }, false],
    [{ type: 'unknown', message: 'Could not recognize Server Is Busy' }, false],
    [{ type: 'unknown', code: 2 }, true],
    [{ code: 2 }, true],
    [new CallTimeout('nothing'), true],
  ])('given %j, then whether the client must be replaced is %s', (error, needed) => {
    expect(needsNewClient(error)).toBe(needed);
  });
});

describe('a service without KurrentDB', () => {
  it('given the registry of backends is loaded, then the client of KurrentDB is not', () => {
    const script = `await import('./src/ledger/backends/index.ts');
      const { createRequire } = await import('node:module');
      const files = Object.keys(createRequire(process.cwd() + '/x.js').cache);
      console.log(JSON.stringify([files.length > 0, files.some((file) => file.includes('@kurrent'))]));`;
    const loader = path.join(REPOSITORY, 'test/support/typescript.mjs');
    const args = ['--import', loader, '--input-type=module', '-e', script];
    const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: REPOSITORY, encoding: 'utf8' });
    expect([stdout.trim(), stderr]).toEqual(['[true,false]', expect.any(String)]);
  });
});
