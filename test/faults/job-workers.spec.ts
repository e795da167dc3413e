import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { Reconcile } from '../../src/reconcile/create-reconcile.js';
import { Shop } from '../flow/reconcile-given.js';
import { QUEUES, type QueuePlace } from '../support/queues.js';
import { sayFigures } from '../support/say.js';
import { type JobsProcess, startJobs } from '../support/start-jobs.js';
import { until } from '../support/start-storage.js';
import { describeWhere } from '../support/where.js';

const DAY = '2026-10-03';
const LOCK_MS = 1_000;

for (const { name, there, open } of QUEUES)
  describeWhere(there)(`a worker dies or sleeps in the middle of a job, with the jobs in ${name}`, () => {
    let shop: Shop;
    let place: QueuePlace;
    let reconcile: Reconcile;
    const started: JobsProcess[] = [];
    beforeEach(async () => {
      [shop, place] = await Promise.all([Shop.open(), open()]);
      reconcile = shop.reconcile();
      await shop.signup('u1', DAY);
      await shop.tracks('signup', `${DAY}T10:00:00Z`, { user_id: 'u1' });
    });
    afterEach(async () => {
      await Promise.all(started.splice(0).map((each) => each.kill()));
      await place.close();
      await shop.close();
    });

    /** A worker on the shop's database; it takes the unfinished run up by itself. */
    function worker(hold?: 'before' | 'after'): JobsProcess {
      const { redisUrl, databaseUrl: queueUrl } = place;
      const now = shop.now.toISOString();
      const made = startJobs({ databaseUrl: shop.url, queueUrl, redisUrl, now, lockMs: LOCK_MS, hold });
      started.push(made);
      return made;
    }

    const holding = (each: JobsProcess): Promise<void> => until(() => each.said.some((line) => line.holding));
    const finished = (): Promise<void> => until(async () => (await reconcile.unfinishedRuns()).length === 0);

    /** What the job is there for, counted: entries in the ledger, rows and their ids in the tables. */
    async function effects(): Promise<Record<string, number>> {
      const entries = await shop.ledger.readStream(`reconciliation-${DAY}.collector.signups`);
      const { rows } = await shop.database.pool.query<{ recorded: number; results: number }>(
        'select (select count(*)::int from reconcile.recorded) as recorded, (select count(*)::int from reconcile.results) as results',
      );
      return { entries: entries.length, ...rows[0]! };
    }

    const parked = (): unknown[] => started.flatMap(({ said }) => said.flatMap((line) => line.parked ?? []));

    it.each<['before' | 'after']>([['before'], ['after']])(
      'given it is killed %s its result is in the ledger, then another worker finishes the job, and its effects are there once',
      async (hold) => {
        await reconcile.run({ from: DAY, to: DAY, metrics: ['signups'] }, 'test');
        const first = worker(hold);
        await holding(first);
        await first.kill();
        worker();
        await finished();
        const found = await effects();
        sayFigures(`worker killed ${hold} its append, ${name}`, { ...found, parked: parked().length });
        expect([found, parked()]).toEqual([{ entries: 1, recorded: 1, results: 1 }, []]);
      },
    );

    it('given several in a row are killed in it, as while a service is deployed, then the next one finishes it, and there is no dead letter', async () => {
      await reconcile.run({ from: DAY, to: DAY, metrics: ['signups'] }, 'test');
      for (let killed = 0; killed < 3; killed += 1) {
        const each = worker('before');
        await holding(each);
        await each.kill();
      }
      worker();
      await finished();
      expect([await effects(), parked()]).toEqual([{ entries: 1, recorded: 1, results: 1 }, []]);
    });

    it.each<['before' | 'after']>([['before'], ['after']])(
      'given it is paused %s its result is in the ledger and wakes up when another has done the job, then its effects are there once',
      async (hold) => {
        await reconcile.run({ from: DAY, to: DAY, metrics: ['signups'] }, 'test');
        const first = worker(hold);
        await holding(first);
        first.signal('SIGSTOP');
        const second = worker();
        await finished();
        first.go();
        first.signal('SIGCONT');
        await until(() => first.said.some((line) => line.resumed));
        // It ends its job before it leaves, and so does the other one.
        expect([await first.close(), await second.close()]).toEqual([0, 0]);
        const found = await effects();
        sayFigures(`worker paused ${hold} its append, ${name}`, { ...found, parked: parked().length });
        expect([found, parked()]).toEqual([{ entries: 1, recorded: 1, results: 1 }, []]);
      },
    );
  });
