import type { KeyObject } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Checkpoint, type SealStore, signedNote } from './seal.js';

const ANSWER_MS = 10_000;
const TOGETHER = 100; // checkpoints that are read at once
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
      origin,
      size,
      root: root.toString('hex'),
      signed_at: signedAt.toISOString(),
      signature: signature.toString('base64'),
      note: signedNote(checkpoint, signingKey),
    }),
    signal: AbortSignal.timeout(ANSWER_MS),
  });
  await answer.body?.cancel();
  if (!answer.ok && answer.status !== 409) throw new Error(`the witness at SEAL_WITNESS_URL answered ${answer.status}`);
}

interface Telling {
  store: Pick<SealStore, 'latest' | 'after'>;
  /** Up to which checkpoint the address was told, over restarts. */
  told: ToldStore;
  tell: (checkpoint: Checkpoint) => Promise<void>;
  signal: AbortSignal;
  wait: (ms: number, signal: AbortSignal) => Promise<unknown>;
  failed: (error: unknown) => void;
}

/**
 * Tells of every checkpoint, in order, until the signal aborts: beside the sealing, which waits for nobody. What failed is tried again, ever
 * more seldom, and nothing after it is told before it.
 */
export async function keepTelling({ signal, wait, failed, ...telling }: Telling): Promise<void> {
  let pause = EVERY_MS;
  while (!signal.aborted) {
    try {
      await tellWhatIsNew(telling, signal);
      pause = EVERY_MS;
    } catch (error) {
      failed(error);
      pause = Math.min(pause * 2, EVERY_MAX_MS);
    }
    await wait(pause, signal).catch(() => undefined); // aborted
  }
}

async function tellWhatIsNew(
  { store, told, tell }: Pick<Telling, 'store' | 'told' | 'tell'>,
  signal: AbortSignal,
): Promise<void> {
  const newest = (await store.latest())?.size;
  if (newest === undefined) return;
  const last = await told.read();
  // An address that was told nothing yet, or of another ledger, begins with the newest checkpoint: it speaks for all before it.
  let size = last !== undefined && last <= newest ? last : newest - 1;
  if (size !== last) await told.write(size); // where it fails now, this one is not skipped later
  while (size < newest && !signal.aborted) {
    for (const checkpoint of await store.after(size, TOGETHER)) {
      if (signal.aborted) return;
      await tell(checkpoint);
      await told.write((size = checkpoint.size));
    }
  }
}

/** Keeps the size of the last checkpoint that was told. */
export interface ToldStore {
  read(): Promise<number | undefined>;
  write(size: number): Promise<void>;
}

/** In a file, which is whole at any time. Without it the newest checkpoint is told again, and what came before it no more. */
export const toldFile = (path: string): ToldStore => ({
  async read() {
    const text = await readFile(path, 'utf8').catch((error: { code?: string }) => {
      if (error.code === 'ENOENT') return '';
      throw error as Error;
    });
    return /^\d{1,15}\n$/.test(text) ? Number(text) : undefined;
  },
  async write(size) {
    const unfinished = `${path}.unfinished`;
    await mkdir(dirname(path), { recursive: true });
    await writeFile(unfinished, `${size}\n`, { flush: true });
    await rename(unfinished, path);
  },
});
