import type { Channels } from '../catalog/channels.js';
import type { Clock } from '../kernel/clock.js';
import type { Day, Zone } from '../kernel/day.js';
import type { Ledger } from '../ledger/ledger.js';
import type { Database } from '../storage/database.js';
import type { SubjectTag } from './load/evidence.js';
import type { Limits } from './sift/limits.js';
import type { Pulls } from './pull/create-pulls.js';
import type { AnySource } from './source.js';

export interface ReconcileDeps {
  database: Database;
  ledger: Ledger;
  zone: Zone;
  /** Of this process: `<zone> <digest>`. The stored model may still be that of another. */
  modelVersion: string;
  /** By which sources and media are told. */
  channels: Channels;
  clock: Clock;
  newId: () => string;
  /** `vault.contentMac`. */
  contentMac: (value: unknown) => Buffer;
  /** `vault.subjectTag`: finds refused events of a person. */
  subjectTag?: SubjectTag;
  /** Where the read model is; a reconciliation waits until it has reached the ledger's head. */
  projectionPosition: () => number | Promise<number>;
  /** Puts a kept run into the queue. It may fail or be lost: unfinished runs are put in again. */
  enqueueRun: (runId: string) => Promise<void>;
  sources?: Readonly<Record<string, AnySource>>;
  /** What fetches from outside sources; without it there are none. */
  pulls?: Pick<Pulls, 'puller' | 'configured'>;
  /** For how many days the collector's events are kept. Left out: for ever. */
  trackedRetentionDays?: number;
  /** Told what went a slower way than it should have, and why: the outcome is the same, so nothing else shows it. */
  log?: (line: string, error: unknown) => void;
  /** Of what is compared together, where they differ from `LIMITS`. */
  limits?: Partial<Limits>;
  /** By metric, from the measurement contract. */
  terms?: Readonly<Record<string, AgreedTerms>>;
}

/** What is agreed of a metric that comparing it needs. */
export interface AgreedTerms {
  /** The gap that is lived with, in percent; null where none is. */
  tolerancePct: number | null;
  /** How long after a day it is compared again when what it is made from has changed. */
  allowedLatenessHours: number;
}

/** Days, both included. */
export interface DayRange {
  from: Day;
  to: Day;
}
