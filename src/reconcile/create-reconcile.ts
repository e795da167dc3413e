import type { Clock } from '../kernel/clock.js';
import { addDays, type Day, daysBetween, isDay, type Zone } from '../kernel/day.js';
import { Problem } from '../kernel/errors.js';
import type { Ledger } from '../ledger/ledger.js';
import type { Database } from '../storage/database.js';
import { causes } from './causes/index.js';
import { confusion, type ConfusionQuery } from './confusion.js';
import type { SubjectTag } from './evidence.js';
import type { DayKey, Outcome } from './outcome.js';
import { type DetailQuery, latestGaps, listRows, type ListQuery, rowDetail } from './queries.js';
import { reconcileDay } from './reconcile-day.js';
import { type ReconciledMetric, reconciledMetrics } from './reconciled-metrics.js';
import { type AskedBy, recordOutcome } from './record.js';
import { dueOf, historyBefore, keepRun, type StoredRun, unfinishedRuns } from './result-store.js';
import type { Source } from './source.js';
import { sources as allSources } from './sources/index.js';

const DAYS_MAX = 366; // of one request
const CAUGHT_UP_WITHIN_MS = 60_000;
const POLL_MS = 25;

export interface ReconcileDeps {
  database: Database;
  ledger: Ledger;
  zone: Zone;
  clock: Clock;
  newId: () => string;
  /** `vault.contentMac`. */
  contentMac: (value: unknown) => Buffer;
  /** `vault.subjectTag`: finds refused events of a person. */
  subjectTag?: SubjectTag;
  /** Where the read model is; a reconciliation waits until it has reached the ledger's head. */
  projectionPosition: () => number | Promise<number>;
  /** Puts a kept run into the queue. It may fail or be lost: unfinished runs are put in again. */
  enqueueRun: (runId: string) => Promise<void>;
  sources?: Readonly<Record<string, Source>>;
}

/** A range of days, all sources and metrics unless named. */
export interface RunRequest {
  from: Day;
  to: Day;
  source?: string;
  metrics?: readonly string[];
}

export type Reconcile = ReturnType<typeof createReconcile>;

/** Truth against what the sources saw: runs it, records it in the ledger, and answers for it. */
export function createReconcile(deps: ReconcileDeps) {
  const { database, clock, newId } = deps;
  const engine = new Engine(deps);

  /** Keeps a run, durably. The same id again changes nothing. Throws Problem `invalid_request`. */
  const requestRun = async (request: RunRequest, { runId, actor }: AskedBy): Promise<void> => {
    await keepRun(database, engine.plan(request, { runId, actor }), clock());
    await deps.enqueueRun(runId).catch(() => undefined); // it is kept: the jobs put unfinished runs in again
  };

  return {
    list: (query: ListQuery) => listRows(database, query),
    detail: (day: Day, source: string, metric: string, query: DetailQuery) =>
      rowDetail(database, day, source, metric, query),
    gaps: () => latestGaps(database),
    confusion: (query: ConfusionQuery) => confusion(database, deps.zone, query),

    requestRun,
    async run(request: RunRequest, actor: string): Promise<{ run_id: string }> {
      const runId = newId();
      await requestRun(request, { runId, actor });
      return { run_id: runId };
    },

    /** The same at once: every row of the range as it is now, and how many of them were news to the ledger. */
    async now(
      request: RunRequest,
      actor: string,
    ): Promise<{ run_id: string; recorded: number; data: Outcome['rows'] }> {
      const runId = newId();
      const plan = engine.plan(request, { runId, actor });
      await engine.caughtUp();
      const data: Outcome['rows'] = [];
      let recorded = 0;
      for (const key of daysOf(plan)) {
        const outcome = await engine.compute(key);
        if ((await recordOutcome(deps, outcome, { runId, actor })).recorded) recorded += 1;
        data.push(...outcome.rows);
      }
      return { run_id: runId, recorded, data };
    },

    /** Compares one day and records it. Idempotent. */
    async reconcileOne(key: DayKey, asked: AskedBy): Promise<{ recorded: boolean; digest: string }> {
      await engine.caughtUp();
      const outcome = await engine.compute(key);
      return { ...(await recordOutcome(deps, outcome, asked)), digest: outcome.digest };
    },

    /** What `reconcileOne` would record, as a digest; nothing is written. */
    async digestOf(key: DayKey): Promise<string> {
      await engine.caughtUp();
      return (await engine.compute(key)).digest;
    },

    /** What is left of a run; it counts as finished when that is nothing. Undefined: no such run. */
    due: (runId: string) => dueOf(database, runId, clock()),
    unfinishedRuns: () => unfinishedRuns(database, clock()),
  };
}

class Engine {
  private readonly sources: Readonly<Record<string, Source>>;

  constructor(private readonly deps: ReconcileDeps) {
    this.sources = deps.sources ?? allSources;
  }

  plan({ from, to, source, metrics }: RunRequest, { runId, actor }: AskedBy): StoredRun {
    if (!isDay(from) || !isDay(to) || from > to)
      throw new Problem('invalid_request', 'from and to must be days, from not after to.');
    if (daysBetween(from, to) >= DAYS_MAX) throw new Problem('invalid_request', `A run may have ${DAYS_MAX} days.`);
    const sources = source === undefined ? Object.keys(this.sources) : [this.source(source).name];
    const names =
      metrics === undefined ? reconciledMetrics.map(({ name }) => name) : metrics.map((name) => this.metric(name).name);
    return { runId, actor, from, to, sources, metrics: [...new Set(names)] };
  }

  /** Reads and compares, in one transaction that sees one state. Days must be compared in order: a day is judged by those before. */
  async compute(key: DayKey): Promise<Outcome> {
    const { database, zone, clock, subjectTag } = this.deps;
    const [source, metric] = [this.source(key.source), this.metric(key.metric)];
    return database.transaction(async (reader) => {
      await reader.query('set transaction isolation level repeatable read, read only');
      const history = (currency: string) => historyBefore(reader, key, currency);
      return reconcileDay(key.day, { reader, source, metric, causes, zone, now: clock(), history, subjectTag });
    });
  }

  /** Waits until the read model has what the ledger had when this was called. Throws Problem `unavailable`. */
  async caughtUp(): Promise<void> {
    const head = await this.deps.ledger.head();
    for (let waited = 0; (await this.deps.projectionPosition()) < head; waited += POLL_MS) {
      if (waited >= CAUGHT_UP_WITHIN_MS)
        throw new Problem('unavailable', 'The read model is too far behind to reconcile.', { retryAfterS: 60 });
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  private source(name: string): Source {
    const source = Object.hasOwn(this.sources, name) ? this.sources[name] : undefined;
    if (!source)
      throw new Problem(
        'invalid_request',
        `There is no source "${name}"; there is ${Object.keys(this.sources).join(', ')}.`,
      );
    return source;
  }

  private metric(name: string): ReconciledMetric {
    const metric = reconciledMetrics.find((each) => each.name === name);
    if (metric) return metric;
    const names = reconciledMetrics.map((each) => each.name).join(', ');
    throw new Problem('invalid_request', `"${name}" is not reconciled; these are: ${names}.`);
  }
}

function* daysOf({ from, to, sources, metrics }: StoredRun): Generator<DayKey> {
  for (let day = from; day <= to; day = addDays(day, 1)) {
    for (const source of sources) for (const metric of metrics) yield { day, source, metric };
  }
}
