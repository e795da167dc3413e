import { all, query, type Row } from '../api.ts';
import type { ViewProps } from '../app.tsx';
import { GapChart } from '../charts/gap-chart.tsx';
import { Spark } from '../charts/spark.tsx';
import { figure, nameOf, percent, percentOf } from '../format.ts';
import { CutNote, Lossy, Show } from '../states.tsx';
import { Table } from '../table.tsx';
import { useData } from '../use-data.ts';
import { DayView } from './day.tsx';
import { Headline } from './gap/headline.tsx';
import { hasNotes, notesOf, pointsOf, seriesOf, type Series } from './gap/series.ts';
import { Caveats, Sources, stateOf } from './gap/sources.tsx';

/** Truth beside what each source saw: which number, by how much, since when. */
export function GapView({ url, go, from, to }: ViewProps) {
  const path = `/v1/reconciliations${query({ from, to, limit: '1000' })}`;
  const data = useData(path, () => all<Row>(path));
  return (
    <Show data={data}>
      {(list) => {
        const { rows } = list;
        const series = seriesOf(rows);
        if (series.length === 0) return <Nothing rows={rows} />;
        const shown = series.find(({ key }) => key === url['series']) ?? series[0]!;
        const day = url['day'];
        return (
          <>
            <CutNote list={list} what="comparisons of these days" />
            <section aria-label="What is true, and what analytics saw" class="cards">
              {series.map((each) => (
                <Card
                  series={each}
                  selected={each === shown}
                  onSelect={() => go({ series: each.key, subject: undefined })}
                />
              ))}
            </section>
            <Headline series={shown} />
            <section>
              <Lossy>Tracked is what browsers and other tools saw; true is what the ledger proves.</Lossy>
              <h2>
                {nameOf(shown.metric)}
                {shown.currency ? ` in ${shown.currency}` : ''}, day by day
              </h2>
              <GapChart
                points={pointsOf(shown)}
                currency={shown.currency}
                selected={day}
                label={`${nameOf(shown.metric)}: true and tracked by day; the table below has the same numbers`}
                onSelect={(picked) => go({ day: picked, series: shown.key, subject: undefined })}
              />
              {day !== undefined && shown.rows.some((row) => row.day === day) && (
                <DayView
                  key={`${day} ${shown.key}`}
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

const Nothing = ({ rows }: { rows: readonly Row[] }) => (
  <>
    <section>
      <h2>Nothing was compared in these days</h2>
      <p>
        The nightly run compares yesterday and the three days before it.{' '}
        <code>npx truth-ledger reconcile --from … --to …</code> does it now. How events are sent is told at{' '}
        <a href="/docs">/docs</a>.
      </p>
    </section>
    <section>
      <Caveats rows={rows} />
      <Sources />
    </section>
  </>
);

/** An amount whose currency stands beside it already. */
const bare = (value: string | null, currency: string | undefined): string =>
  currency ? figure(value, currency).replace(` ${currency}`, '') : figure(value);

const shareOf = ({ gap, actual }: Series): number | null => (gap === null ? null : percentOf(gap, actual));

function Card({ series, selected, onSelect }: { series: Series; selected: boolean; onSelect: () => void }) {
  const { metric, source, currency, actual, tracked, gap } = series;
  const points = pointsOf(series);
  const share = shareOf(series);
  const isWide = Math.abs(share ?? 0) >= 10;
  return (
    <button type="button" class="card" aria-pressed={selected} onClick={onSelect}>
      <span class="name">
        {nameOf(metric)}
        {currency ? `, ${currency}` : ''}
      </span>
      <span class="line figure">
        <span class="label">true</span> <span>{bare(actual, currency)}</span>
      </span>
      {tracked === null ? (
        <span class="says">{source}: nothing to compare with</span>
      ) : (
        <>
          <span class="line says">
            <span class="label">{source}</span> <span>{bare(tracked, currency)}</span>
          </span>
          <span class={`line gap${isWide ? ' wide' : ''}`}>
            <span class="label">gap</span> <span>{bare(gap, currency)}</span>
          </span>
          <span class={`line gap${isWide ? ' wide' : ''}`}>
            <span class="label">gap %</span> <span>{percent(share)}</span>
          </span>
        </>
      )}
      {hasNotes(series) && <span class="note">{notesOf(series)}</span>}
      <Spark
        series={[
          { kind: 'actual', values: points.map((point) => point.actual) },
          { kind: 'tracked', values: points.map((point) => point.tracked) },
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

/** One metric, a line per system; every line is of the days on which that system was compared, and adds up. */
function Systems({ series, shown }: { series: readonly Series[]; shown: Series }) {
  const { metric, currency } = shown;
  const same = series.filter((each) => each.metric === metric && each.currency === currency);
  return (
    <Table<Series>
      caption={`${nameOf(metric)}${currency ? ` in ${currency}` : ''}, over the days that each was compared`}
      file={`systems-${metric}`}
      rows={same}
      columns={[
        { title: 'System', text: ({ source }) => source },
        { title: 'True', numeric: true, text: ({ actual, gap }) => figure(gap === null ? null : actual, currency) },
        { title: 'Says', numeric: true, text: ({ tracked }) => figure(tracked, currency) },
        { title: 'Gap', numeric: true, text: ({ gap }) => figure(gap, currency) },
        { title: 'Gap %', numeric: true, text: (each) => percent(shareOf(each)) },
        { title: 'Compared', text: notesOf },
      ]}
    />
  );
}
