import { api, query, type Schemas } from '../../api.ts';
import { Bars } from '../../charts/bars.tsx';
import { Choice } from '../../choice.tsx';
import { figure, rate } from '../../format.ts';
import { Lossy, Show } from '../../states.tsx';
import { Table } from '../../table.tsx';
import type { UrlState } from '../../url-state.ts';
import { useData } from '../../use-data.ts';
import { words } from '../../words.ts';

type Funnel = Schemas['Funnel'];
type By = NonNullable<Funnel['by']>;

const DIMENSIONS = ['device', 'browser', 'country'];

interface Props {
  source: string;
  url: UrlState;
  go: (change: UrlState) => void;
  from: string;
  to: string;
}

/** Checkouts started and completed, as they were and as they were tracked; also by what only the browser can tell. */
export function Funnels({ source, url, go, from, to }: Props) {
  const dimension = DIMENSIONS.includes(url['dimension'] ?? '') ? url['dimension']! : 'device';
  const path = `/v1/funnel${query({ source, from, to, dimension })}`;
  const data = useData(path, () => api<Funnel>(path));
  return (
    <section>
      <h2>The checkout funnel, twice</h2>
      <Show data={data}>
        {(funnel) => (
          <>
            <Twice funnel={funnel} />
            {funnel.not_fetched.length > 0 && (
              <p class="hint">
                Not fetched from {source}, and tracked as nothing: {funnel.not_fetched.join(', ')}.
              </p>
            )}
            <Doubtful days={funnel.doubtful} />
            <form class="choices" onSubmit={(event) => event.preventDefault()}>
              <Choice
                label="Also by"
                value={dimension}
                options={DIMENSIONS.map((each) => [each, each])}
                onPick={(each) => go({ dimension: each })}
              />
            </form>
            {funnel.by ? (
              <ByDimension by={funnel.by} />
            ) : (
              <p class="hint">Not told of closed days: a close keeps numbers, and no signals of browsers.</p>
            )}
          </>
        )}
      </Show>
    </section>
  );
}

/** Days that are counted all the same, by what is to be said of them. */
function Doubtful({ days }: { days: Funnel['doubtful'] }) {
  const byReason = new Map<string, string[]>();
  for (const [day, reasons] of Object.entries(days))
    for (const reason of reasons) byReason.set(reason, [...(byReason.get(reason) ?? []), day]);
  return [...byReason].map(([reason, some]) => (
    <p class="hint" key={reason}>
      {reason} ({some.length === 1 ? some[0] : `${some[0]} to ${some.at(-1)}, ${some.length} days`})
    </p>
  ));
}

function Twice({ funnel }: { funnel: Funnel }) {
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
          ...(name === 'tracked' ? { kind: 'tracked' as const } : {}),
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

function ByDimension({ by: { dimension, note, data } }: { by: By }) {
  return (
    <>
      <Lossy>{note}</Lossy>
      <Table<By['data'][number]>
        caption={`By ${dimension}, as far as a browser told it`}
        file={`funnel-${dimension}`}
        rows={data}
        columns={[
          { title: words(dimension), text: ({ value }) => value },
          { title: 'True: started', numeric: true, text: ({ actual }) => figure(actual.started) },
          { title: 'completed', numeric: true, text: ({ actual }) => figure(actual.completed) },
          { title: 'rate', numeric: true, text: ({ actual }) => rate(actual.rate) },
          { title: 'Tracked: started', numeric: true, text: ({ tracked }) => figure(tracked.started) },
          { title: 'completed', numeric: true, text: ({ tracked }) => figure(tracked.completed) },
          { title: 'rate', numeric: true, text: ({ tracked }) => rate(tracked.rate) },
        ]}
      />
    </>
  );
}
