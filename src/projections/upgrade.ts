import { setTimeout as wait } from 'node:timers/promises';
import type pg from 'pg';
import type { Progress } from './rebuild.js';

const RETRY_MS = 10_000;
const LOOK_AGAIN_MS = 1_000;

/** How far a rebuild got, in ledger positions. */
export interface RebuildProgress {
  position: number;
  head: number;
}

export interface UpgradeDeps {
  pool: pg.Pool;
  modelVersion: string;
  rebuild(onProgress: Progress): Promise<unknown>;
  log(level: 'info' | 'warn' | 'error', message: string, error?: unknown): void;
  retryMs?: number | undefined;
}

/**
 * Brings a read model that another version made to this one, from the ledger, while everything else goes on: deliveries are taken,
 * and whoever reads sees the former model, marked. Whatever fails is tried again.
 */
export class Upgrade {
  /** The rebuild that this process runs now. */
  progress: RebuildProgress | undefined;
  failed: string | undefined;

  constructor(private readonly deps: UpgradeDeps) {}

  /** An empty model takes this version. */
  async adoptEmpty(): Promise<void> {
    const { pool, modelVersion } = this.deps;
    await pool.query('update model.checkpoint set model_version = $1 where position = 0', [modelVersion]);
  }

  /** Whether what the model shows is of this version; an empty one shows nothing of another. */
  async isCurrent(pool = this.deps.pool): Promise<boolean> {
    const { modelVersion } = this.deps;
    const { rows } = await pool.query('select from model.checkpoint where position = 0 or model_version = $1', [
      modelVersion,
    ]);
    return rows.length === 1;
  }

  /** Resolves with true when the model is of this version, whichever process made it so; with false when the signal aborts. */
  async whenCurrent(signal: AbortSignal): Promise<boolean> {
    while (!signal.aborted) {
      if (await this.isCurrent().catch(() => false)) return true;
      await pause(LOOK_AGAIN_MS, signal);
    }
    return false;
  }

  /** Rebuilds until the model is of this version. Resolves with false when the signal aborted first. */
  async run(signal: AbortSignal): Promise<boolean> {
    while (!signal.aborted) {
      try {
        if (await this.alone(signal, () => this.isCurrent().then((is) => is || this.rebuild(signal)))) {
          this.failed = undefined;
          return true;
        }
      } catch (error) {
        if (signal.aborted) return false;
        this.failed = 'the read model could not be rebuilt; it is tried again';
        this.deps.log('error', `projector: ${this.failed}`, error);
        await pause(this.deps.retryMs ?? RETRY_MS, signal);
      }
    }
    return false;
  }

  /** Reports of a rebuild go through here, so that it is seen from outside, and ends when the process does. */
  following(signal: AbortSignal, onProgress: Progress = () => undefined): Progress {
    return (position, head) => {
      signal.throwIfAborted();
      this.progress = { position, head };
      onProgress(position, head);
    };
  }

  private async rebuild(signal: AbortSignal): Promise<boolean> {
    signal.throwIfAborted();
    this.deps.log(
      'info',
      'the read model was made by another version: it is rebuilt from the ledger, beside the old one',
    );
    await this.deps.rebuild(() => undefined);
    this.deps.log('info', 'the read model is of this version now');
    return true;
  }

  /** Of several processes of a new version one rebuilds; the others see, when it is their turn, that nothing is left to do. */
  private async alone(signal: AbortSignal, work: () => Promise<boolean>): Promise<boolean> {
    const client = await this.deps.pool.connect();
    try {
      const lock = `hashtext('truth-ledger upgrade')`;
      while (!signal.aborted) {
        const { rows } = await client.query<{ mine: boolean }>(`select pg_try_advisory_lock(${lock}) as mine`);
        if (rows[0]!.mine) return await work().finally(() => client.query(`select pg_advisory_unlock(${lock})`));
        await pause(LOOK_AGAIN_MS, signal);
      }
      return false;
    } finally {
      client.release();
    }
  }
}

const pause = (ms: number, signal: AbortSignal): Promise<unknown> =>
  wait(ms, undefined, { signal }).catch(() => undefined);
