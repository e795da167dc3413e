import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Logger } from 'pino';
import type { Clock } from '../kernel/clock.js';
import type { Service } from '../service-types.js';

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const PART_TIMEOUT_MS = 2_000;

/** The figures of one process in Prometheus' format. */
export class Telemetry {
  readonly registry = new Registry();
  private readonly ingested = this.counter('ingest_events_total', 'Events by door, origin and outcome.', [
    'door',
    'origin',
    'outcome',
  ]);
  private readonly appended = this.histogram('append_duration_seconds', 'From a whole request to its durable answer.', [
    'door',
  ]);
  private readonly http = this.histogram('http_request_duration_seconds', 'Requests by route pattern.', [
    'method',
    'route',
    'status',
  ]);
  private readonly queueWaiting = this.gauge('append_queue_waiting', 'Appends waiting now.');
  private readonly queueLimit = this.gauge('append_queue_limit', 'Appends that may wait before 503.');
  private readonly position = this.gauge('projection_position', 'Ledger position the read model has reached.');
  private readonly head = this.gauge('ledger_head_position', 'Last position of the ledger.');
  private readonly lagEvents = this.gauge('projection_lag_events', 'Entries the read model is behind.');
  private readonly lagSeconds = this.gauge('projection_lag_seconds', 'Seconds the read model is behind.');
  private readonly failed = this.gauge('projection_failed', '1 when the projector stopped on an error.');
  private readonly superseded = this.gauge(
    'projection_superseded',
    '1 while the read model is that of another version, until it is rebuilt.',
  );
  private readonly rebuilt = this.gauge(
    'projection_rebuild_position',
    'Ledger position of the rebuild that this process runs; 0 when there is none.',
  );
  private readonly sealed = this.gauge('seal_size', 'Entries under the last seal.');
  private readonly sealLag = this.gauge('seal_lag_events', 'Entries not yet sealed.');
  private readonly deadLetters = this.gauge('dead_letters_unresolved', 'Dead letters to resolve, by reason.', [
    'reason',
  ]);
  private readonly gap = this.gauge('gap', 'actual - tracked of the newest settled day.', [
    'metric',
    'source',
    'currency',
  ]);
  private readonly gapPct = this.gauge('gap_pct', 'Gap in percent of actual.', ['metric', 'source', 'currency']);
  private readonly missing = this.gauge(
    'provider_events_missing',
    'Events a provider lists that are not in the ledger.',
    ['provider'],
  );
  private readonly healed = this.gauge('provider_events_healed', 'Events no webhook brought, fetched from the list.', [
    'provider',
  ]);
  private readonly unchecked = this.gauge('provider_hours_unchecked', 'Hours not compared although it is time.', [
    'provider',
  ]);
  private readonly silent = this.gauge('provider_silent', '1 when nothing comes where there usually is something.', [
    'provider',
  ]);
  private readonly scrapeErrors = this.counter('scrape_errors_total', 'Parts of this page that could not be read.', [
    'part',
  ]);
  private scraping: Promise<string> | undefined;

  constructor(
    private readonly service: Service,
    private readonly clock: Clock,
    private readonly log: Logger,
  ) {
    collectDefaultMetrics({ register: this.registry });
  }

  /** An event was answered. `origin` must be one of few: a provider, a key's account, a protocol. */
  event(door: string, origin: string, outcome: string, count = 1): void {
    this.ingested.inc({ door, origin, outcome }, count);
  }

  door(door: string, seconds: number): void {
    this.appended.observe({ door }, seconds);
  }

  request(method: string, route: string, status: number, seconds: number): void {
    this.http.observe({ method, route, status: String(status) }, seconds);
  }

  /** The whole page. Scrapes at the same time share one reading; a part that fails is counted and left as it was. */
  scrape(): Promise<string> {
    this.scraping ??= this.read().finally(() => (this.scraping = undefined));
    return this.scraping;
  }

  private async read(): Promise<string> {
    this.readQueues();
    await Promise.all([
      this.part('projections', () => this.readProjections()),
      this.part('seal', () => this.readSeal()),
      this.part('dead_letters', () => this.readDeadLetters()),
      this.part('gap', () => this.readGaps()),
      this.part('completeness', () => this.readCompleteness()),
    ]);
    return this.registry.metrics();
  }

  private readQueues(): void {
    const queue = this.service.ledger.queue();
    this.queueWaiting.set(queue.waiting);
    this.queueLimit.set(queue.limit);
  }

  private async readSeal(): Promise<void> {
    const { size, lag } = await this.service.seal.state();
    this.sealed.set(size);
    this.sealLag.set(lag);
  }

  private async readProjections(): Promise<void> {
    const state = await this.service.projections.state(this.clock());
    this.position.set(state.position);
    this.head.set(state.head);
    this.lagEvents.set(state.lagEvents);
    this.lagSeconds.set(state.lagMs / 1_000);
    this.failed.set(state.failed === undefined ? 0 : 1);
    this.superseded.set(state.superseded ? 1 : 0);
    this.rebuilt.set(state.rebuilding?.position ?? 0);
  }

  private async readDeadLetters(): Promise<void> {
    const counts = await this.service.ingest.deadLetters.counts();
    this.deadLetters.reset();
    for (const { reason, unresolved } of counts) this.deadLetters.set({ reason }, unresolved);
  }

  private async readGaps(): Promise<void> {
    const rows = await this.service.reconcile.gaps();
    this.gap.reset();
    this.gapPct.reset();
    for (const { metric, source, currency = '', gap, gap_pct } of rows) {
      if (gap !== null && gap !== undefined) this.gap.set({ metric, source, currency }, Number(gap));
      if (gap_pct !== null) this.gapPct.set({ metric, source, currency }, gap_pct);
    }
  }

  private async readCompleteness(): Promise<void> {
    for (const each of await this.service.ingest.completeness.providers(this.clock())) {
      const { provider } = each;
      this.missing.set({ provider }, each.missing);
      this.healed.set({ provider }, each.healed);
      this.unchecked.set({ provider }, each.unchecked);
      this.silent.set({ provider }, each.silent ? 1 : 0);
    }
  }

  private async part(name: string, read: () => Promise<void>): Promise<void> {
    try {
      await withTimeout(read(), PART_TIMEOUT_MS);
    } catch (error) {
      this.scrapeErrors.inc({ part: name });
      this.log.warn({ err: error, part: name }, 'a part of /metrics could not be read');
    }
  }

  private counter<T extends string>(name: string, help: string, labelNames: readonly T[]): Counter<T> {
    return new Counter({ name: `truth_ledger_${name}`, help, labelNames, registers: [this.registry] });
  }

  private histogram<T extends string>(name: string, help: string, labelNames: readonly T[]): Histogram<T> {
    return new Histogram({
      name: `truth_ledger_${name}`,
      help,
      labelNames,
      buckets: SECONDS,
      registers: [this.registry],
    });
  }

  private gauge<T extends string>(name: string, help: string, labelNames: readonly T[] = []): Gauge<T> {
    return new Gauge({ name: `truth_ledger_${name}`, help, labelNames, registers: [this.registry] });
  }
}

/** The promise's value, or an error after so many milliseconds. The work itself goes on. */
export async function withTimeout<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, refuse) => {
    timer = setTimeout(() => refuse(new Error(`no answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
