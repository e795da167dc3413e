import type { Day, Zone } from '../kernel/day.js';
import type { Database } from '../storage/database.js';
import type { SubjectTag } from './evidence.js';
import { countInputs } from './inputs.js';
import { canSift, loadRun } from './load-run.js';
import type { ReconciledMetric } from './reconciled-metrics.js';
import { RunHistory } from './run-history.js';
import type { AnySource, Reader } from './source.js';

export interface TogetherGiven {
  source: AnySource;
  metric: ReconciledMetric;
  database: Database;
  zone: Zone;
  subjectTag?: SubjectTag;
  log?: (line: string, error: unknown) => void;
}

/** Days in a row that were loaded at once, with all that comparing one after the other asks for. */
export type Together = NonNullable<Awaited<ReturnType<typeof loadTogether>>>;

/** By a reader that is there for it alone until it is settled. Undefined where days are compared alone. */
export async function loadTogether(reader: Reader, days: readonly Day[], given: TogetherGiven) {
  const { source, metric, database, zone, subjectTag, log } = given;
  if (days.length === 1 || !canSift(source, metric)) return undefined;
  const opened = source.open(reader);
  if (!(await opened.maps(metric.kind, false))) return undefined;
  const run = await loadRun(
    { reader, source: opened, metric, zone, subjectTag, log, described: true, ahead: true },
    days,
  );
  // The days before are recorded while a run goes on, and its reader does not see that.
  const history = new RunHistory(database.pool);
  if (!run) return undefined;
  const counts = await countInputs(reader, metric, days, zone);
  return { ...run, history, counts };
}
