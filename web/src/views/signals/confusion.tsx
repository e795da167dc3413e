import { api, query, type Schemas } from '../../api.ts';
import { figure, nameOf, percent, percentOf } from '../../format.ts';
import { Show } from '../../states.tsx';
import { Table } from '../../table.tsx';
import { useData } from '../../use-data.ts';
import { verdictNames, words } from '../../words.ts';

type Answer = Schemas['Confusion'];
type Pair = Answer['data'][number];
type Total = Answer['totals'][number];

/** The metrics whose events clients claim a source of. */
export const COMPARED: readonly string[] = ['signups', 'checkouts_started', 'orders', 'revenue_gross'];

interface Props {
  source: string;
  metric: string;
  from: string;
  to: string;
}

/** Where clients say that something came from, against the first touch that the server recorded. */
export function Confusion({ source, metric, from, to }: Props) {
  const path = `/v1/attribution/confusion${query({ source, metric, from, to })}`;
  const data = useData(path, () => api<Answer>(path));
  return (
    <section>
      <h2>What the client claims, against the server</h2>
      <Show data={data}>
        {({ data: pairs, totals, metric: of, mapped, left_out: left }) => (
          <>
            {!mapped && <p class="hint">{source} never had an event of this kind, so that it saw nothing.</p>}
            {Object.keys(left).length > 0 && (
              <p class="hint">
                Left out, as {source} tells nothing of them: {Object.keys(left).join(', ')}.
              </p>
            )}
            {totals.map((total) => (
              <p>{paidOf(total)}</p>
            ))}
            <Table<Pair>
              caption={`${nameOf(of)} by what the server recorded and what the client claims`}
              file={`confusion-${of}`}
              rows={pairs}
              empty="Nothing of these days was compared."
              columns={[
                { title: 'Server: first touch', text: ({ server }) => words(server) },
                { title: 'Channel', text: ({ channel }) => words(channel) },
                { title: 'Client claims', text: ({ client }) => words(client) },
                { title: 'Verdict', text: ({ verdict }) => verdictNames[verdict] ?? words(verdict) },
                { title: 'Value', numeric: true, text: ({ value, currency }) => figure(value, currency) },
              ]}
            />
          </>
        )}
      </Show>
    </section>
  );
}

function paidOf({ currency, paid }: Total): string {
  const whole = String(paid.value);
  if (whole === '0') return `Paid channels brought nothing${currency ? ` in ${currency}` : ''}.`;
  const part = (value: number | string): string =>
    `${figure(value, currency)} (${percent(percentOf(String(value), whole))})`;
  return `Of ${figure(paid.value, currency)} that paid channels brought, clients call ${part(paid.called_direct)} direct and never saw ${part(paid.not_seen)}.`;
}
