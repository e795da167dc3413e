import { api, query, type Schemas } from '../api.ts';
import type { ViewProps } from '../app.tsx';
import { Bars, type Bar } from '../charts/bars.tsx';
import { Choice } from '../choice.tsx';
import { figure, magnitude, nameOf, percentOf, percent, rate, sum } from '../format.ts';
import { Show } from '../states.tsx';
import { Table } from '../table.tsx';
import { useData } from '../use-data.ts';
import { reasonNames, words } from '../words.ts';
import { SubscriptionBridge } from './attribution/subscription-bridge.tsx';

type Answer = Schemas['Attribution'];
type Touch = Answer['data'][number];
type Channel = Answer['channels'][number];

const METRICS = ['signups', 'orders', 'revenue_gross', 'new_customers', 'payments', 'checkouts_started'];

/** Where customers came from, recorded by the server; `unknown` is a bar of its own, and bounds every other one. */
export function AttributionView({ url, go, from, to }: ViewProps) {
  const metric = METRICS.includes(url['metric'] ?? '') ? url['metric']! : 'signups';
  const path = `/v1/attribution${query({ metric, from, to })}`;
  const data = useData(path, () => api<Answer>(path));
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
          {(answer) => (
            <>
              {currenciesOf(answer.data).map((currency) => (
                <Sources rows={answer.data.filter((row) => (row.currency ?? '') === currency)} currency={currency} />
              ))}
              <Reasons answer={answer} metric={metric} />
              <Channels rows={answer.channels} metric={metric} />
              <Touches rows={answer.data} metric={metric} />
            </>
          )}
        </Show>
      </section>
      <SubscriptionBridge from={from} to={to} />
    </>
  );
}

const currenciesOf = (rows: readonly Touch[]): string[] =>
  [...new Set(rows.map(({ currency }) => currency ?? ''))].sort();

function Sources({ rows, currency }: { rows: readonly Touch[]; currency: string }) {
  const money = currency || undefined;
  const bySource = new Map<string, string>();
  for (const { source, value } of rows) bySource.set(source, sum([bySource.get(source) ?? '0', value]));
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
      const upTo = boundOf(sum([value, unknown]), total);
      return source === 'unknown'
        ? {
            name: 'unknown',
            length: magnitude(value) / most,
            text: `${figure(value, money)} · ${percent(share)}`,
            kind: 'unknown',
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
        The pale end of a bar: its share at most, if everything unknown were its own. Unknown is never counted as
        direct.
      </p>
    </>
  );
}

/** A share at most, rounded up as the service rounds its bounds: so it still holds. */
const boundOf = (part: string, whole: string): number | null =>
  Number(whole) === 0 ? null : Math.ceil((1000 * Number(part)) / Number(whole)) / 10;

/** From `sources` to channels: paid search, e-mail, … */
function Channels({ rows, metric }: { rows: Channel[]; metric: string }) {
  return (
    <Table<Channel>
      caption="By channel"
      file={`channels-${metric}`}
      rows={rows}
      columns={[
        { title: 'Channel', text: ({ channel }) => words(channel) },
        { title: 'Value', numeric: true, text: ({ value, currency }) => figure(value, currency) },
        { title: 'Share', numeric: true, text: ({ share }) => rate(share) },
        { title: 'At most', numeric: true, text: ({ share, bounds }) => rate(bounds?.[1] ?? share) },
      ]}
    />
  );
}

function Touches({ rows, metric }: { rows: Touch[]; metric: string }) {
  return (
    <Table<Touch>
      caption="By source, medium and campaign"
      file={`attribution-${metric}`}
      rows={rows}
      columns={[
        { title: 'Source', text: ({ source }) => source },
        { title: 'Medium', text: ({ medium }) => medium },
        { title: 'Campaign', text: ({ campaign }) => campaign },
        { title: 'Channel', text: ({ channel }) => words(channel) },
        { title: 'Value', numeric: true, text: ({ value, currency }) => figure(value, currency) },
        { title: 'Share', numeric: true, text: ({ share }) => rate(share) },
      ]}
    />
  );
}

interface Reason {
  name: string;
  value: string;
  share: number | null;
  currency: string | undefined;
}

/** Why something is unknown; the reasons sum to what is. */
function Reasons({ answer, metric }: { answer: Answer; metric: string }) {
  const rows = answer.sources.flatMap(({ value: whole, currency, reasons = {} }) =>
    Object.entries(reasons).map(([reason, value]): Reason => ({
      name: reasonNames[reason] ?? words(reason),
      value: String(value),
      share: percentOf(String(value), String(whole)),
      currency,
    })),
  );
  return (
    <Table<Reason>
      caption="Why it is unknown"
      file={`unknown-${metric}`}
      rows={rows.sort((a, b) => magnitude(b.value) - magnitude(a.value))}
      empty="Nothing is unknown."
      columns={[
        { title: 'Reason', text: ({ name }) => name },
        { title: 'Value', numeric: true, text: ({ value, currency }) => figure(value, currency) },
        { title: 'Of the unknown', numeric: true, text: ({ share }) => percent(share) },
      ]}
    />
  );
}
