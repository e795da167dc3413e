// Ingest while the jobs' Redis is away against ingest while it is there: one service, turns in pairs, each pair beginning with the other one.
// node bench/redis-down.mjs [--rounds 5] [--seconds 4] [--connections 64]; needs redis-server on the PATH.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { build } from '../scripts/build.mjs';
import { startContender } from './contender.mjs';
import { SECRET } from './contenders/signature.mjs';
import { runNode } from './processes.mjs';
import { spread } from './statistics.mjs';

const PREPARED_PER_S = 16_000;
const WARM_UP_S = 10;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '4' },
    connections: { type: 'string', default: '64' },
  },
});
const [rounds, seconds, connections] = [values.rounds, values.seconds, values.connections].map(Number);

build();
const folder = mkdtempSync(path.join(os.tmpdir(), 'truth-ledger-redis-'));
const port = await freePort();
let redis = await startRedis();
process.env.REDIS_URL = `redis://127.0.0.1:${port}`;
const service = await startContender(
  'service.mjs',
  ['everything'],
  ['--max-semi-space-size=8', '--heap-growing-percent=50'],
);
const ratios = [];
try {
  await turn('warm-up', WARM_UP_S);
  for (let round = 1; round <= rounds; round++) {
    const rps = {};
    for (const state of round % 2 === 0 ? ['down', 'up'] : ['up', 'down']) {
      await set(state);
      rps[state] = (await turn(`${round} ${state}`, seconds)).rps;
    }
    ratios.push(rps.down / rps.up);
  }
  console.log(JSON.stringify({ redis_down_to_up: spread(ratios), rounds, seconds, connections }));
} finally {
  await service.stop();
  redis?.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
}

async function turn(name, length) {
  const load = {
    ...{ url: service.url, secret: SECRET, seed: `redis ${name} ${Date.now()}`, connections, seconds: length },
    count: length * PREPARED_PER_S,
  };
  const result = await runNode([path.join(import.meta.dirname, 'load.mjs'), JSON.stringify(load)]);
  console.log(JSON.stringify({ turn: name, rps: result.rps, p99_ms: result.p99_ms, statuses: result.statuses }));
  return result;
}

async function set(state) {
  if (state === 'up' && !redis) redis = await startRedis();
  if (state === 'down' && redis) {
    redis.kill('SIGKILL');
    await once(redis, 'exit');
    redis = undefined;
  }
}

async function startRedis() {
  const settings = {
    port,
    bind: '127.0.0.1',
    dir: folder,
    appendonly: 'yes',
    save: '',
    'maxmemory-policy': 'noeviction',
  };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const child = spawn('redis-server', args, { stdio: 'ignore' });
  await once(child, 'spawn');
  while (!(await answers())) if (child.exitCode !== null) throw new Error('redis-server ended');
  return child;
}

function answers() {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1', () => socket.end());
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false));
  });
}

function freePort() {
  return new Promise((resolve) => {
    const probe = net.createServer().listen(0, '127.0.0.1', () => {
      const { port: free } = probe.address();
      probe.close(() => resolve(free));
    });
  });
}
