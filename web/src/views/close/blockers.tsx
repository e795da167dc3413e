import { useState } from 'preact/hooks';
import { ActDialog } from '../../act-dialog.tsx';
import { api } from '../../api.ts';
import { useActors } from '../../use-actors.ts';
import type { UrlState } from '../../url-state.ts';
import { blockerNames, words } from '../../words.ts';
import type { Period, PeriodProps } from '../close.tsx';

type Blocker = Period['blockers'][number];

/** What keeps a period from being closed, each with where it is settled. */
export function Blockers({ period, go, mayAct, onDone }: PeriodProps) {
  const [waiving, setWaiving] = useState<string>();
  const { id, blockers, waivers = [] } = period;
  const told = useActors();
  return (
    <section>
      <h3>What is in the way</h3>
      {blockers.length === 0 ? (
        <p class="empty">Nothing.</p>
      ) : (
        <ul class="blockers">
          {blockers.map((blocker) => {
            const provider = providerOf(blocker);
            return (
              <li class={blocker.forceable ? 'soft' : 'hard'}>
                <strong>{blockerNames[blocker.kind] ?? words(blocker.kind)}</strong>
                <span>{blocker.detail}</span>
                <span class="links">
                  <Where blocker={blocker} period={period} go={go} />
                  {blocker.kind === 'no_tie_out' && provider && mayAct && (
                    <button type="button" class="quiet" onClick={() => setWaiving(provider)}>
                      Answer for it
                    </button>
                  )}
                  <span class="quiet-text">
                    {blocker.forceable ? 'may be closed in spite of it, with a reason' : 'has to be settled first'}
                  </span>
                </span>
              </li>
            );
          })}
        </ul>
      )}
      {waivers.length > 0 && (
        <ul class="notes">
          {waivers.map(({ provider, reason, by }) => (
            <li>
              {told(by)} answers for the money of {provider}: “{reason}”
            </li>
          ))}
        </ul>
      )}
      {waiving && (
        <ActDialog
          title={`Answer for the money of ${waiving}`}
          submit="Answer for it"
          reason={{ label: 'Why it is tied out with nothing', required: true }}
          act={async (reason) => {
            await api(`/v1/periods/${id}/waive`, { method: 'POST', body: { provider: waiving, reason } });
            onDone(`The money of ${waiving} is answered for. It stays with the period.`);
          }}
          onClose={() => setWaiving(undefined)}
        >
          <p>Your key stands in the ledger with it, and the period shows it for ever.</p>
        </ActDialog>
      )}
    </section>
  );
}

const providerOf = ({ provider }: Blocker): string | undefined => (typeof provider === 'string' ? provider : undefined);

/** Where a blocker is settled: a view of this page where there is one. */
function Where({
  blocker: { kind, link },
  period: { from, to },
  go,
}: { blocker: Blocker } & Pick<PeriodProps, 'period' | 'go'>) {
  const toView = (change: UrlState, label: string) => (
    <button type="button" class="link" onClick={() => go({ ...change, from, to, day: undefined })}>
      {label}
    </button>
  );
  if (kind === 'incomplete') return toView({ view: 'health' }, 'the hours, in Health');
  if (kind === 'dead_letters') return toView({ view: 'health' }, 'the dead letters, in Health');
  if (kind === 'projection_lag') return toView({ view: 'health' }, 'how far it is, in Health');
  if (kind.includes('tie_out')) return <a href="#tie-out">the tie-out below</a>;
  if (link.startsWith('/v1/books/problems')) return <a href="#problems">the items below</a>;
  return <a href={link}>{link}</a>;
}
