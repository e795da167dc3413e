/** Waits until all before have been through; whether to go on. */
export type Turn = () => Promise<boolean>;

/**
 * Works one after the other, but `ahead` of them are begun before it is their turn, so that they can make ready meanwhile. A work resolves with
 * whether to go on; where it does not, or fails, those that are ahead are told when they ask for their turn, and must end. All that were
 * begun have ended before this does. Throws what the first of them threw.
 */
export async function inTurn<T>(
  all: readonly T[],
  work: (each: T, turn: Turn) => Promise<boolean>,
  ahead = 1,
): Promise<boolean> {
  const begun: Promise<boolean>[] = [];
  /** Of each that was begun: false once nobody may come after it, true when it is its turn. */
  const turns: Promise<boolean>[] = [];
  for (const [index, each] of all.entries()) {
    if (index >= ahead && !(await turns[index - ahead])) break;
    const before = begun.at(-1) ?? Promise.resolve(true);
    let tell: (goesOn: boolean) => void = () => undefined;
    turns.push(new Promise((resolve) => (tell = resolve)));
    const turn = async (): Promise<boolean> => {
      const goOn = await before;
      tell(goOn);
      return goOn;
    };
    const done = work(each, turn);
    done.then(tell, () => tell(false));
    begun.push(done);
  }
  const results = await Promise.allSettled(begun);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
  return results.every((result) => result.status === 'fulfilled' && result.value);
}
