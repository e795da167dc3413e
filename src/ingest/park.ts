import type pg from 'pg';
import type { Entry } from '../ledger/ledger.js';
import { Problem } from '../kernel/errors.js';
import type { DeadLetterStore } from './dead-letters.js';

interface Unprojected {
  entry: Pick<Entry, 'id' | 'type' | 'origin' | 'account' | 'originEventId'>;
  reason: 'not_interpretable' | 'projection_failed';
  error: string;
}

/** Keeps entries that no number shows, in the transaction that passes them by. The ledger has their bodies; a letter only points there. */
export async function parkUnprojected(
  store: DeadLetterStore,
  parked: readonly Unprojected[],
  client: pg.ClientBase,
): Promise<void> {
  await store.park(
    parked.map(({ entry, reason, error }) => ({
      reason,
      door: 'projector',
      origin: entry.origin,
      account: entry.account,
      originEventId: entry.originEventId,
      type: entry.type,
      errors: [error],
      entryId: entry.id,
      blocks: true,
    })),
    client,
  );
}

/** The same after a rebuild: it has looked at every entry, so letters about entries that it took in are settled. */
export async function reparkUnprojected(
  store: DeadLetterStore,
  parked: readonly Unprojected[],
  client: pg.ClientBase,
): Promise<void> {
  await parkUnprojected(store, parked, client);
  await store.resolveOthers(
    'projector',
    parked.map(({ entry }) => entry.id),
    'a rebuild took the entry in',
    client,
  );
}

/** Keeps a job that failed for the last time. */
export async function parkFailedJob(
  store: DeadLetterStore,
  failed: { jobId: string; name: string; data: Record<string, string>; error: string; blocks?: boolean },
): Promise<void> {
  const { jobId, name, data, error, blocks = true } = failed;
  await store.park([
    {
      reason: 'job_failed',
      door: 'jobs',
      origin: 'truth-ledger',
      account: '',
      originEventId: jobId,
      type: name,
      errors: [error],
      context: { door: 'jobs', data },
      blocks,
    },
  ]);
}

/** Lets the letters of failed jobs be replayed: the job goes into the queue again, under its id. */
export function replayJobs(
  store: DeadLetterStore,
  enqueue: (job: { name: string; id: string; data: Record<string, string> }) => Promise<void>,
): void {
  store.onReplay('jobs', async ({ letter: { originEventId, type }, context }) => {
    if (context?.door !== 'jobs' || originEventId === null || type === null)
      throw new Problem('invalid_request', 'Nothing was kept that could be replayed.');
    await enqueue({ name: type, id: originEventId, data: { ...context.data } });
    return { outcome: 'enqueued' };
  });
}
