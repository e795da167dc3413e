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
  // A ledger that stands alone takes deliveries while the read model is away; turning them away would lose time for nothing.
  const standsAlone = 'stands_alone' in ledger && ledger.stands_alone;
  const open = ledger.ok && (readModel.ok || standsAlone) && !life.isEnding;
  const well = readModel.ok && jobs.ok && lag.ok && ledger.detail === undefined;
  const status = open ? (well ? 'ready' : 'degraded') : 'unready';
  const process: Part = life.isEnding ? { ok: false, detail: 'stopping' } : { ok: true };
  return {
    status: open ? 200 : 503,
    body: { status, ledger, read_model: readModel, jobs, lag, seal, process },
  };
}

interface LedgerPart extends Part {
  head?: number;
  stands_alone?: boolean;
  index_lag_ms?: number;
  /** Keys for entries that are durable already, where they are pooled. */
  keys_left?: number;
}

async function ledgerPart({ ledger, vault }: Service): Promise<LedgerPart> {
  const { waiting, limit } = ledger.queue();
  const { ok, head, standsAlone, indexLagMs, ...health } = await ledger.health();
  const full = waiting >= limit;
  const detail = full ? 'the append queue is full' : health.detail;
  const keysLeft = vault.pool?.state().left;
  return {
    ok: ok && !full,
    ...(detail === undefined ? {} : { detail }),
    ...(head === undefined ? {} : { head }),
    ...(standsAlone ? { stands_alone: true } : {}),
    ...(indexLagMs === undefined ? {} : { index_lag_ms: indexLagMs }),
    ...(keysLeft === undefined ? {} : { keys_left: keysLeft }),
  };
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
