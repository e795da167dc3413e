// Durable ingest of signed webhooks beside what a team would write by hand, interleaved: every round gives each contender one turn alone on
// the machine, so that a ratio compares neighbours in time. node bench/ingest.mjs [--seconds 5] [--rounds 5] [--connections 64,256]
import { parseArgs } from 'node:util';
import { pathToFileURL } from 'node:url';
import { build } from '../scripts/build.mjs';
import { startContender } from './contender.mjs';
import { loadAverage } from './machine.mjs';
import { runNode } from './processes.mjs';
import { spread } from './statistics.mjs';

const SECRET = 'whsec_bench_harbour';
const PREPARED_PER_S = 16_000; // a contender that is quicker ends its turn earlier
const WARM_UP = { seconds: 30, count: 30_000 }; // a small handler is compiled after a few thousand requests, a service after some ten thousand
const DRAIN_MS = 240_000;

// As `npm start` runs it: a heap that grows in small steps, garbage collected by the thread that made it.
const SERVICE = {
  script: 'service.mjs',
  flags: ['--max-semi-space-size=8', '--heap-growing-percent=50', '--single-threaded-gc'],
};

const SEVERAL = { ...SERVICE, script: 'several-doors.mjs' };
const BY_DEFAULT = ['verify', 'insert', 'alone', 'everything'];

export const CONTENDERS = {
  verify: { script: 'verify.mjs', args: [], what: 'bare Fastify: verify, parse, answer; nothing stored' },
  insert: { script: 'insert.mjs', args: [], what: 'Fastify: verify, parse, one INSERT per request, pool of 10' },
  alone: { ...SERVICE, args: ['alone'], what: 'the service, ingest alone' },
  everything: { ...SERVICE, args: ['everything'], what: 'the service: projector, seal and jobs running' },
  'two-doors': { ...SEVERAL, args: ['2', 'everything'], what: 'two processes of doors, one of all the rest' },
  'two-doors-alone': { ...SEVERAL, args: ['2', 'alone'], what: 'two processes of doors and nothing else' },
};

/** Runs all rounds; `print` gets a line per turn. */
export async function ingestBench({ seconds, rounds, connections, names = BY_DEFAULT, flags = [] }, print) {
  const running = {};
  const turns = [];
  try {
    for (const name of names) running[name] = await started(name, flags);
    for (const name of names)
      print(await oneTurn(running[name], name, { round: 0, connections: connections[0], ...WARM_UP }));
    for (const [round, count, name] of order(rounds, connections, names)) {
      const turn = await oneTurn(running[name], name, { round, connections: count, ...limited(seconds) });
      turns.push(turn);
      print(turn);
    }
  } finally {
    await Promise.allSettled(Object.values(running).map((contender) => contender.stop()));
  }
  return turns;
}

const limited = (seconds) => ({ seconds, count: seconds * PREPARED_PER_S });

/** Each round begins with another contender, so that none always follows the same one. */
const order = (rounds, connections, names) =>
  connections.flatMap((count) =>
    Array.from({ length: rounds }, (_, round) =>
      names.map((_name, index) => [round + 1, count, names[(index + round) % names.length]]),
    ).flat(),
  );

/** One long turn of the whole service, for its memory. */
export async function sustained(seconds) {
  const contender = await started('everything');
  try {
    return await oneTurn(contender, 'everything', { round: 1, connections: 64, ...limited(seconds) });
  } finally {
    await contender.stop();
  }
}

const started = (name, flags = []) => {
  const { script, args, flags: own = [] } = CONTENDERS[name];
  return startContender(script, args, [...own, ...flags]);
};

let turnsMade = 0;

async function oneTurn(contender, name, { round, connections, seconds, count }) {
  turnsMade += 1;
  const seed = `${Date.now().toString(36)}${turnsMade.toString(36)}`;
  const before = await contender.state();
  const load = loadAverage()[0];
  const settings = { url: contender.url, secret: SECRET, seed, connections, seconds, count };
  const result = await runNode([new URL('load.mjs', import.meta.url).pathname, JSON.stringify(settings)]);
  const turn = { contender: name, connections, round, ...result, load_average: load };
  const after = await contender.state();
  turn.process = {
    cpu_us_per_request: perRequest(before.cpu_s, after.cpu_s, result.requests),
    rss_mb: after.rss_mb,
    heap_used_mb: after.heap_used_mb,
    rss_max_mb: after.rss_max_mb,
    background_rss_mb: after.background_rss_mb,
    background_rss_max_mb: after.background_rss_max_mb,
    background_cpu_us_per_request: perRequest(before.background_cpu_s, after.background_cpu_s, result.requests),
  };
  return CONTENDERS[name].args.includes('everything') ? { ...turn, behind: await drained(contender, after) } : turn;
}

const perRequest = (before, after, requests) => Math.round(((after - before) * 1e6) / requests) || undefined;

/** Waits until the read model has caught up, so that its work is not done in the turn of another. */
async function drained(contender, after) {
  const began = performance.now();
  let state = after;
  while (state.lag_events > 0 && performance.now() - began < DRAIN_MS) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    state = await contender.state();
  }
  if (state.lag_events > 0) throw new Error(`the read model does not catch up: ${JSON.stringify(state)}`);
  return {
    lag_events: after.lag_events,
    lag_ms: after.lag_ms,
    seal_lag_events: after.seal_lag_events,
    drained_in_s: Math.round((performance.now() - began) / 10) / 100,
  };
}

/** Medians per contender and the ratio of each to the others, round by round. */
export function summary(turns) {
  const rows = [];
  for (const connections of new Set(turns.map((turn) => turn.connections))) {
    const these = turns.filter((turn) => turn.connections === connections);
    for (const name of new Set(these.map((turn) => turn.contender))) {
      const own = these.filter((turn) => turn.contender === name);
      const ratioTo = (other) =>
        spread(
          own.flatMap((turn) => {
            const beside = these.find((each) => each.contender === other && each.round === turn.round);
            return beside ? [turn.rps / beside.rps] : [];
          }),
        );
      rows.push({
        connections,
        contender: name,
        rps: spread(own.map((turn) => turn.rps)),
        p50_ms: spread(own.map((turn) => turn.p50_ms)),
        p99_ms: spread(own.map((turn) => turn.p99_ms)),
        to_insert: ratioTo('insert'),
        to_verify: ratioTo('verify'),
        ...figuresOf(own),
      });
    }
  }
  return rows;
}

/** Of the process itself: its CPU and memory, and how far behind the read model and the seal were at the end of a turn. */
function figuresOf(turns) {
  const figures = {};
  for (const part of ['process', 'behind'])
    for (const name of Object.keys(turns[0][part] ?? {})) figures[name] = spread(turns.map((turn) => turn[part][name]));
  return figures;
}

export const INGEST_OPTIONS = {
  seconds: { type: 'string', default: process.env.SECONDS_PER_TURN ?? '5' },
  rounds: { type: 'string', default: process.env.ROUNDS ?? '5' },
  connections: { type: 'string', default: process.env.CONNECTIONS ?? '64,256' },
  contenders: { type: 'string', default: BY_DEFAULT.join() },
};

export const ingestSettings = (values) => ({
  seconds: Number(values.seconds),
  rounds: Number(values.rounds),
  connections: values.connections.split(',').map(Number),
  names: values.contenders.split(','),
});

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  build();
  const { values } = parseArgs({ options: INGEST_OPTIONS });
  const settings = { ...ingestSettings(values), flags: process.execArgv };
  const turns = await ingestBench(settings, (turn) => console.log(JSON.stringify(turn)));
  for (const row of summary(turns)) console.log(JSON.stringify(row));
}
