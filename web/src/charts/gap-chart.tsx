import { figure, magnitude, type Figure } from '../format.ts';
import { bandPath, isThere, linePath } from './lines.ts';
import { useWidth } from './use-width.ts';

export interface Point {
  day: string;
  actual: Figure;
  tracked: Figure;
}

interface Props {
  points: readonly Point[];
  currency?: string | undefined;
  selected?: string | undefined;
  label: string;
  onSelect: (day: string) => void;
}

const HEIGHT = 240;
const MARGIN = { top: 12, right: 8, bottom: 24, left: 64 };

/** Truth and what was tracked, day by day; what lies between them is the gap. The table under it has the same numbers. */
export function GapChart({ points, currency, selected, label, onSelect }: Props) {
  const [ref, width] = useWidth();
  const inner = {
    width: Math.max(10, width - MARGIN.left - MARGIN.right),
    height: HEIGHT - MARGIN.top - MARGIN.bottom,
  };
  const top = Math.max(1, ...points.flatMap(({ actual, tracked }) => [magnitude(actual), magnitude(tracked)]));
  const step = inner.width / Math.max(1, points.length);
  const x = (index: number): number => MARGIN.left + step * (index + 0.5);
  const y = (value: Figure): number => MARGIN.top + inner.height * (1 - magnitude(value) / top);
  const [actual, tracked] = [points.map((point) => point.actual), points.map((point) => point.tracked)];
  const every = Math.ceil(points.length / Math.max(1, Math.floor(inner.width / 90)));
  return (
    <div ref={ref} class="chart">
      <svg width={width} height={HEIGHT} role="img" aria-label={label}>
        {[0, 0.5, 1].map((share) => (
          <g class="grid">
            <line x1={MARGIN.left} x2={width - MARGIN.right} y1={y(top * share)} y2={y(top * share)} />
            <text x={MARGIN.left - 8} y={y(top * share) + 4} text-anchor="end">
              {figure(String(Math.round(top * share)), currency).replace(` ${currency}`, '')}
            </text>
          </g>
        ))}
        <path class="band" d={bandPath(actual, tracked, { x, y })} />
        <path class="line actual" d={linePath(actual, { x, y })} />
        <path class="line tracked" d={linePath(tracked, { x, y })} />
        {points.map((point, index) => (
          <g class={`day${point.day === selected ? ' selected' : ''}`} onClick={() => onSelect(point.day)}>
            <rect x={x(index) - step / 2} y={MARGIN.top} width={step} height={inner.height} />
            {isThere(point.actual) && <circle class="actual" cx={x(index)} cy={y(point.actual)} r={3} />}
            {isThere(point.tracked) && <circle class="tracked" cx={x(index)} cy={y(point.tracked)} r={3} />}
            <title>{`${point.day}: true ${figure(point.actual, currency)}, tracked ${figure(point.tracked, currency)}`}</title>
            {index % every === 0 && (
              <text class="tick" x={x(index)} y={HEIGHT - 6} text-anchor="middle">
                {point.day.slice(5)}
              </text>
            )}
          </g>
        ))}
      </svg>
      <p class="legend" aria-hidden="true">
        <span class="key actual" /> true <span class="key tracked" /> tracked <span class="key gap" /> gap
      </p>
    </div>
  );
}
