// What docker-compose.yml and the manifests of Kubernetes say is done with processes and native engines instead of containers: each role is
// started by its command with its settings, only where things are is replaced. What an image, a network or a cluster does is not seen here.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { ROLES } from '../../src/service-types.js';
import { type Database, openDatabase } from '../../src/storage/database.js';
import {
  compose,
  composeParts,
  engineSettings,
  kubernetesParts,
  type Part,
  type Settings,
} from '../support/deployment-files.js';
import { startKurrentdb, type KurrentdbDouble } from '../support/kurrentdb/double.js';
import { hasRedis, redisServer, type RedisServer } from '../support/redis.js';
import { call, type ServiceProcess, startNode } from '../support/service-process.js';
import { madeFolder, temporaryFolder } from '../support/test-cluster.js';
import { cloudEvent } from '../support/traffic.js';
import { describeWhere } from '../support/where.js';

/** As in a `.env` made of deploy/compose.env.example. */
const ENV = {
  ...{ VAULT_KEY: '17'.repeat(32), ADMIN_API_KEY: 'tested_admin_key_of_compose', POSTGRES_PASSWORD: 'fortheregister' },
  ...{ STRIPE_WEBHOOK_SECRETS: 'whsec_tested', COLLECTOR_WRITE_KEYS: 'web=wk_tested', LOG_LEVEL: 'info' },
};
const headers = { authorization: `Bearer ${ENV.ADMIN_API_KEY}`, 'content-type': 'application/json' };

/** Whether Debian's client programs are on the PATH. */
const hasPgIsReady = spawnSync('pg_isready', ['--version']).status === 0;

describeWhere(hasRedis)('the scale mode as it is deployed', () => {
  let database: Database;
  let double: KurrentdbDouble;
  let redis: RedisServer;
  /** Where the engines of the files are in truth. */
  let places: Settings;
  const folders: string[] = [];
  const folder = (made: string): string => (folders.push(made), made);
  const open: { close(): Promise<unknown> }[] = [];
  const opened = <T extends { close(): Promise<unknown> }>(each: T): T => (open.push(each), each);
  let started: ServiceProcess[] = [];
  beforeAll(async () => {
    const dataDir = folder(madeFolder('truth-ledger-deployed-'));
    // One after the other, so that each is closed whichever fails.
    database = opened(await openDatabase({ dataDir, tcp: true }));
    double = opened(await startKurrentdb());
    redis = opened(await redisServer());
    const image = engineSettings('postgres', ENV);
    expect(image['POSTGRES_DB']).toBe(database.connection.database);
    await database.pool.query(
      `create role ${image['POSTGRES_USER']!} superuser login password '${image['POSTGRES_PASSWORD']!}'`,
    );
    const { KURRENTDB_NODE_PORT: nodePort } = engineSettings('kurrentdb', ENV);
    places = {
      'postgres:5432': `127.0.0.1:${database.connection.port}`,
      [`kurrentdb:${nodePort}`]: `127.0.0.1:${double.leader.port}`,
      'redis:6379': new URL(redis.url).host,
    };
  });
  afterAll(async () => {
    await Promise.all(started.map((service) => service.kill()));
    await Promise.all(open.map((each) => each.close()));
    for (const each of folders) rmSync(each, { recursive: true, force: true });
  });

  /** What only differs because this is one machine: addresses of engines, the port, the folder of a volume. */
  function here(settings: Settings): Settings {
    const moved = Object.entries(settings).map(([name, value]) => [
      name,
      Object.entries(places).reduce((text, [there, at]) => text.replace(there, at), value),
    ]);
    const dataDir = folder(temporaryFolder('truth-ledger-deployed-'));
    return { ...Object.fromEntries(moved), NODE_ENV: 'production', PORT: '0', DATA_DIR: dataDir };
  }

  /** Starts every part and waits until what asks for its health is content, by the role. */
  async function start(parts: readonly Part[]): Promise<Map<string, string>> {
    const urls = await Promise.all(
      parts.map(async ({ role, command, settings, probes }) => {
        const [program, ...args] = command;
        expect(program).toBe('node');
        const service = startNode(args, here(settings));
        started.push(service);
        const { origin } = new URL(await service.listening);
        for (const { path, port } of probes) {
          expect(port).toBe(settings['PORT']);
          while ((await call(origin + path, { method: 'GET' })).status !== 200) await pause(50);
        }
        return [role, origin] as const;
      }),
    );
    return new Map(urls);
  }

  const files: [string, () => Part[]][] = [
    ['docker-compose.yml', () => composeParts(ROLES, ENV)],
    [
      'deploy/kubernetes',
      () =>
        // Its secret is the operator's own.
        kubernetesParts({ ...ENV, ...composeParts(['api'], ENV)[0]!.settings }),
    ],
  ];
  it.each(files)(
    'given what %s says, then every part is healthy, an event goes all the way, and each leaves in good order',
    async (file, parts) => {
      const urls = await start(parts());
      expect([...urls.keys()]).toEqual([...ROLES]);
      const api = urls.get('api')!;
      const day = new Date().toISOString().slice(0, 10);
      const event = cloudEvent('/auth', `signed-up-${file}`, 'user.signed_up', { user_id: `user of ${file}` });
      const get = async (where: string): Promise<any> =>
        JSON.parse((await call(`${api}/v1/${where}?from=${day}&to=${day}`, { method: 'GET', headers })).text);
      /** As the read model has them, which the projector brings on. */
      const signups = async (): Promise<number> => (await get('metrics/signups')).data[0]?.value ?? 0;
      const before = await signups();
      const type = { ...headers, 'content-type': 'application/cloudevents+json' };
      expect((await call(`${api}/v1/events`, { headers: type, body: JSON.stringify(event) })).status).toBe(202);
      expect(double.log.records.some(({ stream }) => stream.startsWith('truth.'))).toBe(true);
      while ((await signups()) !== before + 1) await pause(50);
      const asked = await call(`${api}/v1/reconciliations`, {
        headers,
        body: JSON.stringify({ from: day, to: day, metrics: ['signups'] }),
      });
      expect(asked.status).toBe(202);
      while ((await get('reconciliations')).data[0]?.actual !== before + 1) await pause(50);
      expect(await redis.ask('EXISTS', 'bull:truth-ledger:meta')).toBe(1);
      expect(await Promise.all(started.map((service) => service.stop()))).toEqual(started.map(() => 0));
      started = [];
    },
  );

  /** The status with which the check that docker-compose.yml has for an engine ends, where the engine is asked for there. */
  const check = (engine: string, where: string[]): number | null => {
    const [kind, program, ...args] = compose.services[engine].healthcheck.test as string[];
    expect(kind).toBe('CMD');
    return spawnSync(program!, [...where, ...args]).status;
  };

  it('given the check of docker-compose.yml for Redis, then it passes only where one answers', () => {
    expect(check('redis', ['-p', new URL(redis.url).port])).toBe(0);
    expect(check('redis', ['-p', '1'])).not.toBe(0);
  });

  const itWhere = hasPgIsReady ? it : it['skip'];
  itWhere('given the check of docker-compose.yml for PostgreSQL, then it passes only where one answers', () => {
    expect(check('postgres', ['-h', '127.0.0.1', '-p', String(database.connection.port)])).toBe(0);
    expect(check('postgres', ['-h', '127.0.0.1', '-p', '1'])).not.toBe(0);
  });
});
