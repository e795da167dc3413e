import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { metrics } from '../../src/metrics/index.js';
import { verifyLedger } from '../../src/ledger/verify-ledger.js';
import type { Database } from '../../src/storage/database.js';
import { startKurrentdb } from '../support/kurrentdb/double.js';
import { hasRedis, redisServer } from '../support/redis.js';
import { type Json, RunningService } from '../support/running-service.js';
import { siblingDatabase } from '../support/sibling-database.js';
import { tellHistory } from '../support/told-history.js';

jest.setTimeout(240_000); // each starts a service and lets it count everything twice

const anyKey = generateKeyPairSync('ed25519').publicKey; // no seal is checked here
const VAULT_KEY = '17'.repeat(32);
const ZONE = 'Europe/Berlin';
const FROM = '2026-10-01';
const TO = '2026-10-09';

/** Which engines keep the state: settings of the service, and what to close when it has stopped. */
interface Mode {
  settings: Record<string, string>;
  close: () => Promise<void>;
}

const modes: Record<string, (beside: Database) => Promise<Mode>> = {
  'KurrentDB and PostgreSQL': async (beside) => {
    const [double, readModel] = [await startKurrentdb(), await siblingDatabase(beside, true)];
    return {
      settings: { LEDGER_URL: double.url, DATABASE_URL: readModel.url },
      close: async () => {
        await readModel.drop();
        await double.close();
      },
    };
  },
  'a ledger in one PostgreSQL and the read model in another': async (beside) => {
    const [ledger, readModel] = [await siblingDatabase(beside, true), await siblingDatabase(beside, false)];
    return {
      settings: { LEDGER_URL: ledger.url, DATABASE_URL: readModel.url },
      close: async () => {
        await readModel.drop();
        await ledger.drop();
      },
    };
  },
  // Registered where there is a redis-server; `npm test` installs one where it may.
  ...(hasRedis
    ? {
        'KurrentDB, PostgreSQL and Redis': async (beside: Database) => {
          const without = await modes['KurrentDB and PostgreSQL']!(beside);
          const redis = await redisServer();
          return {
            settings: { ...without.settings, REDIS_URL: redis.url },
            close: async () => {
              await redis.close();
              await without.close();
            },
          };
        },
      }
    : {}),
};

// When it was fetched, and by which run, is the one thing that two runs cannot share.
const withoutRun = (rows: readonly Json[]): Json[] => rows.map(({ fetched_at: _fetched, run_id: _run, ...row }) => row);

/** Everything that must not depend on the engines. */
async function outcomeOf(shop: RunningService) {
  await tellHistory(shop);
  const names = Object.values(metrics).map(({ name }) => name);
  const numbers: Record<string, Json[]> = {};
  const stateHash = await shop.stateHash();
  for (const name of names) numbers[name] = await shop.metric(name, FROM, TO);
  const rows = withoutRun(await shop.reconcile(FROM, TO));
  const sources = (await shop.get(`/v1/attribution?metric=orders&from=${FROM}&to=${TO}`)).data as Json[];
  const letters = (await shop.all('/v1/dead-letters')).map(({ reason, type }) => ({ reason, type }));
  return { stateHash, numbers, rows, sources, letters };
}

const noSeals = {
  after: () => Promise.resolve([]),
  sealedHashes: () => Promise.resolve(undefined),
  nodes: () => Promise.resolve(Buffer.alloc(0)),
};

describe('one input through every mode', () => {
  let embedded: RunningService;
  let expected: Awaited<ReturnType<typeof outcomeOf>>;
  const now = '2026-11-08T12:00:00Z';
  beforeAll(async () => {
    embedded = await RunningService.start({ zone: ZONE, now, settings: { VAULT_KEY } });
    expected = await outcomeOf(embedded);
  });
  afterAll(() => embedded.stop());

  it('is worth comparing', () => {
    expect(expected.rows.filter((row) => row['gap'] !== 0).length).toBeGreaterThan(3);
    expect(Object.values(expected.numbers).flat().length).toBeGreaterThan(30);
  });

  it.each(Object.keys(modes))(
    'given %s, then state hash, metrics and reconciliation rows are those of embedded, and the ledger verifies',
    async (name) => {
      const mode = await modes[name]!(embedded.service.database);
      const shop = await RunningService.start({ zone: ZONE, now, settings: { VAULT_KEY, ...mode.settings } });
      try {
        expect(await outcomeOf(shop)).toEqual(expected);
        const { service } = shop;
        expect((await service.projections.verify()).findings).toEqual([]);
        const findings = [];
        const verifying = verifyLedger(service.ledger, noSeals, anyKey);
        for await (const finding of verifying) findings.push(finding);
        expect(findings).toEqual([]);
        await service.projections.rebuild();
        expect(await service.projections.stateHash()).toBe(expected.stateHash);
      } finally {
        await shop.stop();
        await mode.close();
      }
    },
  );
});
