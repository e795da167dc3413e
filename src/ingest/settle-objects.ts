import { entryId } from '../kernel/entry-id.js';
import { Problem } from '../kernel/errors.js';
import type { Ledger } from '../ledger/ledger.js';
import type { Outcome } from './ingest.js';
import type { AsOf, ObjectSource, ReadObject } from './object-list.js';
import { type Arrival, keep, providerArrival, type ReceiveDeps } from './receive.js';

const IDS_MAX = 1_000;
const ATTEMPTS_MAX = 10;
const VERSION_LENGTH = 22; // characters of a keyed hash: 132 bits

export interface SettleDeps extends ReceiveDeps {
  ledger: Pick<Ledger, 'record' | 'find' | 'findMany' | 'findReceipts'>;
  /** Waits, in milliseconds. */
  pause(ms: number): Promise<void>;
}

/** What reading came to. */
export interface Imported {
  /** Objects seen, those of earlier attempts at the same included. */
  listed: number;
  /** Of these, how many the ledger did not have as they are now. */
  recorded: number;
  /** Objects of kinds that mean nothing here, by kind; they are not kept. */
  skipped: Record<string, number>;
  /** Lines of a balance that could not be joined to a payment, because their source is only an id. */
  unattached: number;
  /** Whether everything was read; false when it was told to stop. */
  done: boolean;
}

export const nothing = (): Imported => ({ listed: 0, recorded: 0, skipped: {}, unattached: 0, done: true });

/** Sees to it that the ledger has every object as it is now. Resolves when what was new is durable, with how many those were. */
export async function settle(
  deps: SettleDeps,
  source: ObjectSource,
  read: readonly ReadObject[],
  asOf: AsOf,
  authenticatedBy: string,
  imported: Imported,
): Promise<number> {
  const arrivals = [];
  for (const each of read) {
    const kind = String(each.object['object']);
    if (!source.kinds.has(kind)) imported.skipped[kind] = (imported.skipped[kind] ?? 0) + 1;
    else {
      if (source.isUnattached?.(each.object)) imported.unattached += 1;
      arrivals.push(arrivalOf(deps, source, each, asOf, authenticatedBy));
    }
  }
  let recorded = 0;
  for (let from = 0; from < arrivals.length; from += IDS_MAX) {
    const some = arrivals.slice(from, from + IDS_MAX);
    const ids = some.map(({ id }) => id);
    const found = await (deps.ledger.findReceipts?.(ids) ?? deps.ledger.findMany(ids));
    const known = new Set(found.map(({ id }) => id));
    const outcomes = await Promise.all(
      some.filter(({ id }) => !known.has(id)).map(({ arrival }) => keepPatiently(deps, arrival)),
    );
    recorded += outcomes.filter((outcome) => outcome === 'recorded').length;
  }
  imported.listed += read.length;
  imported.recorded += recorded;
  return recorded;
}

/** A ledger with no room or no keys just now has some in a moment; whoever reads millions of objects is the one to wait. */
async function keepPatiently(deps: SettleDeps, arrival: Arrival): Promise<Outcome['outcome']> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return (await keep(deps, arrival)).outcome;
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== 'unavailable' || attempt === ATTEMPTS_MAX) throw error;
      await deps.pause((error.extra.retryAfterS ?? 1) * 1_000);
    }
  }
}

/** An entry of its own for each object and content: what did not change since it was last read is a duplicate. */
function arrivalOf(deps: SettleDeps, source: ObjectSource, read: ReadObject, asOf: AsOf, authenticatedBy: string) {
  const { provider } = source;
  const { object, payout, text = JSON.stringify(object) } = read;
  const data = payout === undefined ? { object } : { object, payout };
  const contentMac = deps.vault.contentMac(data);
  const version = contentMac.toString('base64url').slice(0, VERSION_LENGTH);
  const envelope = source.envelope(read, `${String(object['id'])}.${version}`, asOf);
  const around = JSON.stringify(envelope).slice(0, -1);
  const whole = `${around},"data":{"object":${text}${payout === undefined ? '' : `,"payout":${JSON.stringify(payout)}`}}}`;
  const body = { ...envelope, data };
  const arrival = providerArrival(deps, provider, whole, body, `import-${provider.name}`);
  const { account, origin, originEventId } = arrival;
  const door = 'import' as const;
  const entry = entryId({ door, account, origin, id: originEventId });
  return { arrival: { ...arrival, id: entry, contentMac, door, authenticatedBy, actor: 'import' }, id: entry };
}
