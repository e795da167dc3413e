import { magnitude, type Figure } from '../format.ts';
import { linePath } from './lines.ts';

const [WIDTH, HEIGHT] = [120, 28];
const rounded = (place: number): number => Math.round(place * 10) / 10;

/** The shape of a series; its numbers stand elsewhere. */
export function Spark({ series }: { series: readonly { values: readonly Figure[]; kind: 'actual' | 'tracked' }[] }) {
  const top = Math.max(1, ...series.flatMap(({ values }) => values.map(magnitude)));
  const path = (values: readonly Figure[]): string =>
    linePath(values, {
      x: (index) => rounded((index * WIDTH) / Math.max(1, values.length - 1)),
      y: (value) => rounded(HEIGHT - 2 - (magnitude(value) / top) * (HEIGHT - 4)),
    });
  return (
    <svg class="spark" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      {series.map(({ values, kind }) => (
        <path class={`line ${kind}`} d={path(values)} />
      ))}
    </svg>
  );
}
