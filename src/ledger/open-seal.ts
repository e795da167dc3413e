import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '../kernel/clock.js';
import type { Database } from '../storage/database.js';
import { sealStoreInPostgres } from './backends/postgres/seal-store.js';
import type { Ledger } from './ledger.js';
import { keepSealing, proveInclusion, Sealer, type SealStore } from './seal.js';
import { witnessFile } from './witness-file.js';

export interface SealDeps {
  ledger: Ledger;
  /** Where the seals are: the database of the ledger, or of its index. */
  database: Database;
  clock: Clock;
  /** Ed25519, PKCS #8 DER, kept by the vault. */
  signingKey: KeyObject;
  /** Where every signed checkpoint is written too: the witness against a ledger cut short. */
  dataDir: string;
  failed(error: unknown): void;
}

/** Seals the ledger off the path of the acknowledgement, and proves entries under the newest seal. */
export function openSeal(deps: SealDeps) {
  const { ledger, database, signingKey } = deps;
  const store: SealStore = sealStoreInPostgres(database, (after, limit) => ledger.storedHashes(after, limit));
  const witness = witnessFile(path.join(deps.dataDir, 'checkpoints.log'));
  const sealer = new Sealer({ store, origin: 'truth-ledger', signingKey, witness });
  const stopping = new AbortController();
  let done: Promise<void> = Promise.resolve();
  return {
    store,
    start(): void {
      const pause = (ms: number, signal: AbortSignal): Promise<unknown> => wait(ms, undefined, { signal });
      done = keepSealing(sealer, {
        clock: deps.clock,
        signal: stopping.signal,
        wait: pause,
        failed: (error) => deps.failed(error),
      });
    },
    async stop(): Promise<void> {
      stopping.abort();
      await done;
    },
    async state(): Promise<{ size: number; lag: number }> {
      const size = (sealer.latest ?? (await store.latest()))?.size ?? 0;
      return { size, lag: Math.max(0, (await ledger.head()) - size) };
    },
    async proof(entryId: string): Promise<Record<string, unknown> | undefined> {
      const entry = await ledger.find(entryId);
      const checkpoint = await store.latest();
      if (!entry || !checkpoint || entry.position > checkpoint.size) return undefined;
      const { storedHash, path: siblings } = await proveInclusion(store, entry.position, checkpoint);
      return {
        entry_id: entryId,
        position: entry.position,
        stored_hash: storedHash.toString('hex'),
        path: siblings.map((hash) => hash.toString('hex')),
        checkpoint: {
          origin: checkpoint.origin,
          size: checkpoint.size,
          root: checkpoint.root.toString('hex'),
          signed_at: checkpoint.signedAt.toISOString(),
          signature: checkpoint.signature.toString('base64'),
        },
      };
    },
  };
}

export type Seal = ReturnType<typeof openSeal>;

/** A new signing key as the vault keeps it. */
export const newSigningKey = (): Buffer =>
  generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'der' });

export const signingKeyOf = (der: Buffer): KeyObject => createPrivateKey({ key: der, type: 'pkcs8', format: 'der' });
