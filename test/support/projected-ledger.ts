import { createHash, randomUUID } from 'node:crypto';
import type { Fact } from '../../src/catalog/facts.js';
import { applyFact } from '../../src/catalog/merge-facts.js';
import { Zone } from '../../src/kernel/day.js';
import { backends } from '../../src/ledger/backends/index.js';
import type { Ledger } from '../../src/ledger/ledger.js';
import { receivedStream } from '../../src/ledger/streams.js';
import { metrics } from '../../src/metrics/index.js';
import { createProjections, type ProjectionDeps, type Projections } from '../../src/projections/create-projections.js';
import type { Database } from '../../src/storage/database.js';
import { testDatabase } from './database.js';

/** A ledger in PostgreSQL whose entries are facts, and projectors of it. */
export interface ProjectedLedger {
  database: Database;
  ledger: Ledger;
  /** A projector as another process would have it; stopped at the end. Days are of UTC unless told otherwise. */
  make(over?: Partial<ProjectionDeps>): Projections;
  /** One entry for each list of facts, in this order. */
  record(...entries: readonly (readonly Fact[])[]): Promise<void>;
  /** Sum of a metric over everything. */
  total(metric: string): Promise<number>;
  close(): Promise<void>;
}

/** `opened`: a migrated database; one like all others unless told. */
export async function projectedLedger(
  now = new Date('2026-10-20T12:00:00Z'),
  opened = testDatabase(),
): Promise<ProjectedLedger> {
  const { database, drop } = await opened;
  const ledger = await backends.postgres.open({ database, clock: () => now });
  const made: Projections[] = [];
  const copies = new Map<string, number>();
  return {
    database,
    ledger,
    make(over = {}) {
      const projections = createProjections({
        ...{ ledger, database, applyFact, metrics, zone: new Zone('UTC'), holder: randomUUID(), interpreterVersion: 1 },
        interpret: ({ body }) => body as Fact[],
        park: () => Promise.resolve(),
        reparkAll: () => Promise.resolve(),
        log: () => undefined,
        ...over,
      });
      made.push(projections);
      return projections;
    },
    async record(...entries) {
      const all = entries.map((facts) => {
        const body = JSON.stringify(facts);
        const copy = copies.get(body) ?? 0;
        copies.set(body, copy + 1);
        return entryOf(body, copy);
      });
      await Promise.all(all.map((entry) => ledger.record(entry)));
    },
    async total(metric) {
      const { rows } = await database.pool.query<{ total: number }>(
        'select coalesce(sum(delta), 0)::int as total from model.contributions where metric = $1',
        [metric],
      );
      return rows[0]!.total;
    },
    async close() {
      for (const projections of made) await projections.stop();
      await ledger.close();
      await drop();
    },
  };
}

/**
 * As in the product, the same facts have one id in every ledger, by which ties are told: those of two touches in the same millisecond. Copies
 * are entries of their own, whose ids lie side by side.
 */
function entryOf(body: string, copy: number) {
  const hex = `${createHash('sha256').update(body).digest('hex').slice(0, 28)}${copy.toString(16).padStart(4, '0')}`;
  const id = hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  return {
    ...{ id, stream: receivedStream('test', id), type: 'test.facts', schemaVersion: 1, origin: 'test', account: '' },
    ...{ originEventId: id, occurredAt: new Date(0), correlationId: 'test', actor: 'test', authenticatedBy: 'none' },
    ...{ subjects: [], attributes: {}, body, contentMac: Buffer.alloc(32) },
  };
}
