import { api, query, type Schemas } from '../api.ts';
import type { ViewProps } from '../app.tsx';
import { Bars, type Bar } from '../charts/bars.tsx';
import { figure, magnitude, nameOf, percentOf, percent, rate, sum } from '../format.ts';
import { Show } from '../states.tsx';
import { Table } from '../table.tsx';
import { useData } from '../use-data.ts';
import { reasonNames } from '../words.ts';
import { Choice } from './numbers.tsx';

type Answer = Schemas['Attribution'];
type Channel = Answer['data'][number];
type Funnel = Schemas['Funnel'];

const METRICS = ['signups', 'orders', 'revenue_gross', 'new_customers', 'payments', 'checkouts_started'];

/** Where customers came from, recorded by the server; `unknown` is a bar of its own, and bounds every other one. */
export function AttributionView({ url, go, from, to }: ViewProps) {
  const metric = METRICS.includes(url['metric'] ?? '') ? url['metric']! : 'signups';
  const path = `/v1/attribution${query({ metric, from, to })}`;
  const data = useData(path, () => api<Answer>(path));
  const funnelPath = `/v1/funnel${query({ from, to })}`;
  const funnel = useData(funnelPath, () => api<Funnel>(funnelPath));
  return (
    <>
      <section>
        <form class="choices" onSubmit={(event) => event.preventDefault()}>
          <Choice
            label="Metric"
            value={metric}
            options={METRICS.map((name) => [name, nameOf(name)])}
            onPick={(name) => go({ metric: name })}
          />
        </form>
        <h2>{nameOf(metric)} by first touch, recorded by the server</h2>
        <Show data={data}>
          {({ data: channels }) => (
            <>
              {currenciesOf(channels).map((currency) => (
                <Sources channels={channels.filter((row) => (row.currency ?? '') === currency)} currency={currency} />
              ))}
              <Channels channels={channels} metric={metric} />
            </>
          )}
        </Show>
      </section>
      <section>
        <h2>The checkout funnel, twice</h2>
        <Show data={funnel}>{(value) => <Funnels funnel={value} />}</Show>
      </section>
    </>
  );
}

const currenciesOf = (channels: readonly Channel[]): string[] =>
  [...new Set(channels.map(({ currency }) => currency ?? ''))].sort();

function Sources({ channels, currency }: { channels: readonly Channel[]; currency: string }) {
  const money = currency || undefined;
  const bySource = new Map<string, string>();
  for (const { source, value } of channels) bySource.set(source, sum([bySource.get(source) ?? '0', value]));
  const total = sum([...bySource.values()]);
  const unknown = bySource.get('unknown') ?? '0';
  const most = Math.max(
    1,
    ...[...bySource].map(([source, value]) => magnitude(source === 'unknown' ? value : sum([value, unknown]))),
  );
  const bars = [...bySource]
    .sort(([, a], [, b]) => magnitude(b) - magnitude(a))
    .map(([source, value]): Bar => {
      const share = percentOf(value, total);
      const upTo = percentOf(sum([value, unknown]), total);
      return source === 'unknown'
        ? {
            name: 'unknown',
            length: magnitude(value) / most,
            text: `${figure(value, money)} · ${percent(share)}`,
            unknown: true,
          }
        : {
            name: source,
            length: magnitude(value) / most,
            upTo: magnitude(sum([value, unknown])) / most,
            text: `${figure(value, money)} · ${percent(share)} to ${percent(upTo)}`,
          };
    });
  return (
    <>
      {currency && <h3>{currency}</h3>}
      <Bars bars={bars} label={`Share of each source${currency ? ` in ${currency}` : ''}`} />
      <p class="hint">
        The pale end of a bar: its share if everything unknown were its own. Unknown is never counted as direct.
      </p>
    </>
  );
}

function Channels({ channels, metric }: { channels: readonly Channel[]; metric: string }) {
  return (
    <Table<Channel>
      caption="By source, medium and campaign"
      file={`attribution-${metric}`}
      rows={channels}
      columns={[
        { title: 'Source', text: ({ source }) => source },
        { title: 'Medium', text: ({ medium }) => medium },
        { title: 'Campaign', text: ({ campaign }) => campaign },
        { title: 'Value', numeric: true, text: ({ value, currency }) => figure(value, currency) },
        { title: 'Share', numeric: true, text: ({ share }) => rate(share) },
        {
          title: 'Why unknown',
          text: ({ reasons, currency }) =>
            Object.entries(reasons ?? {})
              .map(([reason, value]) => `${reasonNames[reason] ?? reason}: ${figure(value, currency)}`)
              .join('; '),
        },
      ]}
    />
  );
}

function Funnels({ funnel }: { funnel: Funnel }) {
  const rows: { name: string; steps: Funnel['actual'] }[] = [
    { name: 'true', steps: funnel.actual },
    { name: 'tracked', steps: funnel.tracked },
  ];
  return (
    <>
      <Bars
        label="Checkouts completed of those started"
        bars={rows.map(({ name, steps }) => ({
          name,
          length: steps.rate ?? 0,
          text: `${rate(steps.rate)} · ${figure(steps.completed)} of ${figure(steps.started)}`,
        }))}
      />
      <p class="hint">
        Each checkout id once, however often it was retried: a client that reports retries shows a worse rate than the
        true one.
      </p>
    </>
  );
}
