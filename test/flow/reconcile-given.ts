import { createHmac, randomUUID } from 'node:crypto';
import { defaultChannels } from '../../src/catalog/channels.js';
import { canonicalJson } from '../../src/kernel/canonical-json.js';
import { Zone } from '../../src/kernel/day.js';
import { openPostgresLedger } from '../../src/ledger/backends/postgres/postgres.js';
import type { Ledger } from '../../src/ledger/ledger.js';
import { createReconcile, type Reconcile, type ReconcileDeps } from '../../src/reconcile/create-reconcile.js';
import type { Database } from '../../src/storage/database.js';
import { testDatabase } from '../support/database.js';

export const ZONE = 'Europe/Berlin';
const MODEL = ['contributions', 'parts', 'identifiers'] as const;

/** The reconciliation over a read model that is always at the head. */
export const reconcileOver = (
  database: Database,
  ledger: Ledger,
  clock: () => Date,
  given: Pick<ReconcileDeps, 'enqueueRun'> & Partial<ReconcileDeps>,
): Reconcile =>
  createReconcile({
    ...{ database, ledger, clock, zone: new Zone(ZONE), modelVersion: `${ZONE} test`, newId: randomUUID },
    channels: defaultChannels,
    contentMac: (value) => createHmac('sha256', 'test').update(canonicalJson(value)).digest(),
    subjectTag: (kind, value) => `${kind}.${value}`,
    projectionPosition: () => Number.MAX_SAFE_INTEGER,
    // What goes the slower way says the same, so that no other expectation would notice.
    log: (line, error) => {
      throw new Error(line, { cause: error });
    },
    ...given,
  });

/** Rows of the read model and of the collector, put there directly, with the reconciliation over them. */
export class Shop {
  now = new Date('2026-10-20T12:00:00Z');
  enqueued: string[] = [];
  private position = 0;
  private message = 0;

  private constructor(
    readonly database: Database,
    readonly ledger: Ledger,
    readonly url: string,
    private readonly dropDatabase: () => Promise<void>,
  ) {}

  static async open(): Promise<Shop> {
    const { database, url, drop } = await testDatabase();
    const ledger = await openPostgresLedger(database, { clock: () => new Date('2026-10-20T12:00:00Z') });
    return new Shop(database, ledger, url, drop);
  }

  reconcile(given: Partial<ReconcileDeps> = {}): Reconcile {
    return reconcileOver(this.database, this.ledger, () => this.now, {
      enqueueRun: (runId) => Promise.resolve(void this.enqueued.push(runId)),
      ...given,
    });
  }

  /** Nothing but the ledger is left. */
  async empty(): Promise<void> {
    await this.database.pool
      .query(`truncate ${MODEL.map((name) => `model.${name}`).join(', ')}, ingest.tracked_events, ingest.sdk_links,
      ingest.collector_reject_samples, ingest.collector_limited, reconcile.runs, reconcile.checks, reconcile.result_ids, reconcile.result_matched, reconcile.results, reconcile.recorded`);
    this.enqueued = [];
  }

  /** A contribution; `delta` −1 takes one back. */
  async contributes(metric: string, subject: string, day: string, given: Partial<Contribution> = {}): Promise<void> {
    const row = { delta: 1, currency: '', present: true, source: 'google', at: `${day}T10:00:00Z`, ...given };
    this.position += 1;
    await this.database.pool.query(
      `insert into model.contributions (position, ordinal, metric, subject, day, currency, delta, source, medium, campaign, customer_kind,
         customer_present, fact, entry_id, occurred_at)
       values ($1, 0, $2, $3, $4, $5, $6, $7, '', '', '', $8, 'Fact', gen_random_uuid(), $9)`,
      [this.position, metric, subject, day, row.currency, row.delta, row.source, row.present, row.at],
    );
  }

  async person(customer: string, ...nodes: string[]): Promise<void> {
    for (const node of new Set([customer, ...nodes])) {
      await this.database.pool.query("insert into model.identifiers (node, customer, doc) values ($1, $2, '{}')", [
        node,
        customer,
      ]);
    }
  }

  async signup(user: string, day: string, given: Partial<Contribution> & { devices?: string[] } = {}): Promise<void> {
    await this.person(`user:${user}`, ...(given.devices ?? []).map((device) => `anonymous:${device}`));
    await this.contributes('signups', `user:${user}`, day, given);
  }

  /** Parts of one purchase: `order:o1` first. */
  async purchase(
    refs: string[],
    given: { party?: string; status?: string; present?: boolean; effects?: unknown } = {},
  ): Promise<void> {
    for (const ref of refs) {
      const kind = ref.slice(0, ref.indexOf(':'));
      await this.database.pool.query(
        'insert into model.parts (ref, kind, purchase, party, status, customer_present, doc) values ($1, $2, $3, $4, $5, $6, $7)',
        [
          ref,
          kind,
          refs[0],
          given.party ?? `guest:${refs[0]}`,
          given.status ?? 'completed',
          given.present ?? true,
          JSON.stringify({ effects: kind === 'order' || kind === 'payment' ? (given.effects ?? {}) : {} }),
        ],
      );
    }
  }

  async tracks(kind: string | null, at: string, given: Partial<TrackedEvent> = {}): Promise<string> {
    const id = given.message_id ?? `m${++this.message}`;
    await this.database.pool.query(
      `insert into ingest.tracked_events (collector, message_id, event, kind, user_id, anonymous_id, refs, value_minor, value_basis, currency,
         value_problem, occurred_at, received_at, deliveries, is_bot, source, lineage, host, browser, is_test, key_id, body)
       values ('segment', $1, 'e', $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, '{}')`,
      [
        id,
        kind,
        given.user_id,
        given.anonymous_id,
        given.refs ?? [],
        given.value,
        given.value === undefined && !given.problem ? null : (given.basis ?? 'total'),
        given.currency,
        given.problem,
        at,
        given.received_at ?? at,
        given.deliveries ?? 1,
        given.is_bot ?? false,
        given.source,
        given.lineage ?? 'client',
        given.host,
        given.browser,
        given.is_test,
        given.key_id ?? 'k',
      ],
    );
    return id;
  }

  async close(): Promise<void> {
    await this.ledger.close();
    await this.dropDatabase();
  }
}

interface Contribution {
  delta: number | bigint;
  currency: string;
  present: boolean;
  source: string;
  at: string;
}

interface TrackedEvent {
  message_id: string;
  user_id: string;
  anonymous_id: string;
  refs: string[];
  value: number;
  basis: 'total' | 'net';
  currency: string;
  problem: string;
  received_at: string;
  deliveries: number;
  is_bot: boolean;
  source: string;
  lineage: 'client' | 'server';
  host: string;
  browser: string;
  is_test: boolean;
  key_id: string;
}
