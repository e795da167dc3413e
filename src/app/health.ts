import type { ProjectionState } from '../projections/create-projections.js';
import { type Role, ROLES, type Service } from '../service-types.js';
import type { Background } from './background.js';
import { withTimeout } from './telemetry.js';

const CHECK_TIMEOUT_MS = 2_000;
const LAG_MAX_MS = 60_000; // more is worth a look, but the doors are open all the same

export interface Part {
  ok: boolean;
  /** Of the read model: it is that of another version. */
  superseded?: boolean;
  /** How far the rebuild got that this process runs. */
  rebuilding?: ProjectionState['rebuilding'];
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
 * Whether this process can do what it is there for. Without ledger or read model: `unready`, 503. While the read model of another
 * version is rebuilt: `rebuilding`, 200, because deliveries are taken all the same and the former numbers are served, marked. Jobs or
 * lag in trouble: `degraded`, 200, because a reconciliation that waits is no reason to turn deliveries away; where jobs are all that it
 * does, `unready`. What a process has in its background is told with it, as if it did that itself.
 */
export async function readiness(
  service: Service,
  life: Life,
  now: Date,
  background?: Background,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const roles: readonly Role[] = background ? ROLES : service.roles;
  const [own, behind] = await Promise.all([partsOf(service, now), background && partsBehind(background)]);
  const { ledger, read_model: readModel, jobs, lag, projector, seal } = { ...own, ...behind };
  // A ledger that stands alone takes deliveries while the read model is away; turning them away would lose time for nothing.
  const standsAlone = roles.includes('api') && 'stands_alone' in ledger && ledger.stands_alone;
  const needed = [ledger, ...(standsAlone ? [] : [readModel]), ...(roles.length === 1 && jobs ? [jobs] : [])];
  const open = needed.every(({ ok }) => ok) && !life.isEnding;
  const parts = [readModel, jobs, lag, projector, seal];
  const well = parts.every((part) => part?.ok ?? true) && ledger.detail === undefined;
  const whole = 'superseded' in readModel ? 'rebuilding' : well ? 'ready' : 'degraded';
  const status = open ? whole : 'unready';
  const process = { ...(life.isEnding ? { ok: false, detail: 'stopping' } : { ok: true }), roles };
  return {
    status: open ? 200 : 503,
    body: { status, ledger, read_model: readModel, jobs, lag, projector, seal, process },
  };
}

interface Parts {
  ledger: LedgerPart;
  read_model: Part;
  jobs?: Part | undefined;
  lag?: Part | undefined;
  projector?: Part | undefined;
  seal?: Part | undefined;
}

async function partsOf(service: Service, now: Date): Promise<Parts> {
  const { roles } = service;
  const state = service.projections.state(now);
  state.catch(() => undefined); // each part that asks for it says so
  const of = (wanted: readonly Role[], ask: () => Promise<Part>) =>
    wanted.some((role) => roles.includes(role)) ? check(ask) : undefined;
  // Of several projectors one is active; the others wait to take over, which is as good.
  const [ledger, read_model, jobs, lag, projector, seal] = await Promise.all([
    check(() => ledgerPart(service)),
    check(() => readModelPart(service, state)),
    of(['worker'], () => service.jobs.health()),
    of(['api', 'projector'], async () => lagPart(await state)),
    of(['projector'], async () => ({ ok: true, active: (await state).running })),
    of(['projector'], () => sealPart(service)),
  ]);
  return { ledger, read_model, jobs, lag, projector, seal };
}

/** What the background says of its parts; of the read model, which this process sees too, only how far a rebuild got. */
async function partsBehind(background: Background): Promise<Partial<Parts>> {
  try {
    const { jobs, lag, projector, seal, read_model } = (await background.readiness()) as unknown as Parts;
    return { jobs, lag, projector, seal, ...(read_model.ok ? { read_model } : {}) };
  } catch {
    const silent = { ok: false, detail: 'the background process does not answer' };
    return { jobs: silent, projector: { ...silent, active: false } as Part, seal: silent };
  }
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

async function readModelPart({ doorDatabase }: Service, state: Promise<ProjectionState>): Promise<Part> {
  await doorDatabase.pool.query('select 1');
  const shown = await state.catch(() => undefined); // where the ledger is down, its own part says so
  const { superseded, rebuilding, position, failed } = shown ?? {};
  // What keeps it from being rebuilt is told with the lag.
  if (!superseded || failed !== undefined) return { ok: true, ...(rebuilding && { rebuilding }) };
  const detail = `another version made it: it is rebuilt, and shows the former numbers, as of position ${position}, until then`;
  return { ok: true, superseded, ...(rebuilding && { rebuilding }), detail };
}

function lagPart({ lagEvents, lagMs, failed }: ProjectionState): Part & { events: number; ms: number } {
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
