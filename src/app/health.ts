import type { Role, Service } from '../service-types.js';
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
 * Whether this process can do what it is there for. Without ledger or read model: `unready`, 503. Jobs or lag in trouble: `degraded`,
 * 200, because a reconciliation that waits is no reason to turn deliveries away; where jobs are all that it does, `unready`.
 */
export async function readiness(
  service: Service,
  life: Life,
  now: Date,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const { roles } = service;
  const of = (wanted: readonly Role[], ask: () => Promise<Part>) =>
    wanted.some((role) => roles.includes(role)) ? check(ask) : undefined;
  const [ledger, readModel, jobs, lag, projector, seal] = await Promise.all([
    check(() => ledgerPart(service)),
    check(async () => {
      await service.database.pool.query('select 1');
      return { ok: true };
    }),
    of(['worker'], () => service.jobs.health()),
    of(['api', 'projector'], () => lagPart(service, now)),
    of(['projector'], () => projectorPart(service, now)),
    of(['projector'], () => sealPart(service)),
  ]);
  const needed = [ledger, readModel, ...(roles.length === 1 && jobs ? [jobs] : [])];
  const open = needed.every(({ ok }) => ok) && !life.isEnding;
  const well = (jobs?.ok ?? true) && (lag?.ok ?? true);
  const status = open ? (well ? 'ready' : 'degraded') : 'unready';
  const process = { ...(life.isEnding ? { ok: false, detail: 'stopping' } : { ok: true }), roles };
  return {
    status: open ? 200 : 503,
    body: { status, ledger, read_model: readModel, jobs, lag, projector, seal, process },
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

/** Of several projectors one is active; the others wait to take over, which is as good. */
async function projectorPart({ projections }: Service, now: Date): Promise<Part & { active: boolean }> {
  return { ok: true, active: (await projections.state(now)).running };
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
