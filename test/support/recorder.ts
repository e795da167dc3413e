import { createPublicKey } from 'node:crypto';
import http from 'node:http';
import type { Finding } from '../../src/ledger/findings.js';
import { verifyLedger } from '../../src/ledger/verify-ledger.js';
import { sealStoreInPostgres } from '../../src/ledger/backends/postgres/seal-store.js';
import type { PostgresLedger } from '../../src/ledger/backends/postgres/postgres.js';
import type { OpenVault } from '../../src/ledger/vault/open-vault.js';
import { readConfig } from '../../src/config.js';
import { openService } from '../../src/service.js';
import type { Service } from '../../src/service-types.js';
import { call, KEYS, type Answer } from './service-process.js';
import { callOf, type Delivery, type Traffic } from './traffic.js';

/** Stands outside the service and remembers what was sent and what was acknowledged. */
export class Recorder {
  /** Deliveries by the key of each of their events. */
  readonly sent = new Map<string, Delivery>();
  readonly acknowledged = new Set<string>();
  /** How many requests were answered with each status; `cut` for those whose answer never came. */
  readonly statuses = new Map<number | 'cut', number>();
  /** 503s without a word on when to come again. */
  speechless503 = 0;

  /** Sends one delivery and notes what became of it. */
  async deliver(url: string, delivery: Delivery, agent: http.Agent): Promise<void> {
    for (const key of delivery.keys) this.sent.set(key, delivery);
    const answer = await call(url + delivery.path, callOf(delivery), agent).catch(() => undefined);
    const status = answer?.status ?? 'cut';
    this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
    if (!answer) return;
    if (status === 503 && !(Number(answer.headers['retry-after']) > 0)) this.speechless503 += 1;
    if (answer.status === 200 || answer.status === 202) this.acknowledge(delivery, answer);
  }

  /** Statuses that no client should see, with how often: all but 2xx, 503 and connections that were cut. */
  unexpected(): Record<string, number> {
    const expected = new Set<number | 'cut'>([200, 202, 503, 'cut']);
    return Object.fromEntries([...this.statuses].filter(([status]) => !expected.has(status)));
  }

  private acknowledge({ keys, path }: Delivery, { text }: Answer): void {
    const body = JSON.parse(text) as {
      outcome?: string;
      results?: { outcome: string }[];
      accepted?: number;
      duplicates?: number;
    };
    const outcomes = path === '/v1/events' && body.results ? body.results.map(({ outcome }) => outcome) : undefined;
    // A collector says how many it kept, not which: only when all were kept is each of them promised.
    const all = body.accepted === undefined || body.accepted + body.duplicates! === keys.length;
    keys.forEach((key, index) => {
      const known = outcomes
        ? ['recorded', 'duplicate'].includes(outcomes[index]!)
        : body.outcome !== 'conflict' && all;
      if (known) this.acknowledged.add(key);
    });
  }
}

/** Keeps so many connections busy until `stop`; resolves when the last request has ended. */
export function startLoad(url: string, traffic: Traffic, recorder: Recorder, connections = 32) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: connections });
  let stopped = false;
  const client = async (): Promise<void> => {
    while (!stopped) await recorder.deliver(url, traffic.next(), agent);
  };
  const ended = Promise.all(Array.from({ length: connections }, client)).then(() => agent.destroy());
  return {
    stop: (): Promise<void> => {
      stopped = true;
      return ended;
    },
  };
}

/** What is wrong with a service's memory, measured against what was sent and acknowledged; all lists are empty when nothing is. */
export interface Discrepancies {
  acknowledgedButLost: string[];
  twice: string[];
  neverSent: string[];
  /** Of the seals and the hashes of the whole ledger. */
  tampered: Finding[];
  /** Of the read model and the daily totals against a rebuild from the ledger. */
  readModel: readonly unknown[];
  /** `<metric> <currency>`: what the ledger's payments and refunds say and what the metric says, where they differ. */
  money: string[];
  deadLetters: number;
}

/** Opens the running service's own database beside it (a data folder, or settings), waits until the read model has caught up, and compares. */
export async function compare(
  where: string | Readonly<Record<string, string>>,
  recorder: Recorder,
): Promise<Discrepancies & { entries: number }> {
  const settings = typeof where === 'string' ? { DATA_DIR: where } : where;
  const service = await openService(readConfig({ ADMIN_API_KEY: KEYS.api, ...settings }), () => new Date(), {
    attach: true,
  });
  try {
    await service.projections.catchUp();
    const kept = await ledgerKeys(service);
    const tracked = await trackedKeys(service);
    const all = [...kept, ...tracked];
    const there = new Set(all);
    const { ok, findings } = await service.projections.verify();
    const { rows } = await service.database.pool.query<{ count: number }>(
      'select count(*)::int as count from ingest.dead_letters',
    );
    return {
      entries: kept.length,
      acknowledgedButLost: [...recorder.acknowledged].filter((key) => !there.has(key)),
      twice: doubled(all),
      neverSent: all.filter((key) => !recorder.sent.has(key)),
      tampered: await tamperedIn(service),
      readModel: ok ? [] : findings,
      money: await moneyDifferences(service, recorder, kept),
      deadLetters: rows[0]!.count,
    };
  } finally {
    await service.stop();
  }
}

/** No discrepancy at all. */
export const NOTHING_WRONG: Discrepancies = {
  acknowledgedButLost: [],
  twice: [],
  neverSent: [],
  tampered: [],
  readModel: [],
  money: [],
  deadLetters: 0,
};

function doubled(keys: readonly string[]): string[] {
  const seen = new Set<string>();
  return keys.filter((key) => seen.size === seen.add(key).size);
}

async function ledgerKeys({ ledger }: Service): Promise<string[]> {
  const keys: string[] = [];
  for (let after = 0; ;) {
    const { entries } = await ledger.readFeed(after, 2_000);
    if (entries.length === 0) return keys;
    for (const { origin, originEventId } of entries)
      if (origin !== 'truth-ledger') keys.push(`${origin} ${originEventId}`);
    after = entries.at(-1)!.position;
  }
}

async function trackedKeys({ database }: Service): Promise<string[]> {
  const { rows } = await database.pool.query<{ message_id: string }>('select message_id from ingest.tracked_events');
  return rows.map(({ message_id }) => `tracked ${message_id}`);
}

async function tamperedIn({ database, ledger, vault }: Service): Promise<Finding[]> {
  const store = sealStoreInPostgres(database, (after, limit) => (ledger as PostgresLedger).storedHashes(after, limit));
  const found: Finding[] = [];
  const publicKey = createPublicKey((vault as OpenVault).signingKey);
  for await (const finding of verifyLedger(ledger, store, publicKey)) found.push(finding);
  return found;
}

/** Money in equals money in the model: of each payment and refund in the ledger once, to the minor unit, per currency. */
async function moneyDifferences({ database }: Service, { sent }: Recorder, kept: readonly string[]): Promise<string[]> {
  const sums = new Map<string, bigint>();
  for (const key of kept) {
    const money = sent.get(key)?.money;
    if (money) add(sums, `${money.metric} ${money.currency}`, money.amount);
  }
  const { rows } = await database.pool.query<{ name: string; sum: string }>(
    `select metric || ' ' || currency as name, sum(delta)::text as sum from model.contributions
     where metric in ('revenue_gross', 'refunds') group by 1`,
  );
  for (const { name, sum } of rows) add(sums, name, -BigInt(sum));
  return [...sums].filter(([, left]) => left !== 0n).map(([name, left]) => `${name}: ${left}`);
}

const add = (sums: Map<string, bigint>, name: string, amount: bigint): void =>
  void sums.set(name, (sums.get(name) ?? 0n) + amount);
