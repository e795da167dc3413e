import { useState } from 'preact/hooks';
import { all, api, query, type ApiError, type Schemas, type Session } from '../api.ts';
import type { ViewProps } from '../app.tsx';
import { EntryDialog } from '../entry-dialog.tsx';
import { figure, time } from '../format.ts';
import { CutNote, Needs, Show } from '../states.tsx';
import { Table, type Column } from '../table.tsx';
import { useData, useRounds } from '../use-data.ts';
import { hourNames } from '../words.ts';
import { Alerts } from './health/alerts.tsx';
import { DriftSections } from './health/drift.tsx';
import { Jobs } from './health/jobs.tsx';

type Ready = Schemas['Ready'];
type Completeness = Schemas['CompletenessPage'];
type Hour = Completeness['data'][number];
type Letter = Schemas['DeadLetterPage']['data'][number];

const LOOKS_EVERY_MS = 10_000;
const PARTS = ['ledger', 'read_model', 'lag', 'seal', 'jobs'] as const;

interface Part {
  name: (typeof PARTS)[number];
  ok: boolean;
  [figure: string]: unknown;
}

/** For whoever is woken at night: what runs, what is behind, what did not arrive, what could not be understood. */
export function HealthView({ from, to, session }: ViewProps) {
  const round = useRounds(LOOKS_EVERY_MS);
  const ready = useData('ready', () => api<Ready>('/health/ready'), round);
  return (
    <>
      <section>
        <h2>Now</h2>
        <Show data={ready}>{(value) => <Parts ready={value} />}</Show>
        <Alerts session={session} round={round} />
        <Jobs session={session} round={round} />
      </section>
      <section>
        <h2>Did everything arrive?</h2>
        <Completeness from={from} to={to} />
      </section>
      <section>
        <h2>Dead letters</h2>
        <Letters session={session} />
      </section>
      <section>
        <h2>Has what is lost changed?</h2>
        <DriftSections />
      </section>
    </>
  );
}

function Parts({ ready }: { ready: Ready }) {
  // A process shows the parts of the roles it has.
  const parts = PARTS.flatMap((name): Part[] => (ready[name] ? [{ ...ready[name], name }] : []));
  return (
    <ul class="parts">
      {parts.map((part) => (
        <li class={part.ok ? 'good' : 'bad'}>
          <span class="name">{part.name.replace('_', ' ')}</span>
          <span>
            {part.ok ? 'well: ' : 'in trouble: '}
            {told(part)}
          </span>
        </li>
      ))}
    </ul>
  );
}

function told({ name, detail, head, events, lag, size }: Part): string {
  if (typeof detail === 'string') return detail;
  if (name === 'ledger') return `${figure(Number(head))} entries`;
  if (name === 'lag')
    return events === 0 ? 'the read model shows everything' : `${figure(Number(events))} entries behind`;
  if (name === 'seal') return `${figure(Number(size))} entries sealed, ${figure(Number(lag))} not yet`;
  return 'answers';
}

function Completeness({ from, to }: { from: string; to: string }) {
  const path = `/v1/completeness${query({ from, to, limit: '1000' })}`;
  const head = useData(`${path} providers`, () =>
    api<Completeness>(`/v1/completeness${query({ from, to, limit: '1' })}`),
  );
  const hours = useData(path, () => all<Hour>(path));
  return (
    <>
      <Show data={head}>
        {({ providers }) => (
          <Table<Completeness['providers'][number]>
            caption="Providers"
            file="providers"
            rows={providers}
            empty="No provider has delivered anything yet."
            columns={[
              { title: 'Provider', text: ({ provider }) => provider },
              { title: 'Last delivery', text: (row) => time(row.last_delivery_at) },
              {
                title: 'Silent',
                text: ({ silent }) => (silent ? 'yes: usually there are deliveries at this hour' : 'no'),
              },
              { title: 'Listed since', text: (row) => time(row.listed_since) },
              { title: 'Missing', numeric: true, text: ({ missing }) => figure(missing) },
              { title: 'Fetched', numeric: true, text: ({ healed }) => figure(healed) },
              { title: 'Hours unchecked', numeric: true, text: (row) => figure(row.unchecked_hours) },
              { title: 'Trouble', text: ({ error }) => error ?? '' },
            ]}
          />
        )}
      </Show>
      <Show data={hours}>
        {(list) => (
          <>
            <CutNote list={list} what="hours of these days" />
            <Hours rows={list.rows.filter(({ status }) => FINDINGS.includes(status))} isAll={!list.cut} />
          </>
        )}
      </Show>
    </>
  );
}

const FINDINGS: readonly string[] = ['healed', 'missing', 'unchecked'];

function Hours({ rows, isAll }: { rows: readonly Hour[]; isAll: boolean }) {
  return (
    <Table<Hour>
      caption="Hours with a finding"
      file="completeness"
      rows={rows}
      empty={`No hour of ${isAll ? 'these days' : 'those'} has anything missing, fetched or unchecked.`}
      columns={[
        { title: 'Hour', text: ({ hour }) => time(hour) },
        { title: 'Provider', text: ({ provider }) => provider },
        { title: 'Status', text: ({ status }) => hourNames[status] ?? status },
        { title: 'Listed', numeric: true, text: ({ listed }) => figure(listed) },
        { title: 'By webhook', numeric: true, text: ({ delivered }) => figure(delivered) },
        { title: 'Fetched', numeric: true, text: ({ healed }) => figure(healed) },
        { title: 'Missing', numeric: true, text: ({ missing }) => figure(missing) },
        { title: 'Ids', text: (row) => (row.healed_ids ?? []).join(' ') },
      ]}
    />
  );
}

function Letters({ session }: { session: Session }) {
  const [round, setRound] = useState(0);
  const [told, setTold] = useState('');
  const [entry, setEntry] = useState<string>();
  const data = useData('letters', () => all<Letter>('/v1/dead-letters?resolved=false&limit=500'), round);
  const mayReplay = session.scopes.includes('admin');
  const replay = async (id: string): Promise<void> => {
    const outcome = await api<{ outcome: string }>(`/v1/dead-letters/${id}/replay`, { method: 'POST', body: {} }).then(
      (reply) => `Replayed: ${reply.outcome}.`,
      (error: ApiError) => error.message,
    );
    setTold(outcome);
    setRound(round + 1);
  };
  return (
    <>
      <p class="told" role="status">
        {told}
      </p>
      <Show data={data}>
        {(list) => (
          <>
            <CutNote list={list} what="dead letters" />
            <Table<Letter>
              caption="Waiting for somebody"
              file="dead-letters"
              rows={list.rows}
              empty="Everything that arrived was understood."
              columns={[
                { title: 'Received', text: (row) => time(row.received_at) },
                { title: 'Reason', text: ({ reason }) => reason.replaceAll('_', ' ') },
                { title: 'Origin', text: ({ origin }) => origin },
                { title: 'Why', text: ({ errors }) => errors.join(' ') },
                { title: 'Blocks a close', text: ({ blocks }) => (blocks ? 'yes' : 'no') },
                {
                  title: 'Entry',
                  text: (row) => row.entry_id ?? '',
                  show: (row) =>
                    row.entry_id && (
                      <button type="button" class="link" onClick={() => setEntry(row.entry_id!)}>
                        show
                      </button>
                    ),
                },
                ...(mayReplay ? [replaying(replay)] : []),
              ]}
            />
            {list.rows.length > 0 && !mayReplay && <Needs what="Replaying" scope="admin" />}
          </>
        )}
      </Show>
      {entry && <EntryDialog id={entry} onClose={() => setEntry(undefined)} />}
    </>
  );
}

const replaying = (replay: (id: string) => Promise<void>): Column<Letter> => ({
  title: 'Replay',
  text: () => '',
  show: ({ id }) => (
    <button type="button" class="quiet" onClick={() => void replay(id)}>
      Replay
    </button>
  ),
});
