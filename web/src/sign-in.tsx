import { useState } from 'preact/hooks';
import { api, type ApiError, type Session } from './api.ts';

/** An API key for a session. The page never keeps the key. */
export function SignIn({ isOver, onSignedIn }: { isOver: boolean; onSignedIn: (session: Session) => void }) {
  const used = new URLSearchParams(location.search).get('link') === 'used';
  const [error, setError] = useState(
    used
      ? 'This sign-in link was used already, or is too old.'
      : isOver
        ? 'The session is over. Sign in again, and what you looked at is here again.'
        : '',
  );
  const [busy, setBusy] = useState(false);
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    setBusy(true);
    try {
      const session = await api<Session>('/v1/session', { method: 'POST', body: { key: form.get('key') } });
      if (used) history.replaceState(null, '', '/');
      onSignedIn(session);
    } catch (refused) {
      const { status, message } = refused as ApiError;
      setError(status === 401 ? 'This is no key that is good here.' : message);
    } finally {
      setBusy(false);
    }
  };
  return (
    <main class="sign-in">
      <h1>Truth Ledger</h1>
      <p>The numbers that are true, and how wrong the others are.</p>
      <form onSubmit={(event) => void submit(event)}>
        <label>
          API key
          <input name="key" type="password" required autoComplete="current-password" spellcheck={false} />
        </label>
        <button type="submit" disabled={busy}>
          Sign in
        </button>
        {error !== '' && (
          <p class="failed" role="alert">
            {error}
          </p>
        )}
      </form>
      <p class="hint">
        <code>npx truth-ledger keys create --name you --scope read</code> makes one where the service runs. The one in{' '}
        <code>ADMIN_API_KEY</code> opens everything.
      </p>
    </main>
  );
}
