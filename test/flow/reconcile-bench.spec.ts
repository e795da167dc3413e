import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { fill } from '../../bench/bulk-truth.mjs';
import { turnsOver } from '../../bench/reconcile-turns.mjs';
import type { Database } from '../../src/storage/database.js';
import { testDatabase } from '../support/database.js';

const RANGE = { from: '2025-01-01', to: '2025-01-06', days: 6 };
const ORDERS = 300;
const turns = turnsOver((module) => import(`../../src/${module}`), RANGE);

let database: Database;
let drop: () => Promise<void>;
beforeAll(async () => {
  ({ database, drop } = await testDatabase());
  await fill(database, ORDERS, 240, RANGE);
});
afterAll(() => drop());

describe('what the bench of reconciliation measures', () => {
  it.each(['match', 'compare', 'product'] as const)(
    'given a few days, then %s counts what the plain SQL counts',
    async (name) => {
      const { counts } = await turns.sql(database);
      expect(counts.matched + counts.missing).toBe(ORDERS);
      expect(Math.min(counts.matched, counts.missing, counts.phantom)).toBeGreaterThan(0);
      expect((await turns[name](database)).counts).toEqual(counts);
    },
  );
});
