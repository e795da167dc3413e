import { addDays, type Day, daysBetween, daysBetweenBoth, isDay } from '../kernel/day.js';
import { Problem } from '../kernel/errors.js';
import { causes } from './causes/index.js';
import { compareDays, type EachDay } from './run/compare-days.js';
import { confusion, type ConfusionQuery } from './report/confusion.js';
import { inputsOf } from './load/inputs.js';
import { defaultTerms } from '../metrics/contract.js';
import { lateDays } from './tracked/lateness.js';
import type { OnProgress } from '../ingest/prune-tracked.js';
import type { DayKey, Outcome } from './compare/outcome.js';
import { canSift } from './load/load-section.js';
import { computeTogether, type Together } from './run/compute-together.js';
import { type DetailQuery, listRows, type ListQuery, rowDetail } from './store/queries.js';
import type { AgreedTerms, DayRange, ReconcileDeps } from './reconcile-deps.js';
import { reconcileDay } from './reconcile-day.js';
import { type ReconciledMetric, reconciledMetrics } from './reconciled-metrics.js';
import { type AskedBy, recordOutcome } from './store/record.js';
import { checkedInputs, historyBefore, type StoredRun, uncheckedDays } from './store/result-store.js';
import { retentionOf } from './store/retention.js';
import { daysOf, type RunRequest, runsOf } from './run/runs.js';
import { pageRequestDays } from './tracked/page-requests.js';
import type { Pulls } from './pull/create-pulls.js';
import { pruneSnapshots } from './pull/prune-snapshots.js';
import type { Pulled } from './pull/puller.js';
import { lastDays, shadowKeys, type ShadowDifference } from './run/shadow.js';
import { inOneState } from './run/one-state.js';
import type { AnySource, Reader } from './source.js';
import { firstTouchCounts, listSources, sourceEventNames } from './report/sources-report.js';
import { sources as allSources } from './sources/index.js';
import { type Stretch, stretchesOf } from './run/stretches.js';
import { watching } from './report/watching.js';

const DAYS_MAX = 366; // of one request
const CAUGHT_UP_WITHIN_MS = 60_000;
const POLL_MS = 25;
const APART_DAYS = 28; // compared alone where days cannot be read together, before it is tried again with those after them

export type { AgreedTerms, DayRange, ReconcileDeps, RunRequest };

export type Reconcile = ReturnType<typeof createReconcile>;

/** Truth against what the sources saw: runs it, records it in the ledger, and answers for it. */
export function createReconcile(deps: ReconcileDeps) {
  const { database, clock, newId } = deps;
  const retention = retentionOf(deps);
  const engine = new Engine(deps, retention);

  return {
    list: (query: ListQuery) => listRows(database, query),
    detail: (day: Day, source: string, metric: string, query: DetailQuery) =>
      rowDetail(database, day, source, metric, query),
    ...watching(deps),
    ...runsOf({
      ...deps,
      plan: (request, asked) => engine.plan(request, asked),
      today: () => engine.today(),
      uncheckedDays: (from, to) => engine.uncheckedDays(from, to),
      forgotten: () => retention.forgotten(),
    }),
    pruneTracked: (onProgress?: OnProgress) => retention.pruneTracked(onProgress),
    /** Whether a day cannot be compared any more, because events that it needs are gone. */
    isForgotten: (key: Pick<DayKey, 'day' | 'source'>): boolean => retention.isForgotten(key),
    confusion: async (query: ConfusionQuery) =>
      confusion({ ...deps, ...retention, sourceOf: (name) => engine.source(name) }, query),

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
        await engine.fetch(key);
        const outcome = await engine.compute(key);
        if ((await recordOutcome(deps, outcome, { runId, actor })).recorded) recorded += 1;
        data.push(...outcome.rows);
      }
      return { run_id: runId, recorded, data };
    },

    /** Compares one day and records it. Idempotent. */
    async reconcileOne(key: DayKey, asked: AskedBy): Promise<{ recorded: boolean; digest: string }> {
      retention.refuseForgotten(key.day, [key.source]);
      await engine.caughtUp();
      await engine.fetch(key);
      const outcome = await engine.compute(key);
      return { ...(await recordOutcome(deps, outcome, asked)), digest: outcome.digest };
    },

    /** Whether days of this source and metric are compared together. */
    isTogether: (key: Pick<DayKey, 'source' | 'metric'>): boolean => engine.isTogether(key),
    /** Compares days, in their order, together where they lie in a row; see `compareDays`. */
    reconcileDays: (keys: readonly DayKey[], asked: AskedBy, goOn: () => Promise<boolean>): Promise<void> =>
      compareDays(deps, engine, keys, { asked, goOn }),

    /** What comparing a day would be made from, as a digest; nothing is written. */
    async inputsOf(key: DayKey): Promise<string> {
      await engine.caughtUp();
      await engine.fetch(key);
      return engine.inputsOf(key);
    },

    /** Days up to yesterday for which late data may still come, and whose inputs changed since they were compared. */
    async changedDays(): Promise<(DayKey & { inputs: string })[]> {
      await engine.caughtUp();
      return engine.changedDays();
    },

    /** Has a day fetched from a source. Idempotent; a failure is kept and answered, not thrown. Throws Problem `invalid_request`. */
    pull: (source: string, day: Day): Promise<Pulled> => engine.pull(source, day),

    /** How the last days would differ if they were compared now: nothing is recorded, and nothing that was fetched is kept. */
    shadow: (days: number): Promise<ShadowDifference[]> => engine.shadow(days),

    /** Removes what was fetched and is not needed any more. Idempotent. */
    pruneSnapshots: () => pruneSnapshots(database, engine.configured, { zone: deps.zone, now: clock() }),

    sources: async () => ({
      data: await listSources(database.pool, engine.sources, engine.configured),
      next_cursor: null,
    }),
    /** Undefined: no such source. */
    sourceEvents: (name: string, range: DayRange) => engine.eventNames(name, range),
    /** Undefined: no such access log. */
    pageRequestDays: (name: string, range: DayRange) => engine.pageDays(name, range),
  };
}

type Retention = Pick<ReturnType<typeof retentionOf>, 'refuseForgotten' | 'isForgotten'>;

class Engine {
  readonly sources: Readonly<Record<string, AnySource>>;
  readonly configured: Pulls['configured'];
  private readonly sourceNames: readonly string[];

  constructor(
    private readonly deps: ReconcileDeps,
    private readonly retention: Retention,
  ) {
    this.sources = deps.sources ?? allSources;
    this.sourceNames = Object.keys(this.sources);
    this.configured = deps.pulls?.configured ?? [];
  }

  plan({ from, to, source, metrics }: RunRequest, { runId, actor }: AskedBy): StoredRun {
    if (!isDay(from) || !isDay(to) || from > to)
      throw new Problem('invalid_request', 'from and to must be days, from not after to.');
    const today = this.today();
    if (to > today) throw new Problem('invalid_request', `to is ${to}, and a day to come: today is ${today}.`);
    if (daysBetween(from, to) >= DAYS_MAX) throw new Problem('invalid_request', `A run may have ${DAYS_MAX} days.`);
    const sources = source === undefined ? this.sourceNames : [this.source(source).name];
    this.retention.refuseForgotten(from, sources);
    const names =
      metrics === undefined ? reconciledMetrics.map(({ name }) => name) : metrics.map((name) => this.metric(name).name);
    return { runId, actor, from, to, sources, metrics: [...new Set(names)] };
  }

  /** Reads and compares, in one transaction that sees one state. Days must be compared in order: a day is judged by those before. */
  compute(key: DayKey): Promise<Outcome> {
    const now = this.deps.clock(); // before anything is read: what came later was perhaps not seen
    return inOneState(this.deps.database, (reader) => this.computeWith(reader, key, now));
  }

  /** The same of days in a row, seen in one state, or each in its own where they cannot be read together. False when `each` ended it. */
  async computeDays({ from, to, ...of }: Stretch, each: EachDay): Promise<boolean> {
    let left = daysBetweenBoth(from, to).map((day) => ({ day, ...of }));
    while (left.length > 0) {
      const { compared, goOn } = left.length > 1 ? await this.computeTogether(left, each) : { compared: 0, goOn: true };
      if (!goOn) return false;
      left = left.slice(compared);
      if (compared > 0) continue;
      for (const key of left.splice(0, APART_DAYS)) if (!(await each(key, () => this.compute(key)))) return false;
    }
    return true;
  }

  private computeTogether(keys: readonly DayKey[], each: EachDay) {
    const now = this.deps.clock();
    const [source, metric] = [this.source(keys[0]!.source), this.metric(keys[0]!.metric)];
    const compute = (reader: Reader, key: DayKey, together: Together) => this.computeWith(reader, key, now, together);
    const computeAlone = (key: DayKey): Promise<Outcome> => this.compute(key);
    return computeTogether({ ...this.deps, source, metric, compute, computeAlone }, keys, each);
  }

  isTogether({ source, metric }: Pick<DayKey, 'source' | 'metric'>): boolean {
    return canSift(this.source(source), this.metric(metric));
  }

  /** Which days are compared together, and which alone. */
  stretches(due: readonly DayKey[]): Stretch[] {
    return stretchesOf(due, (key) => this.isTogether(key));
  }

  private async computeWith(reader: Reader, key: DayKey, now: Date, together?: Together): Promise<Outcome> {
    const { zone, subjectTag, terms } = this.deps;
    const [source, metric] = [this.source(key.source), this.metric(key.metric)];
    const history = (currency: string) =>
      together?.history.before(key, currency) ?? historyBefore(reader, key, currency);
    const tolerance = terms?.[metric.name]?.tolerancePct ?? undefined;
    const inputs = await inputsOf(reader, { source, metric, day: key.day, zone, now, counts: together?.counts });
    const given = { reader, source, metric, causes, zone, now, history, subjectTag, tolerance, together };
    return { ...(await reconcileDay(key.day, given)), inputs };
  }

  inputsOf({ day, ...key }: DayKey): Promise<string> {
    const { database, zone, clock } = this.deps;
    const [source, metric] = [this.source(key.source), this.metric(key.metric)];
    return inputsOf(database.pool, { source, metric, day, zone, now: clock() });
  }

  async changedDays(): Promise<(DayKey & { inputs: string })[]> {
    const { database } = this.deps;
    const yesterday = addDays(this.today(), -1);
    const longest = Math.max(
      ...reconciledMetrics.flatMap((each) => this.sourceNames.map((name) => this.lateDays(each, name))),
    );
    const known = await checkedInputs(database, addDays(yesterday, 1 - longest), yesterday);
    const changed: (DayKey & { inputs: string })[] = [];
    for (const each of reconciledMetrics) {
      const metric = each.name;
      for (const source of this.sourceNames) {
        for (let day = addDays(yesterday, 1 - this.lateDays(each, source)); day <= yesterday; day = addDays(day, 1)) {
          const key = { day, source, metric };
          const before = known.get(`${day} ${source} ${metric}`);
          // Never compared: the nightly run and people decide from when on. Forgotten: it would be refused.
          if (before === undefined || this.retention.isForgotten(key)) continue;
          await this.fetch(key); // late data of an outside source is news only once it was asked for
          const inputs = await this.inputsOf(key);
          if (inputs !== before) changed.push({ ...key, inputs });
        }
      }
    }
    return changed;
  }

  uncheckedDays(from: Day, to: Day): Promise<Day[]> {
    const metrics = reconciledMetrics.map(({ name }) => name);
    return uncheckedDays(this.deps.database, { sources: this.sourceNames, metrics }, { from, to });
  }

  private lateDays({ truth }: ReconciledMetric, source: string): number {
    const { allowedLatenessHours } = this.deps.terms?.[truth] ?? defaultTerms;
    return lateDays(allowedLatenessHours, this.source(source).settlesMs);
  }

  /** Brings what the comparison reads up to date; without news nobody is asked. What failed is told by the comparison. */
  async fetch({ source, day }: DayKey): Promise<void> {
    await this.deps.pulls?.puller.pull(source, day);
    for (const { name, type } of this.configured)
      if (type.gives === 'page_requests') await this.deps.pulls?.puller.pull(name, day);
  }

  async pull(name: string, day: Day): Promise<Pulled> {
    if (!isDay(day)) throw new Problem('invalid_request', `"${day}" is no calendar day.`);
    if (!this.has(name)) this.source(name);
    return (await this.deps.pulls?.puller.pull(name, day)) ?? { status: 'not_pulled' };
  }

  async shadow(days: number): Promise<ShadowDifference[]> {
    const { database, pulls, clock } = this.deps;
    await this.caughtUp();
    const differences: ShadowDifference[] = [];
    for (const day of lastDays(this.today(), days)) {
      for (const source of this.sourceNames) {
        const configured = this.configured.find(({ name }) => name === source);
        const asked = configured && (await pulls!.puller.ask(database.pool, configured, day));
        const keys = reconciledMetrics.map(({ name: metric }) => ({ day, source, metric }));
        const compute = (reader: Reader, key: DayKey): Promise<Outcome> => this.computeWith(reader, key, clock());
        try {
          differences.push(...(await shadowKeys(database, keys, { begin: asked?.keep, compute })));
        } finally {
          await asked?.close();
        }
      }
    }
    return differences;
  }

  async eventNames(name: string, { from, to }: DayRange) {
    if (!this.has(name)) return undefined;
    const { zone, database } = this.deps;
    const [fromAt, toAt] = [new Date(zone.startOf(from)), new Date(zone.startOf(addDays(to, 1)))];
    const data = await sourceEventNames(database.pool, name, { from, to, fromAt, toAt });
    return { source: name, from, to, data, first_touch: await firstTouchCounts(database.pool, name, { from, to }) };
  }

  async pageDays(name: string, { from, to }: DayRange) {
    const found = this.configured.find((source) => source.name === name && source.type.gives === 'page_requests');
    return found && { source: name, data: await pageRequestDays(this.deps.database.pool, from, to, name) };
  }

  /** In the reporting zone. */
  today(): Day {
    return this.deps.zone.dayOf(this.deps.clock().getTime());
  }

  private has(name: string): boolean {
    return Object.hasOwn(this.sources, name) || this.configured.some((source) => source.name === name);
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

  source(name: string): AnySource {
    const source = Object.hasOwn(this.sources, name) ? this.sources[name] : undefined;
    if (!source)
      throw new Problem('invalid_request', `There is no source "${name}"; there is ${this.sourceNames.join(', ')}.`);
    return source;
  }

  private metric(name: string): ReconciledMetric {
    const metric = reconciledMetrics.find((each) => each.name === name);
    if (metric) return metric;
    const names = reconciledMetrics.map((each) => each.name).join(', ');
    throw new Problem('invalid_request', `"${name}" is not reconciled; these are: ${names}.`);
  }
}
