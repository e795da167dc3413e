import { describe, expect, it } from '@jest/globals';
import { inTurn, type Turn } from '../../../src/reconcile/in-turn.js';

/** Works whose steps are told, and done when they are told to be. */
function works(names: string, ahead?: number) {
  const told: string[] = [];
  const waiting = new Map<string, { resolve: () => void; reject: (error: Error) => void }>();
  const step = (name: string): Promise<void> =>
    new Promise((resolve, reject) => {
      told.push(name);
      waiting.set(name, { resolve, reject });
    });
  const goOn = new Map<string, boolean>();
  const work = async (name: string, turn: Turn): Promise<boolean> => {
    await step(`ready ${name}`);
    if (!(await turn())) {
      told.push(`end ${name}`);
      return false;
    }
    await step(`do ${name}`);
    return goOn.get(name) ?? true;
  };
  const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return {
    told,
    goOn,
    result: inTurn([...names], work, ahead),
    done: async (...steps: string[]): Promise<void> => {
      for (const name of steps) {
        await settled();
        waiting.get(name)!.resolve();
      }
      await settled();
    },
    fails: async (name: string): Promise<void> => {
      await settled();
      waiting.get(name)!.reject(new Error(name));
      await settled();
    },
  };
}

describe('works in turn', () => {
  it('given one at work, then the next one makes ready, and no other', async () => {
    const { told, done } = works('abc');
    await done('ready a', 'ready b');
    expect(told).toEqual(['ready a', 'ready b', 'do a']);
  });

  it('given the one before is done, then the next one is at work and another makes ready', async () => {
    const { told, done, result } = works('abc');
    await done('ready a', 'do a', 'ready b', 'do b', 'ready c', 'do c');
    expect(told).toEqual(['ready a', 'ready b', 'do a', 'ready c', 'do b', 'do c']);
    expect(await result).toBe(true);
  });

  it('given one that says not to go on, then the one ahead ends, and no other begins', async () => {
    const { told, done, goOn, result } = works('abc');
    goOn.set('a', false);
    await done('ready a', 'do a', 'ready b');
    expect(await result).toBe(false);
    expect(told).toEqual(['ready a', 'ready b', 'do a', 'end b']);
  });

  it('given one that fails at work, then that is thrown once the one ahead has ended', async () => {
    const { told, done, fails, result } = works('abc');
    let thrown: unknown;
    result.catch((error: unknown) => (thrown = error));
    await done('ready a');
    await fails('do a');
    expect(thrown).toBeUndefined();
    await done('ready b');
    expect(thrown).toEqual(new Error('do a'));
    expect(told).toEqual(['ready a', 'ready b', 'do a']);
  });

  it('given one that fails while it makes ready, then the one before it still comes to its end', async () => {
    const { told, done, fails, result } = works('abc');
    let thrown: unknown;
    result.catch((error: unknown) => (thrown = error));
    await done('ready a');
    await fails('ready b');
    expect(thrown).toBeUndefined();
    await done('do a');
    expect(thrown).toEqual(new Error('ready b'));
    expect(told).toEqual(['ready a', 'ready b', 'do a']);
  });

  it('given two may be ahead, then both make ready, and the third when it is the turn of the first', async () => {
    const { told, done } = works('abc', 2);
    await done('ready b');
    expect(told).toEqual(['ready a', 'ready b']);
    await done('ready a');
    expect(told.slice(2).sort()).toEqual(['do a', 'ready c']);
  });

  it('given two are ahead of one that says not to go on, then both end', async () => {
    const { told, done, goOn, result } = works('abcd', 2);
    goOn.set('a', false);
    await done('ready a', 'do a', 'ready b', 'ready c');
    expect(await result).toBe(false);
    expect(told.slice(-2)).toEqual(['end b', 'end c']);
    expect(told).not.toContain('ready d');
  });

  it('given none, then there is nothing to end', async () =>
    expect(await inTurn([], () => Promise.resolve(false))).toBe(true));
});
