import type { Figure } from '../format.ts';

interface Place {
  x: (index: number) => number;
  y: (value: Figure) => number;
}

/** A line through what there is: it breaks where there is no value. */
export const linePath = (values: readonly Figure[], { x, y }: Place): string =>
  runs(values.map(isThere))
    .map((run) => `M${run.map((index) => `${x(index)},${y(values[index])}`).join('L')}`)
    .join('');

/** What lies between two lines, where both are there. */
export const bandPath = (upper: readonly Figure[], lower: readonly Figure[], { x, y }: Place): string =>
  runs(upper.map((value, index) => isThere(value) && isThere(lower[index])))
    .filter((run) => run.length > 1)
    .map((run) => {
      const along = (values: readonly Figure[], order: number[]): string[] =>
        order.map((index) => `${x(index)},${y(values[index])}`);
      return `M${[...along(upper, run), ...along(lower, run.toReversed())].join('L')}Z`;
    })
    .join('');

export const isThere = (value: Figure): boolean => value !== null && value !== undefined;

/** Neighbours that are all wanted, as indexes. */
function runs(wanted: readonly boolean[]): number[][] {
  const found: number[][] = [];
  wanted.forEach((is, index) => {
    if (is && wanted[index - 1]) found.at(-1)!.push(index);
    else if (is) found.push([index]);
  });
  return found;
}
