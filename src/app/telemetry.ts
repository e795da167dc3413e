import { collectDefaultMetrics, Counter, Histogram, Registry } from 'prom-client';
import type { Logger } from 'pino';
import type { Clock } from '../kernel/clock.js';
import type { Service } from '../service-types.js';
import type { Background } from './background.js';
import { businessFiguresOf, type Figures, figuresOf } from './role-figures.js';
import { sharedReading } from './shared-reading.js';

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const PART_TIMEOUT_MS = 2_000;

/** What a process reads of its service when the page of figures is asked for, and its own use of the machine. */
export class FigurePage {
  readonly registry = new Registry();
  /** What tells of the business: only for those who may read the numbers. */
  private readonly numbers = new Registry();
  private readonly scrapeErrors: Counter<'part'>;
  private readonly figures: readonly Figures[];
  private readonly business: readonly Figures[];

  /** `prefix`: before the names of what two processes of one service both have. */
  constructor(
    service: Service,
    clock: Clock,
    private readonly log: Logger,
    prefix = '',
  ) {
    collectDefaultMetrics({ register: this.registry, prefix });
    this.scrapeErrors = new Counter({
      name: `truth_ledger_${prefix}scrape_errors_total`,
      help: 'Parts of this page that could not be read.',
      labelNames: ['part'],
      registers: [this.registry],
    });
    const shared = ({ part, read }: Figures): Figures => ({ part, read: sharedReading(read, clock) });
    this.figures = figuresOf(service, this.registry, clock).map(shared);
    this.business = businessFiguresOf(service, this.numbers).map(shared);
  }

  /** The page; with `business`, gaps and drifts too. A part that fails is counted and left as it was. */
  async scrape({ business }: { business: boolean }): Promise<string> {
    const asked = business ? [...this.figures, ...this.business] : this.figures;
    await Promise.all(asked.map(({ part, read }) => this.part(part, read)));
    return (await this.registry.metrics()) + (business ? await this.numbers.metrics() : '');
  }

  /** What the work resolves with, or undefined where it fails or takes too long: then the part is counted as one that could not be read. */
  async part<T>(name: string, read: () => Promise<T>): Promise<T | undefined> {
    try {
      return await withTimeout(read(), PART_TIMEOUT_MS);
    } catch (error) {
      this.scrapeErrors.inc({ part: name });
      this.log.warn({ err: error, part: name }, 'a part of /metrics could not be read');
      return undefined;
    }
  }
}

/** The figures of one process in Prometheus' format, and with them those of the process in its background. */
export class Telemetry {
  readonly registry: Registry;
  private readonly page: FigurePage;
  private readonly ingested: Counter<'door' | 'origin' | 'outcome'>;
  private readonly appended: Histogram<'door'>;
  private readonly http: Histogram<'method' | 'route' | 'status'>;

  /** Figures of the process in the background, where there is one. */
  private readonly theirs: (() => Promise<string>) | undefined;

  constructor(service: Service, clock: Clock, log: Logger, background?: Background) {
    this.page = new FigurePage(service, clock, log);
    this.theirs = background && sharedReading(() => background.figures(), clock);
    this.registry = this.page.registry;
    this.ingested = this.counter('ingest_events_total', 'Events by door, origin and outcome.', [
      'door',
      'origin',
      'outcome',
    ]);
    this.appended = this.histogram('append_duration_seconds', 'From a whole request to its durable answer.', ['door']);
    this.http = this.histogram('http_request_duration_seconds', 'Requests by route pattern.', [
      'method',
      'route',
      'status',
    ]);
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

  /** The page of all of it; with `business`, what only those may see who may read the numbers. */
  async scrape(options: { business: boolean }): Promise<string> {
    const theirs = this.theirs && (await this.page.part('background', this.theirs));
    return (await this.page.scrape(options)) + (theirs ?? '');
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

/** What takes longer than it may. */
export class TooLate extends Error {}

/** The promise's value, or TooLate after so many milliseconds. The work itself goes on. */
export async function withTimeout<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, refuse) => {
    timer = setTimeout(() => refuse(new TooLate(`no answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
