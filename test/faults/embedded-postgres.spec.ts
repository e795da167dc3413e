import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { isAlive, processStamp } from '../../src/storage/embedded/process-identity.js';
import {
  emptyFolder,
  folder,
  query,
  ready,
  rowsKept,
  start,
  uidOf,
  WROTE,
  afterThisTest,
} from '../support/embedded-scene.js';
import { until } from '../support/start-storage.js';

describe('the embedded PostgreSQL', () => {
  it('starts in an empty folder, durable, with its files closed to others, and never as root', async () => {
    const dataDir = emptyFolder();
    const { server, url } = await ready(start({ dataDir }));
    const { rows } = await query(
      url,
      `select current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit,
      current_setting('full_page_writes') as pages, current_setting('data_checksums') as checksums, current_setting('listen_addresses') as addresses`,
    );
    expect(rows).toEqual([{ fsync: 'on', commit: 'on', pages: 'on', checksums: 'on', addresses: '' }]);
    expect(['pg18', 's'].map((name) => statSync(path.join(dataDir, name)).mode & 0o777)).toEqual([0o700, 0o700]);
    expect(uidOf(server)).toBe(statSync(path.join(dataDir, 'pg18')).uid);
    expect(uidOf(server)).not.toBe(0);
  });

  it('ends with the process that closes it, and keeps what was written', async () => {
    const dataDir = folder();
    const first = start({ dataDir, sql: WROTE });
    const { server } = await ready(first);
    expect(await first.close()).toBe(0);
    expect(processStamp(server)).toBeUndefined();
    expect(await rowsKept(await ready(start({ dataDir })))).toBe(1);
  });

  it('ends with a process that exits without closing it', async () => {
    const dataDir = folder();
    const careless = start({ dataDir, exit: true });
    const { server } = await ready(careless);
    await until(() => processStamp(server) === undefined);
  });

  it('takes a data folder whose path is too long for a socket', async () => {
    const dataDir = path.join(emptyFolder(), 'long-'.repeat(20), 'long-'.repeat(20));
    const beside = { sockets: '' }; // in the temporary folder, where it stays for the next start
    afterThisTest(() => rmSync(beside.sockets, { recursive: true }));
    const { url } = await ready(start({ dataDir }));
    beside.sockets = new URL(url).searchParams.get('host')!;
    expect(path.dirname(beside.sockets)).toBe(tmpdir());
    expect((await query(url, 'select 1 as one')).rows).toEqual([{ one: 1 }]);
  });

  it('asks for its password where it listens on an address', async () => {
    const dataDir = folder();
    const { url } = await ready(start({ dataDir, tcp: true }));
    expect((await query(url, `select inet_server_addr()::text as at`)).rows).toEqual([{ at: '127.0.0.1/32' }]);
    await expect(query(url.replace(/:\w{48}@/, ':wrong@'), 'select 1')).rejects.toThrow(
      /password authentication failed/,
    );
  });

  it.each(['fsync', 'full_page_writes', 'synchronous_commit'])(
    'is refused with %s off, and leaves no server behind',
    async (name) => {
      const dataDir = folder();
      const { refused, name: error } = await start({ dataDir, conf: { [name]: 'off' } }).answer;
      expect(error).toBe('SetupError');
      expect(refused).toContain(`${name} = off`);
      expect(existsSync(path.join(dataDir, 'pg18/postmaster.pid'))).toBe(false);
    },
  );

  it('is refused in a data folder of which a part is missing, and touches nothing there', async () => {
    const dataDir = emptyFolder();
    mkdirSync(path.join(dataDir, 'pg18'));
    writeFileSync(path.join(dataDir, 'pg18/PG_VERSION'), '18\n');
    const { refused } = await start({ dataDir }).answer;
    expect(refused).toMatch(/is not a whole PostgreSQL data folder/);
    expect(readdirSync(path.join(dataDir, 'pg18'))).toEqual(['PG_VERSION']);
  });

  it('tells in a sentence why the server does not start', async () => {
    const { refused, name } = await start({ dataDir: folder(), conf: { wal_compression: 'nonsense' } }).answer;
    expect(name).toBe('SetupError');
    expect(refused).toMatch(/PostgreSQL did not start in .*wal_compression/s);
  });
});

describe('two processes on one DATA_DIR', () => {
  it('refuses the second service, naming the process and the folder, and leaves the first alone', async () => {
    const dataDir = folder();
    const first = start({ dataDir });
    const { url } = await ready(first);
    const { refused, name } = await start({ dataDir }).answer;
    expect(name).toBe('SetupError');
    expect(refused).toBe(
      `Process ${first.pid} already works on DATA_DIR ${dataDir}; stop it, or give this service another DATA_DIR.`,
    );
    expect((await query(url, 'select 1 as one')).rows).toEqual([{ one: 1 }]);
  });

  it('lets exactly one of two that start together have it', async () => {
    const dataDir = emptyFolder();
    const answers = await Promise.all([start({ dataDir }).answer, start({ dataDir }).answer]);
    expect(answers.map((answer) => answer.ready === true).sort()).toEqual([false, true]);
    expect(answers.find((answer) => !answer.ready)?.refused).toContain('already works on DATA_DIR');
  });

  it('lets a command read and write beside the service, and never stops its server', async () => {
    const dataDir = folder();
    const { server, url } = await ready(start({ dataDir, sql: WROTE }));
    const command = start({ dataDir, attach: true, sql: WROTE });
    expect(await ready(command)).toMatchObject({ server, owner: false });
    expect(await command.close()).toBe(0);
    expect(await rowsKept({ url })).toBe(2);
  });

  it('lets a command start and stop the server where no service runs', async () => {
    const dataDir = folder();
    const command = start({ dataDir, attach: true });
    const { server, owner } = await ready(command);
    expect(owner).toBe(true);
    await command.close();
    expect(processStamp(server)).toBeUndefined();
  });

  it('refuses one that may only join, where no service runs, and starts nothing', async () => {
    const dataDir = folder();
    const { refused, name } = await start({ dataDir, attach: 'only' }).answer;
    expect([name, refused]).toEqual([
      'SetupError',
      `No service works on DATA_DIR ${dataDir}, so there is no server to join.`,
    ]);
    const command = start({ dataDir, attach: true });
    expect(await ready(command)).toMatchObject({ owner: true });
    await command.close();
  });
});

describe('after kill -9', () => {
  it('of the service: stops the server left behind and starts anew with all that was committed', async () => {
    const dataDir = folder();
    const first = start({ dataDir, sql: WROTE });
    const { server } = await ready(first);
    await first.kill();
    expect(isAlive(server)).toBe(true);
    const second = await ready(start({ dataDir }));
    expect(second.server).not.toBe(server);
    expect(processStamp(server)).toBeUndefined();
    expect(await rowsKept(second)).toBe(1);
  });

  it('of the service and its server: recovers all that was committed', async () => {
    const dataDir = folder();
    await killBoth(dataDir);
    expect(await rowsKept(await ready(start({ dataDir })))).toBe(1);
  });

  it('of both, with the pid given to another program since: leaves that program alone', async () => {
    const dataDir = folder();
    const dead = await killBoth(dataDir);
    const bystander = sleeper(statSync(path.join(dataDir, 'pg18')));
    for (const file of ['pg18/postmaster.pid', 's/.s.PGSQL.5432.lock']) {
      const text = readFileSync(path.join(dataDir, file), 'utf8');
      writeFileSync(path.join(dataDir, file), text.replace(String(dead), String(bystander.pid)));
    }
    expect(await rowsKept(await ready(start({ dataDir })))).toBe(1);
    expect(bystander.exitCode ?? bystander.signalCode).toBeNull();
  });

  it('of the service while it makes its data folder: begins again', async () => {
    const dataDir = emptyFolder();
    const first = start({ dataDir });
    first.answer.catch(() => undefined);
    await until(() => readdirSync(dataDir).some((name) => name.startsWith('pg18.initdb-')));
    await first.kill();
    expect(existsSync(path.join(dataDir, 'pg18'))).toBe(false);
    const { url } = await ready(start({ dataDir }));
    expect((await query(url, 'select 1 as one')).rows).toEqual([{ one: 1 }]);
  });

  it('of the server alone: the service starts it again, at the same address', async () => {
    const dataDir = folder();
    const service = start({ dataDir, sql: WROTE });
    const { server, url } = await ready(service);
    process.kill(server, 'SIGKILL');
    await until(() =>
      rowsKept({ url }).then(
        (rows) => rows === 1,
        () => false,
      ),
    );
    const now = Number(readFileSync(path.join(dataDir, 'pg18/postmaster.pid'), 'utf8').split('\n')[0]);
    expect(now).not.toBe(server);
    expect(service.logs.join()).toContain(`PostgreSQL ${server} has ended unexpectedly`);
    expect(await service.close()).toBe(0);
    expect(processStamp(now)).toBeUndefined();
  });
});

async function killBoth(dataDir: string): Promise<number> {
  const service = start({ dataDir, sql: WROTE });
  const { server } = await ready(service);
  await service.kill();
  process.kill(server, 'SIGKILL');
  await until(() => processStamp(server) === undefined);
  return server;
}

function sleeper(user: { uid: number; gid: number }): ChildProcess {
  const child = spawn('sleep', ['600'], {
    stdio: 'ignore',
    ...(process.getuid?.() === 0 ? { uid: user.uid, gid: user.gid } : {}),
  });
  afterThisTest(() => child.kill());
  return child;
}
