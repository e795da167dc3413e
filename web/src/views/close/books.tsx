import { api, query, type Schemas } from '../../api.ts';
import { figure } from '../../format.ts';
import { Show } from '../../states.tsx';
import { Table } from '../../table.tsx';
import { useData } from '../../use-data.ts';
import { blockerNames, movementNames, revenueSteps, words } from '../../words.ts';
import type { PeriodProps } from '../close.tsx';

type Bridge = Schemas['Bridge'];
type TrialBalance = Schemas['TrialBalance'];
type RollForward = Schemas['RollForward']['data'][number];
type Problem = Schemas['BookProblems']['data'][number];

/** The double-entry books of the days: from what was sold to what the journal says, every account, and what is wrong in them. */
export function BooksSections({ period: { from, to, state }, round }: PeriodProps) {
  const range = query({ from, to });
  const bridge = useData(`bridge ${range}`, () => api<Bridge>(`/v1/books/bridge${range}`), round);
  const balance = useData(`balance ${range}`, () => api<TrialBalance>(`/v1/books/trial-balance${range}`), round);
  const rolled = useData(`rolled ${range}`, () => api<Schemas['RollForward']>(`/v1/books/roll-forward${range}`), round);
  const problems = useData(
    `problems ${range}`,
    () => api<Schemas['BookProblems']>(`/v1/books/problems${range}`),
    round,
  );
  return (
    <>
      {state === 'closed' && (
        <p class="hint">
          The books below are as they are known now, with what came after the close; the journal as it was closed is to
          take away at the end of the page.
        </p>
      )}
      <section>
        <h3>From gross revenue to the journal</h3>
        <Show data={bridge}>{(value) => <Bridged bridge={value} />}</Show>
      </section>
      <section>
        <h3>Trial balance</h3>
        <Show data={balance}>{(value) => <Balance balance={value} />}</Show>
      </section>
      <section>
        <h3>What providers hold</h3>
        <Show data={rolled}>{({ data, as_of: asOf }) => <Rolled rows={data} asOf={asOf} />}</Show>
      </section>
      <section id="problems">
        <h3>{state === 'closed' ? 'Items that are open now' : 'Items that keep the books from being closed'}</h3>
        <Show data={problems}>{({ data }) => <Problems rows={data} />}</Show>
      </section>
    </>
  );
}

interface Step {
  step: string;
  currency: string;
  amount: string;
  count: number | undefined;
  isSum?: boolean;
}

function Bridged({ bridge: { data, revenue, as_of: asOf, from } }: { bridge: Bridge }) {
  const rows = revenue.flatMap(({ currency, bridged, journal, unexplained }): Step[] => [
    ...data.filter((each) => each.currency === currency),
    { step: 'comes to', currency, amount: bridged, count: undefined, isSum: true },
    { step: 'revenue in the journal', currency, amount: journal, count: undefined, isSum: true },
    { step: 'unexplained', currency, amount: unexplained, count: undefined, isSum: true },
  ]);
  const wrong = revenue.filter(({ unexplained }) => unexplained !== '0');
  return (
    <>
      <p class={wrong.length > 0 ? 'failed' : 'hint'}>
        {revenue.length === 0
          ? 'Nothing was sold in these days.'
          : wrong.length === 0
            ? 'Every step is explained: the metrics and the journal come from different code and agree.'
            : `${wrong.map(({ currency, unexplained }) => figure(unexplained, currency)).join(' and ')} is explained by no step.`}
      </p>
      <Table<Step>
        caption={`As of ledger position ${asOf}`}
        file={`bridge-${from}`}
        rows={rows}
        empty="No revenue in these days."
        selected={({ isSum }) => isSum === true}
        columns={[
          { title: 'Step', text: ({ step }) => revenueSteps[step] ?? words(step) },
          { title: 'Currency', text: ({ currency }) => currency },
          { title: 'Amount', numeric: true, text: ({ amount, currency }) => figure(amount, currency) },
          { title: 'Of', numeric: true, text: ({ count }) => (count === undefined ? '' : figure(count)) },
        ]}
      />
    </>
  );
}

function Balance({ balance: { data, functional, as_of: asOf, from } }: { balance: TrialBalance }) {
  return (
    <>
      <Table<TrialBalance['data'][number]>
        caption={`As of ledger position ${asOf}; debits are positive, and every currency sums to zero`}
        file={`trial-balance-${from}`}
        rows={data}
        empty="No account has moved until the last of these days."
        columns={[
          { title: 'Account', text: ({ account }) => account },
          { title: 'Name', text: ({ name }) => name },
          { title: 'Opening', numeric: true, text: (row) => figure(row.opening, row.currency) },
          { title: 'Debits', numeric: true, text: (row) => figure(row.debits, row.currency) },
          { title: 'Credits', numeric: true, text: (row) => figure(row.credits, row.currency) },
          { title: 'Closing', numeric: true, text: (row) => figure(row.closing, row.currency) },
        ]}
      />
      {functional && (
        <Table<NonNullable<TrialBalance['functional']>['data'][number]>
          caption={`In ${functional.currency}${functional.missing > 0 ? `; ${functional.missing} lines have no rate and are left out` : ''}`}
          file={`trial-balance-${from}-${functional.currency}`}
          rows={functional.data}
          columns={[
            { title: 'Account', text: ({ account }) => account },
            { title: 'Name', text: ({ name }) => name },
            { title: 'Opening', numeric: true, text: ({ opening }) => figure(opening, functional.currency) },
            { title: 'Moved', numeric: true, text: ({ moved }) => figure(moved, functional.currency) },
            { title: 'Closing', numeric: true, text: ({ closing }) => figure(closing, functional.currency) },
          ]}
        />
      )}
    </>
  );
}

interface Movement {
  name: string;
  currency: string;
  what: string;
  net: string;
  fees?: string;
  count?: number;
}

function Rolled({ rows, asOf }: { rows: readonly RollForward[]; asOf: number }) {
  const movements = rows.flatMap(({ name, currency, opening, activity, closing }): Movement[] => [
    { name, currency, what: 'at the beginning', net: opening },
    ...activity.map(({ kind, net, fees, count }) => ({
      ...{ name, currency, net, fees, count },
      what: movementNames[kind] ?? words(kind),
    })),
    { name, currency, what: 'at the end', net: closing },
  ]);
  return (
    <Table<Movement>
      caption={`The clearing account of each provider, as of ledger position ${asOf}`}
      file="roll-forward"
      rows={movements}
      empty="No provider’s balance has moved."
      selected={({ what }) => what === 'at the end'}
      columns={[
        { title: 'Account', text: ({ name }) => name },
        { title: 'Currency', text: ({ currency }) => currency },
        { title: 'Movement', text: ({ what }) => what },
        {
          title: 'Fees',
          numeric: true,
          text: ({ fees, currency }) => (fees === undefined ? '' : figure(fees, currency)),
        },
        { title: 'Net', numeric: true, text: ({ net, currency }) => figure(net, currency) },
        { title: 'Lines', numeric: true, text: ({ count }) => (count === undefined ? '' : figure(count)) },
      ]}
    />
  );
}

function Problems({ rows }: { rows: Problem[] }) {
  return (
    <Table<Problem>
      caption="Suspense, missing lines, rates and opening balances"
      file="book-problems"
      rows={rows}
      empty="None: everything is posted where it belongs."
      columns={[
        { title: 'What', text: ({ kind }) => blockerNames[kind] ?? words(kind) },
        { title: 'Of', text: ({ object }) => object, show: ({ object }) => <code>{object}</code> },
        { title: 'Day', text: ({ day }) => day },
        { title: 'Amount', numeric: true, text: ({ amount, currency }) => (amount ? figure(amount, currency) : '') },
        { title: 'Why', text: ({ detail }) => detail },
      ]}
    />
  );
}
