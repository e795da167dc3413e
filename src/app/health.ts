import type { Service } from '../service-types.js';
import { withTimeout } from './telemetry.js';

const CHECK_TIMEOUT_MS = 2_000;
const LAG_MAX_MS = 60_000; // more is worth a look, but the doors are open all the same

export interface Part {
  ok: boolean;
  detail?: string;
}

/** Whether the process is on its way down; set once, by `main`. */
export class Life {
  private ending = false;

  end(): void {
    this.ending = true;
  }

  get isEnding(): boolean {
    return this.ending;
  }
}

/**
 * Whether traffic can be taken. Without ledger or read model: `unready`, 503. Jobs or lag in trouble: `degraded`, 200, because a
 * reconciliation that waits is no reason to turn deliveries away.
 */
export async function readiness(
  service: Service,
  life: Life,
  now: Date,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const [ledger, readModel, jobs, lag, seal] = await Promise.all([
    check(() => ledgerPart(service)),
    check(async () => {
      await service.database.pool.query('select 1');
      return { ok: true };
    }),
    check(() => service.jobs.health()),
    check(() => lagPart(service, now)),
    check(() => sealPart(service)),
  ]);
  const open = ledger.ok && readModel.ok && !life.isEnding;
  const status = open ? (jobs.ok && lag.ok ? 'ready' : 'degraded') : 'unready';
  const process: Part = life.isEnding ? { ok: false, detail: 'stopping' } : { ok: true };
  return {
    status: open ? 200 : 503,
    body: { status, ledger, read_model: readModel, jobs, lag, seal, process },
  };
}

async function ledgerPart({ ledger }: Service): Promise<Part & { head: number }> {
  const head = await ledger.head();
  const { waiting, limit } = ledger.queue();
  return { ok: waiting < limit, head, ...(waiting < limit ? {} : { detail: 'the append queue is full' }) };
}

async function lagPart({ projections }: Service, now: Date): Promise<Part & { events: number; ms: number }> {
  const { lagEvents, lagMs, failed } = await projections.state(now);
  const detail = failed ?? (lagMs > LAG_MAX_MS ? `the read model is ${Math.round(lagMs / 1_000)} s behind` : undefined);
  return { ok: detail === undefined, events: lagEvents, ms: lagMs, ...(detail === undefined ? {} : { detail }) };
}

async function sealPart({ seal }: Service): Promise<Part & { size: number; lag: number }> {
  return { ok: true, ...(await seal.state()) };
}

/** A driver's error may name hosts and users, and this page is open: it says only that there is no answer. */
async function check<T extends Part>(ask: () => Promise<T>): Promise<T | Part> {
  try {
    return await withTimeout(ask(), CHECK_TIMEOUT_MS);
  } catch {
    return { ok: false, detail: 'no answer' };
  }
}
