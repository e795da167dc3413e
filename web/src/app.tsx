import type { TargetedEvent, TargetedMouseEvent } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { api, type ApiError, type Session } from './api.ts';
import { addDays, monthOf, rangeOf } from './days.ts';
import { loadFacts, type ServiceFacts } from './service-facts.ts';
import { SignIn } from './sign-in.tsx';
import { Show } from './states.tsx';
import { hrefOf, useUrlState, type UrlState } from './url-state.ts';
import { type Data, SIGNED_OUT, useData } from './use-data.ts';
import { AttributionView } from './views/attribution.tsx';
import { CloseView } from './views/close.tsx';
import { ContractView } from './views/contract.tsx';
import { CustomersView } from './views/customers.tsx';
import { GapView } from './views/gap.tsx';
import { HealthView } from './views/health.tsx';
import { NumbersView } from './views/numbers.tsx';
import { NO_ROW } from './views/numbers/rows.ts';
import { SignalsView } from './views/signals.tsx';

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
    views: {
      gap: { title: 'Gap', component: GapView, ranged: true },
      signals: { title: 'Signals', component: SignalsView, ranged: true },
    },
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

const UNKNOWN_CALLER = [401, 403];

export function App() {
  /** Who signed in or out since the page was opened. */
  const [changed, setChanged] = useState<Session | null>();
  const [signIns, setSignIns] = useState(0);
  const [isOver, setIsOver] = useState(false);
  const found = useData('session', whoAsks);
  // Asked at once with who asks, as one question less to wait for.
  const facts = useData(`facts ${signIns}`, loadFacts);
  const session = changed !== undefined ? changed : found.state === 'ready' ? found.value : undefined;
  const isSignedIn = useRef(false);
  isSignedIn.current = Boolean(session);
  useLayoutEffect(() => {
    const over = (): void => {
      if (isSignedIn.current) setIsOver(true);
      setChanged(null);
    };
    addEventListener(SIGNED_OUT, over);
    return () => removeEventListener(SIGNED_OUT, over);
  }, []);
  const signedIn = (who: Session): void => {
    setChanged(who);
    setSignIns(signIns + 1);
    setIsOver(false);
  };
  if (session) return <Page session={session} facts={facts} onSignedOut={() => setChanged(null)} />;
  if (session === null) return <SignIn isOver={isOver} onSignedIn={signedIn} />;
  return <Show data={found}>{() => null}</Show>;
}

/** Null for somebody who has to sign in; a service that does not answer says nothing of that. */
const whoAsks = (): Promise<Session | null> =>
  api<Session>('/v1/session').catch((error: ApiError) => {
    if (UNKNOWN_CALLER.includes(error.status)) return null;
    throw error;
  });

interface WhoProps {
  session: Session;
  onSignedOut: () => void;
}

interface PageProps extends WhoProps {
  facts: Data<ServiceFacts>;
}

function Page({ session, facts, onSignedOut }: PageProps) {
  const [url, go] = useUrlState();
  const name = url['view'] ?? 'gap';
  const view = GROUPS.map(({ views }) => views[name]).find(Boolean) ?? GROUPS[0]!.views['gap']!;
  useLayoutEffect(() => void (document.title = `${view.title} · Truth Ledger`), [view]);
  return (
    <>
      <a class="skip" href="#main">
        To the content
      </a>
      <header>
        <h1>Truth Ledger</h1>
        <Views shown={name} go={go} />
        <Who session={session} onSignedOut={onSignedOut} />
      </header>
      <main id="main">
        <Show data={facts}>
          {({ zone, newest }) => {
            const range = rangeOf(url, newest);
            return (
              <>
                {view.ranged ? <Range {...range} zone={zone} go={go} /> : <Clock zone={zone} />}
                <view.component url={url} go={go} {...range} zone={zone} session={session} />
              </>
            );
          }}
        </Show>
      </main>
    </>
  );
}

/** What of the address belongs to one view alone: the next one begins without. */
const ONE_VIEW = { ...NO_ROW, currency: undefined, subject: undefined };

/** Links, so that a view can be opened beside this one; a plain click stays on the page. */
function Views({ shown, go }: { shown: string; go: (change: UrlState) => void }) {
  const follow = (event: TargetedMouseEvent<HTMLAnchorElement>, view: string): void => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    go({ ...ONE_VIEW, view });
    scrollTo(0, 0);
  };
  return (
    <nav aria-label="Views">
      {GROUPS.map(({ title, views }) => (
        <div class="group" role="group" aria-label={title}>
          <span class="title">{title}</span>
          <div class="views">
            {Object.entries(views).map(([key, { title: label }]) => (
              <a
                href={hrefOf({ ...ONE_VIEW, view: key })}
                aria-current={key === shown ? 'page' : undefined}
                onClick={(event) => follow(event, key)}
              >
                {label}
              </a>
            ))}
          </div>
        </div>
      ))}
    </nav>
  );
}

/** Who is signed in. The session ends at the service, or it has not ended. */
function Who({ session, onSignedOut }: WhoProps) {
  const [trouble, setTrouble] = useState('');
  const signOut = (): void =>
    void api('/v1/session', { method: 'DELETE' }).then(onSignedOut, (error: ApiError) => setTrouble(error.message));
  return (
    <div class="who">
      {trouble !== '' && (
        <span class="failed" role="alert">
          Still signed in. {trouble}
        </span>
      )}
      <span>{session.name}</span>
      <button type="button" class="quiet" onClick={signOut}>
        Sign out
      </button>
    </div>
  );
}

/** Whose clock the page goes by. */
const Clock = ({ zone }: { zone: string }) => <span class="zone">days and times in {zone}</span>;

interface RangeProps {
  from: string;
  to: string;
  zone: string;
  go: (change: UrlState) => void;
}

function Range({ from, to, zone, go }: RangeProps) {
  const month = (): UrlState => {
    const [first, last] = monthOf(to);
    return { from: first, to: last };
  };
  const given = (event: TargetedEvent<HTMLInputElement>): string | undefined => event.currentTarget.value || undefined;
  return (
    <form class="range" onSubmit={(event) => event.preventDefault()}>
      <label>
        From <input type="date" value={from} max={to} onChange={(event) => go({ from: given(event), to })} />
      </label>
      <label>
        to <input type="date" value={to} min={from} onChange={(event) => go({ from, to: given(event) })} />
      </label>
      <button type="button" class="quiet" onClick={() => go({ from: addDays(to, -6), to })}>
        7 days
      </button>
      <button type="button" class="quiet" onClick={() => go({ from: addDays(to, -29), to })}>
        30 days
      </button>
      <button type="button" class="quiet" onClick={() => go(month())}>
        Whole month
      </button>
      <Clock zone={zone} />
    </form>
  );
}
