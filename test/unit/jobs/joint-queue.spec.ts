import { describe, expect, it } from '@jest/globals';
import { jointQueue } from '../../../src/jobs/joint-queue.js';
import type { JobQueue, QueuedJob } from '../../../src/jobs/queue.js';

/** A queue in memory that says what it was asked. */
function given(jobs: readonly (readonly [id: string, state: string])[]) {
  const asked: string[] = [];
  const say = (what: string) => Promise.resolve(void asked.push(what));
  const listed = jobs.map(([id, state]) => ({ id, state, name: id }) as unknown as QueuedJob);
  const queue: JobQueue = {
    add: ({ name }) => say(`add ${name}`),
    list: (limit) => Promise.resolve(listed.slice(0, limit)),
    find: (id) => Promise.resolve(listed.find((job) => job.id === id)),
    remove: (id) => Promise.resolve(listed.some((job) => job.id === id)),
    schedule: (name) => say(`schedule ${name}`),
    unschedule: (name) => say(`unschedule ${name}`),
    failed: () => Promise.resolve(listed.filter(({ state }) => state === 'failed') as never),
    counts: () => Promise.resolve({ waiting: listed.length, active: 1 }),
    isRunning: () => asked.includes('start'),
    start: () => void asked.push('start'),
    close: () => say('close'),
  };
  return { queue, asked };
}

function joint() {
  const [short, long] = [
    given([
      ['a', 'active'],
      ['b', 'waiting'],
      ['c', 'failed'],
    ]),
    given([
      ['verify', 'active'],
      ['seal', 'failed'],
    ]),
  ];
  const both = jointQueue(short.queue, long.queue, (name) => ['verify', 'seal'].includes(name));
  return { both, short, long };
}

describe('a queue of its own for long jobs', () => {
  it('given jobs of both kinds, then each goes to its queue, and a schedule of before is taken out of the other', async () => {
    const { both, short, long } = joint();
    for (const name of ['watch', 'verify']) {
      await both.add({ name, id: name, data: {} });
      await both.schedule(name, '0 0 4 * * *', 'UTC');
    }
    expect([short.asked, long.asked]).toEqual([
      ['add watch', 'schedule watch', 'unschedule verify'],
      ['add verify', 'schedule verify'],
    ]);
  });

  it('then they are listed together, those that run first, and found, removed and counted as one', async () => {
    const { both } = joint();
    const ids = (jobs: readonly { id: string }[]): string[] => jobs.map(({ id }) => id);
    expect(ids(await both.list(10))).toEqual(['a', 'verify', 'b', 'c', 'seal']);
    expect(ids(await both.list(3))).toEqual(['a', 'verify', 'b']);
    expect(ids(await both.failed())).toEqual(['c', 'seal']);
    expect(await both.counts()).toEqual({ waiting: 5, active: 2 });
    expect([(await both.find('seal'))?.id, await both.find('x')]).toEqual(['seal', undefined]);
    expect([await both.remove('b'), await both.remove('seal'), await both.remove('x')]).toEqual([true, true, false]);
  });

  it('then it runs once both do, and closes both', async () => {
    const { both, short, long } = joint();
    short.queue.start();
    expect(both.isRunning()).toBe(false);
    both.start();
    expect(both.isRunning()).toBe(true);
    await both.close();
    expect([short.asked.at(-1), long.asked.at(-1)]).toEqual(['close', 'close']);
  });
});
