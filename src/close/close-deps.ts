import type { Metric } from '../catalog/subjects.js';
import type { Clock } from '../kernel/clock.js';
import type { Day, Zone } from '../kernel/day.js';
import type { Ledger, Position } from '../ledger/ledger.js';
import type { Seal } from '../ledger/open-seal.js';
import type { Database } from '../storage/database.js';
import type { Books } from './books/books.js';
import type { Closing, ClosingStore } from './period/closing-store.js';
import type { FiscalCalendar } from './fiscal-calendar.js';
import type { TieOuts } from './tie-outs.js';

/** Who asks, in which request. `name` is the person's: it is kept as a keyed hash only. */
export interface Acting {
  actor: string;
  name: string;
  correlationId: string;
}

/** Versions that a number depends on. */
export interface Versions {
  /** Zone and digest of all that gives entries their meaning. */
  model: string;
  interpreters: string;
  fold: number;
}

export interface CloseDeps {
  database: Database;
  ledger: Ledger;
  clock: Clock;
  zone: Zone;
  calendar: FiscalCalendar;
  metrics: readonly Metric[];
  versions: Versions;
  /** `vault.contentMac`. */
  contentMac: (value: unknown) => Buffer;
  /** Where a read model of this version is; 0 while there is none. */
  modelPosition: () => Promise<Position>;
  books: Books;
  seal: Pick<Seal, 'covering' | 'enter'>;
  /** Default: nothing is tied out. */
  tieOuts?: TieOuts | undefined;
  completeness: { incomplete(from: Date, until: Date, now: Date): Promise<Date[]> };
  closings: ClosingStore;
  /** Every metric over days, as a close reported it or as it is known, ready for JSON. */
  numbers: (days: { from: Day; to: Day }, closing: Closing | undefined) => Promise<unknown[]>;
}
