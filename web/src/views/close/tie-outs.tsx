import { useState } from 'preact/hooks';
import { api, type ApiError, type Schemas } from '../../api.ts';
import { figure, sum } from '../../format.ts';
import { Show } from '../../states.tsx';
import { type Column, Table } from '../../table.tsx';
import { timeColumn } from '../../time.tsx';
import { useData } from '../../use-data.ts';
import { tieOutNames, words } from '../../words.ts';
import type { PeriodProps } from '../close.tsx';

type Page = Schemas['TieOutPage'];
type Result = Page['data'][number];
type Side = Result['currencies'][number] & { who: string; statement: string };
type Difference = Result['differences'][number] & { who: string };
type Stated = Side & { balance: NonNullable<Side['balance']> };

/** Each provider's balance beside the ledger, and the lines in which they differ. */
export function TieOuts({ period: { id, blockers }, mayAct, onDone, round }: PeriodProps) {
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
      <Show data={data}>
        {(page) => (
          <Results results={page.data} id={id} isOld={blockers.some(({ kind }) => kind === 'tie_out_pending')} />
        )}
      </Show>
    </section>
  );
}

interface ResultsProps {
  results: readonly Result[];
  id: string;
  /** Whether something has come since, so that it has to be compared again. */
  isOld: boolean;
}

function Results({ results, id, isOld }: ResultsProps) {
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
      {sides.length > 0 && <InShort {...{ sides, total, isOld, waiting: waiting.map(({ provider: who }) => who) }} />}
      <Table<Side>
        caption="The lines of the ledger and those of the provider"
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
          amountColumn('Difference', ({ ledger, provider }) => less(provider.net, ledger.net)),
          { title: 'Lines', numeric: true, text: ({ ledger, provider }) => `${ledger.lines} / ${provider.lines}` },
          {
            title: 'Compared with',
            text: ({ statement }) => statement,
            show: ({ statement }) => <span title={statement}>{comparedWith(statement)}</span>,
          },
        ]}
      />
      {sides.length > 0 && <Balances sides={sides} id={id} />}
      {differences.length > 0 && (
        <Table<Difference>
          caption={`The lines that differ${total > differences.length ? ` (the first ${differences.length} of ${total})` : ''}`}
          file={`tie-out-differences-${id}`}
          rows={differences}
          columns={[
            { title: 'Provider', text: ({ who }) => who },
            timeColumn('Made', (row) => madeAt(row)),
            { title: 'Line', text: ({ line }) => line, show: ({ line }) => <code>{line}</code> },
            { title: 'Is', text: ({ category }) => words(category) },
            { title: 'Of', text: ({ source }) => source ?? '', show: ({ source }) => source && <code>{source}</code> },
            { title: 'Difference', numeric: true, text: ({ net, currency }) => figure(net, currency) },
            { title: 'Kind', text: ({ kind }) => words(kind) },
            { title: 'Why', text: ({ detail }) => detail },
          ]}
        />
      )}
    </>
  );
}

interface InShortProps {
  sides: readonly Side[];
  total: number;
  isOld: boolean;
  /** Providers that were not compared, or not with all that they announced. */
  waiting: readonly string[];
}

/** What both sides come to, before anybody reads a table; nothing where that is not known yet. */
function InShort({ sides, total, isOld, waiting }: InShortProps) {
  const differing = sides.filter(({ status }) => status === 'differs');
  if (differing.length > 0) return <Differing sides={differing} total={total} />;
  if (sides.some(({ status }) => status !== 'tied')) return null;
  const lines = sides.reduce((count, { ledger }) => count + ledger.lines, 0);
  const what = waiting.length > 0 ? 'what was compared' : 'everything';
  return (
    <p class={isOld || waiting.length > 0 ? 'hint' : 'good-text'}>
      {isOld ? `When it was compared last, ${what} tied out` : `${upper(what)} ties out`}: {figure(lines)}{' '}
      {lines === 1 ? 'line is' : 'lines are'} the same on both sides to the last minor unit, in{' '}
      {listed([...new Set(sides.map(({ currency }) => currency))])}.
      {waiting.length > 0 && ` Not compared, or not whole: ${listed(waiting)}.`}
    </p>
  );
}

const upper = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

function Differing({ sides, total }: { sides: readonly Side[]; total: number }) {
  const apart = sides
    .map(({ ledger, provider, currency }) => ({ net: less(provider.net, ledger.net), currency }))
    .filter(({ net }) => net !== '0')
    .map(({ net, currency }) => figure(net, currency));
  return (
    <p class="failed">
      {total === 0
        ? 'No line differs, and yet it does not tie out: look at the balances.'
        : `${figure(total)} ${total === 1 ? 'line differs' : 'lines differ'}${apart.length === 0 ? '' : `, together ${listed(apart)}`}. Each is listed with its reason.`}
    </p>
  );
}

/** From the balance at the start to the one at the end, where a report states them. */
function Balances({ sides, id }: { sides: readonly Side[]; id: string }) {
  const stated = sides.filter((each): each is Stated => each.balance !== null);
  return (
    <Table<Stated>
      caption="From balance to balance"
      file={`tie-out-balances-${id}`}
      rows={stated}
      empty="No report says what the balance was at the start and at the end of these days: hand over the provider’s balance summary."
      columns={[
        { title: 'Provider', text: ({ who }) => who },
        { title: 'Currency', text: ({ currency }) => currency },
        amountColumn('Stated at the start', ({ balance }) => balance.start),
        amountColumn('Moved, by the ledger', ({ balance }) => balance.moved),
        amountColumn('Stated at the end', ({ balance }) => balance.end),
        amountColumn('Clearing account', ({ balance }) => balance.clearing ?? null),
        {
          title: 'Unexplained',
          numeric: true,
          text: (row) => figure(unexplainedOf(row), row.currency),
          show: (row) => (
            <span class={unexplainedOf(row) === '0' ? 'good-text' : 'moved'}>
              {figure(unexplainedOf(row), row.currency)}
            </span>
          ),
        },
      ]}
    />
  );
}

const amountColumn = <T extends { currency: string }>(title: string, of: (row: T) => string | null): Column<T> => ({
  title,
  numeric: true,
  text: (row) => figure(of(row), row.currency),
});

const less = (a: string, b: string): string => sum([a, String(-BigInt(b))]);

/** What the books do not lead to of the balance at the end; where they have no opening balance, what moved does not. */
const unexplainedOf = ({ balance: { start, moved, end, clearing } }: Stated): string => {
  const byLines = less(end, sum([start, moved]));
  return byLines === '0' && clearing !== undefined ? less(end, clearing) : byLines;
};

const comparedWith = (statement: string): string => {
  const reports = statement.split(' ').filter((each) => each.startsWith('report:')).length;
  if (reports === 0) return statement === '' ? '' : 'its interface';
  return reports === 1 ? 'its report' : `${reports} reports`;
};

const madeAt = ({ provider, ledger }: Difference): string | undefined => {
  const at = (provider ?? ledger)?.at;
  return at === undefined ? undefined : new Date(at).toISOString();
};

/** `EUR, JPY and USD` */
function listed(texts: readonly string[]): string {
  const each = [...new Set(texts)];
  const last = each.pop() ?? '';
  return each.length === 0 ? last : `${each.join(', ')} and ${last}`;
}
