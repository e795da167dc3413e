import { describe, expect, it } from '@jest/globals';
import { Remembered } from '../../../src/reconcile/remembered.js';

/** Knows a number for each key but `none`. */
function remembered() {
  const asked: string[][] = [];
  const answers = new Remembered((keys) => {
    asked.push([...keys]);
    return Promise.resolve(new Map(keys.filter((key) => key !== 'none').map((key) => [key, Number(key)])));
  });
  return { asked, of: async (keys: string[]) => [...(await answers.of(keys))] };
}

describe('what was asked for before', () => {
  it('given the same keys again and others, then only the others are asked for', async () => {
    const { asked, of } = remembered();
    await of(['1', '2', 'none']);
    expect(await of(['2', 'none', '3'])).toEqual([
      ['2', 2],
      ['none', undefined],
      ['3', 3],
    ]);
    expect(asked).toEqual([['1', '2', 'none'], ['3']]);
  });

  it('given a key that was not asked for in between, then it was forgotten', async () => {
    const { asked, of } = remembered();
    for (const keys of [['1'], ['2'], ['1']]) await of(keys);
    expect(asked).toEqual([['1'], ['2'], ['1']]);
  });

  it('given nothing to ask for, then nobody is asked', async () => {
    const { asked, of } = remembered();
    expect(await of([])).toEqual([]);
    expect(asked).toEqual([]);
  });
});
