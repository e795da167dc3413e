import { Counter, Gauge, type Registry } from 'prom-client';
import type { Clock } from '../kernel/clock.js';
import type { Role, Service } from '../service-types.js';

/** A part of the page of figures: it reads what it shows when the page is asked for. */
export interface Figures {
  /** Named in `scrape_errors_total` when it could not be read. */
  part: string;
  read(): Promise<void>;
}

type GaugeOf = <T extends string>(name: string, help: string, labels?: readonly T[]) => Gauge<T>;

const gaugeIn =
  (registry: Registry): GaugeOf =>
  (name, help, labelNames = []) =>
    new Gauge({ name: `truth_ledger_${name}`, help, labelNames, registers: [registry] });

/** The figures of what this process does. Those that are of the whole ledger come from one role, so that a sum over processes is right. */
export function figuresOf(service: Service, registry: Registry, clock: Clock): Figures[] {
  const gauge = gaugeIn(registry);
  const byRole: Record<Role, () => Figures[]> = {
    api: () => [
      appendQueue(service, gauge),
      deadLetters(service, gauge),
      alerts(service, gauge),
      arrivals(service, gauge, clock),
    ],
    projector: () => [
      projection(service, gauge, clock),
      unknownTypes(service, gauge),
      feedIndex(service, gauge, clock),
      seals(service, gauge),
    ],
    worker: () => [queuedJobs(service, gauge), finishedJobs(service, registry)],
  };
  return service.roles.flatMap((role) => byRole[role]());
}

/** The figures that tell what the business does: a gap of revenue beside its percentage is the revenue. */
export function businessFiguresOf(service: Service, registry: Registry): Figures[] {
  const gauge = gaugeIn(registry);
  return service.roles.includes('api') ? [gaps(service, gauge), drifts(service, gauge)] : [];
}

function appendQueue({ ledger }: Service, gauge: GaugeOf): Figures {
  const waiting = gauge('append_queue_waiting', 'Appends waiting now.');
  const most = gauge('append_queue_limit', 'Appends that may wait before 503.');
  return {
    part: 'append_queue',
    read() {
      const queue = ledger.queue();
      waiting.set(queue.waiting);
      most.set(queue.limit);
      return Promise.resolve();
    },
  };
}

function projection({ projections }: Service, gauge: GaugeOf, clock: Clock): Figures {
  const position = gauge('projection_position', 'Ledger position the read model has reached.');
  const head = gauge('ledger_head_position', 'Last position of the ledger.');
  const lagEvents = gauge('projection_lag_events', 'Entries the read model is behind.');
  const lagSeconds = gauge('projection_lag_seconds', 'Seconds the read model is behind.');
  const failed = gauge('projection_failed', '1 when the projector stopped on an error.');
  const superseded = gauge(
    'projection_superseded',
    '1 while the read model is that of another version, until it is rebuilt.',
  );
  const rebuilt = gauge(
    'projection_rebuild_position',
    'Ledger position of the rebuild that this process runs; 0 when there is none.',
  );
  const active = gauge('projection_active', '1 in the process that projects, 0 in one that waits to take over.');
  return {
    part: 'projections',
    async read() {
      const state = await projections.state(clock());
      position.set(state.position);
      head.set(state.head);
      lagEvents.set(state.lagEvents);
      lagSeconds.set(state.lagMs / 1_000);
      failed.set(state.failed === undefined ? 0 : 1);
      active.set(state.running ? 1 : 0);
      superseded.set(state.superseded ? 1 : 0);
      rebuilt.set(state.rebuilding?.position ?? 0);
    },
  };
}

function unknownTypes({ report }: Service, gauge: GaugeOf): Figures {
  const entries = gauge('projection_unknown_entries', 'Entries of types that no interpreter reads; in no number.');
  return { part: 'unknown_types', read: async () => entries.set(await report.unknownEntries()) };
}

/** What has no place in the feed yet is in no lag of the read model: that one is measured against the feed. */
function feedIndex({ ledger }: Service, gauge: GaugeOf, clock: Clock): Figures {
  const lag = gauge(
    'ledger_index_lag_seconds',
    'Seconds since all that was in the log of KurrentDB had its place in the feed; 0 where the ledger is in PostgreSQL.',
  );
  const now = (): number => clock().getTime();
  const begunAt = now();
  /** When, by the last reading, all had its place: while the index cannot be read the lag grows from there. */
  let placedAt: number | undefined;
  const show = (): void => lag.set(placedAt === undefined ? 0 : (now() - placedAt) / 1_000);
  return {
    part: 'ledger_index',
    async read() {
      show(); // whoever does not wait for the answer sees it grow too
      const { standsAlone, indexLagMs } = await ledger.health();
      const unread = standsAlone && indexLagMs === undefined;
      if (unread) placedAt ??= begunAt;
      else placedAt = standsAlone ? now() - indexLagMs! : undefined;
      show();
      if (unread) throw new Error('the index of the feed does not answer');
    },
  };
}

function seals({ seal }: Service, gauge: GaugeOf): Figures {
  const sealed = gauge('seal_size', 'Entries under the last seal.');
  const left = gauge('seal_lag_events', 'Entries not yet sealed.');
  return {
    part: 'seal',
    async read() {
      const { size, lag } = await seal.state();
      sealed.set(size);
      left.set(lag);
    },
  };
}

function deadLetters({ ingest }: Service, gauge: GaugeOf): Figures {
  const letters = gauge('dead_letters_unresolved', 'Dead letters to resolve, by reason.', ['reason']);
  return {
    part: 'dead_letters',
    async read() {
      const counts = await ingest.deadLetters.counts();
      letters.reset();
      for (const { reason, unresolved } of counts) letters.set({ reason }, unresolved);
    },
  };
}

function gaps({ reconcile }: Service, gauge: GaugeOf): Figures {
  const labels = ['metric', 'source', 'currency'] as const;
  const gaps = gauge('gap', 'actual - tracked of the newest settled day.', labels);
  const percents = gauge('gap_pct', 'Gap in percent of actual.', labels);
  return {
    part: 'gap',
    async read() {
      const rows = await reconcile.gaps();
      gaps.reset();
      percents.reset();
      for (const { metric, source, currency = '', gap, gap_pct } of rows) {
        if (gap !== null && gap !== undefined) gaps.set({ metric, source, currency }, Number(gap));
        if (gap_pct !== null) percents.set({ metric, source, currency }, gap_pct);
      }
    },
  };
}

const MOVED = { up: 1, steady: 0, down: -1 } as const;

function drifts({ reconcile }: Service, gauge: GaugeOf): Figures {
  const labels = ['metric', 'source', 'currency', 'figure'] as const;
  const values = gauge('drift_value_pct', 'A watched percentage on the newest settled day.', labels);
  const baselines = gauge('drift_baseline_pct', 'What the percentage usually is.', labels);
  const moved = gauge('drift', '1 when the percentage went up, -1 when it went down, 0 while it is steady.', labels);
  const alarming = gauge('drift_alarming', '1 when the percentage moved in a direction that is bad news.', labels);
  return {
    part: 'drift',
    async read() {
      const rows = await reconcile.drift({});
      for (const each of [values, baselines, moved, alarming]) each.reset();
      for (const row of rows) {
        const { metric, source, currency = '', figure } = row;
        const of = { metric, source, currency, figure };
        if (row.value !== null) values.set(of, row.value);
        if (row.baseline !== null) baselines.set(of, row.baseline);
        moved.set(of, MOVED[row.moved]);
        alarming.set(of, row.alarming ? 1 : 0);
      }
    },
  };
}

function alerts({ alerts: kept }: Service, gauge: GaugeOf): Figures {
  const open = gauge('alerts_open', 'Alerts that have not recovered, by severity and state.', ['severity', 'state']);
  return {
    part: 'alerts',
    async read() {
      const counts = await kept.counts();
      open.reset();
      for (const { severity, state, count } of counts) open.set({ severity, state }, count);
    },
  };
}

function arrivals({ ingest }: Service, gauge: GaugeOf, clock: Clock): Figures {
  const labels = ['provider'] as const;
  const missing = gauge('provider_events_missing', 'Events a provider lists that are not in the ledger.', labels);
  const healed = gauge('provider_events_healed', 'Events no webhook brought, fetched from the list.', labels);
  const unchecked = gauge('provider_hours_unchecked', 'Hours not compared although it is time.', labels);
  const givenUp = gauge('provider_webhooks_given_up', 'Too large, asked for in vain, and not asked for again.', labels);
  const silent = gauge('provider_silent', '1 when nothing comes where there usually is something.', labels);
  return {
    part: 'completeness',
    async read() {
      for (const each of await ingest.completeness.providers(clock())) {
        const { provider } = each;
        missing.set({ provider }, each.missing);
        healed.set({ provider }, each.healed);
        unchecked.set({ provider }, each.unchecked);
        givenUp.set({ provider }, each.given_up);
        silent.set({ provider }, each.silent ? 1 : 0);
      }
    },
  };
}

function queuedJobs({ jobs }: Service, gauge: GaugeOf): Figures {
  const queued = gauge('jobs', 'Jobs in the queue, by state.', ['state']);
  return {
    part: 'jobs',
    async read() {
      const counts = await jobs.counts();
      queued.reset();
      for (const [state, count] of Object.entries(counts)) queued.set({ state }, count);
    },
  };
}

function finishedJobs({ jobs }: Service, registry: Registry): Figures {
  const registers = [registry];
  const finished = new Counter({
    name: 'truth_ledger_jobs_finished_total',
    help: 'Runs of jobs in this process, by outcome.',
    labelNames: ['job', 'outcome'] as const,
    registers,
  });
  const seconds = new Counter({
    name: 'truth_ledger_job_seconds_total',
    help: 'Seconds that jobs ran in this process.',
    labelNames: ['job'] as const,
    registers,
  });
  return {
    part: 'finished_jobs',
    read() {
      finished.reset();
      seconds.reset();
      for (const [job, tally] of jobs.tallies()) {
        finished.inc({ job, outcome: 'completed' }, tally.completed);
        finished.inc({ job, outcome: 'failed' }, tally.failed);
        seconds.inc({ job }, tally.seconds);
      }
      return Promise.resolve();
    },
  };
}
