import { randomBytes } from 'node:crypto';
import { createApp, type App } from '../../../src/app/create-app.js';
import { createLog } from '../../../src/app/log.js';
import type { KeyStore, StoredKey } from '../../../src/app/auth/key-store.js';
import { readConfig } from '../../../src/config.js';
import type { CollectReply, Outcome, Principal, RawRequest } from '../../../src/ingest/ingest.js';
import { ROLES, type Role, type Service } from '../../../src/service-types.js';
import type { Ledger } from '../../../src/ledger/ledger.js';
import type { LedgerVerified } from '../../../src/ledger/open-seal.js';

export const ADMIN_KEY = 'operator-key-of-this-test';
export const ENTRY_ID = '6f1c0a52-2b5e-5c6a-9a39-0a5d3c1f7e10';

const DRIFT = {
  ...{
    source: 'collector',
    metric: 'signups',
    figure: 'loss_pct',
    day: '2026-10-03',
    value: 12,
    verdict: 'up',
    baseline: 5,
  },
  ...{
    basis: 'weekday',
    delta: 7,
    threshold: 2,
    interval: [10, 14],
    shift: null,
    moved: 'up',
    alarming: true,
    ...{ causes: [], concentrated_in: null, markers: [] },
  },
};

const REPORT = {
  ...{ week: '2026-W40', from: '2026-09-28', to: '2026-10-04', time_zone: 'UTC', published_at: null },
  ...{ rows: [], drift: [], markers: [] },
};

/** A service that records what the doors hand it and answers what the test says. */
export class FakeService {
  readonly seen: { door: string; request: RawRequest; principal?: Principal }[] = [];
  readonly queries: { name: string; args: unknown[] }[] = [];
  webhook: (provider: string, request: RawRequest) => Promise<Outcome[]> = () =>
    Promise.resolve([{ outcome: 'recorded', entryId: ENTRY_ID }]);
  events: () => Promise<{ batch: boolean; outcomes: Outcome[] }> = () =>
    Promise.resolve({ batch: false, outcomes: [{ outcome: 'recorded', entryId: ENTRY_ID }] });
  collect: () => Promise<CollectReply> = () => Promise.resolve({ accepted: 1, duplicates: 0, rejected: {} });
  head: () => Promise<number> = () => Promise.resolve(7);
  ledgerHealth: Ledger['health'] = () =>
    this.head().then(
      (head) => ({ ok: true, head, standsAlone: false }),
      () => ({ ok: false, detail: 'no answer', standsAlone: false }),
    );
  query: () => Promise<unknown> = () => Promise.resolve({ rows: [] });
  jobs: () => Promise<{ ok: boolean; detail?: string }> = () => Promise.resolve({ ok: true });
  ledgerVerified: LedgerVerified = {
    ...{ ok: true, entries: 7, sealed: 4, checkpoints: 2, witnessed: 2, entered: 1 },
    ...{ root: 'r', findings: [], count: 0 },
  };
  roles: readonly Role[] = ROLES;
  reconciliations: unknown[] = [];
  /** What becomes of a period by any step. */
  period: () => unknown = () => ({ id: '2026-10', state: 'open', version: 0 });
  keysLeft: number | undefined;
  queueAway = false;
  waiting = 0;
  lagMs = 0;
  superseded = false;
  rebuilding: { position: number; head: number } | undefined;
  failed: string | undefined;
  deadLetter: { id: string } | undefined;

  as(): Service {
    const ask =
      (name: string, reply: unknown) =>
      (...args: unknown[]) => {
        this.queries.push({ name, args });
        return Promise.resolve(reply);
      };
    const page = { data: [], next_cursor: null };
    return {
      config: readConfig({ ADMIN_API_KEY: ADMIN_KEY }),
      roles: this.roles,
      ledger: {
        head: () => this.head(),
        queue: () => ({ waiting: this.waiting, limit: 10 }),
        health: () => this.ledgerHealth(),
      },
      vault: { pool: { state: () => ({ left: this.keysLeft, target: 100 }) } },
      doorDatabase: { pool: { query: () => this.query() } },
      ingest: {
        webhook: (provider: string, request: RawRequest) =>
          this.keep(`webhook ${provider}`, request).then(() => this.webhook(provider, request)),
        events: (request: RawRequest, principal: Principal) =>
          this.keep('events', request, principal).then(() => this.events()),
        collect: (protocol: string, request: RawRequest) => this.keep(protocol, request).then(() => this.collect()),
        deadLetters: {
          list: ask('deadLetters', { data: [], nextCursor: null }),
          find: () => Promise.resolve(this.deadLetter),
          read: ask('deadLetter', undefined),
          replay: ask('replay', { outcome: 'recorded', entryId: ENTRY_ID }),
          counts: () => Promise.resolve([{ reason: 'conflict', unresolved: 3 }]),
        },
      },
      projections: {
        state: () => {
          const { lagMs, superseded, rebuilding, failed } = this;
          const at = { position: 5, head: 7, lagEvents: 2, lagMs, running: true };
          return Promise.resolve({ ...at, superseded, rebuilding, failed });
        },
        whenCurrent: () => Promise.resolve(true),
        rebuild: ask('rebuild', { position: 7 }),
        stateHash: () => Promise.resolve('abc'),
      },
      report: {
        unknownTypes: ask('unknownTypes', page),
        unknownEntries: () => Promise.resolve(6),
        metric: (name: string, query: unknown) =>
          name === 'signups' ? ask('metric', { metric: name })(name, query) : Promise.resolve(undefined),
        positionOf: (asOf: string) => Promise.resolve(Number(asOf)),
        catalogOfMetrics: () => [{ name: 'signups' }],
        catalog: () => ({ domain_events: {} }),
        contributions: ask('contributions', page),
        attribution: ask('attribution', { data: [] }),
        funnel: ask('funnel', { actual: {}, tracked: {} }),
        customer: ask('customer', { id: 'user:u1' }),
        entries: ask('entries', page),
        entry: ask('entry', { id: ENTRY_ID }),
      },
      close: {
        verify: () => Promise.resolve({ counts: {}, findings: [] }),
        list: ask('periods', page),
        detail: ask('period', { id: '2026-10' }),
        journal: ask('journal', page),
        rebuild: () => Promise.resolve(0),
        ...Object.fromEntries(
          ['softClose', 'propose', 'approve', 'close', 'reopen', 'waive'].map((step) => [
            step,
            (...args: unknown[]) => ask(step, this.period)(...args).then(() => this.period()),
          ]),
        ),
      },
      reconcile: {
        list: (...args: unknown[]) =>
          ask('reconciliations', { data: this.reconciliations, next_cursor: null })(...args),
        detail: ask('reconciliation', { day: '2026-10-03' }),
        run: ask('run', { run_id: 'run-1' }),
        now: (...args: unknown[]) => ask('now', { run_id: 'run-1', recorded: 1, data: this.reconciliations })(...args),
        gaps: () => Promise.resolve().then(() => this.reconciliations),
        drift: ask('drift', [DRIFT]),
        markers: ask('markers', { data: [], next_cursor: null }),
        gapReport: (week: string) => ask('gapReport', week === '2026-W40' ? REPORT : undefined)(week),
        setMarker: ask('setMarker', { id: 'm1', at: '2026-10-03T00:00:00.000Z', kind: 'release', title: '1.5' }),
      },
      alerts: {
        list: ask('alerts', page),
        counts: () => Promise.resolve([{ severity: 'critical', state: 'raised', count: 1 }]),
        acknowledge: (id: string, ...args: unknown[]) =>
          id === ENTRY_ID
            ? ask('acknowledge', { id, state: 'acknowledged', acknowledged_by: 'key:k', note: null })(id, ...args)
            : Promise.resolve(undefined),
      },
      jobs: {
        health: () => this.jobs(),
        counts: () => Promise.resolve({ waiting: 2, active: 1 }),
        enqueueVerification: (actor: string) =>
          this.queueAway ? Promise.reject(new Error('away')) : ask('enqueueVerification', 'verify-asked')(actor),
        enqueueSeal: ask('enqueueSeal', 'seal-asked'),
        list: ask('jobs', []),
        cancel: (id: string, ...args: unknown[]) =>
          id === 'j1' ? ask('cancel', { id, outcome: 'removed' })(id, ...args) : Promise.resolve(undefined),
        tallies: () => new Map([['reconcile-day', { completed: 4, failed: 1, seconds: 2.5 }]]),
      },
      verification: { recent: ask('verifications', []) },
      seal: {
        state: () => Promise.resolve({ size: 4, lag: 3 }),
        proof: () => Promise.resolve(undefined),
        consistency: ask('consistency', { from: {}, to: {}, path: [] }),
        checkpoints: () => Promise.resolve({ data: [], next_cursor: null }),
        publicKey: () => ({ algorithm: 'ed25519', public_key: '', fingerprint: '' }),
        verify: () => Promise.resolve(this.ledgerVerified),
        enter: ask('enterSeal', { position: 8, checkpoint: { size: 7, root: 'ab' } }),
      },
    } as unknown as Service;
  }

  private keep(door: string, request: RawRequest, principal?: Principal): Promise<void> {
    this.seen.push({ door, request, principal });
    return Promise.resolve();
  }
}

/** Keys in memory, with the promises of the PostgreSQL one. */
export type MemoryKeyStore = KeyStore & { keys: Map<string, StoredKey>; down: boolean };

export function memoryKeyStore(): MemoryKeyStore {
  const keys = new Map<string, StoredKey>();
  return {
    keys,
    down: false,
    find(id) {
      return this.down ? Promise.reject(new Error('no connection')) : Promise.resolve(keys.get(id));
    },
    insert: (key) => Promise.resolve(void keys.set(key.id, key)),
    list: () => Promise.resolve([...keys.values()]),
    revoke: (id, at) => {
      const key = keys.get(id);
      if (!key || key.revokedAt) return Promise.resolve(false);
      keys.set(id, { ...key, revokedAt: at });
      return Promise.resolve(true);
    },
  };
}

export interface RunningApp extends App {
  service: FakeService;
  keyStore: MemoryKeyStore;
  /** `http://127.0.0.1:<port>` */
  url: string;
  /** What was logged so far. */
  logged: () => string;
  get: (path: string, key?: string, headers?: Record<string, string>) => Promise<Response>;
  post: (path: string, body: string | Buffer, headers?: Record<string, string>) => Promise<Response>;
  /** What Fastify serves, as it was registered. */
  routePatterns: () => { method: string; pattern: string }[];
  advance: (ms: number) => void;
  stop: () => Promise<void>;
}

/** The whole application on a free port, over a fake service. */
export async function startApp(roles: readonly Role[] = ROLES): Promise<RunningApp> {
  const service = new FakeService();
  service.roles = roles;
  const lines: string[] = [];
  let now = Date.parse('2026-10-03T12:00:00Z');
  const log = createLog('trace', { write: (line: string) => void lines.push(line) });
  const keyStore = memoryKeyStore();
  const app = await createApp(service.as(), { log, clock: () => new Date(now), keyStore });
  await app.nest.listen(0, '127.0.0.1');
  const url = await app.nest.getUrl();
  const bearer = (key?: string): Record<string, string> => (key ? { authorization: `Bearer ${key}` } : {});
  return {
    ...app,
    service,
    keyStore,
    url,
    routePatterns: () => app.routes.all(),
    logged: () => lines.join(''),
    get: (path, key, headers = {}) => fetch(url + path, { headers: { ...bearer(key), ...headers } }),
    post: (path, body, headers = {}) =>
      fetch(url + path, {
        method: 'POST',
        body: body as never,
        headers: { 'content-type': 'application/json', ...headers },
      }),
    advance: (ms) => void (now += ms),
    stop: () => app.nest.close(),
  };
}

export const randomBody = (bytes: number): Buffer => randomBytes(bytes);
