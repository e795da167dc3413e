import { api, query, type MetricInfo, type Schemas } from '../api.ts';
import type { ViewProps } from '../app.tsx';
import { Choice } from '../choice.tsx';
import { Contributions } from '../contributions.tsx';
import { addDays, figure, nameOf, rate, time, type Figure } from '../format.ts';
import { Show } from '../states.tsx';
import { Table, type Column } from '../table.tsx';
import { useData } from '../use-data.ts';

type Metric = Schemas['Metric'];
type MetricRow = Metric['data'][number];

const GROUPS = ['', 'source', 'medium', 'campaign', 'customer_kind'];
const INTERVALS = ['day', 'week', 'month'];

/** Any metric of the contract: its value, its groups, and what it is the sum of. */
export function NumbersView({ url, go, from, to }: ViewProps) {
  const contract = useData('metrics', () => api<Schemas['MetricList']>('/v1/metrics'));
  return (
    <Show data={contract}>
      {({ data }) => {
        const metric =
          data.find(({ name }) => name === url['metric']) ??
          data.find(({ name }) => name === 'revenue_gross') ??
          data[0]!;
        const interval = INTERVALS.includes(url['interval'] ?? '') ? url['interval']! : 'day';
        const group = GROUPS.includes(url['group'] ?? '') ? url['group'] : '';
        return (
          <section>
            <form class="choices" onSubmit={(event) => event.preventDefault()}>
              <Choice
                label="Metric"
                value={metric.name}
                options={data.map(({ name }) => [name, nameOf(name)])}
                onPick={(name) => go({ metric: name, day: undefined })}
              />
              <Choice
                label="by"
                value={interval}
                options={INTERVALS.map((each) => [each, each])}
                onPick={(each) => go({ interval: each, day: undefined })}
              />
              <Choice
                label="grouped by"
                value={group ?? ''}
                options={GROUPS.map((each) => [each, each === '' ? 'nothing' : each.replace('_', ' ')])}
                onPick={(each) => go({ group: each, day: undefined })}
              />
            </form>
            <h2>{nameOf(metric.name)}</h2>
            <p class="meaning">
              {metric.meaning}{' '}
              <span class="quiet-text">
                Dated by the {metric.dated}. Without: {metric.excludes}.
              </span>
            </p>
            <Values
              metric={metric}
              {...{ from, to, interval, group }}
              selected={url['day']}
              onSelect={(period) => go({ day: period })}
            />
          </section>
        );
      }}
    </Show>
  );
}

interface ValuesProps {
  metric: MetricInfo;
  from: string;
  to: string;
  interval: string;
  group: string | undefined;
  selected: string | undefined;
  onSelect: (period: string) => void;
}

function Values({ metric, from, to, interval, group, selected, onSelect }: ValuesProps) {
  const path = `/v1/metrics/${metric.name}${query({ from, to, interval, group_by: group })}`;
  const data = useData(path, () => api<Metric>(path));
  return (
    <Show data={data}>
      {(answer) => <Answered {...{ answer, metric, from, to, interval, group, selected, onSelect }} />}
    </Show>
  );
}

function Answered({ answer, metric, from, to, interval, group, selected, onSelect }: ValuesProps & { answer: Metric }) {
  const range = selected === undefined ? undefined : daysOf(selected, interval, from, to);
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
      {range && metric.kind !== 'ratio' && <Contributions metric={metric.name} from={range[0]} to={range[1]} />}
      <Table<MetricRow>
        caption={`As of ledger position ${String(answer.as_of)}, asked ${time(new Date().toISOString())}`}
        file={`${metric.name}-${from}-${to}`}
        rows={answer.data}
        selected={(row) => row.period === selected}
        columns={[
          {
            title: interval === 'day' ? 'Day' : interval === 'week' ? 'Week from' : 'Month',
            text: (row) => row.period,
            show: (row) => (
              <>
                <button type="button" class="link" onClick={() => onSelect(row.period)}>
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

/** The days of a period that lie in the range. */
function daysOf(period: string, interval: string, from: string, to: string): [string, string] | undefined {
  const first = interval === 'month' ? `${period.slice(0, 7)}-01` : period.slice(0, 10);
  if (!/^\d{4}-\d\d-\d\d$/.test(first)) return undefined;
  const last =
    interval === 'day'
      ? first
      : interval === 'week'
        ? addDays(first, 6)
        : addDays(`${addDays(`${first.slice(0, 8)}28`, 7).slice(0, 8)}01`, -1);
  return [first < from ? from : first, last > to ? to : last];
}
