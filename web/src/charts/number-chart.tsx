import { magnitude, type Figure } from '../format.ts';
import type { Point } from '../views/numbers/points.ts';
import { ticksOf } from './axis.ts';
import { isThere, linePath } from './lines.ts';
import { useWidth } from './use-width.ts';

interface Props {
  points: readonly Point[];
  /** What the picture shows, in sentences. */
  label: string;
  /** `bars` for what sums over days, `line` for what there is at an end. */
  shape: 'bars' | 'line';
  /** Whether there is nothing between two whole numbers. */
  whole: boolean;
  told: (value: Figure) => string;
  /** Takes the unit off a told figure, for the numbers beside the grid. */
  bare: (text: string) => string;
  selected?: string | undefined;
  onSelect?: ((period: string) => void) | undefined;
}

const HEIGHT = 220;
const [TOP, RIGHT, BOTTOM] = [12, 8, 24];
const LETTER = 6.8;
const TICK_ROOM = 78;

/** One number by day, week or month, in one currency. The table under it has the same figures. */
export function NumberChart({ points, label, shape, whole, told, bare, selected, onSelect }: Props) {
  const [ref, width] = useWidth();
  const values = points.flatMap(({ value, known }) => [value, known].filter(isThere).map(magnitude));
  const ticks = ticksOf(values, whole);
  const marks = marksOf(ticks.map((tick) => bare(told(whole ? String(tick) : tick))));
  const left = Math.ceil(Math.max(...marks.map(({ length }) => length)) * LETTER) + 12;
  const [inner, tall] = [Math.max(10, width - left - RIGHT), HEIGHT - TOP - BOTTOM];
  const [low, high] = [ticks[0]!, ticks.at(-1)!];
  const step = inner / Math.max(1, points.length);
  const x = (index: number): number => left + step * (index + 0.5);
  const y = (value: Figure): number => TOP + (tall * (high - magnitude(value))) / (high - low);
  const every = Math.ceil(points.length / Math.max(1, Math.floor(inner / TICK_ROOM)));
  const wide = Math.max(1, Math.min(48, step * 0.7));
  return (
    <div ref={ref} class="chart number">
      <svg width={width} height={HEIGHT} role="img" aria-label={label}>
        {ticks.map((tick, index) => (
          <g class={`grid${tick === 0 ? ' zero' : ''}`}>
            <line x1={left} x2={width - RIGHT} y1={y(tick)} y2={y(tick)} />
            <text x={left - 8} y={y(tick) + 4} text-anchor="end">
              {marks[index]}
            </text>
          </g>
        ))}
        {shape === 'line' && (
          <path
            class="line actual"
            d={linePath(
              points.map(({ value }) => value),
              { x, y },
            )}
          />
        )}
        {points.map((point, index) => (
          <g
            class={['period', onSelect && 'pick', point.period === selected && 'selected'].filter(Boolean).join(' ')}
            onClick={onSelect && (() => onSelect(point.period))}
          >
            <rect class="room" x={x(index) - step / 2} y={TOP} width={step} height={tall} />
            <Mark point={point} shape={shape} x={x(index)} wide={wide} y={y} />
            <title>{titleOf(point, told)}</title>
            {index % every === 0 && (
              <text class="tick" x={x(index)} y={HEIGHT - 6} text-anchor="middle">
                {point.period.length > 7 ? point.period.slice(5) : point.period}
              </text>
            )}
          </g>
        ))}
      </svg>
      <Legend points={points} />
    </div>
  );
}

/** Nothing after the point where no mark has anything there. */
const marksOf = (marks: readonly string[]): string[] =>
  marks.every((mark) => /\.0+( %)?$/.test(mark)) ? marks.map((mark) => mark.replace(/\.0+/, '')) : [...marks];

interface MarkProps {
  point: Point;
  shape: Props['shape'];
  x: number;
  wide: number;
  y: (value: Figure) => number;
}

function Mark({ point: { value, known, incomplete }, shape, x, wide, y }: MarkProps) {
  const from = x - wide / 2;
  const kind = `value${incomplete ? ' incomplete' : ''}`;
  return (
    <>
      {isThere(value) &&
        (shape === 'bars' ? (
          <rect class={kind} x={from} width={wide} y={Math.min(y(value), y(0))} height={Math.abs(y(value) - y(0))} />
        ) : (
          <circle class={kind} cx={x} cy={y(value)} r={3} />
        ))}
      {isThere(known) && <line class="known" x1={from - 2} x2={from + wide + 2} y1={y(known)} y2={y(known)} />}
    </>
  );
}

const titleOf = ({ period, value, known, incomplete }: Point, told: Props['told']): string =>
  [
    `${period}: ${told(value)}`,
    ...(known === undefined ? [] : [`known now ${told(known)}`]),
    ...(incomplete ? ['incomplete'] : []),
  ].join(', ');

/** Only where there is something to tell apart. */
function Legend({ points }: { points: readonly Point[] }) {
  const moved = points.some(({ known }) => known !== undefined);
  const incomplete = points.some((point) => point.incomplete);
  if (!moved && !incomplete) return null;
  return (
    <p class="legend" aria-hidden="true">
      <span class="key block" /> {moved ? 'as reported' : 'whole'}
      {moved && (
        <>
          {' '}
          <span class="key known" /> known now
        </>
      )}
      {incomplete && (
        <>
          {' '}
          <span class="key block incomplete" /> incomplete
        </>
      )}
    </p>
  );
}
