import { useState } from 'preact/hooks';
import { api, type Schemas } from '../../api.ts';
import { figure } from '../../format.ts';
import { Needs, Show } from '../../states.tsx';
import { Table } from '../../table.tsx';
import { Time } from '../../time.tsx';
import { useActors } from '../../use-actors.ts';
import { useData, useRounds } from '../../use-data.ts';

type Verification = Schemas['Verification'];

const ASK_EVERY_MS = 5_000;

/** Whether the ledger is as it was written and the numbers are what it says: what verifying found last, and when. */
export function LastVerification({ mayAct }: { mayAct: boolean }) {
  const [told, setTold] = useState({ text: '', of: 0 });
  const round = useRounds(ASK_EVERY_MS);
  const data = useData('verifications', () => api<Schemas['VerificationPage']>('/v1/ledger/verifications'), round);
  const newest = data.state === 'ready' ? (data.value.data[0]?.position ?? 0) : told.of;
  const start = async (): Promise<void> => {
    try {
      await api('/v1/ledger/verifications', { method: 'POST', body: {} });
      setTold({ text: 'It is verified now; what comes of it is told here.', of: newest });
    } catch (error) {
      setTold({ text: (error as Error).message, of: newest });
    }
  };
  return (
    <section id="verification">
      <h3>Verified</h3>
      <Show data={data}>
        {({ data: [last] }) => (
          <>
            {last ? <Last verification={last} /> : <p>Nothing was verified this month or the month before.</p>}
            {mayAct ? (
              <p class="buttons">
                <button type="button" onClick={() => void start()}>
                  Verify now
                </button>
              </p>
            ) : (
              <Needs what="Verifying now" scope="finance" />
            )}
            <p class="told" role="status">
              {told.of === newest && told.text}
            </p>
          </>
        )}
      </Show>
    </section>
  );
}

function Last({ verification: { finished_at: at, ledger, model, position, actor } }: { verification: Verification }) {
  const told = useActors();
  return (
    <>
      <dl>
        <dt>Ledger</dt>
        <dd>
          {ledger.ok
            ? `as it was written: ${figure(ledger.entries)} entries, the first ${figure(ledger.sealed)} under ${figure(ledger.checkpoints)} signed roots, ${ledger.witnessed > 0 ? `${figure(ledger.witnessed)} of them compared with the witness file` : 'without a witness file'}`
            : `not as it was written: ${figure(ledger.count)} findings`}
        </dd>
        <dt>Numbers</dt>
        <dd>
          {model.ok
            ? `what the ledger says up to position ${figure(model.position)}`
            : `not what the ledger says up to position ${figure(model.position)}: ${Object.entries(model.differences)
                .map(([kind, count]) => `${kind} ${figure(count)}`)
                .join(', ')}`}
        </dd>
        <dt>When</dt>
        <dd>
          <Time at={at} />, for {told(actor)}; the ledger has it at position {figure(position)}
        </dd>
        <dt>Root</dt>
        <dd>
          <code>{ledger.root}</code>
        </dd>
      </dl>
      {ledger.findings.length > 0 && (
        <Table<Verification['ledger']['findings'][number]>
          caption={
            ledger.count > ledger.findings.length
              ? `The first ${ledger.findings.length} of ${figure(ledger.count)} findings`
              : 'Findings'
          }
          file="findings"
          rows={ledger.findings}
          empty=""
          columns={[
            { title: 'Verdict', text: ({ verdict }) => verdict },
            { title: 'Position', numeric: true, text: ({ position: from }) => String(from) },
            { title: 'Until', numeric: true, text: ({ until }) => (until === undefined ? '' : String(until)) },
            { title: 'What is wrong', text: ({ detail }) => detail },
          ]}
        />
      )}
    </>
  );
}
