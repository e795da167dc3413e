// A worker in a process of its own, for tests that pause and kill it: `node --import ./test/support/typescript.mjs <this> <options as JSON>`.
// It prints one JSON object a line, and ends in good order when its standard input does.
import { once } from 'node:events';
import { createJobs } from '../../src/jobs/create-jobs.js';
import type { Ledger } from '../../src/ledger/ledger.js';
import { openDatabase } from '../../src/storage/database.js';
import { reconcileOver, ZONE } from '../flow/reconcile-given.js';
import { Zone } from '../../src/kernel/day.js';
import { openPostgresLedger } from '../../src/ledger/backends/postgres/postgres.js';
import { cancellationsInMemory, noAlerts } from './job-parts.js';
import { noBackfill, noClose } from './fake-stripe.js';

export interface JobsProcessOptions {
  databaseUrl: string;
  /** Where the jobs are: in this database, or in that Redis. */
  queueUrl?: string;
  redisUrl?: string;
  /** ISO; the clock stands there. */
  now: string;
  lockMs: number;
  /** Wait for a line of standard input before the first append of a result, or after it, before its rows are stored. */
  hold?: 'before' | 'after';
}

const say = (event: Record<string, unknown>): void => void process.stdout.write(`${JSON.stringify(event)}\n`);
const { databaseUrl, queueUrl, redisUrl, now, lockMs, hold } = JSON.parse(process.argv[2]!) as JobsProcessOptions;
const clock = (): Date => new Date(now);
const opened = (url: string) => openDatabase({ databaseUrl: url, dataDir: 'unused', allowUnsafe: true });
const database = await opened(databaseUrl);
const queueDatabase = queueUrl === undefined ? database : await opened(queueUrl);
const stored = await openPostgresLedger(database, { clock });

let held = hold === undefined;
const holding = async (): Promise<void> => {
  if (held) return;
  held = true;
  say({ holding: hold });
  await once(process.stdin, 'data');
};
const ledger: Ledger = Object.assign(Object.create(stored) as typeof stored, {
  append: async (...given: Parameters<Ledger['append']>) => {
    if (hold === 'before') await holding();
    const appended = await stored.append(...given);
    if (hold === 'after') await holding();
    return appended;
  },
});
const reconcile = reconcileOver(database, ledger, clock, { enqueueRun: (runId) => jobs.enqueueRun(runId) });
const jobs = await createJobs({
  ...{ backfill: noBackfill, close: noClose, alerts: noAlerts, cancellations: cancellationsInMemory() },
  ...{ connection: queueDatabase.connection, redisUrl, reconcile, zone: new Zone(ZONE), clock, lockMs, backoffMs: 1 },
  healMs: lockMs,
  park: (failed) => Promise.resolve(say({ parked: failed })),
  log: (line, error) => say({ log: line, error: error?.message }),
});
jobs.start();
say({ ready: true });
process.stdin.on('data', () => say({ resumed: true }));
process.stdin.once('end', () => void jobs.stop().then(() => process.exit(0)));
