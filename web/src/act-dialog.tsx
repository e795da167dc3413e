import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { ApiError } from './api.ts';

interface Props {
  title: string;
  /** What the button says that does it. */
  submit: string;
  /** Asks for a text, which is recorded in the ledger. */
  reason?: { label: string; required: boolean } | undefined;
  children?: ComponentChildren;
  /** What it does; a refusal is shown and nothing is closed. */
  act: (reason: string) => Promise<void>;
  onClose: () => void;
}

/** Asks once more before something is done that the ledger keeps, and says why where it is refused. */
export function ActDialog({ title, submit, reason, children, act, onClose }: Props) {
  const ref = useRef<HTMLDialogElement>(null);
  const [refusal, setRefusal] = useState<ApiError>();
  const [busy, setBusy] = useState(false);
  useEffect(() => ref.current?.showModal(), []);
  const go = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const given = new FormData(event.currentTarget as HTMLFormElement).get('reason');
    setBusy(true);
    try {
      await act(typeof given === 'string' ? given.trim() : '');
      ref.current?.close();
    } catch (error) {
      setRefusal(error as ApiError);
    } finally {
      setBusy(false);
    }
  };
  return (
    <dialog ref={ref} onClose={onClose} aria-label={title} class="act">
      <form onSubmit={(event) => void go(event)}>
        <h2>{title}</h2>
        {children}
        {reason && (
          <label>
            {reason.label}
            <textarea name="reason" rows={2} required={reason.required} maxLength={500} />
            <span class="hint">It is recorded in the ledger as it is: no names and no addresses.</span>
          </label>
        )}
        {refusal && <Refusal error={refusal} />}
        <p class="buttons">
          <button type="submit" disabled={busy}>
            {submit}
          </button>
          <button type="button" onClick={() => ref.current?.close()}>
            Cancel
          </button>
        </p>
      </form>
    </dialog>
  );
}

function Refusal({ error }: { error: ApiError }) {
  const more = error.errors.filter((each) => each !== error.message);
  return (
    <div class="failed" role="alert">
      <p>{error.message}</p>
      {more.length > 0 && (
        <ul>
          {more.map((each) => (
            <li>{each}</li>
          ))}
        </ul>
      )}
    </div>
  );
}
