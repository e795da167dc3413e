import type { KeyObject } from 'node:crypto';
import { type Checkpoint, signedNote } from './seal.js';

const ANSWER_MS = 10_000;
const EVERY_MS = 5_000;
const EVERY_MAX_MS = 10 * 60_000; // after many failures

/** Tells an address of one checkpoint. Throws where it did not answer 2xx, or 409: that it knows it. Never follows a redirection. */
export async function tellAddress(url: string, checkpoint: Checkpoint, signingKey: KeyObject): Promise<void> {
  const { origin, size, root, signedAt, signature } = checkpoint;
  const answer = await fetch(url, {
    method: 'POST',
    redirect: 'manual',
    headers: { 'content-type': 'application/json', 'idempotency-key': `${origin}-${size}-${root.toString('hex')}` },
    body: JSON.stringify({
      ...{ origin, size, root: root.toString('hex'), signed_at: signedAt.toISOString() },
      ...{ signature: signature.toString('base64'), note: signedNote(checkpoint, signingKey) },
    }),
    signal: AbortSignal.timeout(ANSWER_MS),
  });
  await answer.body?.cancel();
  if (!answer.ok && answer.status !== 409) throw new Error(`the witness at SEAL_WITNESS_URL answered ${answer.status}`);
}

interface Telling {
  /** The newest checkpoint, which speaks for all before it. */
  newest: () => Promise<Checkpoint | undefined>;
  tell: (checkpoint: Checkpoint) => Promise<void>;
  signal: AbortSignal;
  wait: (ms: number, signal: AbortSignal) => Promise<unknown>;
  failed: (error: unknown) => void;
}

/**
 * Tells of the newest checkpoint whenever there is another one, until the signal aborts: beside the sealing, which waits for nobody. What
 * failed is tried again, ever more seldom; after a restart the newest one is told once more.
 */
export async function keepTelling({ newest, tell, signal, wait, failed }: Telling): Promise<void> {
  let told: number | undefined;
  let pause = EVERY_MS;
  while (!signal.aborted) {
    try {
      const checkpoint = await newest();
      if (checkpoint && checkpoint.size !== told) {
        await tell(checkpoint);
        told = checkpoint.size;
      }
      pause = EVERY_MS;
    } catch (error) {
      failed(error);
      pause = Math.min(pause * 2, EVERY_MAX_MS);
    }
    await wait(pause, signal).catch(() => undefined); // aborted
  }
}
