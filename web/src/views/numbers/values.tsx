import type { MetricInfo, Schemas } from '../../api.ts';
import { NumberChart } from '../../charts/number-chart.tsx';
import { Contributions } from '../../contributions.tsx';
import { daysOf } from '../../days.ts';
import { figure, nameOf, sum } from '../../format.ts';
import { Opened } from '../../opened.tsx';
import { Table, type Column } from '../../table.tsx';
import { Time } from '../../time.tsx';
import { currenciesOf, inCurrency, inWords, pointsOf, told } from './points.ts';
import { placeOf, rowAt, under, type MetricRow, type Place } from './rows.ts';

type Metric = Schemas['Metric'];

interface ValuesProps {
  answer: Metric;
  metric: MetricInfo;
  from: string;
  to: string;
  interval: string;
  group: string | undefined;
  /** The one that is shown; undefined of counts and shares. */
  currency: string | undefined;
  selected: Place;
  onSelect: (row: Place) => void;
}

/** One metric in one currency: as a chart, as rows, and what one of them is the sum of. */
export function Values({ answer, metric, currency, selected, onSelect, ...asked }: ValuesProps) {
  const { from, to, interval, group } = asked;
  const rows = inCurrency(answer.data, currency);
  const shown = rowAt(rows, selected, group);
  const days = shown && daysOf(shown.period, interval, from, to);
  const isClosed = answer.data.some(({ known }) => known !== undefined);
  return (
    <>
      {answer.incomplete && (
        <p class="warning" role="status">
          Something that a payment provider lists in these days may not have arrived: marked periods are incomplete.
        </p>
      )}
      {isClosed && (
        <p class="hint">
          {closedIn(answer)}: what was reported stays; what came later is known beside it and is an adjustment of the
          first open period.
        </p>
      )}
      {ADDS_UP.includes(metric.kind) && <Total {...{ metric, answer, currency, isClosed }} />}
      {rows.length > 0 && <Chart {...{ rows, metric, currency, asked, shown, onSelect }} />}
      {shown && days && metric.kind !== 'ratio' && (
        <Opened
          key={`${metric.name} ${JSON.stringify(placeOf(shown, group))}`}
          label={`What is under ${nameOf(metric.name)} of ${shown.period}`}
        >
          <Contributions
            caption={captionOf(metric, shown)}
            metric={metric.name}
            asked={under(shown, metric.kind, days)}
          />
        </Opened>
      )}
      <Table<MetricRow>
        caption={`As of ledger position ${figure(Number(answer.as_of))}`}
        note={
          <>
            , asked <Time at={new Date().toISOString()} />
          </>
        }
        file={[metric.name, currency, from, to].filter(Boolean).join('-')}
        rows={rows}
        empty={currency === undefined ? undefined : `Nothing in ${currency} in these days.`}
        selected={(row) => row === shown}
        columns={columnsOf(metric, asked, isClosed, onSelect)}
      />
    </>
  );
}

type Asked = Pick<ValuesProps, 'from' | 'to' | 'interval' | 'group'>;

const columnsOf = (
  { unit }: MetricInfo,
  { interval, group }: Asked,
  isClosed: boolean,
  onSelect: ValuesProps['onSelect'],
): Column<MetricRow>[] => [
  {
    title: interval === 'day' ? 'Day' : interval === 'week' ? 'Week from' : 'Month',
    text: (row) => row.period,
    show: (row) => (
      <>
        <button type="button" class="link" onClick={() => onSelect(placeOf(row, group))}>
          {row.period}
        </button>
        {row.incomplete && <span class="tag">incomplete</span>}
      </>
    ),
  },
  ...(group ? [{ title: group.replace('_', ' '), text: (row: MetricRow) => row.group?.[group] ?? '' }] : []),
  {
    title: isClosed ? 'Reported' : 'Value',
    numeric: true,
    text: (row) => told(unit, row.value, row.currency),
  },
  ...(isClosed ? knownColumns(unit) : []),
  ...(unit === 'ratio'
    ? [
        {
          title: 'Of',
          numeric: true,
          text: (row: MetricRow) => `${String(row.numerator)} / ${String(row.denominator)}`,
        },
      ]
    : []),
];

interface ChartProps extends Pick<ValuesProps, 'metric' | 'currency' | 'onSelect'> {
  rows: readonly MetricRow[];
  asked: Asked;
  shown: MetricRow | undefined;
}

/** All groups together; of what is not grouped a click on a period opens what is under it, as its row does. */
function Chart({ rows, metric: { name, unit, kind }, currency, asked, shown, onSelect }: ChartProps) {
  const { from, to, interval, group } = asked;
  const points = pointsOf(rows, { ...asked, unit });
  const what = `${nameOf(name)}${currency ? ` in ${currency}` : ''} by ${interval}, ${from} to ${to}`;
  return (
    <NumberChart
      label={`${what}${group ? ', all groups together' : ''}. ${inWords(points, unit, currency)} The table has the same numbers.`}
      points={points}
      shape={ADDS_UP.includes(kind) ? 'bars' : 'line'}
      whole={unit !== 'ratio'}
      told={(value) => told(unit, value, currency)}
      bare={(text) => (currency ? text.replace(` ${currency}`, '') : text)}
      selected={shown?.period}
      onSelect={group || kind === 'ratio' ? undefined : (period) => onSelect({ day: period, currency, of: undefined })}
    />
  );
}

/** Metrics whose periods sum; of a stock or a ratio they do not. */
const ADDS_UP = ['flow', 'sum'];

interface TotalProps extends Pick<ValuesProps, 'metric' | 'answer' | 'currency'> {
  isClosed: boolean;
}

/** All of the range as it was reported where days are closed; other currencies beside it, never in it. */
function Total({ metric: { unit }, answer: { data }, currency, isClosed }: TotalProps) {
  const total = (of: string | undefined): string => told(unit, sum(inCurrency(data, of).map(({ value }) => value)), of);
  const others = currenciesOf(data).filter((each) => each !== currency);
  return (
    <p class="total">
      <span class="quiet-text">{isClosed ? 'Together, as reported' : 'Together'} </span>
      <strong>{total(currency)}</strong>
      {others.length > 0 && (
        <span class="others">
          and, never added to it,{' '}
          {others.map((each, index) => (
            <>
              {index > 0 && ', '}
              <span class="figure">{total(each)}</span>
            </>
          ))}
        </span>
      )}
    </p>
  );
}

/** `The ledger entries under 42.00 USD (2026-10-03, google)` */
const captionOf = (metric: MetricInfo, { period, value, currency, group }: MetricRow): string =>
  `The ledger entries under ${told(metric.unit, value, currency)} (${[period, ...Object.values(group ?? {})].filter(Boolean).join(', ')})${
    metric.kind === 'stock' ? ': everything until its end' : ''
  }`;

/** `Closed in 2026-10`, of the closes that the answer is of. */
const closedIn = ({ closes = [] }: Metric): string =>
  `Closed in ${closes.map(({ period, version }) => (version > 1 ? `${period}, version ${version}` : period)).join(' and ')}`;

/** What is known of closed days beside what was reported; open days have nothing there. */
const knownColumns = (unit: MetricInfo['unit']): Column<MetricRow>[] => [
  {
    title: 'Known now',
    numeric: true,
    text: (row) => (row.known === undefined ? '' : told(unit, row.known, row.currency)),
  },
  {
    title: 'Adjustment',
    numeric: true,
    text: (row) => (row.adjustment === undefined ? '' : told(unit, row.adjustment, row.currency)),
    show: (row) =>
      row.adjustment !== undefined && (
        <span class={Number(row.adjustment) === 0 ? 'quiet-text' : 'moved'}>
          {told(unit, row.adjustment, row.currency)}
        </span>
      ),
  },
];
