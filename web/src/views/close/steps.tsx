import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { ActDialog } from '../../act-dialog.tsx';
import { api, type Schemas } from '../../api.ts';
import { figure } from '../../format.ts';
import { Needs } from '../../states.tsx';
import { Table } from '../../table.tsx';
import { timeColumn } from '../../time.tsx';
import { useActors } from '../../use-actors.ts';
import type { Period, PeriodProps } from '../close.tsx';

type Summary = Schemas['PeriodSummary'];
type Version = Period['versions'][number];

type StepName = 'soft-close' | 'propose' | 'approve' | 'close' | 'reopen';

interface Step {
  title: string;
  submit: string;
  /** What the dialog says before it is done. */
  says: ComponentChildren;
  reason?: { label: string; required: boolean };
  body: (reason: string) => object;
  told: (after: Summary) => string;
}

/** Who said what so far, and what may be said next. Two people close: the service refuses the second word of one person. */
export function Steps({ period, mayAct, actor, onDone }: PeriodProps & { actor: string }) {
  const [doing, setDoing] = useState<StepName>();
  const step = doing && stepsOf(period)[doing];
  return (
    <section>
      <History period={period} actor={actor} />
      {mayAct ? <Offers period={period} actor={actor} onPick={setDoing} /> : <Needs what="Closing" scope="finance" />}
      {doing && step && (
        <ActDialog
          title={step.title}
          submit={step.submit}
          reason={step.reason}
          act={async (reason) => {
            const path = `/v1/periods/${period.id}/${doing}`;
            onDone(step.told(await api<Summary>(path, { method: 'POST', body: step.body(reason) })));
          }}
          onClose={() => setDoing(undefined)}
        >
          {step.says}
        </ActDialog>
      )}
      {period.versions.length > 0 && <Versions versions={period.versions} />}
    </section>
  );
}

const short = (digest: string) => <code title={digest}>{digest.slice(0, 16)}…</code>;

function History({ period, actor }: { period: Period; actor: string }) {
  const { proposal, approval, closed, reopen_request: asked, state } = period;
  const told = useActors();
  const who = (by: string): string => `${told(by)}${by === actor ? ', you' : ''}`;
  return (
    <dl>
      {state === 'open' || state === 'soft_closed' || state === 'reopened' ? (
        <>
          <dt>Next</dt>
          <dd>Somebody proposes the numbers; another person approves them; then either closes.</dd>
        </>
      ) : null}
      {proposal && (
        <>
          <dt>Proposed by</dt>
          <dd>
            {who(proposal.by)}: everything up to position {figure(proposal.up_to)}, digest {short(proposal.digest)}
            {proposal.force !== null && <Forced force={proposal.force} blockers={proposal.blockers} />}
          </dd>
        </>
      )}
      {approval && (
        <>
          <dt>Approved by</dt>
          <dd>{who(approval.by)}</dd>
        </>
      )}
      {closed && (
        <>
          <dt>Closed by</dt>
          <dd>
            {who(closed.by)}; proposed by {who(closed.proposed_by)}, approved by {who(closed.approved_by)}. Up to
            position {figure(closed.up_to)}, digest {short(closed.digest)}
            {closed.force !== null && <Forced force={closed.force} blockers={closed.blockers} />}
          </dd>
        </>
      )}
      {asked && (
        <>
          <dt>Reopening</dt>
          <dd>
            asked for by {who(asked.by)}: “{asked.reason}”
          </dd>
        </>
      )}
    </dl>
  );
}

function Forced({ force, blockers }: { force: string; blockers: { kind: string; detail: string }[] }) {
  return (
    <>
      , in spite of what is in the way: “{force}”
      <ul class="notes">
        {blockers.map(({ detail }) => (
          <li>{detail}</li>
        ))}
      </ul>
    </>
  );
}

/** The buttons that make sense now; where one does not, the sentence that says why. */
function Offers({ period, actor, onPick }: { period: Period; actor: string; onPick: (step: StepName) => void }) {
  const { state, proposal, blockers, reopen_request: asked } = period;
  const hard = blockers.filter(({ forceable }) => !forceable).length;
  const button = (step: StepName, label: string, main = false) => (
    <button type="button" class={main ? 'main' : undefined} onClick={() => onPick(step)}>
      {label}
    </button>
  );
  if (state === 'closed')
    return (
      <div class="offers">
        {asked?.by === actor ? (
          <p>You asked for it to be reopened: another person has to ask for it too.</p>
        ) : (
          button('reopen', asked ? 'Reopen, as the second person' : 'Ask to reopen')
        )}
      </div>
    );
  return (
    <div class="offers">
      {state === 'proposed' &&
        (proposal?.by === actor ? (
          <p>You proposed this: another person has to approve it.</p>
        ) : (
          button('approve', 'Approve', true)
        ))}
      {state === 'approved' && button('close', 'Close', true)}
      {hard > 0
        ? !proposal && <p>It can be proposed once what has to be settled first is settled.</p>
        : button('propose', state === 'proposed' || state === 'approved' ? 'Propose anew' : 'Propose', !proposal)}
      {!proposal && button('soft-close', 'Record this check')}
    </div>
  );
}

const reasoned = (reason: string): object => (reason === '' ? {} : { reason });

function stepsOf({ id, from, to, blockers, proposal, reopen_request: asked }: Period): Record<StepName, Step> {
  const inTheWay = blockers.length;
  return {
    'soft-close': {
      title: `Check ${id}`,
      submit: 'Record this check',
      says: <p>What is in the way now is recorded in the ledger, as every night.</p>,
      body: () => ({}),
      told: () => 'The check is recorded.',
    },
    propose: {
      title: `Propose ${id}`,
      submit: 'Propose',
      says: (
        <p>
          This fixes the numbers of {from} to {to} as they are in the ledger now.{' '}
          {inTheWay > 0 &&
            `${inTheWay === 1 ? 'One thing is' : `${inTheWay} things are`} in the way: what is closed in spite of it is recorded with your reason.`}
        </p>
      ),
      ...(inTheWay > 0 ? { reason: { label: 'Why it is closed in spite of it', required: true } } : {}),
      body: (reason) => (reason === '' ? {} : { force: reason }),
      told: ({ proposal: made }) =>
        `Proposed: everything up to position ${figure(made?.up_to)}. Another person has to approve it.`,
    },
    approve: {
      title: `Approve ${id}`,
      submit: 'Approve',
      says: (
        <p>
          You say yes to the numbers up to position {figure(proposal?.up_to)}, digest{' '}
          <code class="whole">{proposal?.digest}</code>.
        </p>
      ),
      body: () => ({ digest: proposal?.digest }),
      told: () => 'Approved. It can be closed now.',
    },
    close: {
      title: `Close ${id}`,
      submit: 'Close',
      says: (
        <p>
          What was approved is locked. What comes later for these days becomes an adjustment of the next open period.
        </p>
      ),
      body: () => ({}),
      told: ({ closed, version }) => `Closed, version ${version}, digest ${closed?.digest.slice(0, 16) ?? ''}….`,
    },
    reopen: {
      title: `Reopen ${id}`,
      submit: asked ? 'Reopen' : 'Ask to reopen',
      says: asked ? (
        <p>
          It was asked for with the reason “{asked.reason}”. With your word {id} and every later period are open again.
        </p>
      ) : (
        <p>Another person has to ask for it too; then this and every later period are open again.</p>
      ),
      ...(asked ? {} : { reason: { label: 'Why', required: true } }),
      body: reasoned,
      told: ({ state }) =>
        state === 'closed' ? 'Asked for. Another person has to ask for it too.' : 'Reopened, with every later period.',
    },
  };
}

function Versions({ versions }: { versions: Version[] }) {
  return (
    <Table<Version>
      caption="Every time it was closed"
      file="versions"
      rows={versions}
      columns={[
        { title: 'Version', text: ({ version }) => String(version) },
        timeColumn('Closed', (row) => row.closed_at),
        { title: 'Up to position', numeric: true, text: (row) => figure(row.up_to) },
        {
          title: 'Reopened',
          text: (row) => (row.reopened_position === null ? 'no' : `at ${figure(row.reopened_position)}`),
        },
        { title: 'Digest', text: ({ digest }) => digest, show: ({ digest }) => short(digest) },
        {
          title: 'Read by',
          text: (row) => row.model_version,
          show: (row) => <code>{row.model_version}</code>,
        },
      ]}
    />
  );
}
