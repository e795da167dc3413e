// How fast a year is reconciled by ids, and in how much memory: node bench/reconcile.mjs [--truth 1000000] [--tracked 800000] [--rounds 3]
// Wanted: at most 1.5 times as long as the plain SQL FULL OUTER JOIN that only counts, over the same rows in the same PostgreSQL, 768 MB, and one
// changed day again 100 times faster than all. Turns alternate; each is a process of its own, for which PostgreSQL is started anew, so that its
// buffers are empty (the system's cache of files is not). `match` loads the year and puts every id of every day into its part, the days of a pair
// included; `compare` does that and finds the causes of every id with their evidence, and what a loss concentrates in, and records nothing;
// `product` is the whole of what the jobs do: a run that was asked for, split, loaded, compared, recorded in the ledger day by day and listed id
// by id. Whoever counts otherwise than the SQL fails the bench.
import { writeSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { build } from '../scripts/build.mjs';
import { openBulk, truthOf } from './bulk-truth.mjs';
import { loadAverage } from './machine.mjs';
import { postgresCpuUs } from './postgres-cpu.mjs';
import { runNode } from './processes.mjs';
import { agree, turnsOver } from './reconcile-turns.mjs';
import { dist } from './service-in-process.mjs';
import { spread } from './statistics.mjs';

const HEAP = ['--max-semi-space-size=8']; // as a process that only runs jobs, deploy/kubernetes/worker.yaml
const CONTENDERS = ['sql', 'match', 'compare', 'product'];

const { values } = parseArgs({
  options: {
    truth: { type: 'string', default: '1000000' },
    tracked: { type: 'string', default: '800000' },
    rounds: { type: 'string', default: '3' },
    contenders: { type: 'string', default: CONTENDERS.join(',') },
    folder: { type: 'string' },
    turn: { type: 'string' },
  },
});

const turns = turnsOver((module) => import(`${dist}/${module}`));
if (values.turn) await turn(values.folder, turns[values.turn]);
else await bench();

async function bench() {
  build();
  const contenders = values.contenders.split(',');
  const folder = await truthOf(Number(values.truth), Number(values.tracked));
  const results = [];
  await inProcess(folder, 'clear'); // a bench that was stopped may have left something
  for (let round = 0; round < Number(values.rounds); round += 1) {
    const order = contenders.map((_, index) => contenders[(index + round) % contenders.length]);
    for (const contender of order) {
      const result = { round: round + 1, contender, ...(await inProcess(folder, contender)), load: loadAverage()[0] };
      results.push(result);
      console.log(JSON.stringify(result));
      if (contender === 'product') await inProcess(folder, 'clear');
    }
    agree(results.filter((each) => each.round === round + 1));
  }
  console.log(JSON.stringify(summary(contenders, results)));
}

function inProcess(folder, name) {
  return runNode([...HEAP, ...process.execArgv, import.meta.filename, '--folder', folder, '--turn', name]);
}

function summary(contenders, results) {
  const of = (contender) => results.filter((each) => each.contender === contender);
  const ratios = (contender) =>
    spread(
      of(contender).flatMap(({ round, seconds }) =>
        of('sql').flatMap((sql) => (sql.round === round ? [seconds / sql.seconds] : [])),
      ),
    );
  return {
    ...{ truth: Number(values.truth), tracked: Number(values.tracked), rounds: Number(values.rounds) },
    ...Object.fromEntries(contenders.map((name) => [`${name}_s`, spread(of(name).map(({ seconds }) => seconds))])),
    ...Object.fromEntries(contenders.filter((name) => name !== 'sql').map((name) => [`${name}_to_sql`, ratios(name)])),
    rss_max_mb: Math.max(...results.filter(({ contender }) => contender !== 'sql').map((each) => each.rss_max_mb)),
    all_to_one_day: spread(of('product').map((each) => each.all_to_one_day)),
  };
}

/** One turn in this process; prints what it counted and took. */
async function turn(folder, work) {
  const database = await openBulk(folder);
  try {
    const postgres = postgresCpuUs(folder);
    const { counts, seconds, cpu, ...more } = await work(database);
    const postgresCpu = Math.round((postgresCpuUs(folder) - postgres) / 10_000) / 100;
    const memory = { rss_max_mb: Math.round(process.resourceUsage().maxRSS / 1024) };
    const result = { counts, seconds, cpu_s: cpu, postgres_cpu_s: postgresCpu, ...more, ...memory };
    writeSync(1, `${JSON.stringify(result)}\n`);
  } finally {
    await database.close();
  }
}
