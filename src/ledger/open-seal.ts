import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '../kernel/clock.js';
import type { Zone } from '../kernel/day.js';
import { Problem } from '../kernel/errors.js';
import type { Database } from '../storage/database.js';
import { sealStoreInPostgres } from './backends/postgres/seal-store.js';
import type { Ledger, Position } from './ledger.js';
import { type Checkpoint, keepSealing, Sealer, type SealStore } from './seal.js';
import { sealEntries } from './seal-entries.js';
import { sealProofs } from './seal-proofs.js';
import { verifyLedger } from './verify-ledger.js';
import type { Finding } from './findings.js';
import { keepComparing, type WitnessCompared, witnessComparisons } from './compare-witness.js';
import { notesIn, witnessFile } from './witness-file.js';
import { keepTelling, tellAddress, toldFile } from './witness-webhook.js';

export interface SealDeps {
  ledger: Ledger;
  /** Where the seals are: the database of the ledger, or of its index. */
  database: Database;
  clock: Clock;
  /** Ed25519, PKCS #8 DER, kept by the vault. */
  signingKey: KeyObject;
  /** Where every signed checkpoint is written too: the witness against a ledger cut short. */
  dataDir: string;
  zone: Zone;
  contentMac(value: unknown): Buffer;
  /** An address that is told of every checkpoint. */
  witnessUrl?: string | undefined;
  failed(error: unknown): void;
}

const ORIGIN = 'truth-ledger'; // in every checkpoint
const FINDINGS_MAX = 1_000;

/** Seals the ledger off the path of the acknowledgement, and proves entries under the newest seal. */
export function openSeal(deps: SealDeps) {
  const { ledger, database, signingKey, witnessUrl } = deps;
  const store: SealStore = sealStoreInPostgres(database, (after, limit) => ledger.storedHashes(after, limit));
  const witnessPath = path.join(deps.dataDir, 'checkpoints.log');
  const sealer = new Sealer({ store, origin: ORIGIN, signingKey, witness: witnessFile(witnessPath) });
  const publicKey = createPublicKey(signingKey);
  const comparisons = witnessComparisons(database);
  /** Holds this process's witness file against the seals, and tells those who have none. */
  const compare = (): Promise<WitnessCompared> => comparisons.compare(store, notesIn(witnessPath), deps.clock());
  const covering = coveringIn(store, signingKey);
  const entries = sealEntries({ ...deps, covering: (position) => covering(position, deps.clock) });
  const stopping = new AbortController();
  let done: Promise<unknown> = Promise.resolve();
  return {
    store,
    signingKey,
    ...sealProofs(ledger, store, signingKey),
    start(): void {
      const pause = (ms: number, signal: AbortSignal): Promise<unknown> => wait(ms, undefined, { signal });
      const loop = { signal: stopping.signal, wait: pause, failed: (error: unknown) => deps.failed(error) };
      const told = toldFile(path.join(deps.dataDir, 'witness-told'));
      const tell = (checkpoint: Checkpoint) => tellAddress(witnessUrl!, checkpoint, signingKey);
      done = Promise.all([
        keepSealing(sealer, { clock: deps.clock, ...loop }),
        keepComparing(compare, loop),
        witnessUrl === undefined ? undefined : keepTelling({ store, told, tell, ...loop }),
      ]);
    },
    compare,
    async stop(): Promise<void> {
      stopping.abort();
      await done;
    },
    /** A checkpoint that covers a position and that the stored tree leads to; seals up to it where nobody has yet. */
    covering,
    /** Writes the newest checkpoint into the ledger itself. */
    enter: entries.enter,
    async state(): Promise<{ size: number; lag: number }> {
      const size = (sealer.latest ?? (await store.latest()))?.size ?? 0;
      return { size, lag: Math.max(0, (await ledger.head()) - size) };
    },
    /**
     * Reads the whole ledger again, and compares it with its seals and with what the witness file has; where this process has none, with what one
     * that does has found within a day.
     */
    async verify(onProgress?: (done: number, total: number) => void): Promise<LedgerVerified> {
      let witnessed = 0;
      const elsewhere = await comparisons.newest(deps.clock());
      const named = await entries.named();
      const witness = async function* (): AsyncGenerator<Checkpoint> {
        for await (const note of notesIn(witnessPath)) {
          witnessed += 1;
          yield note;
        }
      };
      const run = verifyLedger(ledger, store, publicKey, { witness, named, onProgress });
      const findings: Finding[] = [];
      let count = 0;
      for (let next = await run.next(); ; next = await run.next()) {
        if (next.done) {
          const { root, ...verified } = next.value;
          if (witnessed === 0 && elsewhere) {
            findings.push(...elsewhere.findings);
            [witnessed, count] = [elsewhere.notes, count + elsewhere.count];
          }
          const held = { witnessed, entered: named.checkpoints.length };
          return { ok: count === 0, ...verified, ...held, root: root.toString('hex'), findings, count };
        }
        count += 1;
        if (findings.length < FINDINGS_MAX) findings.push(next.value);
      }
    },
  };
}

/** Seals up to a position where nobody has yet. */
const coveringIn =
  (store: SealStore, signingKey: KeyObject) =>
  async (position: Position, clock: Clock): Promise<Checkpoint> => {
    // A sealer of its own: the one that runs is in the middle of something. Both make the same seals, and the one that runs tells the witnesses of all.
    const own = new Sealer({ store, origin: ORIGIN, signingKey });
    let sealed: Checkpoint | undefined;
    do sealed = await own.step(clock());
    while (sealed && sealed.size < position);
    if (own.latest && own.latest.size >= position) return own.latest;
    throw new Problem('unavailable', `Position ${position} is not sealed yet.`);
  };

export type Seal = ReturnType<typeof openSeal>;

/** What verifying a ledger gave: `count` findings, the first thousand of them listed. */
export interface LedgerVerified {
  ok: boolean;
  entries: number;
  /** Up to this position the entries lead to a signed root. */
  sealed: number;
  checkpoints: number;
  /** Notes of a witness file that were compared, here or by a process that has it; 0 where none has, so that a ledger cut short together with its seals would not show. */
  witnessed: number;
  /** Entries that name a signed checkpoint, each held against the entries before it. */
  entered: number;
  root: string;
  findings: Finding[];
  count: number;
}

/** A new signing key as the vault keeps it. */
export const newSigningKey = (): Buffer =>
  generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'der' });

export const signingKeyOf = (der: Buffer): KeyObject => createPrivateKey({ key: der, type: 'pkcs8', format: 'der' });
