import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';

/** A server of an installed PostgreSQL, as the embedded one is to the suites. */
export interface OlderServer {
  endpoint: { host: string; port: number; user: string };
  stop(): Promise<void>;
}

const PORT = 5432; // in the name of its socket only: it listens nowhere else
const SUPERUSER = 'postgres';

/** Starts a cluster of its own from the programs in a folder, with its socket and its data in another. Root gives it to the user `postgres`. */
export async function startOlder(
  bin: string,
  folder: string,
  settings: Readonly<Record<string, string | number>>,
): Promise<OlderServer> {
  const asUser = process.getuid?.() === 0 ? { uid: idOf('-u'), gid: idOf('-g') } : {};
  if (asUser.uid !== undefined) spawnSync('chown', [`${asUser.uid}:${asUser.gid}`, folder]);
  const data = path.join(folder, 'data');
  execFileSync(
    path.join(bin, 'initdb'),
    ['-D', data, '-U', SUPERUSER, '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'],
    { ...asUser, cwd: folder, stdio: 'pipe' },
  );
  const given = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const child = spawn(
    path.join(bin, 'postgres'),
    ['-D', data, '-k', folder, '-p', String(PORT), '-c', 'listen_addresses=', ...given],
    { ...asUser, cwd: folder, stdio: 'ignore' },
  );
  const endpoint = { host: folder, port: PORT, user: SUPERUSER };
  while (!(await answers(endpoint))) {
    if (child.exitCode !== null) throw new Error(`${bin}/postgres ended with ${child.exitCode}`);
    await pause(50);
  }
  return {
    endpoint,
    stop: async () => {
      child.kill('SIGINT'); // a fast shutdown
      if (child.exitCode === null) await once(child, 'exit');
    },
  };
}

const idOf = (flag: '-u' | '-g'): number => Number(execFileSync('id', [flag, SUPERUSER], { encoding: 'utf8' }));

async function answers(endpoint: OlderServer['endpoint']): Promise<boolean> {
  const client = new pg.Client({ ...endpoint, database: 'postgres' });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('select');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}
