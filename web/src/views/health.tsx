import { api, type Schemas } from '../api.ts';
import type { ViewProps } from '../app.tsx';
import { figure } from '../format.ts';
import { Show } from '../states.tsx';
import { useData, useRounds } from '../use-data.ts';
import { Alerts } from './health/alerts.tsx';
import { Completeness } from './health/completeness.tsx';
import { DeadLetters } from './health/dead-letters.tsx';
import { DriftSections } from './health/drift.tsx';
import { Jobs } from './health/jobs.tsx';

type Ready = Schemas['Ready'];

const LOOKS_EVERY_MS = 10_000;
const PARTS = ['ledger', 'read_model', 'lag', 'seal', 'jobs'] as const;

interface Part {
  name: (typeof PARTS)[number];
  ok: boolean;
  [figure: string]: unknown;
}

/** For whoever is woken at night: what runs, what is behind, what did not arrive, what could not be understood. */
export function HealthView({ url, go, from, to, zone, session }: ViewProps) {
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
        <Completeness {...{ url, go, from, to, zone }} />
      </section>
      <section>
        <h2>Dead letters</h2>
        <DeadLetters session={session} />
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
