import { useEffect, useRef, useState } from 'preact/hooks';
import { api, type Schemas } from '../../api.ts';
import { EntryDialog } from '../../entry-dialog.tsx';
import { figure } from '../../format.ts';
import { Show } from '../../states.tsx';
import { Time } from '../../time.tsx';
import { useData } from '../../use-data.ts';
import { words } from '../../words.ts';

type Whole = Schemas['DeadLetterWhole'];

/** One dead letter as it was received, also where no ledger entry has it; of a conflict the entry that was there first is one click away. */
export function LetterDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const ref = useRef<HTMLDialogElement>(null);
  useEffect(() => ref.current?.showModal(), []);
  const [entry, setEntry] = useState<string>();
  const letter = useData(`letter ${id}`, () => api<Whole>(`/v1/dead-letters/${id}`));
  return (
    <>
      <dialog ref={ref} onClose={onClose} aria-label="Dead letter">
        <div class="title">
          <h2>Dead letter</h2>
          <button type="button" class="quiet" onClick={() => ref.current?.close()}>
            Close
          </button>
        </div>
        <Show data={letter}>
          {(value) => (
            <>
              <Facts letter={value} onEntry={setEntry} />
              <Received letter={value} />
            </>
          )}
        </Show>
      </dialog>
      {entry && <EntryDialog id={entry} onClose={() => setEntry(undefined)} />}
    </>
  );
}

function Facts({ letter, onEntry }: { letter: Whole; onEntry: (id: string) => void }) {
  const { reason, errors, origin, door, type, origin_event_id: originId, entry_id: entryId } = letter;
  return (
    <dl>
      <dt>Reason</dt>
      <dd>
        {words(reason)}
        {letter.blocks && ', blocks a close'}
      </dd>
      <dt>Why</dt>
      <dd>
        <ul class="ids">
          {errors.map((error) => (
            <li>{error}</li>
          ))}
        </ul>
      </dd>
      <dt>Came in at</dt>
      <dd>
        {door}, from {origin}
        {type !== null && `, as ${type}`}
      </dd>
      <dt>Its id there</dt>
      <dd>{originId === null ? '–' : <code>{originId}</code>}</dd>
      <dt>Received</dt>
      <dd>
        {letter.deliveries > 1 && `${figure(letter.deliveries)} times, first `}
        <Time at={letter.received_at} />
        {letter.deliveries > 1 && (
          <>
            , last <Time at={letter.last_received_at} />
          </>
        )}
      </dd>
      <dt>Replayed</dt>
      <dd>{letter.replays === 0 ? 'never' : `${figure(letter.replays)} times`}</dd>
      {entryId !== null && (
        <>
          <dt>Ledger entry</dt>
          <dd>
            <button type="button" class="link" onClick={() => onEntry(entryId)}>
              {reason === 'conflict' ? 'what the ledger has under this id' : 'the entry that it is about'}
            </button>
          </dd>
        </>
      )}
    </dl>
  );
}

function Received({ letter: { body, content_type: type, job, entry_id: entryId } }: { letter: Whole }) {
  const shown = body ?? job;
  if (shown === null)
    return (
      <p class="hint">
        {entryId === null ? 'Nothing more was kept of it.' : 'The ledger entry has what was received.'}
      </p>
    );
  return (
    <pre tabIndex={0} aria-label={body === null ? 'The job' : `What was received${type === null ? '' : `, ${type}`}`}>
      {typeof shown === 'string' ? shown : JSON.stringify(shown, null, 2)}
    </pre>
  );
}
