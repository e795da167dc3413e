import { describe, expect, it } from '@jest/globals';
import { inLine, oneAhead } from '../../../src/reconcile/sift/one-ahead.js';

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Numbers from 0 on; tells what is made of them. `failing`: where it fails. */
function numbers(count: number, failing = Infinity) {
  const told: string[] = [];
  async function* made(): AsyncGenerator<number> {
    try {
      for (let n = 0; n < count; n += 1) {
        told.push(`begin ${n}`);
        await settled();
        if (n === failing) throw new Error(`no ${n}`);
        told.push(`made ${n}`);
        yield n;
      }
    } finally {
      told.push('end');
    }
  }
  return { told, made: made() };
}

describe('one ahead', () => {
  it('given some, then all come in their order', async () => {
    const found: number[] = [];
    for await (const n of oneAhead(numbers(4).made)) found.push(n);
    expect(found).toEqual([0, 1, 2, 3]);
  });

  it('given one at work, then the next one is made meanwhile, and no other', async () => {
    const { told, made } = numbers(9);
    const ahead = oneAhead(made);
    await ahead.next();
    for (let turn = 0; turn < 9; turn += 1) await settled();
    expect(told).toEqual(['begin 0', 'made 0', 'begin 1', 'made 1']);
    await ahead.return(undefined);
  });

  it('given work that ends early, then what is being made comes to its end first, and nothing more is begun', async () => {
    const { told, made } = numbers(9);
    for await (const n of oneAhead(made)) if (n === 0) break;
    expect(told).toEqual(['begin 0', 'made 0', 'begin 1', 'made 1', 'end']);
  });

  it('given one that cannot be made, then those before it come, and whoever asks for it is told', async () => {
    const { told, made } = numbers(9, 1);
    const found: number[] = [];
    const all = async (): Promise<void> => {
      for await (const n of oneAhead(made)) {
        found.push(n);
        await settled();
        await settled();
      }
    };
    await expect(all()).rejects.toThrow('no 1');
    expect(found).toEqual([0]);
    expect(told.at(-1)).toBe('end');
  });

  it('given one that cannot be made while work fails, then the work is what failed', async () => {
    const all = async (): Promise<void> => {
      for await (const n of oneAhead(numbers(9, 1).made)) throw new Error(`work ${n}`);
    };
    await expect(all()).rejects.toThrow('work 0');
  });
});

describe('a line', () => {
  it('given works that come at once, then each begins when the one before has ended, though that failed', async () => {
    const line = inLine();
    const told: string[] = [];
    const work = (name: string, fails = false) =>
      line(async () => {
        told.push(`begin ${name}`);
        await settled();
        told.push(`end ${name}`);
        if (fails) throw new Error(name);
        return name;
      });
    const results = await Promise.allSettled([work('a', true), work('b'), work('c')]);
    expect(told).toEqual(['begin a', 'end a', 'begin b', 'end b', 'begin c', 'end c']);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
  });
});
