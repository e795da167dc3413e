import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import net from 'node:net';
import { Redis } from 'ioredis';
import { temporaryFolder } from './test-cluster.js';

/** A Redis of a suite's own, set up as the documents ask for: it keeps what it confirmed and drops nothing. */
export interface RedisServer {
  url: string;
  /** Runs one command on a connection of its own. */
  ask(command: string, ...args: string[]): Promise<unknown>;
  /** SIGSTOP and SIGCONT: connections stay, nothing is answered. */
  signal(name: NodeJS.Signals): void;
  /** kill -9; what was not written to its file yet is lost. */
  kill(): Promise<void>;
  /** Starts it again at the same address, with its file or without. */
  start(): Promise<void>;
  forget(): void;
  close(): Promise<void>;
}

/** Whether there is a redis-server on the PATH; `npm test` installs Debian's where it may. */
export const hasRedis = spawnSync('redis-server', ['--version']).status === 0;

/** Starts one on a free port of this machine. `policy` is what it does when its memory is full. */
export async function redisServer(policy = 'noeviction'): Promise<RedisServer> {
  const folder = temporaryFolder('truth-ledger-redis-');
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  let child: ChildProcess | undefined;

  const ask = async (command: string, ...args: string[]): Promise<unknown> => {
    const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
    redis.on('error', () => undefined);
    try {
      await redis.connect();
      return await redis.call(command, ...args);
    } finally {
      redis.disconnect();
    }
  };
  const start = async (): Promise<void> => {
    const settings = { bind: '127.0.0.1', port, dir: folder, appendonly: 'yes', save: '', 'maxmemory-policy': policy };
    const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
    child = spawn('redis-server', args, { stdio: 'ignore' });
    while (child.exitCode === null && !(await ask('PING').then(Boolean, () => false)));
    if (child.exitCode !== null) throw new Error(`redis-server ended with ${child.exitCode}`);
  };
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const ending = child;
    child = undefined;
    if (!ending || ending.exitCode !== null || ending.signalCode !== null) return;
    const gone = once(ending, 'exit');
    ending.kill('SIGCONT');
    ending.kill(signal);
    await gone;
  };
  const forget = (): void => rmSync(`${folder}/appendonlydir`, { recursive: true, force: true });
  await start();
  return {
    ...{ url, ask, start, forget },
    signal: (name) => void child?.kill(name),
    kill: () => end('SIGKILL'),
    close: async () => {
      await end('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A port nobody listens on just now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = net.createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as net.AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}
