import { useState } from 'preact/hooks';
import { ActDialog } from '../../act-dialog.tsx';
import { api, type Schemas, type Session } from '../../api.ts';
import { figure } from '../../format.ts';
import { Needs, Show } from '../../states.tsx';
import { Table, type Column } from '../../table.tsx';
import { timeColumn } from '../../time.tsx';
import { useData } from '../../use-data.ts';
import { jobStates } from '../../words.ts';

type Job = Schemas['JobPage']['data'][number];

const OUTCOMES: Readonly<Record<string, string>> = {
  removed: 'It was taken out of the queue.',
  stopping: 'It stops at its next step.',
};

/** What runs, waits or failed, with how far it is. */
export function Jobs({ session, round }: { session: Session; round: number }) {
  const [done, setDone] = useState(0);
  const [told, setTold] = useState('');
  const [chosen, setChosen] = useState<Job>();
  const data = useData('jobs', () => api<Schemas['JobPage']>('/v1/jobs?limit=200'), round + done);
  const mayAct = session.scopes.includes('admin');
  return (
    <>
      <p class="told" role="status">
        {told}
      </p>
      <Show data={data}>
        {({ data: jobs }) => (
          <>
            <Table<Job>
              caption="Jobs"
              file="jobs"
              rows={jobs}
              empty="Nothing runs, nothing waits, nothing failed."
              columns={[
                { title: 'Job', text: ({ name }) => name },
                { title: 'Of', text: ({ data: of }) => Object.values(of).join(' ') },
                { title: 'State', text: ({ state }) => jobStates[state] ?? state },
                { title: 'Progress', text: progressOf, show: (job) => <Progress job={job} /> },
                { title: 'Attempts', numeric: true, text: ({ attempts }) => String(attempts) },
                timeColumn('Queued', (row) => row.enqueued_at),
                timeColumn('Due', (row) => row.due_at),
                { title: 'Trouble', text: ({ error }) => error ?? '' },
                ...(mayAct ? [cancelling(setChosen)] : []),
              ]}
            />
            {jobs.length > 0 && !mayAct && <Needs what="Cancelling" scope="admin" />}
          </>
        )}
      </Show>
      {chosen && (
        <ActDialog
          title={`Cancel ${chosen.name}`}
          submit="Cancel the job"
          act={async () => {
            const path = `/v1/jobs/${encodeURIComponent(chosen.id)}/cancel`;
            const { outcome } = await api<Schemas['CancelledJob']>(path, { method: 'POST', body: {} });
            setTold(`${chosen.name}: ${OUTCOMES[outcome] ?? outcome}`);
            setDone((last) => last + 1);
          }}
          onClose={() => setChosen(undefined)}
        >
          <p>
            What it has recorded stays. What is on a schedule runs again when it is next due; what was asked for does
            not.
          </p>
        </ActDialog>
      )}
    </>
  );
}

const cancelling = (onPick: (job: Job) => void): Column<Job> => ({
  title: 'Cancel',
  text: () => '',
  show: (job) => (
    <button type="button" class="quiet" onClick={() => onPick(job)}>
      Cancel
    </button>
  ),
});

const progressOf = ({ progress }: Job): string =>
  progress === null ? '' : `${figure(progress.done)} of ${figure(progress.total)}`;

function Progress({ job }: { job: Job }) {
  if (job.progress === null) return null;
  return (
    <>
      <progress value={job.progress.done} max={job.progress.total} aria-label={`${job.name}: ${progressOf(job)}`} />{' '}
      {progressOf(job)}
    </>
  );
}
