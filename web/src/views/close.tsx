import { useState } from 'preact/hooks';
import { all, api, type Schemas } from '../api.ts';
import type { ViewProps } from '../app.tsx';
import { today } from '../days.ts';
import { figure } from '../format.ts';
import { CutNote, Show } from '../states.tsx';
import { Table } from '../table.tsx';
import type { UrlState } from '../url-state.ts';
import { useData } from '../use-data.ts';
import { stateNames } from '../words.ts';
import { Blockers } from './close/blockers.tsx';
import { BooksSections } from './close/books.tsx';
import { Files } from './close/files.tsx';
import { PeriodNumbers } from './close/period-numbers.tsx';
import { Steps } from './close/steps.tsx';
import { TieOuts } from './close/tie-outs.tsx';
import { LastVerification } from './close/verification.tsx';

export type Period = Schemas['Period'];
type Listed = Schemas['PeriodPage']['data'][number];

/** What every part of a period needs. */
export interface PeriodProps {
  period: Period;
  go: (change: UrlState) => void;
  /** Whether this key may close. */
  mayAct: boolean;
  /** Asks again, after something was done; and says what. */
  onDone: (told: string) => void;
  /** Grows whenever something was done. */
  round: number;
}

/** The months as they are closed: what is in the way, the books under them, who said what, and what people take away. */
export function CloseView({ url, go, zone, session }: ViewProps) {
  const [round, setRound] = useState(0);
  const [told, setTold] = useState('');
  const periods = useData('periods', () => all<Listed>('/v1/periods'), round);
  const mayAct = session.scopes.includes('finance');
  return (
    <>
      <section>
        <h2>Periods</h2>
        <Show data={periods}>
          {(list) => {
            const { rows } = list;
            const shown = url['period'] ?? chosen(rows, today(zone));
            return (
              <>
                <CutNote list={list} what="periods" />
                <Periods rows={rows} shown={shown} go={go} />
                {shown && (
                  <OnePeriod
                    id={shown}
                    go={go}
                    mayAct={mayAct}
                    actor={session.actor}
                    round={round}
                    told={told}
                    onDone={(said) => {
                      setTold(said);
                      setRound((last) => last + 1);
                    }}
                  />
                )}
              </>
            );
          }}
        </Show>
      </section>
    </>
  );
}

/** The first period that has ended and is not closed, else the newest that is closed, else the running one. */
const chosen = (rows: readonly Listed[], day: string): string | undefined =>
  (
    [...rows].reverse().find(({ to, state }) => to < day && state !== 'closed') ??
    rows.find(({ state }) => state === 'closed') ??
    rows[0]
  )?.id;

function Periods({ rows, shown, go }: { rows: Listed[]; shown: string | undefined; go: PeriodProps['go'] }) {
  return (
    <Table<Listed>
      caption="The newest first"
      file="periods"
      rows={rows}
      empty="There is no period yet: nothing was recorded."
      selected={({ id }) => id === shown}
      columns={[
        {
          title: 'Period',
          text: ({ id }) => id,
          show: ({ id }) => (
            <button type="button" class="link" onClick={() => go({ period: id })}>
              {id}
            </button>
          ),
        },
        { title: 'Days', text: ({ from, to }) => `${from} to ${to}` },
        { title: 'State', text: ({ state }) => stateNames[state] ?? state },
        { title: 'Closed', numeric: true, text: ({ version }) => (version === 0 ? 'never' : times(version)) },
        { title: 'Up to position', numeric: true, text: ({ up_to: upTo }) => (upTo === undefined ? '' : figure(upTo)) },
        {
          title: 'Digest',
          text: ({ digest }) => digest ?? '',
          show: ({ digest }) => digest && <code title={digest}>{digest.slice(0, 12)}…</code>,
        },
      ]}
    />
  );
}

const times = (count: number): string => (count === 1 ? 'once' : `${count} times`);

interface OnePeriodProps extends Omit<PeriodProps, 'period'> {
  id: string;
  actor: string;
  told: string;
}

function OnePeriod({ id, actor, told, ...shared }: OnePeriodProps) {
  const data = useData(`period ${id}`, () => api<Period>(`/v1/periods/${encodeURIComponent(id)}`), shared.round);
  return (
    <Show data={data}>
      {(period) => {
        const props = { ...shared, period };
        return (
          <section class="period" aria-label={`Period ${id}`}>
            <div class="title">
              <h2>
                {id} <span class={`state ${period.state}`}>{stateNames[period.state] ?? period.state}</span>
              </h2>
              <span class="zone">
                {period.from} to {period.to}, days in {period.time_zone}
              </span>
            </div>
            <p class="told" role="status">
              {told}
            </p>
            <Steps {...props} actor={actor} />
            {period.state !== 'closed' && <Blockers {...props} />}
            <PeriodNumbers {...props} />
            <TieOuts {...props} />
            <BooksSections {...props} />
            <Files {...props} />
            <LastVerification mayAct={shared.mayAct} />
          </section>
        );
      }}
    </Show>
  );
}
