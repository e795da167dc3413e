import { useState } from 'preact/hooks';
import { api, type ApiError, type Schemas } from '../../api.ts';
import { figure } from '../../format.ts';
import { Show } from '../../states.tsx';
import { Table } from '../../table.tsx';
import { useData } from '../../use-data.ts';
import { tieOutNames, words } from '../../words.ts';
import type { PeriodProps } from '../close.tsx';

type Page = Schemas['TieOutPage'];
type Result = Page['data'][number];
type Side = Result['currencies'][number] & { who: string; statement: string };
type Difference = Result['differences'][number] & { who: string };

/** Each provider's balance beside the ledger, and the lines in which they differ. */
export function TieOuts({ period: { id }, mayAct, onDone, round }: PeriodProps) {
  const path = `/v1/periods/${encodeURIComponent(id)}/tie-out`;
  const data = useData(path, () => api<Page>(path), round);
  const [failed, setFailed] = useState('');
  const [busy, setBusy] = useState(false);
  const tieOut = async (): Promise<void> => {
    setBusy(true);
    setFailed('');
    await api<Page>(path, { method: 'POST', body: {} }).then(
      () => onDone('Tied out again.'),
      (error: ApiError) => setFailed(error.message),
    );
    setBusy(false);
  };
  return (
    <section id="tie-out">
      <div class="title">
        <h3>Tie-out with the providers</h3>
        {mayAct && (
          <button type="button" disabled={busy} onClick={() => void tieOut()}>
            {busy ? 'Tying out …' : 'Tie out now'}
          </button>
        )}
      </div>
      {failed && (
        <p class="failed" role="alert">
          {failed}
        </p>
      )}
      <Show data={data}>{(page) => <Results results={page.data} id={id} />}</Show>
    </section>
  );
}

function Results({ results, id }: { results: readonly Result[]; id: string }) {
  const sides = results.flatMap(({ provider: who, currencies, statement }) =>
    currencies.map((each): Side => ({ ...each, who, statement: statement ?? '' })),
  );
  const waiting = results.filter(({ status }) => status === 'pending' || status === 'none');
  const differences = results.flatMap(({ provider: who, differences: found }) =>
    found.map((each): Difference => ({ ...each, who })),
  );
  const total = results.reduce((count, result) => count + result.differences_total, 0);
  return (
    <>
      {waiting.length > 0 && (
        <ul class="notes">
          {waiting.map(({ provider, status, reason }) => (
            <li>
              {provider} {tieOutNames[status]}
              {reason ? `: ${reason}` : ''}
            </li>
          ))}
        </ul>
      )}
      <Table<Side>
        caption="The ledger and the provider’s own list"
        file={`tie-out-${id}`}
        rows={sides}
        empty="No provider’s balance was compared with these days yet."
        columns={[
          { title: 'Provider', text: ({ who }) => who },
          { title: 'Currency', text: ({ currency }) => currency },
          {
            title: 'State',
            text: ({ status }) => tieOutNames[status] ?? status,
            show: ({ status }) => (
              <span class={status === 'tied' ? 'good-text' : 'moved'}>{tieOutNames[status] ?? status}</span>
            ),
          },
          { title: 'Ledger, net', numeric: true, text: ({ ledger, currency }) => figure(ledger.net, currency) },
          { title: 'Provider, net', numeric: true, text: ({ provider, currency }) => figure(provider.net, currency) },
          { title: 'Lines', numeric: true, text: ({ ledger, provider }) => `${ledger.lines} / ${provider.lines}` },
          {
            title: 'Its balance',
            text: ({ balance, currency }) =>
              balance === null
                ? 'not stated'
                : `${figure(balance.start, currency)} to ${figure(balance.end, currency)}${balance.holds ? '' : ': does not add up'}`,
          },
          { title: 'From', text: ({ statement }) => statement },
        ]}
      />
      {differences.length > 0 && (
        <Table<Difference>
          caption={`The lines that differ${total > differences.length ? ` (the first ${differences.length} of ${total})` : ''}`}
          file={`tie-out-differences-${id}`}
          rows={differences}
          columns={[
            { title: 'Provider', text: ({ who }) => who },
            { title: 'Line', text: ({ line }) => line, show: ({ line }) => <code>{line}</code> },
            { title: 'Kind', text: ({ kind }) => words(kind) },
            { title: 'Net', numeric: true, text: ({ net, currency }) => figure(net, currency) },
            { title: 'Why', text: ({ detail }) => detail },
          ]}
        />
      )}
    </>
  );
}
