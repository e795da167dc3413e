import { expect, it } from '@jest/globals';
import { sharedReading } from '../../../src/app/shared-reading.js';

function scene() {
  const begun: { resolve: (value: number) => void; reject: (error: Error) => void }[] = [];
  let now = 1_000_000;
  const ask = sharedReading(
    () => new Promise<number>((resolve, reject) => void begun.push({ resolve, reject })),
    () => new Date(now),
  );
  return { begun, ask, pass: (ms: number) => void (now += ms) };
}

it('given one that is under way, when it is asked for again and again, then no other one begins, but after a minute', async () => {
  const { begun, ask, pass } = scene();
  const asked = [ask(), ask()];
  pass(59_999);
  asked.push(ask());
  expect(begun).toHaveLength(1);
  pass(1);
  const later = ask();
  expect(begun).toHaveLength(2);
  begun[0]!.resolve(1);
  expect(await Promise.all(asked)).toEqual([1, 1, 1]);
  expect(ask()).toBe(later); // what comes after all is of the past
});

it('given what was read, when it is asked for within two seconds, then that; later, or when the clock was set back, anew', async () => {
  const { begun, ask, pass } = scene();
  const first = ask();
  begun[0]!.resolve(1);
  await first;
  pass(1_999);
  expect([ask(), begun.length]).toEqual([first, 1]);
  pass(1);
  const second = ask();
  begun[1]!.resolve(2);
  expect(await second).toBe(2);
  pass(-3_600_000);
  void ask();
  expect(begun).toHaveLength(3);
});

it('given one that failed, when it is asked for next, then it is made again', async () => {
  const { begun, ask } = scene();
  const first = ask();
  begun[0]!.reject(new Error('away'));
  await expect(first).rejects.toThrow('away');
  const second = ask();
  begun[1]!.resolve(2);
  expect(await second).toBe(2);
});
