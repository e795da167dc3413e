import { Problem } from '../kernel/errors.js';
import type { Clock } from '../kernel/clock.js';
import { decideAndAppend, decisionOf, type DecisionContext } from '../ledger/decide-and-append.js';
import type { Ledger } from '../ledger/ledger.js';
import type { LedgerVerified, Seal } from '../ledger/open-seal.js';
import { decisionStream } from '../ledger/streams.js';
import type { Projections } from '../projections/create-projections.js';
import type { VerifyReport } from '../projections/verify.js';
import type { ClosesVerified } from './period/verify-closes.js';

/** What one verification of everything gave, as it is recorded in the ledger. The names of its fields, also of its parts, are the stored format. */
export interface Verified {
  ok: boolean;
  /** RFC 3339, UTC with milliseconds. */
  started_at: string;
  finished_at: string;
  /** Every hash derived again, and compared with the seals and with what the witness file has; the first findings of all that it counts. */
  ledger: LedgerVerified;
  /**
   * The read model and the daily totals, derived again from the ledger up to `position`, and the tables of closes, compared with what closes stored
   * in it. `differences` by kind, where there are any; `closed_…` of tables of closes, `closes_not_compared` where that failed, `not_derivable`
   * where nothing could be derived from a ledger that was changed. `findings`: the first about closes, where there are any; none of rows of the
   * model, which may be about people.
   */
  model: {
    ok: boolean;
    position: number;
    state_hash: string;
    rebuilt_state_hash: string;
    differences: Record<string, number>;
    findings?: ClosesVerified['findings'];
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
  projections: Pick<Projections, 'verify' | 'isCurrent'>;
  closes: { verify(): Promise<ClosesVerified> };
  clock: Clock;
  contentMac(value: unknown): Buffer;
}

/** Verifies everything and keeps what came of it, with a date, so that its absence shows too. */
export interface Verification {
  /**
   * Verifies and records. `onProgress` is told of percents; what it rejects with ends the work between the two halves. Throws Problem
   * `unavailable` where that cannot be durable, or the read model is of another version.
   */
  run(
    asker: Pick<DecisionContext, 'actor' | 'correlationId'>,
    onProgress?: (done: number, total: number) => Promise<void>,
  ): Promise<RecordedVerification>;
  /** Of this month and the one before, the newest first. */
  recent(): Promise<RecordedVerification[]>;
  /** The last of a year, and whether it is more than two days old, or there is none in a ledger that is. */
  standing(): Promise<{ last: RecordedVerification | undefined; overdue: boolean }>;
}

const FINDINGS_MAX = 20;
/** One comes every night; one that does not come may be kept away. */
const OVERDUE_MS = 2 * 86_400_000;
const LOOKED_BACK = 12; // months

type Event = { type: 'LedgerVerified'; data: Verified };

// What is in the stream says nothing about what comes next.
const folding = { initial: undefined, evolve: (): undefined => undefined };

export function createVerification(deps: VerificationDeps): Verification {
  const { ledger, clock, contentMac } = deps;
  /** Of a month so many before this one, the newest first. */
  const ofMonth = async (before: number): Promise<RecordedVerification[]> => {
    const now = clock();
    const month = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - before));
    return (await ledger.readStream(streamOf(month.toISOString()))).reverse().map(recordedOf);
  };
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
      if ('refused' in appended) throw new Problem('unavailable', 'What was found could not be recorded.');
      return { ...data, position: appended.position, recorded_at: context.now.toISOString(), actor: asker.actor };
    },

    recent: async () => [...(await ofMonth(0)), ...(await ofMonth(1))],

    async standing() {
      let last: RecordedVerification | undefined;
      for (let before = 0; !last && before < LOOKED_BACK; before += 1) [last] = await ofMonth(before);
      const since = last ? Date.parse(last.finished_at) : (await ledger.at(1))?.recordedAt.getTime();
      return { last, overdue: since !== undefined && clock().getTime() - since > OVERDUE_MS };
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
  { seal, projections, closes, clock }: VerificationDeps,
  onProgress: (done: number, total: number) => Promise<void>,
): Promise<Verified> {
  const started = clock();
  const halves = new Halves(onProgress);
  if (!(await projections.isCurrent()))
    // the second half could only refuse, after all the work of the first
    throw new Problem('unavailable', 'The read model is that of another version of the service.');
  const ledger = await seal.verify(halves.first);
  await halves.told;
  const model = told(await deriveAgain({ projections, closes }, ledger, halves.second));
  await halves.told;
  return {
    ok: ledger.ok && model.ok,
    started_at: started.toISOString(),
    finished_at: clock().toISOString(),
    ledger: { ...ledger, findings: ledger.findings.slice(0, FINDINGS_MAX) },
    model,
  };
}

/** What deriving the numbers again gave, and of its findings those about closes. */
export interface DerivedAgain extends VerifyReport {
  ofCloses: ClosesVerified['findings'];
}

/**
 * The second half: what deriving the numbers again gave, or, of a ledger that was changed, why that could not be done, which must not hide what
 * the first half found. Rejects where the ledger is as it was written. That closes could not be compared is a finding of its own.
 */
export async function deriveAgain(
  { projections, closes }: { projections: Pick<Projections, 'verify'>; closes: VerificationDeps['closes'] },
  ledger: LedgerVerified,
  onProgress: (done: number, total: number) => void,
): Promise<DerivedAgain | Error> {
  try {
    const model = await projections.verify(onProgress);
    const { counts, findings } = await closes.verify().catch(notCompared);
    return {
      ...model,
      ok: model.ok && findings.length === 0,
      findings: [...model.findings, ...findings],
      counts: { ...model.counts, ...counts },
      ofCloses: findings,
    };
  } catch (error) {
    if (ledger.ok) throw error;
    return error as Error;
  }
}

const notCompared = (error: Error): ClosesVerified => ({
  counts: { closes_not_compared: 1 },
  findings: [{ kind: 'closes_not_compared', detail: `The tables of closes could not be compared: ${error.message}` }],
});

const told = (model: DerivedAgain | Error): Verified['model'] =>
  model instanceof Error
    ? { ok: false, position: 0, state_hash: '', rebuilt_state_hash: '', differences: { not_derivable: 1 } }
    : {
        ok: model.ok,
        position: model.position,
        differences: model.counts,
        ...(model.ofCloses.length > 0 ? { findings: model.ofCloses.slice(0, FINDINGS_MAX) } : {}),
        state_hash: model.stateHash,
        rebuilt_state_hash: model.rebuiltStateHash,
      };

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
