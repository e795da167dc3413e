import { tmpdir } from 'node:os';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { z } from 'zod';
import { defaultAliases, trackedMapper } from '../../../src/catalog/tracked-events.js';
import { Zone } from '../../../src/kernel/day.js';
import { Puller, type PullerDeps } from '../../../src/reconcile/pull/puller.js';
import { Spool } from '../../../src/reconcile/pull/spool.js';
import type { ConfiguredSource } from '../../../src/reconcile/source-type.js';

const source: ConfiguredSource = {
  ...{ name: 'tool', settings: {}, settlesMs: 0, keepDays: 90, fingerprint: 'f1' },
  ...{ mapper: trackedMapper(), aliases: defaultAliases },
  type: {
    ...{ name: 'tool', meaning: 'A tool.', gives: 'counts', settlesHours: () => 0, settings: z.unknown() },
    async *fetch() {
      yield await Promise.resolve({ name: 'Joined', count: 1 });
    },
  },
};

/** A database that answers nothing, gives the lock, and refuses to begin a transaction. */
const client = {
  query: (sql: string) =>
    sql === 'begin'
      ? Promise.reject(new Error('gone'))
      : Promise.resolve({ rows: sql.includes('lock') ? [{ mine: true }] : [] }),
  release: () => undefined,
};
const deps = {
  database: { pool: { connect: () => Promise.resolve(client) } },
  clock: () => new Date('2026-10-20T12:00:00Z'),
  ...{ zone: new Zone('UTC'), http: {}, pause: () => Promise.resolve(), spoolFolder: tmpdir() },
  writing: { clear: (value: unknown) => String(value), hash: String, network: () => undefined },
} as unknown as PullerDeps;

describe('a pull', () => {
  afterEach(() => void jest.restoreAllMocks());

  it('given a database that cannot begin to write, then the rows on their way are given up', async () => {
    const [opened, closed] = [jest.spyOn(Spool, 'open'), jest.spyOn(Spool.prototype, 'close')];
    const puller = new Puller(deps, new Map([['tool', source]]));
    await expect(puller.pull('tool', '2026-10-03')).rejects.toThrow('gone');
    expect([opened.mock.calls.length, closed.mock.calls.length]).toEqual([1, 1]);
  });
});
