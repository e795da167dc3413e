import { useEffect, useRef } from 'preact/hooks';
import { api, type Schemas } from './api.ts';
import { figure } from './format.ts';
import { Show } from './states.tsx';
import { Time } from './time.tsx';
import { type Data, useData } from './use-data.ts';

type Entry = Schemas['Entry'] & { account?: string; authenticated_by?: string; actor?: string; stored_hash?: string };

const personalData: Readonly<Record<string, string>> = {
  none: 'none',
  sealed: 'sealed',
  erased: 'erased: nobody can open it any more',
  key_missing: 'sealed under a key that is gone',
};

/** One ledger entry as it was received, with how it was authenticated and whether a seal covers it. */
export function EntryDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const ref = useRef<HTMLDialogElement>(null);
  useEffect(() => ref.current?.showModal(), []);
  const entry = useData(id, () => api<Entry>(`/v1/ledger/entries/${id}`));
  const proof = useData(`proof ${id}`, () => api<{ size?: number }>(`/v1/ledger/entries/${id}/proof`));
  return (
    <dialog ref={ref} onClose={onClose} aria-label="Ledger entry">
      <div class="title">
        <h2>Ledger entry</h2>
        <button type="button" class="quiet" onClick={() => ref.current?.close()}>
          Close
        </button>
      </div>
      <Show data={entry}>
        {(value) => (
          <>
            <dl>
              <dt>Type</dt>
              <dd>{value.type}</dd>
              <dt>Position</dt>
              <dd>{figure(value.position)}</dd>
              <dt>Origin</dt>
              <dd>
                {value.origin}, id <code>{value.origin_event_id}</code>
              </dd>
              <dt>Authenticated by</dt>
              <dd>
                {value.authenticated_by} ({value.actor})
              </dd>
              <dt>Happened</dt>
              <dd>
                <Time at={value.occurred_at} />
              </dd>
              <dt>Recorded</dt>
              <dd>
                <Time at={value.recorded_at} />
              </dd>
              <dt>Personal data</dt>
              <dd>{personalData[value.personal_data ?? ''] ?? 'not known'}</dd>
              <dt>Stored hash</dt>
              <dd>
                <code>{value.stored_hash}</code>
              </dd>
              <dt>Seal</dt>
              <dd>{sealOf(proof)}</dd>
            </dl>
            <pre tabIndex={0} aria-label="Body, personal fields sealed">
              {JSON.stringify(value.body, null, 2)}
            </pre>
          </>
        )}
      </Show>
    </dialog>
  );
}

/** Only an answer that there is no proof says that it is not sealed; anything else that goes wrong says nothing of it. */
function sealOf(proof: Data<unknown>): string {
  if (proof.state === 'ready') return 'covered: its inclusion proof is at /proof';
  if (proof.state === 'loading') return '…';
  return proof.error.status === 404 ? 'not sealed yet' : `not known: ${proof.error.message}`;
}
