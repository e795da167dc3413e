import { createHash } from 'node:crypto';
import type { Clock } from '../kernel/clock.js';
import { canonicalJson } from '../kernel/canonical-json.js';
import { decideAndAppend, type Folding, loadStream } from '../ledger/decide-and-append.js';
import type { Ledger } from '../ledger/ledger.js';
import { decisionStream } from '../ledger/streams.js';
import type { Contract } from '../metrics/contract.js';

// The name and the fields of the data are the stored format.
type Event = { type: 'ContractChanged'; data: ContractChanged };

export interface ContractChanged extends Contract {
  digest: string;
  /** Of the one before; null for the first. */
  previous: string | null;
  /** Names of metrics that were added, changed or taken out. */
  changed: string[];
}

const STREAM = decisionStream('contract', 'metrics');
const folding: Folding<ContractChanged | undefined, Event> = { initial: undefined, evolve: (_, { data }) => data };

/** The version of a contract: equal for equal agreements. */
export const contractDigest = (contract: Contract): string =>
  createHash('sha256').update(canonicalJson(contract)).digest('hex').slice(0, 16);

/** The entry that a contract adds after the last one; none when nothing changed. */
export function decideContract(last: ContractChanged | undefined, contract: Contract): ContractChanged | undefined {
  const digest = contractDigest(contract);
  if (last?.digest === digest) return undefined;
  return { ...contract, digest, previous: last?.digest ?? null, changed: changedBetween(last, contract) };
}

/** Names of the metrics that two contracts say different things of. */
export function changedBetween(last: Contract | undefined, contract: Contract): string[] {
  const texts = (of: Contract | undefined): Map<string, string> =>
    new Map((of?.metrics ?? []).map((metric) => [metric.name, canonicalJson(metric)]));
  const [before, after] = [texts(last), texts(contract)];
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names].filter((name) => before.get(name) !== after.get(name)).sort();
}

export interface ContractDeps {
  ledger: Ledger;
  clock: Clock;
  newId: () => string;
  contentMac: (value: unknown) => Buffer;
}

/** Records the contract in force, unless it is the one that is recorded. Safe to run by several processes at once, and again. */
export async function recordContract(deps: ContractDeps, contract: Contract): Promise<{ recorded: boolean }> {
  const decide = (last: ContractChanged | undefined): Event[] => {
    const data = decideContract(last, contract);
    return data ? [{ type: 'ContractChanged', data }] : [];
  };
  const context = { now: deps.clock(), actor: 'system', correlationId: deps.newId(), contentMac: deps.contentMac };
  const appended = await decideAndAppend(deps.ledger, STREAM, folding, decide, context);
  if ('refused' in appended) throw new Error(appended.refused); // deciding refuses nothing
  return { recorded: appended.events.length > 0 };
}

/** The contract as it was last recorded; undefined before the first start. */
export const recordedContract = async (ledger: Ledger): Promise<ContractChanged | undefined> =>
  (await loadStream(ledger, STREAM, folding)).state;
