import { execFileSync } from 'node:child_process';
import { existsSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll } from '@jest/globals';
import pg from 'pg';
import { startStorage } from './start-storage.js';
import type { StorageProcess } from './start-storage.js';
import type { StorageProcessOptions } from './storage-process.js';
import { quickFolder } from './test-cluster.js';

/** SQL that leaves one row, for `rowsKept` to count. */
export const WROTE = 'create table if not exists kept (n int); insert into kept values (1)';

let used: string;
beforeAll(async () => {
  used = quickFolder();
  const first = startStorage({ dataDir: used });
  await first.answer;
  await first.close();
});
afterAll(() => rmSync(used, { recursive: true, force: true }));

let cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const task of cleanUp.reverse()) await task();
  cleanUp = [];
});

/** What the test leaves to be undone after it; the last thing first. */
export const afterThisTest = (task: () => unknown): void => void cleanUp.push(task);

export interface Ready {
  server: number;
  url: string;
  owner?: boolean;
}

export function start(options: StorageProcessOptions, where?: Parameters<typeof startStorage>[1]): StorageProcess {
  const child = startStorage(options, where);
  child.answer.catch(() => undefined);
  afterThisTest(() => child.close());
  return child;
}

export async function ready(child: StorageProcess): Promise<Ready> {
  const { ready: isReady, server, url, owner, refused } = await child.answer;
  if (!isReady) throw new Error(refused);
  return { server: server!, url: url!, owner };
}

/** A new folder; a server that a failed test leaves in it is stopped before it is removed. */
export function emptyFolder(): string {
  const created = quickFolder();
  afterThisTest(async () => {
    if (existsSync(path.join(created, 'pg18/postmaster.pid'))) await startStorage({ dataDir: created }).close();
    rmSync(created, { recursive: true, force: true });
  });
  return created;
}

/** A data folder that was used before and closed in good order: a copy of one made once, as that takes a second. */
export function folder(): string {
  const created = emptyFolder();
  execFileSync('cp', ['-a', `${used}/.`, created]);
  return created;
}

export async function query(url: string, sql: string): Promise<pg.QueryResult<Record<string, unknown>>> {
  const client = new pg.Client(url);
  client.on('error', () => undefined);
  await client.connect();
  return client.query<Record<string, unknown>>(sql).finally(() => client.end());
}

export const rowsKept = async ({ url }: { url: string }): Promise<number> =>
  Number((await query(url, 'select count(*) as n from kept')).rows[0]!['n']);

export const uidOf = (pid: number): number => statSync(`/proc/${pid}`).uid;
