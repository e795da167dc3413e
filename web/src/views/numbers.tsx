import { api, query, type MetricInfo, type Schemas } from '../api.ts';
import type { ViewProps } from '../app.tsx';
import { Choice } from '../choice.tsx';
import { Contributions } from '../contributions.tsx';
import { daysOf } from '../days.ts';
import { figure, nameOf, rate, sum, time, type Figure } from '../format.ts';
import { Opened } from '../opened.tsx';
import { Prose } from '../prose.tsx';
import { Show } from '../states.tsx';
import { Table, type Column } from '../table.tsx';
import { useData } from '../use-data.ts';
import { NO_ROW, placeOf, rowAt, under, type MetricRow, type Place } from './numbers/rows.ts';

type Metric = Schemas['Metric'];

const GROUPS = ['', 'source', 'medium', 'campaign', 'customer_kind'];
const INTERVALS = ['day', 'week', 'month'];

/** Any metric of the contract: its value, its groups, and what it is the sum of. */
export function NumbersView({ url, go, from, to }: ViewProps) {
  const contract = useData('metrics', () => api<Schemas['MetricList']>('/v1/metrics'));
  const name = url['metric'] ?? 'revenue_gross';
  const interval = INTERVALS.includes(url['interval'] ?? '') ? url['interval']! : 'day';
  const group = GROUPS.includes(url['group'] ?? '') ? url['group'] : '';
  // Beside the contract, not after it: a name that the contract does not have is answered with what is wrong.
  const path = `/v1/metrics/${encodeURIComponent(name)}${query({ from, to, interval, group_by: group || undefined })}`;
  const values = useData(path, () => api<Metric>(path));
  return (
    <Show data={contract}>
      {({ data }) => {
        const metric = data.find((each) => each.name === name);
        return (
          <section>
            <form class="choices" onSubmit={(event) => event.preventDefault()}>
              <Choice
                label="Metric"
                value={name}
                options={data.map(({ name }) => [name, nameOf(name)])}
                onPick={(picked) => go({ ...NO_ROW, metric: picked })}
              />
              <Choice
                label="by"
                value={interval}
                options={INTERVALS.map((each) => [each, each])}
                onPick={(each) => go({ ...NO_ROW, interval: each })}
              />
              <Choice
                label="grouped by"
                value={group ?? ''}
                options={GROUPS.map((each) => [each, each === '' ? 'nothing' : each.replace('_', ' ')])}
                onPick={(each) => go({ ...NO_ROW, group: each || undefined })}
              />
            </form>
            <h2>{nameOf(name)}</h2>
            {metric && <Meaning of={metric} />}
            <Show data={values}>
              {(answer) =>
                metric && (
                  <Values
                    {...{ answer, metric, from, to, interval, group }}
                    selected={url}
                    onSelect={(row) => go({ ...row })}
                  />
                )
              }
            </Show>
          </section>
        );
      }}
    </Show>
  );
}

const Meaning = ({ of: { meaning, dated, excludes } }: { of: MetricInfo }) => (
  <p class="meaning">
    <Prose text={meaning} />{' '}
    <span class="quiet-text">
      Dated by the <Prose text={dated} />. Without: <Prose text={excludes} />.
    </span>
  </p>
);

interface ValuesProps {
  answer: Metric;
  metric: MetricInfo;
  from: string;
  to: string;
  interval: string;
  group: string | undefined;
  selected: Place;
  onSelect: (row: Place) => void;
}

function Values({ answer, metric, from, to, interval, group, selected, onSelect }: ValuesProps) {
  const shown = rowAt(answer.data, selected, group);
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
      {ADDS_UP.includes(metric.kind) && <Total metric={metric} rows={answer.data} isClosed={isClosed} />}
      <Table<MetricRow>
        caption={`As of ledger position ${figure(Number(answer.as_of))}, asked ${time(new Date().toISOString())}`}
        file={`${metric.name}-${from}-${to}`}
        rows={byCurrency(answer.data)}
        selected={(row) => row === shown}
        columns={[
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
            text: (row) => told(metric, row.value, row.currency),
          },
          ...(isClosed ? knownColumns(metric) : []),
          ...(metric.unit === 'ratio'
            ? [
                {
                  title: 'Of',
                  numeric: true,
                  text: (row: MetricRow) => `${String(row.numerator)} / ${String(row.denominator)}`,
                },
              ]
            : []),
        ]}
      />
    </>
  );
}

/** Metrics whose periods sum; of a stock or a ratio they do not. */
const ADDS_UP = ['flow', 'sum'];

/** All of the range, a figure for each currency, as it was reported where days are closed. */
function Total({ metric, rows, isClosed }: { metric: MetricInfo; rows: readonly MetricRow[]; isClosed: boolean }) {
  const currencies = [...new Set(rows.map(({ currency }) => currency))].sort();
  return (
    <p class="total">
      <span class="quiet-text">{isClosed ? 'Together, as reported' : 'Together'} </span>
      {currencies.map((currency) => (
        <strong>
          {told(metric, sum(rows.filter((row) => row.currency === currency).map(({ value }) => value)), currency)}
        </strong>
      ))}
    </p>
  );
}

/** The days of one currency one below the other: figures of two cannot be compared. */
const byCurrency = (rows: readonly MetricRow[]): MetricRow[] =>
  [...rows].sort((a, b) => (a.currency ?? '').localeCompare(b.currency ?? ''));

/** `The ledger entries under 42.00 USD (2026-10-03, google)` */
const captionOf = (metric: MetricInfo, { period, value, currency, group }: MetricRow): string =>
  `The ledger entries under ${told(metric, value, currency)} (${[period, ...Object.values(group ?? {})].filter(Boolean).join(', ')})${
    metric.kind === 'stock' ? ': everything until its end' : ''
  }`;

/** `Closed in 2026-10`, of the closes that the answer is of. */
const closedIn = ({ closes = [] }: Metric): string =>
  `Closed in ${closes.map(({ period, version }) => (version > 1 ? `${period}, version ${version}` : period)).join(' and ')}`;

const told = (metric: MetricInfo, value: Figure, currency: string | undefined): string =>
  metric.unit === 'ratio' ? rate(value as number | null) : figure(value, currency);

/** What is known of closed days beside what was reported; open days have nothing there. */
const knownColumns = (metric: MetricInfo): Column<MetricRow>[] => [
  {
    title: 'Known now',
    numeric: true,
    text: (row) => (row.known === undefined ? '' : told(metric, row.known, row.currency)),
  },
  {
    title: 'Adjustment',
    numeric: true,
    text: (row) => (row.adjustment === undefined ? '' : told(metric, row.adjustment, row.currency)),
    show: (row) =>
      row.adjustment !== undefined && (
        <span class={Number(row.adjustment) === 0 ? 'quiet-text' : 'moved'}>
          {told(metric, row.adjustment, row.currency)}
        </span>
      ),
  },
];
