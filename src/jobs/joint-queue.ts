import { type JobQueue, STATES } from './queue.js';

const placeOf = (state: string): number => (STATES as readonly string[]).indexOf(state);

/** Two queues as one: long jobs have a queue and a worker of their own, so that the others do not wait for them to end. */
export function jointQueue(short: JobQueue, long: JobQueue, isLong: (name: string) => boolean): JobQueue {
  const both = [short, long] as const;
  const of = (name: string): JobQueue => (isLong(name) ? long : short);
  return {
    add: (job, how) => of(job.name).add(job, how),
    async list(limit) {
      const [some, others] = await Promise.all([short.list(limit), long.list(limit)]);
      return [...some, ...others].sort((a, b) => placeOf(a.state) - placeOf(b.state)).slice(0, limit);
    },
    find: async (id) => (await short.find(id)) ?? long.find(id),
    remove: async (id) => (await short.remove(id)) || long.remove(id),
    async schedule(name, cron, zone) {
      // A version before long jobs had a queue of their own has put it into the other one.
      if (isLong(name)) await short.unschedule(name);
      await of(name).schedule(name, cron, zone);
    },
    unschedule: (name) => of(name).unschedule(name),
    failed: async () => [...(await short.failed()), ...(await long.failed())],
    async counts() {
      const sums: Record<string, number> = {};
      for (const counts of await Promise.all(both.map((each) => each.counts())))
        for (const [state, count] of Object.entries(counts)) sums[state] = (sums[state] ?? 0) + count;
      return sums;
    },
    isRunning: () => both.every((each) => each.isRunning()),
    start: () => both.forEach((each) => each.start()),
    close: async () => void (await Promise.all(both.map((each) => each.close()))),
  };
}
