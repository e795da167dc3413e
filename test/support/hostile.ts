import net from 'node:net';
import { afterAll, beforeAll, expect } from '@jest/globals';
import {
  type Answer,
  besideService,
  call,
  quickDataFolder,
  KEYS,
  read,
  removeFolder,
  type ServiceProcess,
  startService,
} from './service-process.js';
import { bearer, nowS, signed } from './traffic.js';

/** Texts that break what does not expect them: for PostgreSQL, JSON, HTML, shells, spreadsheets, logs and readers. */
export const NASTY: readonly string[] = [
  '',
  ' ',
  '\u0000',
  'a\u0000b',
  '\ud800',
  'x\udfff\ud800y',
  '\ufeff',
  '\u202egnp.exe',
  "'; drop table ledger.entries; --",
  "\\'; select pg_sleep(10); --",
  '${jndi:ldap://127.0.0.1/a}',
  '{"level":"fatal"}\n{"level":"fatal","msg":"forged"}',
  'a\r\nset-cookie: a=b',
  '\u001b[2J\u001b[31m',
  '=HYPERLINK("http://127.0.0.1")',
  '<script>alert(1)</script>',
  '../../../etc/passwd',
  '%00%0a%2e%2e%2f',
  '{}',
  '{1,2}',
  '"quoted, and \\ more"',
  'NaN',
  '-0',
  '1e400',
  '9007199254740993',
  '99999999999999999999999999',
  '0x1f',
  'somebody@example.com',
  '__proto__',
  'constructor',
  'toString',
  'z'.repeat(256),
  'ü'.repeat(5_000),
  '2026-02-30',
  '275760-09-13T00:00:00Z',
  '-271821-04-20T00:00:00Z',
  '0000-00-00T00:00:00Z',
  'USD',
  'usd ',
  'XXX',
];

/** JSON values that are no use to anybody, as JSON text. */
export const NASTY_JSON: readonly string[] = [
  ...NASTY.map((text) => JSON.stringify(text)),
  ...[
    'null',
    'true',
    '[]',
    '{}',
    '[[]]',
    '[null]',
    '{"id":null}',
    '{"__proto__":{"a":1}}',
    '{"constructor":{"prototype":1}}',
  ],
  ...[
    '0',
    '-0',
    '-1',
    '0.1',
    '1e400',
    '-1e400',
    '1e-400',
    '9007199254740993',
    '1e21',
    '253402300800',
    '-62135596801',
    '99999999999999',
  ],
  '{"a":1,"a":2}',
  `${'['.repeat(40)}${']'.repeat(40)}`,
];

/** An event of Stripe as JSON text; `object` in place of the charge, `more` beside it. */
export const stripeText = (more: object = {}, object: object = {}, id = `evt_h_${nextNumber()}`): string =>
  JSON.stringify({
    ...{ id, object: 'event', api_version: '2026-02-25', created: nowS(), livemode: true, type: 'charge.succeeded' },
    data: {
      object: {
        id: `ch_h_${number}`,
        object: 'charge',
        amount: 100,
        currency: 'usd',
        captured: true,
        paid: true,
        status: 'succeeded',
        ...object,
      },
    },
    ...more,
  });

let number = 0;
export const nextNumber = (): number => ++number;

export const basicAuth = { 'content-type': 'application/json', authorization: `Basic ${btoa(`${KEYS.write}:`)}` };

/** The doors with what opens them, so that a body comes as far as it can. */
export const DOORS: readonly { path: string; headers: (body: string | Buffer) => Record<string, string> }[] = [
  { path: '/webhooks/stripe', headers: signed },
  { path: '/v1/events', headers: () => bearer() },
  { path: '/v1/events', headers: () => bearer('application/cloudevents-batch+json') },
  { path: '/v1/track', headers: () => basicAuth },
  { path: '/v1/identify', headers: () => basicAuth },
  { path: '/v1/batch', headers: () => basicAuth },
  { path: '/batch/', headers: () => ({ 'content-type': 'application/json' }) },
  { path: '/e/', headers: () => ({ 'content-type': 'application/x-www-form-urlencoded' }) },
];

/** Every row that a request can leave: what a refused one must not change. */
async function traces(dataDir: string): Promise<Record<string, string>> {
  return besideService(dataDir, async (client) => {
    const { rows } = await client.query<Record<string, string>>(
      `select (select position from ledger.head)::text as head, (select count(*) from ingest.dead_letters)::text as letters,
        (select count(*) from ingest.tracked_events)::text as tracked, (select count(*) from ingest.sdk_links)::text as links,
        (select coalesce(sum(count), 0) from ingest.collector_rejects)::text as rejects,
        (select count(*) from ingest.collector_reject_samples)::text as samples, (select count(*) from ledger.vault_keys)::text as keys,
        (select count(*) from reconcile.runs)::text as runs`,
    );
    return rows[0]!;
  });
}

/** What a refusal must look like, whatever was wrong: a problem with a code and a correlation id, and nothing of the inside. */
export function asRefusal({ status, headers, text }: Answer): { status: number; code: string } {
  const type = headers['content-type'] ?? '';
  if (!type.startsWith('application/problem+json')) throw new Error(`${status} with ${type}: ${text.slice(0, 200)}`);
  const body = JSON.parse(text) as { status: number; code: string; correlation_id: string; detail: string };
  if (body.status !== status || !body.correlation_id) throw new Error(`a problem that is not whole: ${text}`);
  if (/ at .*\.js:\d|node_modules|pg_|SyntaxError|ECONN/.test(text))
    throw new Error(`a problem that tells of the inside: ${text}`);
  return { status, code: body.code };
}

/** One request; fails on any 5xx. */
export async function post(where: string, headers: Record<string, string>, body: string | Buffer): Promise<Answer> {
  const answer = await call(where, { headers, body });
  if (answer.status >= 500) throw new Error(`${answer.status} for ${body.toString().slice(0, 300)}: ${answer.text}`);
  return answer;
}

/** Writes bytes as they are on a connection of its own and reads until the server ends it. */
export function raw(url: string, parts: readonly (string | Buffer)[]): Promise<string> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const socket = net.connect(Number(new URL(url).port), '127.0.0.1', () => {
      for (const part of parts) socket.write(part);
    });
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(Buffer.concat(chunks).toString()));
  });
}

export const statusOf = (answer: string): number => Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]);

/** A service of the suite's own that is attacked by it, with one payment in its ledger. */
export interface Victim {
  dataDir: string;
  url(): string;
  service(): ServiceProcess;
  /** A delivery at Stripe's door, well signed unless told otherwise. */
  webhook(body: string | Buffer, headers?: Record<string, string>): Promise<Answer>;
  /** Runs the work and fails when it left a row behind. */
  leavesNothing<T>(work: () => Promise<T>): Promise<T>;
  traces(): Promise<Record<string, string>>;
  /** Fails unless the same process serves on, has written no error, and its read model has followed the ledger to the end. */
  isUnharmed(): Promise<void>;
}

/** Registers the start and the end of it with the suite. */
export function victim(): Victim {
  const dataDir = quickDataFolder();
  let service: ServiceProcess;
  let url: string;
  const webhook = (body: string | Buffer, headers = signed(body)): Promise<Answer> =>
    post(`${url}/webhooks/stripe`, headers, body);
  beforeAll(async () => {
    service = startService(dataDir);
    url = await service.listening;
    await webhook(stripeText());
  });
  afterAll(() => removeFolder(dataDir, [service]));
  return {
    ...{ dataDir, webhook },
    url: () => url,
    service: () => service,
    traces: () => traces(dataDir),
    async leavesNothing(work) {
      const before = await traces(dataDir);
      const result = await work();
      expect(await traces(dataDir)).toEqual(before);
      return result;
    },
    async isUnharmed() {
      let ready = await read(url, '/health/ready');
      while (ready.lag.events !== 0) ready = await read(url, '/health/ready');
      expect(ready).toMatchObject({ status: 'ready', lag: { events: 0 } });
      expect(
        service
          .output()
          .split('\n')
          .filter((line) => /"level":"(error|fatal)"|forged/.test(line)),
      ).toEqual([]);
    },
  };
}
