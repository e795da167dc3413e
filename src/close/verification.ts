import { Problem } from '../kernel/errors.js';
import type { Clock } from '../kernel/clock.js';
import { decideAndAppend, decisionOf, type DecisionContext } from '../ledger/decide-and-append.js';
import type { Ledger } from '../ledger/ledger.js';
import type { LedgerVerified, Seal } from '../ledger/open-seal.js';
import { decisionStream } from '../ledger/streams.js';
import type { Projections } from '../projections/create-projections.js';

/** What one verification of everything gave, as it is recorded in the ledger. The names of its fields, also of its parts, are the stored format. */
export interface Verified {
  ok: boolean;
  /** RFC 3339, UTC with milliseconds. */
  started_at: string;
  finished_at: string;
  /** Every hash derived again, and compared with the seals and with what the witness file has; the first findings of all that it counts. */
  ledger: LedgerVerified;
  /**
   * The read model and the daily totals, derived again from the ledger up to `position`. `differences` by kind, where there are any;
   * `not_derivable` where nothing could be derived from a ledger that was changed.
   */
  model: {
    ok: boolean;
    position: number;
    state_hash: string;
    rebuilt_state_hash: string;
    differences: Record<string, number>;
  };
}

/** One that was recorded, and where. */
export interface RecordedVerification extends Verified {
  position: number;
  recorded_at: string;
  actor: string;
}

export interface VerificationDeps {
  ledger: Ledger;
  seal: Pick<Seal, 'verify'>;
  projections: Pick<Projections, 'verify'>;
  clock: Clock;
  contentMac(value: unknown): Buffer;
}

/** Verifies everything and keeps what came of it, so that a verdict has a date, and its absence shows. */
export interface Verification {
  /**
   * Verifies and records. `onProgress` is told of percents; what it rejects with ends the work between the two halves. Throws Problem
   * `unavailable` where the verdict cannot be durable.
   */
  run(
    asker: Pick<DecisionContext, 'actor' | 'correlationId'>,
    onProgress?: (done: number, total: number) => Promise<void>,
  ): Promise<RecordedVerification>;
  /** Of this month and the one before, the newest first. */
  recent(): Promise<RecordedVerification[]>;
}

const FINDINGS_MAX = 20;

type Event = { type: 'LedgerVerified'; data: Verified };

// The state of the stream says nothing about the next verdict.
const folding = { initial: undefined, evolve: (): undefined => undefined };

export function createVerification(deps: VerificationDeps): Verification {
  const { ledger, clock, contentMac } = deps;
  return {
    async run(asker, onProgress = () => Promise.resolve()) {
      const data = await verifyEverything(deps, onProgress);
      const stream = streamOf(data.finished_at);
      const context = { now: clock(), ...asker, contentMac };
      const appended = await decideAndAppend<undefined, Event>(
        ledger,
        stream,
        folding,
        () => [{ type: 'LedgerVerified', data }],
        context,
      );
      if ('refused' in appended) throw new Problem('unavailable', 'The verdict could not be recorded.');
      return { ...data, position: appended.position, recorded_at: context.now.toISOString(), actor: asker.actor };
    },

    async recent() {
      const now = clock();
      const before = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 0));
      const streams = [before, now].map((month) => ledger.readStream(streamOf(month.toISOString())));
      return (await Promise.all(streams)).flat().reverse().map(recordedOf);
    },
  };
}

// A stream a month, so that the newest is found without reading those of years.
const streamOf = (time: string) => decisionStream('verification', time.slice(0, 7));

const recordedOf = (entry: Awaited<ReturnType<Ledger['readStream']>>[number]): RecordedVerification => ({
  ...decisionOf<Event>(entry).data,
  position: entry.position,
  recorded_at: entry.recordedAt.toISOString(),
  actor: entry.actor,
});

async function verifyEverything(
  { seal, projections, clock }: VerificationDeps,
  onProgress: (done: number, total: number) => Promise<void>,
): Promise<Verified> {
  const started = clock();
  const halves = new Halves(onProgress);
  const { findings, ...ledger } = await seal.verify(halves.first);
  await halves.told;
  const model = await derived(projections, halves.second, ledger.ok);
  await halves.told;
  return {
    ok: ledger.ok && model.ok,
    started_at: started.toISOString(),
    finished_at: clock().toISOString(),
    ledger: { ...ledger, findings: findings.slice(0, FINDINGS_MAX) },
    model,
  };
}

/** The second half. Where the ledger was changed it may be that nothing can be derived from it: that must not hide what the first half found. */
async function derived(
  projections: VerificationDeps['projections'],
  onProgress: (done: number, total: number) => void,
  ledgerOk: boolean,
): Promise<Verified['model']> {
  try {
    const { ok, position, findings, stateHash, rebuiltStateHash } = await projections.verify(onProgress);
    const differences: Record<string, number> = {};
    for (const { kind } of findings) differences[kind] = (differences[kind] ?? 0) + 1;
    return { ok, position, state_hash: stateHash, rebuilt_state_hash: rebuiltStateHash, differences };
  } catch (error) {
    if (ledgerOk) throw error;
    return { ok: false, position: 0, state_hash: '', rebuilt_state_hash: '', differences: { not_derivable: 1 } };
  }
}

/** Percents of two halves, each told once and in order; the halves themselves do not wait for it. */
class Halves {
  told: Promise<void> = Promise.resolve();
  private last = 0;

  constructor(private readonly tell: (done: number, total: number) => Promise<void>) {}

  readonly first = (done: number, total: number): void => this.at((done / Math.max(total, 1)) * 50);
  readonly second = (done: number, total: number): void => this.at(50 + (done / Math.max(total, 1)) * 50);

  private at(percent: number): void {
    const whole = Math.min(Math.floor(percent), 100);
    if (whole <= this.last) return;
    this.last = whole;
    this.told = this.told.then(() => this.tell(whole, 100));
    this.told.catch(() => undefined); // whoever waits for it hears of it
  }
}
