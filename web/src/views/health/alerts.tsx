import { useState } from 'preact/hooks';
import { ActDialog } from '../../act-dialog.tsx';
import { all, api, type Schemas, type Session } from '../../api.ts';
import { time } from '../../format.ts';
import { CutNote, Needs, Show } from '../../states.tsx';
import { Table, type Column } from '../../table.tsx';
import { Time, timeColumn } from '../../time.tsx';
import { useActors } from '../../use-actors.ts';
import { useData } from '../../use-data.ts';
import { alertNames, words } from '../../words.ts';

type Alert = Schemas['AlertPage']['data'][number];

/** What is wrong, and since when; and what was, and is over. */
export function Alerts({ session, round }: { session: Session; round: number }) {
  const [done, setDone] = useState(0);
  const [told, setTold] = useState('');
  const [chosen, setChosen] = useState<Alert>();
  const open = useData('alerts open', () => all<Alert>('/v1/alerts?state=open&limit=500'), round + done);
  const over = useData(
    'alerts recovered',
    () => api<Schemas['AlertPage']>('/v1/alerts?state=recovered&limit=100').then(({ data }) => data),
    round + done,
  );
  const mayAct = session.scopes.includes('admin');
  const who = lookingAfter(useActors());
  return (
    <>
      <p class="told" role="status">
        {told}
      </p>
      <Show data={open}>
        {(list) => (
          <>
            <CutNote list={list} what="alerts" />
            <Table<Alert>
              caption="Alerts"
              file="alerts"
              rows={list.rows}
              empty="Nothing is wrong."
              columns={[...columns, ...stateAnd(mayAct, who, setChosen)]}
            />
            {list.rows.length > 0 && !mayAct && <Needs what="Acknowledging" scope="admin" />}
          </>
        )}
      </Show>
      <Show data={over}>
        {(rows) =>
          rows.length > 0 && (
            <details>
              <summary>Alerts that are over ({rows.length === 100 ? 'the newest 100' : rows.length})</summary>
              <Table<Alert>
                caption="The newest first"
                file="alerts-recovered"
                rows={rows}
                columns={[...columns, timeColumn('Over', (row) => row.recovered_at), who]}
              />
            </details>
          )
        }
      </Show>
      {chosen && (
        <ActDialog
          title="Acknowledge"
          submit="Acknowledge"
          reason={{ label: 'Note', required: false }}
          act={async (note) => {
            const path = `/v1/alerts/${chosen.id}/acknowledge`;
            await api(path, { method: 'POST', body: note === '' ? {} : { note } });
            setTold(`Acknowledged: ${chosen.title}`);
            setDone((last) => last + 1);
          }}
          onClose={() => setChosen(undefined)}
        >
          <p>{chosen.title}</p>
        </ActDialog>
      )}
    </>
  );
}

const columns: readonly Column<Alert>[] = [
  {
    title: 'What',
    text: ({ title }) => title,
    show: ({ title, severity }) => (
      <>
        {title}
        {severity === 'critical' && <span class="tag">critical</span>}
      </>
    ),
  },
  timeColumn('Since', (row) => row.raised_at),
  { title: 'Told', text: toldOf },
];

const stateAnd = (mayAct: boolean, who: Column<Alert>, onPick: (alert: Alert) => void): Column<Alert>[] => [
  { title: 'State', text: ({ state }) => alertNames[state] ?? state },
  {
    ...who,
    show: (alert) =>
      alert.state !== 'raised' ? (
        who.show!(alert)
      ) : mayAct ? (
        <button type="button" class="quiet" onClick={() => onPick(alert)}>
          Acknowledge
        </button>
      ) : (
        'nobody yet'
      ),
  },
];

/** Who looks after it, since when, and what they said. */
function lookingAfter(told: (actor: string) => string): Column<Alert> {
  const by = ({ acknowledged_by: actor, note }: Alert): string =>
    `${note ? `“${note}”, ` : ''}${actor === null ? '' : told(actor)}, `;
  return {
    title: 'Looked after',
    text: (row) => (row.acknowledged_by === null ? '' : by(row) + time(row.acknowledged_at)),
    show: (row) =>
      row.acknowledged_by !== null && (
        <>
          {by(row)}
          <Time at={row.acknowledged_at} />
        </>
      ),
  };
}

/** Where it was told, and what kept it from being told. */
function toldOf({ deliveries }: Alert): string {
  if (deliveries.length === 0) return 'here only';
  return deliveries
    .map(({ channel, transition, delivered_at: at, error }) => {
      const outcome = at === null ? `not yet${error === null ? '' : `: ${error}`}` : 'told';
      return `${channel}, ${words(transition)}: ${outcome}`;
    })
    .join('; ');
}
