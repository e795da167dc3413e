import { useEffect, useState } from 'preact/hooks';
import { api, type Schemas, type Session } from './api.ts';
import { addDays, learnCurrencies, today } from './format.ts';
import { SignIn } from './sign-in.tsx';
import { useUrlState, type UrlState } from './url-state.ts';
import { AttributionView } from './views/attribution.tsx';
import { CloseView } from './views/close.tsx';
import { ContractView } from './views/contract.tsx';
import { CustomersView } from './views/customers.tsx';
import { GapView } from './views/gap.tsx';
import { HealthView } from './views/health.tsx';
import { NumbersView } from './views/numbers.tsx';

export interface ViewProps {
  url: UrlState;
  go: (change: UrlState) => void;
  from: string;
  to: string;
  zone: string;
  session: Session;
}

interface View {
  title: string;
  component: (props: ViewProps) => preact.ComponentChild;
  /** Whether it speaks of a range of days. */
  ranged: boolean;
}

/** Truth and signals are kept apart, here as everywhere. */
const GROUPS: readonly { title: string; views: Readonly<Record<string, View>> }[] = [
  {
    title: 'Signals against truth',
    views: { gap: { title: 'Gap', component: GapView, ranged: true } },
  },
  {
    title: 'Business truth',
    views: {
      numbers: { title: 'Numbers', component: NumbersView, ranged: true },
      attribution: { title: 'Attribution', component: AttributionView, ranged: true },
      customers: { title: 'Customers', component: CustomersView, ranged: false },
    },
  },
  {
    title: 'Month-end',
    views: { close: { title: 'Close', component: CloseView, ranged: false } },
  },
  {
    title: 'Operation',
    views: {
      health: { title: 'Health', component: HealthView, ranged: true },
      contract: { title: 'Contract', component: ContractView, ranged: false },
    },
  },
];

const RANGE_DAYS = 31;

export function App() {
  const [session, setSession] = useState<Session | null | undefined>(undefined);
  useEffect(() => {
    api<Session>('/v1/session').then(setSession, () => setSession(null));
  }, []);
  if (session === undefined) return <p class="loading">Loading …</p>;
  if (session === null) return <SignIn onSignedIn={setSession} />;
  return <Page session={session} onSignedOut={() => setSession(null)} />;
}

function Page({ session, onSignedOut }: { session: Session; onSignedOut: () => void }) {
  const [url, go] = useUrlState();
  const facts = useServiceFacts();
  if (facts === undefined) return <p class="loading">Loading …</p>;
  const { zone, newest } = facts;
  const to = url['to'] ?? newest;
  const from = url['from'] ?? addDays(to, 1 - RANGE_DAYS);
  const name = url['view'] ?? 'gap';
  const view = GROUPS.map(({ views }) => views[name]).find(Boolean) ?? GROUPS[0]!.views['gap']!;
  const signOut = (): void => void api('/v1/session', { method: 'DELETE' }).finally(onSignedOut);
  return (
    <>
      <a class="skip" href="#main">
        To the content
      </a>
      <header>
        <h1>Truth Ledger</h1>
        <nav aria-label="Views">
          {GROUPS.map(({ title, views }) => (
            <div class="group" role="group" aria-label={title}>
              <span class="title">{title}</span>
              <div class="views">
                {Object.entries(views).map(([key, { title: label }]) => (
                  <button
                    type="button"
                    aria-current={key === name ? 'page' : undefined}
                    onClick={() => go({ view: key, day: undefined, subject: undefined })}
                  >
                    {label}
                  </button>
                ))}
              </div>
            </div>
          ))}
        </nav>
        <div class="who">
          <span>{session.name}</span>
          <button type="button" class="quiet" onClick={signOut}>
            Sign out
          </button>
        </div>
      </header>
      <main id="main">
        {view.ranged && <Range from={from} to={to} zone={zone} go={go} />}
        <view.component url={url} go={go} from={from} to={to} zone={zone} session={session} />
      </main>
    </>
  );
}

/** What every view needs: the reporting zone, the newest day with a comparison (else today), the table of currencies. */
function useServiceFacts(): { zone: string; newest: string } | undefined {
  const [facts, setFacts] = useState<{ zone: string; newest: string }>();
  useEffect(() => {
    void load().then(setFacts, () => setFacts({ zone: 'UTC', newest: today('UTC') }));
  }, []);
  return facts;
}

async function load(): Promise<{ zone: string; newest: string }> {
  const catalog = await api<{ currencies: { currency: string; exponent: number }[] }>('/v1/catalog');
  learnCurrencies(catalog.currencies);
  const day = today('UTC');
  const { time_zone: zone } = await api<Schemas['Metric']>(`/v1/metrics/signups?from=${day}&to=${day}`);
  const now = today(zone);
  // The latest comparison, looked for in growing steps: a demo's month may lie back.
  for (const days of [31, 366]) {
    const rows = await api<Schemas['ReconciliationPage']>(
      `/v1/reconciliations?metric=signups&from=${addDays(now, -days)}&to=${now}&limit=1000`,
    );
    const last = rows.data.at(-1)?.day;
    if (last) return { zone, newest: last };
  }
  return { zone, newest: now };
}

interface RangeProps {
  from: string;
  to: string;
  zone: string;
  go: (change: UrlState) => void;
}

function Range({ from, to, zone, go }: RangeProps) {
  const month = (): UrlState => ({
    from: `${to.slice(0, 7)}-01`,
    to: addDays(addDays(`${to.slice(0, 7)}-28`, 7).slice(0, 8) + '01', -1),
  });
  return (
    <form class="range" onSubmit={(event) => event.preventDefault()}>
      <label>
        From{' '}
        <input type="date" value={from} max={to} onChange={(event) => go({ from: event.currentTarget.value, to })} />
      </label>
      <label>
        to <input type="date" value={to} min={from} onChange={(event) => go({ from, to: event.currentTarget.value })} />
      </label>
      <button type="button" class="quiet" onClick={() => go({ from: addDays(to, -6), to })}>
        7 days
      </button>
      <button type="button" class="quiet" onClick={() => go({ from: addDays(to, -29), to })}>
        30 days
      </button>
      <button type="button" class="quiet" onClick={() => go(month())}>
        Its month
      </button>
      <span class="zone">days in {zone}</span>
    </form>
  );
}
