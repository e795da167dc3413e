import { all, query, type Row } from '../api.ts';
import type { ViewProps } from '../app.tsx';
import { GapChart } from '../charts/gap-chart.tsx';
import { Spark } from '../charts/spark.tsx';
import { figure, nameOf, percent, percentOf, sum } from '../format.ts';
import { Show } from '../states.tsx';
import { Table } from '../table.tsx';
import { useData } from '../use-data.ts';
import { DayView } from './day.tsx';
import { Caveats, Sources, stateOf } from './gap/sources.tsx';

/** One metric (in one currency) of one source, over the days of the range. */
interface Series {
  key: string;
  metric: string;
  source: string;
  currency: string | undefined;
  rows: Row[];
  actual: string;
  tracked: string;
  gap: string;
}

/** Truth beside what each source saw: which number, by how much, since when. */
export function GapView({ url, go, from, to }: ViewProps) {
  const path = `/v1/reconciliations${query({ from, to, limit: '1000' })}`;
  const data = useData(path, () => all<Row>(path));
  return (
    <Show data={data}>
      {(rows) => {
        const series = seriesOf(rows);
        if (series.length === 0)
          return (
            <>
              <Nothing />
              <section>
                <Caveats rows={rows} />
                <Sources />
              </section>
            </>
          );
        const shown = series.find(({ key }) => key === url['series']) ?? series[0]!;
        const day = url['day'];
        return (
          <>
            <section aria-label="What is true, and what analytics saw" class="cards">
              {series.map((each) => (
                <Card
                  series={each}
                  selected={each === shown}
                  onSelect={() => go({ series: each.key, subject: undefined })}
                />
              ))}
            </section>
            <section>
              <h2>
                {nameOf(shown.metric)}
                {shown.currency ? ` in ${shown.currency}` : ''}, day by day
              </h2>
              <GapChart
                points={shown.rows}
                currency={shown.currency}
                selected={day}
                label={`${nameOf(shown.metric)}: true and tracked by day; the table below has the same numbers`}
                onSelect={(picked) => go({ day: picked, series: shown.key, subject: undefined })}
              />
              {day !== undefined && shown.rows.some((row) => row.day === day) && (
                <DayView
                  day={day}
                  source={shown.source}
                  metric={shown.metric}
                  currency={shown.currency}
                  subject={url['subject']}
                  go={go}
                />
              )}
              <Days
                series={shown}
                selected={day}
                onSelect={(picked) => go({ day: picked, series: shown.key, subject: undefined })}
              />
            </section>
            <section>
              <h2>What every system says</h2>
              <Systems series={series} shown={shown} />
              <Caveats rows={rows} />
              <Sources />
            </section>
          </>
        );
      }}
    </Show>
  );
}

const Nothing = () => (
  <section>
    <h2>Nothing was compared in these days</h2>
    <p>
      The nightly run compares yesterday and the three days before it.{' '}
      <code>truth-ledger reconcile --from … --to …</code> does it now.
    </p>
  </section>
);

/** An amount whose currency stands beside it already. */
const bare = (value: string, currency: string | undefined): string =>
  currency ? figure(value, currency).replace(` ${currency}`, '') : figure(value);

function Card({ series, selected, onSelect }: { series: Series; selected: boolean; onSelect: () => void }) {
  const { metric, source, currency, rows, actual, tracked, gap } = series;
  const share = percentOf(gap, actual);
  return (
    <button type="button" class="card" aria-pressed={selected} onClick={onSelect}>
      <span class="name">
        {nameOf(metric)}
        {currency ? `, ${currency}` : ''}
      </span>
      <span class="figure">{bare(actual, currency)}</span>
      <span class="says">
        {source} shows {bare(tracked, currency)}
      </span>
      {rows.some(({ comparable, provisional }) => !comparable || provisional) && (
        <span class="note">{notesOf(rows)}</span>
      )}
      <span class={`gap${Math.abs(share ?? 0) >= 10 ? ' wide' : ''}`}>
        gap {bare(gap, currency)} · {percent(share)}
      </span>
      <Spark
        series={[
          { kind: 'actual', values: rows.map((row) => row.actual) },
          { kind: 'tracked', values: rows.map((row) => row.tracked) },
        ]}
      />
    </button>
  );
}

function Days({
  series,
  selected,
  onSelect,
}: {
  series: Series;
  selected?: string | undefined;
  onSelect: (day: string) => void;
}) {
  const { currency, rows, metric, source } = series;
  return (
    <Table<Row>
      caption={`${nameOf(metric)}, true against ${source}`}
      file={`gap-${metric}-${source}`}
      rows={rows}
      selected={(row) => row.day === selected}
      columns={[
        {
          title: 'Day',
          text: (row) => row.day,
          show: (row) => (
            <button type="button" class="link" onClick={() => onSelect(row.day)}>
              {row.day}
            </button>
          ),
        },
        { title: 'True', numeric: true, text: (row) => figure(row.actual, currency) },
        { title: 'Tracked', numeric: true, text: (row) => figure(row.tracked, currency) },
        { title: 'Gap', numeric: true, text: (row) => figure(row.gap, currency) },
        { title: 'Gap %', numeric: true, text: (row) => percent(row.gap_pct) },
        { title: 'Loss', numeric: true, text: (row) => percent(row.loss_pct) },
        { title: 'Overcount', numeric: true, text: (row) => percent(row.overcount_pct) },
        { title: 'No browser could see', numeric: true, text: (row) => figure(row.not_trackable, currency) },
        { title: 'Status', text: stateOf },
      ]}
    />
  );
}

interface System {
  name: string;
  says: string;
  gap: string;
  share: number | null;
  note: string;
}

/** One metric, a line per system: the ledger first. */
function Systems({ series, shown }: { series: readonly Series[]; shown: Series }) {
  const same = series.filter(({ metric, currency }) => metric === shown.metric && currency === shown.currency);
  const { currency } = shown;
  const ledger = { name: 'the ledger', says: figure(shown.actual, currency), gap: '', share: null, note: 'true' };
  const systems = same.map(({ source, actual, tracked, gap, rows }): System => ({
    name: source,
    says: figure(tracked, currency),
    gap: figure(gap, currency),
    share: percentOf(gap, actual),
    note: notesOf(rows),
  }));
  return (
    <Table<System>
      caption={`${nameOf(shown.metric)}${currency ? ` in ${currency}` : ''}, over the days that each was compared`}
      file={`systems-${shown.metric}`}
      rows={[ledger, ...systems]}
      columns={[
        { title: 'System', text: ({ name }) => name },
        { title: 'Says', numeric: true, text: ({ says }) => says },
        { title: 'Gap', numeric: true, text: ({ gap }) => gap },
        { title: 'Gap %', numeric: true, text: ({ share, gap }) => (gap === '' ? '' : percent(share)) },
        { title: 'Compared', text: ({ note }) => note },
      ]}
    />
  );
}

/** How many days it is of, and what is special about them. */
function notesOf(rows: readonly Row[]): string {
  const count = (of: (row: Row) => boolean, what: string): string[] => {
    const found = rows.filter(of).length;
    return found === 0 ? [] : [`${found} ${what}`];
  };
  return [
    `${rows.length} ${rows.length === 1 ? 'day' : 'days'}`,
    ...(rows.some((row) => row.matched_by === 'count') ? ['by count: it gives no ids'] : []),
    ...count((row) => !row.comparable, 'not comparable'),
    ...count((row) => row.provisional, 'provisional'),
  ].join(', ');
}

const ORDER = ['signups', 'checkouts_started', 'orders', 'revenue_gross'];

function seriesOf(rows: readonly Row[]): Series[] {
  const found = new Map<string, Row[]>();
  for (const row of rows) {
    if (row.actual === null || row.value !== undefined) continue;
    const key = `${row.source}~${row.metric}~${row.currency ?? ''}`;
    found.set(key, [...(found.get(key) ?? []), row]);
  }
  const place = ({ metric }: Series): number => (ORDER.includes(metric) ? ORDER.indexOf(metric) : ORDER.length);
  return [...found]
    .map(([key, all]): Series => {
      const { metric, source, currency } = all[0]!;
      const days = [...all].sort((a, b) => (a.day < b.day ? -1 : 1));
      const of = (side: 'actual' | 'tracked' | 'gap'): string => sum(days.map((row) => row[side]));
      return {
        key,
        metric,
        source,
        currency,
        rows: days,
        actual: of('actual'),
        tracked: of('tracked'),
        gap: of('gap'),
      };
    })
    .sort((a, b) => place(a) - place(b) || (a.key < b.key ? -1 : 1));
}
