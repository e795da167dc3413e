import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { usableBinaries } from '../../../src/storage/embedded/binaries.js';
import { type Conf, writeConfig } from '../../../src/storage/embedded/config.js';
import { placeFor } from '../../../src/storage/embedded/location.js';
import { readPidFile } from '../../../src/storage/embedded/server-process.js';
import { temporaryFolder, urlOf } from '../test-cluster.js';

/** Whether the model can be had: it is for Linux, and its C is compiled when the test runs. */
export const hasPowerCut = process.platform === 'linux' && spawnSync('gcc', ['--version']).status === 0;

/** A PostgreSQL whose power can be cut: what it had not synced is lost. */
export interface CuttablePostgres {
  /** Address of one of its databases. */
  url(database: string): string;
  start(): Promise<void>;
  /** In good order; what it has then is on the disk. */
  stop(): Promise<void>;
  /** Kills every process of it at one moment and leaves what was synced. */
  cut(): Promise<void>;
  close(): Promise<void>;
}

// With syncfs a start after a cut does not sync each of a thousand files, which are those of the disk.
const SMALL: Conf = { shared_buffers: '32MB', max_wal_size: '4MB', recovery_init_sync_method: 'syncfs' };

/** Makes one in a temporary folder, stopped. Segments of 1 MB of its log keep a sync cheap: the model copies whole files. */
export async function cuttablePostgres(conf: Conf = {}): Promise<CuttablePostgres> {
  const folder = temporaryFolder('truth-ledger-power-');
  const shim = path.join(folder, 'power-cut.so');
  execFileSync('gcc', ['-O2', '-shared', '-fPIC', '-o', shim, path.join(import.meta.dirname, 'power-cut.c'), '-ldl']);
  const place = placeFor(path.join(folder, 'data'), () => undefined);
  const { postgres, initdb } = await usableBinaries(place.root, place.user);
  const identity = place.user ? { uid: place.user.uid, gid: place.user.gid } : {};
  const disk = `${place.data}.disk`;
  const as = { ...identity, cwd: '/', env: { LC_ALL: 'C', TZ: 'UTC' } };
  const initialise = ['-D', place.data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--wal-segsize=1'];
  // The folder of the place is the server's user's to make files in.
  if (place.user) execFileSync('chown', [`${place.user.uid}:${place.user.gid}`, place.root]);
  execFileSync(initdb, [...initialise, '--no-sync', '--set', 'dynamic_shared_memory_type=mmap'], {
    ...as,
    stdio: 'pipe',
  });
  const copy = (from: string, to: string): void => {
    rmSync(to, { recursive: true, force: true });
    execFileSync('cp', ['-a', from, to]);
  };
  const endpoint = { host: place.sockets, port: 5432, user: 'postgres' };
  const logFile = path.join(folder, 'postgres.log');
  let server: ChildProcess | undefined;

  const start = async (): Promise<void> => {
    rmSync(path.join(place.data, 'postmaster.pid'), { force: true });
    writeConfig(place.data, endpoint, false, { ...SMALL, ...conf });
    if (!existsSync(disk)) copy(place.data, disk);
    const env = { ...as.env, LD_PRELOAD: shim, POWER_CUT_DATA: place.data, POWER_CUT_DISK: disk };
    const log = openSync(logFile, 'a');
    const started = spawn(postgres, ['-D', place.data], { ...as, env, stdio: ['ignore', log, log] });
    closeSync(log);
    server = started;
    while (readPidFile(place.data)?.status !== 'ready') {
      if (started.exitCode !== null)
        throw new Error(`PostgreSQL ended:\n${readFileSync(logFile, 'utf8').slice(-2_000)}`);
      await pause(5);
    }
  };
  const end = async (kill: (running: ChildProcess) => void): Promise<void> => {
    const running = server;
    server = undefined;
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    const gone = once(running, 'exit');
    kill(running);
    await gone;
  };
  return {
    url: (database) => urlOf(endpoint, database),
    start,
    async stop() {
      await end((running) => void running.kill('SIGINT'));
      copy(place.data, disk);
    },
    async cut() {
      await end(killAll);
      copy(disk, place.data);
    },
    async close() {
      await end(killAll);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The parent is stopped first, so that it neither starts a process nor reaps one between the listing and the kill. */
function killAll(running: ChildProcess): void {
  running.kill('SIGSTOP');
  const children = readFileSync(`/proc/${running.pid}/task/${running.pid}/children`, 'utf8').trim();
  for (const pid of [...children.split(' ').filter(Boolean).map(Number), running.pid!]) process.kill(pid, 'SIGKILL');
}
