import { createHmac } from 'node:crypto';
import { rmSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { pino } from 'pino';
import { listen } from '../../src/app/serve.js';
import { readConfig } from '../../src/config.js';
import { backends } from '../../src/ledger/backends/index.js';
import { openService, type OpenOptions } from '../../src/service.js';
import type { Service } from '../../src/service-types.js';
import { quickMadeFolder, temporaryFolder } from './test-cluster.js';

/** What the service under test was told to accept. */
export const secrets = {
  admin: 'admin_key_of_the_harbour_shop',
  stripe: 'whsec_harbour_current',
  stripeBefore: 'whsec_harbour_before',
  writeKey: 'wk_harbour_web',
} as const;

export type Json = Record<string, any>;

export interface Reply {
  status: number;
  body: any;
  retryAfter: string | null;
}

export interface RunningOptions {
  zone?: string;
  /** What the service takes for the present at its start; from there its time runs on. Default: the real one. */
  now?: string;
  /** Settings beside those that every test has. */
  settings?: Readonly<Record<string, string>>;
  /** A data folder that stays when it stops. Default: one of its own, removed. */
  dataDir?: string;
  /** Parts of the service that a test brings. */
  parts?: Pick<OpenOptions, 'books' | 'tieOuts' | 'doorSilentMs'>;
  /** Called when it is open and has not started yet. */
  opened?: (service: Service) => Promise<void>;
}

/** What the service takes for the present. It runs on with the real time, unless it is stopped. */
export class ShopTime {
  private stoppedAt: number | undefined;

  constructor(private aheadMs: number) {}

  now = (): Date => new Date((this.stoppedAt ?? Date.now()) + this.aheadMs);

  pass(ms: number): void {
    this.aheadMs += ms;
  }

  stop(): void {
    this.stoppedAt ??= Date.now();
  }
}

/** The whole service, as `serve` starts it, on a free port and a database of its own. */
export class RunningService {
  private constructor(
    readonly url: string,
    readonly service: Service,
    readonly time: ShopTime,
    private readonly close: () => Promise<void>,
  ) {}

  static async start({
    zone = 'UTC',
    now,
    settings,
    opened: told,
    parts,
    ...given
  }: RunningOptions = {}): Promise<RunningService> {
    const folder = settings?.['DATABASE_URL'] === undefined ? quickMadeFolder : temporaryFolder;
    const dataDir = given.dataDir ?? folder('truth-ledger-flow-');
    const time = new ShopTime(now === undefined ? 0 : Date.parse(now) - Date.now());
    const set = {
      PORT: '0',
      DATA_DIR: dataDir,
      REPORTING_TIME_ZONE: zone,
      ADMIN_API_KEY: secrets.admin,
      STRIPE_WEBHOOK_SECRETS: `${secrets.stripeBefore},${secrets.stripe}`,
      COLLECTOR_WRITE_KEYS: `web=${secrets.writeKey}`,
      ...settings,
    };
    const config = readConfig(set, Object.keys(backends));
    let service: Service | undefined;
    const opened: typeof openService = async (read, clock, how) => {
      service = await openService(read, clock, { ...how, ...parts });
      await told?.(service);
      return service;
    };
    const running = await listen(config, opened, time.now, pino({ level: 'silent' }));
    return new RunningService(running.url, service!, time, async () => {
      await running.stop();
      if (given.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true });
    });
  }

  stop = (): Promise<void> => this.close();

  /** A request with the operator's key, unless the headers say another. */
  async send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Reply> {
    const reply = await fetch(this.url + path, {
      method,
      headers: { authorization: `Bearer ${secrets.admin}`, 'content-type': 'application/json', ...headers },
      body: body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body),
    });
    const text = await reply.text();
    const isJson = /\bjson\b/.test(reply.headers.get('content-type') ?? '');
    const parsed: unknown = isJson ? JSON.parse(text) : text;
    return { status: reply.status, body: parsed, retryAfter: reply.headers.get('retry-after') };
  }

  /** Delivers an event as Stripe does: signed at the present moment. */
  stripe(event: Json, secret: string = secrets.stripe): Promise<Reply> {
    const body = JSON.stringify(event);
    const at = Math.floor(this.time.now().getTime() / 1000);
    const signature = createHmac('sha256', secret).update(`${at}.${body}`).digest('hex');
    return this.send('POST', '/webhooks/stripe', body, { 'stripe-signature': `t=${at},v1=${signature}` });
  }

  /** Several deliveries, in this order, each of them acknowledged. Returns their statuses. */
  async stripeAll(events: readonly Json[]): Promise<number[]> {
    const statuses = [];
    for (const event of events) statuses.push(acknowledged(await this.stripe(event)).status);
    return statuses;
  }

  /** A batch of domain events, all of them accepted. */
  async events(...events: readonly Json[]): Promise<Reply> {
    const type = { 'content-type': 'application/cloudevents-batch+json' };
    const reply = acknowledged(await this.send('POST', '/v1/events', events, type));
    const refused = (reply.body.results as Json[]).filter(
      ({ outcome }) => !['recorded', 'duplicate'].includes(outcome),
    );
    if (refused.length > 0) throw new Error(`refused: ${JSON.stringify(refused)}`);
    return reply;
  }

  /** A batch in Segment's protocol, as a browser sends it. */
  segment(batch: readonly unknown[], path = '/v1/batch'): Promise<Reply> {
    const authorization = `Basic ${Buffer.from(`${secrets.writeKey}:`).toString('base64')}`;
    return this.send('POST', path, path === '/v1/batch' ? { batch } : batch[0], { authorization });
  }

  /** A batch in PostHog's protocol. */
  posthog(batch: readonly unknown[], path = '/batch/'): Promise<Reply> {
    return this.send('POST', path, { api_key: secrets.writeKey, batch });
  }

  async get(path: string): Promise<any> {
    const { status, body } = await this.send('GET', path);
    if (status !== 200) throw new Error(`GET ${path}: ${status} ${JSON.stringify(body)}`);
    return body;
  }

  /** The rows of a metric. */
  async metric(name: string, from: string, to: string, more = ''): Promise<Json[]> {
    await this.catchUp();
    return (await this.get(`/v1/metrics/${name}?from=${from}&to=${to}${more}`)).data as Json[];
  }

  /** The sum of a count over a range of days. */
  async count(name: string, from: string, to = from): Promise<number> {
    return (await this.metric(name, from, to)).reduce((sum, { value }) => sum + (value as number), 0);
  }

  /** Every page of a list. */
  async all(path: string): Promise<Json[]> {
    const found: Json[] = [];
    for (let cursor = ''; ;) {
      const page = await this.get(`${path}${cursor}`);
      found.push(...(page.data as Json[]));
      if (page.next_cursor === null) return found;
      cursor = `${path.includes('?') ? '&' : '?'}cursor=${encodeURIComponent(page.next_cursor as string)}`;
    }
  }

  catchUp = async (): Promise<void> => void (await this.service.projections.catchUp());

  stateHash = async (): Promise<string> => {
    await this.catchUp();
    return this.service.projections.stateHash();
  };

  /** Asks for a reconciliation, waits until it has run, and returns the rows of its days. */
  async reconcile(from: string, to = from): Promise<Json[]> {
    const { status, body } = await this.send('POST', '/v1/reconciliations', { from, to });
    if (status !== 202) throw new Error(`POST /v1/reconciliations: ${status} ${JSON.stringify(body)}`);
    const finished = 'select from reconcile.runs where run_id = $1 and finished_at is not null';
    while ((await this.sql(finished, [body.run_id])).length === 0) await pause(20);
    return this.all(`/v1/reconciliations?from=${from}&to=${to}&limit=1000`);
  }

  /** The row of one metric on one day, with its ids. */
  detail = (day: string, metric: string, more = ''): Promise<any> =>
    this.get(`/v1/reconciliations/${day}/collector/${metric}?limit=1000${more}`);

  /** What a person with the documented views asks, in a session of the reporting zone. */
  async sql(text: string, values: unknown[] = []): Promise<Json[]> {
    return this.service.database.transaction(async (client) => {
      await client.query(`set local time zone '${this.service.config.reportingTimeZone}'`);
      return (await client.query<Json>(text, values)).rows;
    });
  }
}

function acknowledged(reply: Reply): Reply {
  if (reply.status < 200 || reply.status > 299) throw new Error(`${reply.status} ${JSON.stringify(reply.body)}`);
  return reply;
}
