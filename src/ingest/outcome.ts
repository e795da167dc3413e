import { problems, type ProblemCode } from '../kernel/errors.js';
import type { Outcome } from './ingest.js';

/** What the app counts: one call for every request or group of events at a door. */
export interface DoorCount {
  door: 'provider' | 'events' | 'collector';
  /** A provider, a collector, or the source of a service (`other` where a key may name any). */
  origin: string;
  /** What became of them: an outcome, or the code of the problem that refused them. */
  outcome: Outcome['outcome'] | ProblemCode;
  count: number;
}

export type OnOutcome = (count: DoorCount) => void;

/** The HTTP status of one outcome. A provider is told 200 about a conflict, because it must not be made to retry what is kept. */
export function statusOf(outcome: Outcome, door: 'provider' | 'events'): number {
  switch (outcome.outcome) {
    case 'recorded':
    case 'enqueued':
      return 202;
    case 'duplicate':
      return 200;
    case 'conflict':
      return door === 'provider' ? 200 : problems.conflict[0];
    case 'rejected':
      return problems[outcome.code ?? 'invalid_event'][0];
  }
}

/** The one status of a request with several outcomes: 202 when all are new, else 200. */
export const statusOfBatch = (outcomes: readonly Outcome[]): number =>
  outcomes.length > 0 && outcomes.every(({ outcome }) => outcome === 'recorded') ? 202 : 200;
