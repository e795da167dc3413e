import { describe, expect, it } from '@jest/globals';
import { Remembered } from '../../../src/reconcile/load/remembered.js';

/** Knows a number for each key but `none`. */
function remembered() {
  const asked: string[][] = [];
  const answers = new Remembered((keys) => {
    asked.push([...keys]);
    return Promise.resolve(new Map(keys.filter((key) => key !== 'none').map((key) => [key, Number(key)])));
  });
  const of = async (keys: string[]) => {
    const all = await answers.of(keys);
    return keys.map((key) => all.get(key));
  };
  return { asked, of, put: (key: string, answer: number) => answers.put(key, answer) };
}

describe('what was asked for before', () => {
  it('given the same keys again and others, then only the others are asked for', async () => {
    const { asked, of } = remembered();
    await of(['1', '2', 'none']);
    expect(await of(['2', 'none', '3'])).toEqual([2, undefined, 3]);
    expect(asked).toEqual([['1', '2', 'none'], ['3']]);
  });

  it('given more than half that is not asked for any more, then that is forgotten', async () => {
    const { asked, of } = remembered();
    await of(['1', '2', '3']);
    await of(['2', '3']); // three are kept for two
    expect(await of(['1'])).toEqual([1]);
    expect(asked).toEqual([['1', '2', '3']]);
    expect(await of(['1', '3'])).toEqual([1, 3]);
    expect(asked).toEqual([['1', '2', '3'], ['3']]);
  });

  it('given another answer that was put in place, then that is the one', async () => {
    const { of, put } = remembered();
    await of(['1']);
    put('1', 7);
    expect(await of(['1'])).toEqual([7]);
  });

  it('given nothing to ask for, then nobody is asked', async () => {
    const { asked, of } = remembered();
    expect(await of([])).toEqual([]);
    expect(asked).toEqual([]);
  });
});
