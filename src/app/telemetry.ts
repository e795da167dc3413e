import { collectDefaultMetrics, Counter, Histogram, Registry } from 'prom-client';
import type { Logger } from 'pino';
import type { Clock } from '../kernel/clock.js';
import type { Service } from '../service-types.js';
import { type Figures, figuresOf } from './role-figures.js';

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
  private readonly scrapeErrors = this.counter('scrape_errors_total', 'Parts of this page that could not be read.', [
    'part',
  ]);
  private scraping: Promise<string> | undefined;

  private readonly figures: readonly Figures[];

  constructor(
    service: Service,
    clock: Clock,
    private readonly log: Logger,
  ) {
    collectDefaultMetrics({ register: this.registry });
    this.figures = figuresOf(service, this.registry, clock);
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
    await Promise.all(this.figures.map(({ part, read }) => this.part(part, read)));
    return this.registry.metrics();
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
