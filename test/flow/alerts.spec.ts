import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHmac, randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { SMTPServer } from 'smtp-server';
import { AlertStore, ATTEMPTS_MAX } from '../../src/alert/alert-store.js';
import type { ChannelSettings } from '../../src/alert/channel.js';
import type { Condition } from '../../src/alert/condition.js';
import { type Alerts, createAlerts } from '../../src/alert/create-alerts.js';
import { alertDeliver, deliveryJob } from '../../src/jobs/alert-deliver.js';
import type { JobContext } from '../../src/jobs/job.js';
import { watch } from '../../src/jobs/watch.js';
import { noBackfill, noClose } from '../support/fake-stripe.js';
import { Zone } from '../../src/kernel/day.js';
import { Shop } from './reconcile-given.js';

const SECRET = 'a-secret-of-this-test';

/** A receiver of webhooks on this machine. */
class Receiver {
  readonly got: { headers: IncomingHttpHeaders; body: string }[] = [];
  status = 200;
  private constructor(private readonly server: Server) {}

  static async open(): Promise<Receiver> {
    const server = createServer((request, response) => {
      let body = '';
      request.on('data', (part: Buffer) => (body += part.toString()));
      request.on('end', () => {
        receiver.got.push({ headers: request.headers, body });
        response.writeHead(receiver.status).end();
      });
    });
    const receiver = new Receiver(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/hook`;
  }

  close = (): Promise<void> => new Promise((resolve) => this.server.close(() => resolve()));
}

let shop: Shop;
let hook: Receiver;
let slack: Receiver;
let smtp: SMTPServer;
let mails: string[] = [];
let wrong: Condition[] = [];

beforeAll(async () => {
  smtp = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    onData: (stream, _session, done) => {
      let mail = '';
      stream.on('data', (part: Buffer) => (mail += part.toString()));
      stream.on('end', () => (mails.push(mail), done()));
    },
  });
  [shop, hook, slack] = await Promise.all([Shop.open(), Receiver.open(), Receiver.open()]);
  await new Promise<void>((resolve) => smtp.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  [wrong, mails, hook.status] = [[], [], 200];
  for (const { got } of [hook, slack]) got.length = 0;
  await shop.database.pool.query('truncate reconcile.alerts, reconcile.alert_deliveries');
});
afterAll(async () => {
  await new Promise<void>((resolve) => smtp.close(() => resolve()));
  await Promise.all([hook.close(), slack.close(), shop.close()]);
});

const everywhere = (): ChannelSettings => ({
  ...{ webhookUrl: hook.url, webhookSecret: SECRET, slackUrl: slack.url, emailTo: ['ops@shop.test'] },
  smtpUrl: `smtp://127.0.0.1:${(smtp.server.address() as AddressInfo).port}`,
});

const alertsWith = (settings: ChannelSettings): Alerts =>
  createAlerts({
    ...{ database: shop.database, ledger: shop.ledger, clock: () => shop.now, newId: randomUUID, settings },
    contentMac: (value) => createHmac('sha256', 'test').update(JSON.stringify(value)).digest(),
    watched: () => Promise.resolve([{ part: 'drift', conditions: wrong }]),
  });

/** Watches, and runs what that puts into the queue. The jobs that failed. */
async function watched(alerts: Alerts): Promise<string[]> {
  const failed: string[] = [];
  const queued = new Map<string, Readonly<Record<string, string>>>();
  const context = {
    ...{
      alerts,
      reconcile: shop.reconcile(),
      backfill: noBackfill,
      close: noClose,
      zone: new Zone('UTC'),
      clock: () => shop.now,
    },
    enqueue: ({ id, data }: { id: string; data: Record<string, string> }) => Promise.resolve(void queued.set(id, data)),
    progress: () => Promise.resolve(),
  } satisfies JobContext;
  await watch.run({}, context);
  for (const [id, data] of queued)
    await alertDeliver
      .run(data, context)
      .catch((error: Error) => failed.push(`${id.split('-').at(-1)}: ${error.message}`));
  return failed;
}

let keys = 0;
/** Streams of the ledger stay: each test has a trouble of its own. */
const trouble = (): Condition => ({
  key: `drift.collector.signups.loss_pct_${(keys += 1)}`,
  severity: 'critical',
  title: 'loss_pct of signups at collector went up: 30 on 2026-10-19, usually 10 <!channel>',
  detail: { day: '2026-10-19', value: 30 },
});
const listed = async (alerts: Alerts) => (await alerts.list({})).data;

describe('an alert', () => {
  it('given trouble that lasts, then it is raised once and told once on every channel', async () => {
    const alerts = alertsWith(everywhere());
    wrong = [trouble()];
    expect(await watched(alerts)).toEqual([]);
    expect(await watched(alerts)).toEqual([]);
    expect([hook.got.length, slack.got.length, mails.length]).toEqual([1, 1, 1]);
    expect(await listed(alerts)).toMatchObject([{ state: 'raised', severity: 'critical', key: wrong[0]!.key }]);
    const entries = await shop.ledger.readStream(`alert-${wrong[0]!.key}`);
    expect(entries.map(({ type }) => type)).toEqual(['AlertRaised']);
  });

  it('is told with a signature that the receiver can check, and the same id on each attempt', async () => {
    wrong = [trouble()];
    hook.status = 503;
    const alerts = alertsWith({ ...everywhere(), slackUrl: undefined, emailTo: [] });
    expect(await watched(alerts)).toEqual(['webhook: The receiver answered 503.']);
    hook.status = 204;
    expect(await watched(alerts)).toEqual([]);
    const [first, second] = hook.got;
    const [, t, v1] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(second!.headers['truth-ledger-signature'] as string)!;
    expect(v1).toBe(createHmac('sha256', SECRET).update(`${t}.${second!.body}`).digest('hex'));
    expect(second!.headers['idempotency-key']).toBe(first!.headers['idempotency-key']);
    expect(JSON.parse(second!.body)).toMatchObject({
      transition: 'raised',
      alert: { state: 'raised', key: wrong[0]!.key, detail: { day: '2026-10-19', value: 30 } },
    });
    expect((await listed(alerts))[0]!.deliveries).toMatchObject([{ channel: 'webhook', attempts: 2, error: null }]);
  });

  it('in Slack and in a mail is text that mentions nobody and breaks no header', async () => {
    wrong = [trouble()];
    await watched(alertsWith(everywhere()));
    expect(slack.got[0]!.body).toContain('usually 10 &lt;!channel&gt;');
    expect(mails[0]).toMatch(/^To: ops@shop\.test\r$/m);
    expect(mails[0]).toMatch(/^From: Truth Ledger <truth-ledger@shop\.test>\r$/m);
    expect(mails[0]).toMatch(/^Message-ID: <[0-9a-f-]{36}-raised@truth-ledger>\r$/m);
  });

  it('given that the trouble is over and comes back, then it recovers, and the next one is another alert', async () => {
    const alerts = alertsWith({ emailTo: [], webhookUrl: hook.url });
    const again = trouble();
    for (const each of [[again], [], [again]]) {
      wrong = each;
      await watched(alerts);
    }
    expect((await listed(alerts)).map(({ state }) => state)).toEqual(['raised', 'recovered']);
    expect(hook.got.map(({ body }) => (JSON.parse(body) as { transition: string }).transition)).toEqual([
      'raised',
      'recovered',
      'raised',
    ]);
    expect(hook.got[0]!.headers['truth-ledger-signature']).toBeUndefined();
    expect((await alerts.list({ state: 'open' })).data).toHaveLength(1);
  });

  it('given that somebody acknowledges it, then who and when are in the ledger, once, and it still recovers', async () => {
    const alerts = alertsWith({ emailTo: [] });
    wrong = [trouble()];
    const key = wrong[0]!.key;
    await watched(alerts);
    const { id } = (await listed(alerts))[0]!;
    const asked = { note: 'the release of this morning', actor: 'key:anna' };
    expect(await alerts.acknowledge(id, asked)).toMatchObject({ state: 'acknowledged', acknowledged_by: 'key:anna' });
    expect(await alerts.acknowledge(id, { actor: 'key:ben' })).toMatchObject({ acknowledged_by: 'key:anna' });
    await expect(alerts.acknowledge(id, { note: 'ask anna@shop.test', actor: 'x' })).rejects.toThrow('no e-mail');
    expect(await alerts.acknowledge(randomUUID(), { actor: 'x' })).toBeUndefined();
    await watched(alerts);
    expect(await listed(alerts)).toMatchObject([{ state: 'acknowledged', note: asked.note }]);
    wrong = [];
    await watched(alerts);
    await expect(alerts.acknowledge(id, { actor: 'x' })).rejects.toThrow('recovered');
    const entries = await shop.ledger.readStream(`alert-${key}`);
    expect(entries.map(({ type, actor }) => [type, actor])).toEqual([
      ['AlertRaised', 'system'],
      ['AlertAcknowledged', 'key:anna'],
      ['AlertRecovered', 'system'],
    ]);
  });

  it('given rows that a crash has lost, then the next look has them again from the ledger', async () => {
    const alerts = alertsWith({ emailTo: [], webhookUrl: hook.url });
    wrong = [trouble()];
    await watched(alerts);
    const [before] = await listed(alerts);
    await shop.database.pool.query('truncate reconcile.alerts, reconcile.alert_deliveries');
    await watched(alerts);
    expect((await listed(alerts))[0]).toMatchObject({ id: before!.id, raised_at: before!.raised_at });
  });

  it('given a process that keeps an earlier state late, then what is known stays, and nothing is told twice', async () => {
    const alerts = alertsWith({ emailTo: [], webhookUrl: hook.url });
    wrong = [trouble()];
    await watched(alerts);
    const store = new AlertStore(shop.database);
    const raised = (await store.byId((await listed(alerts))[0]!.id))!;
    wrong = [];
    await watched(alerts);
    await store.keep(raised, 0, ['webhook'], shop.now);
    expect((await listed(alerts))[0]).toMatchObject({ state: 'recovered', recovered_at: shop.now });
    expect(await alerts.due()).toEqual([]);
  });

  it('given a channel that was taken out of the settings, then what waits for it is given up, and says why', async () => {
    wrong = [trouble()];
    hook.status = 503;
    expect(await watched(alertsWith({ emailTo: [], webhookUrl: hook.url }))).toHaveLength(1);
    const without = alertsWith({ emailTo: [] });
    expect(await watched(without)).toEqual([]);
    expect(await without.due()).toEqual([]);
    expect((await listed(without))[0]!.deliveries).toMatchObject([
      { channel: 'webhook', delivered_at: null, error: 'the channel is not in the settings any more' },
    ]);
  });

  it('given a receiver that never takes it, then it is left to its dead letter', async () => {
    const alerts = alertsWith({ emailTo: [], webhookUrl: hook.url });
    wrong = [trouble()];
    hook.status = 500;
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) expect(await watched(alerts)).toHaveLength(1);
    expect(await alerts.due()).toEqual([]);
    const { id } = (await listed(alerts))[0]!;
    expect(deliveryJob({ alertId: id, transition: 'raised', channel: 'webhook' }).id).toBe(
      `alert-${id}-raised-webhook`,
    );
    hook.status = 200;
    await alerts.deliver({ alertId: id, transition: 'raised', channel: 'webhook' }); // its letter was replayed
    expect((await listed(alerts))[0]!.deliveries).toMatchObject([{ attempts: ATTEMPTS_MAX + 1, error: null }]);
  });
});

describe('a report', () => {
  it('given one channel that fails, then it is told there again, and on the others once', async () => {
    const alerts = alertsWith({ ...everywhere(), emailTo: [] });
    expect(alerts.channels).toEqual(['webhook', 'slack']);
    const report = { id: 'gap-report-2026-W41', title: 'Gap report 2026-W41', text: 'All is well.' };
    const tellAll = () => Promise.allSettled(alerts.channels.map((channel) => alerts.tell(report, channel)));
    hook.status = 503;
    expect((await tellAll()).map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
    expect(await alerts.due()).toEqual([]); // its own jobs see to it
    hook.status = 200;
    await tellAll();
    await tellAll();
    expect([hook.got.length, slack.got.length]).toEqual([2, 1]);
    await alerts.tell(report, 'carrier-pigeon');
  });
});
