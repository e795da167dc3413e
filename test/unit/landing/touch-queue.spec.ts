import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { TouchQueue } from '../../../src/landing/touch-queue.js';

describe('when the host ends a run of the queue with the request that began it', () => {
  const TOLERATED_MS = 2_000 + 1_000;
  let asked: { ids: string[]; answer: (status: number) => void }[];
  let queue: TouchQueue;
  let added: number;
  const add = (): Promise<void> => {
    const event = {
      specversion: '1.0',
      source: '/landing',
      type: 'touch.recorded',
      time: '2026-10-01T00:00:00Z',
    } as const;
    return queue.add({ ...event, id: `t${++added}`, data: {} });
  };
  const settle = () => jest.advanceTimersByTimeAsync(0);
  /** The clock goes on, and no timer fires. */
  const pass = (ms: number): void => void jest.setSystemTime(Date.now() + ms);
  const sent = (): string[] => asked.map(({ ids }) => ids.join());

  beforeEach(() => {
    jest.useFakeTimers();
    [asked, added] = [[], 0];
    const fetch = (_url: unknown, init?: RequestInit): Promise<Response> =>
      new Promise((resolve) => {
        const ids = (JSON.parse(init!.body as string) as { id: string }[]).map(({ id }) => id);
        asked.push({ ids, answer: (status) => resolve(Response.json({}, { status })) });
      });
    queue = new TouchQueue({ url: 'http://127.0.0.1:3000', key: 'k', retryMs: 1_000, fetch });
  });
  afterEach(() => void jest.useRealTimers());

  it('in a pause, then the next touch begins another one, and the pause that ends after all sends nothing', async () => {
    const first = add();
    await settle();
    asked[0]!.answer(503);
    await settle();
    pass(1_000 + TOLERATED_MS);
    void add();
    await settle();
    expect(sent()).toEqual(['t1']); // it may still be sending
    pass(1);
    void add();
    await settle();
    expect(sent()).toEqual(['t1', 't1,t2,t3']);
    await jest.advanceTimersByTimeAsync(1_000);
    expect(sent()).toEqual(['t1', 't1,t2,t3']);
    asked[1]!.answer(202);
    await first;
    expect(queue.state).toEqual({ waiting: 0, sent: 3, dropped: 0 });
  });

  it.each([
    ['the next touch', add, ['t1', 't2']],
    ['flush', () => queue.flush(), ['t1']],
  ])('in a request, then %s sends again, and an answer that comes after all counts nothing', async (_what, go, all) => {
    void add();
    await settle();
    pass(TOLERATED_MS + 1);
    void go();
    await settle();
    expect(sent()).toEqual(['t1', all.join()]);
    asked[0]!.answer(202);
    await settle();
    expect(queue.state).toEqual({ waiting: all.length, sent: 0, dropped: 0 });
    asked[1]!.answer(202);
    await settle();
    expect([asked.length, queue.state]).toEqual([2, { waiting: 0, sent: all.length, dropped: 0 }]);
  });

  it('while flush waits, then pauses do not grow, and nobody is told to come later', async () => {
    void add();
    await settle();
    const refuse = async (): Promise<void> => {
      asked.at(-1)!.answer(503);
      await settle();
    };
    for (const pause of [1_000, 2_000]) {
      await refuse();
      await jest.advanceTimersByTimeAsync(pause);
    }
    const flushed = queue.flush();
    for (const times of [4, 5, 6]) {
      await refuse();
      await jest.advanceTimersByTimeAsync(1_000);
      expect(asked).toHaveLength(times);
    }
    asked.at(-1)!.answer(202);
    await flushed;
    expect(queue.state).toEqual({ waiting: 0, sent: 1, dropped: 0 });
  });

  it('while flush waits, then its short pauses use up no attempts, which go on where they were after it', async () => {
    void add();
    await settle();
    const flushed = queue.flush(30_500);
    for (let times = 1; times <= 30; times += 1) {
      asked.at(-1)!.answer(503);
      await jest.advanceTimersByTimeAsync(1_000);
    }
    await jest.advanceTimersByTimeAsync(500);
    await flushed;
    expect([asked.length, queue.state]).toEqual([31, { waiting: 1, sent: 0, dropped: 0 }]);
    for (let times = 1; times <= 11; times += 1) {
      asked.at(-1)!.answer(503);
      await jest.advanceTimersByTimeAsync(60_000);
    }
    expect([asked.length, queue.state]).toEqual([41, { waiting: 0, sent: 0, dropped: 1 }]);
  });
});
