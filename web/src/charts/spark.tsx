import { magnitude, type Figure } from '../format.ts';

const [WIDTH, HEIGHT] = [120, 28];

/** The shape of a series; its numbers stand elsewhere. */
export function Spark({ series }: { series: readonly { values: readonly Figure[]; kind: 'actual' | 'tracked' }[] }) {
  const top = Math.max(1, ...series.flatMap(({ values }) => values.map(magnitude)));
  const path = (values: readonly Figure[]): string =>
    values
      .map((value, index) => {
        const x = (index * WIDTH) / Math.max(1, values.length - 1);
        return `${index === 0 ? 'M' : 'L'}${x.toFixed(1)},${(HEIGHT - 2 - (magnitude(value) / top) * (HEIGHT - 4)).toFixed(1)}`;
      })
      .join('');
  return (
    <svg class="spark" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      {series.map(({ values, kind }) => (
        <path class={`line ${kind}`} d={path(values)} />
      ))}
    </svg>
  );
}
