import { useState } from 'preact/hooks';
import { ActDialog } from '../../act-dialog.tsx';
import { all, api, type ApiError, type Schemas, type Session } from '../../api.ts';
import { time } from '../../format.ts';
import { CutNote, Needs, Show } from '../../states.tsx';
import { Table, type Column } from '../../table.tsx';
import { Time } from '../../time.tsx';
import { useData } from '../../use-data.ts';
import { words } from '../../words.ts';
import { LetterDialog } from './letter-dialog.tsx';

export type Letter = Schemas['DeadLetterPage']['data'][number];

/** What could not be taken further: each can be looked into, sent through its door again, or dismissed with a reason. */
export function DeadLetters({ session }: { session: Session }) {
  const [round, setRound] = useState(0);
  const [told, setTold] = useState('');
  const [opened, setOpened] = useState<string>();
  const [dismissing, setDismissing] = useState<Letter>();
  const data = useData('letters', () => all<Letter>('/v1/dead-letters?resolved=false&limit=500'), round);
  const mayAct = session.scopes.includes('admin');
  const done = (said: string): void => {
    setTold(said);
    setRound((last) => last + 1);
  };
  const replay = (id: string): void =>
    void api<Schemas['Outcome']>(`/v1/dead-letters/${id}/replay`, { method: 'POST', body: {} }).then(
      ({ outcome }) => done(`Replayed: ${outcome}.`),
      (error: ApiError) => done(error.message),
    );
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
              columns={[...columnsOf(setOpened), ...(mayAct ? [acting(replay, setDismissing)] : [])]}
            />
            {list.rows.length > 0 && !mayAct && <Needs what="Replaying and dismissing" scope="admin" />}
          </>
        )}
      </Show>
      {opened && <LetterDialog id={opened} onClose={() => setOpened(undefined)} />}
      {dismissing && (
        <ActDialog
          title="Dismiss a dead letter"
          submit="Dismiss"
          reason={{ label: 'Why nothing has to follow from it', required: true }}
          act={async (reason) => {
            await api(`/v1/dead-letters/${dismissing.id}/dismiss`, { method: 'POST', body: { reason } });
            done('Dismissed. The ledger keeps the reason.');
          }}
          onClose={() => setDismissing(undefined)}
        >
          <p>
            {words(dismissing.reason)} of {dismissing.origin}: {dismissing.errors.join(' ')}
          </p>
        </ActDialog>
      )}
    </>
  );
}

const columnsOf = (onOpen: (id: string) => void): Column<Letter>[] => [
  {
    title: 'Received',
    text: (row) => time(row.received_at),
    show: (row) => (
      <button type="button" class="link" onClick={() => onOpen(row.id)}>
        <Time at={row.received_at} />
      </button>
    ),
  },
  { title: 'Reason', text: ({ reason }) => words(reason) },
  { title: 'Origin', text: ({ origin }) => origin },
  { title: 'Type', text: ({ type }) => type ?? '' },
  { title: 'Its id', text: (row) => row.origin_event_id ?? '' },
  { title: 'Why', text: ({ errors }) => errors.join(' ') },
  { title: 'Blocks a close', text: ({ blocks }) => (blocks ? 'yes' : 'no') },
];

const acting = (replay: (id: string) => void, dismiss: (letter: Letter) => void): Column<Letter> => ({
  title: 'Settle',
  text: () => '',
  show: (letter) => (
    <span class="buttons">
      <button type="button" class="quiet" onClick={() => replay(letter.id)}>
        Replay
      </button>
      <button type="button" class="quiet" onClick={() => dismiss(letter)}>
        Dismiss
      </button>
    </span>
  ),
});
