import type { Clock } from '../../kernel/clock.js';
import { decideAndAppend, decisionOf, type Folding } from '../../ledger/decide-and-append.js';
import type { Ledger, StreamName } from '../../ledger/ledger.js';
import { decisionStream } from '../../ledger/streams.js';
import type { Database } from '../../storage/database.js';
import type { ReconciliationRow } from '../gap.js';
import type { DayKey, Outcome } from '../compare/outcome.js';
import { recordedPositions, storeResult } from './result-store.js';

// The name and the fields of the data are the stored format.
type Event = { type: 'DayReconciled'; data: DayReconciled };

export interface DayReconciled extends DayKey {
  status: Outcome['status'];
  digest: string;
  model_position: number;
  fetched_at: string;
  run_id: string;
  rows: ReconciliationRow[];
}

export interface RecordDeps {
  database: Database;
  ledger: Ledger;
  clock: Clock;
  contentMac: (value: unknown) => Buffer;
}

/** Who asked, for the entry. */
export interface AskedBy {
  runId: string;
  actor: string;
}

const folding: Folding<DayReconciled | undefined, Event> = { initial: undefined, evolve: (_, { data }) => data };

/** What the stream of a day says, and the entry to add: none when it says that already, or knows something newer. */
export function decideReconciled(
  last: DayReconciled | undefined,
  outcome: Outcome,
  runId: string,
): DayReconciled | undefined {
  if (last?.digest === outcome.digest) return undefined;
  if (last && isOlder(outcome, last)) return undefined; // a stalled run that woke up late
  const { day, source, metric, status, digest, rows, modelPosition, fetchedAt } = outcome;
  return {
    day,
    source,
    metric,
    status,
    digest,
    model_position: modelPosition,
    fetched_at: fetchedAt.toISOString(),
    run_id: runId,
    rows,
  };
}

const isOlder = ({ modelPosition, fetchedAt }: Outcome, last: DayReconciled): boolean =>
  modelPosition < last.model_position ||
  (modelPosition === last.model_position && fetchedAt.toISOString() < last.fetched_at);

/**
 * Records an outcome in the ledger, passing or failing, unless it is known, and the rows and ids where they are searched. Safe to run
 * twice at once and to be killed anywhere: what is missing in the tables is added by the next one. Throws Problem `unavailable`.
 */
export async function recordOutcome(
  deps: RecordDeps,
  outcome: Outcome,
  { runId, actor }: AskedBy,
): Promise<{ recorded: boolean }> {
  const { database, ledger, clock, contentMac } = deps;
  const stream = decisionStream('reconciliation', `${outcome.day}.${outcome.source}.${outcome.metric}`);
  const decide = (last: DayReconciled | undefined): Event[] => {
    const data = decideReconciled(last, outcome, runId);
    return data ? [{ type: 'DayReconciled', data }] : [];
  };
  const context = { now: clock(), actor, correlationId: runId, contentMac };
  const appended = await decideAndAppend(ledger, stream, folding, decide, context);
  if ('refused' in appended) throw new Error(appended.refused); // deciding refuses nothing
  const { state, position, revision, events } = appended;
  const ids = state?.digest === outcome.digest ? outcome.ids : new Map<string, never>();
  await storeMissed(deps, stream, outcome, { position, entries: revision });
  if (state) await storeResult(database, position, state, clock(), ids, outcome);
  return { recorded: events.length > 0 };
}

/** Adds rows of earlier entries whose writer was killed before it had stored them. Their ids are not known any more. */
async function storeMissed(
  { database, ledger }: RecordDeps,
  stream: StreamName,
  key: DayKey,
  before: { position: number; entries: number },
): Promise<void> {
  if (before.entries <= 0) return;
  const stored = await recordedPositions(database, key);
  stored.delete(before.position);
  if (stored.size >= before.entries) return;
  for (const entry of await ledger.readStream(stream)) {
    if (entry.position >= before.position || stored.has(entry.position)) continue;
    await storeResult(database, entry.position, decisionOf<Event>(entry).data, entry.recordedAt, new Map());
  }
}
