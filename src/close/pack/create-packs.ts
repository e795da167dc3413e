import { readFileSync } from 'node:fs';
import type { Clock } from '../../kernel/clock.js';
import type { Ledger, Position } from '../../ledger/ledger.js';
import type { Seal } from '../../ledger/open-seal.js';
import type { JournalOfPeriod } from '../export/period-journal.js';
import type { Bodies, PackFacts, PackFile, PackSource } from './pack-facts.js';
import { packFiles } from './pack-files.js';
import { zipFiles } from './zip-files.js';

/** What a pack asks of the close. */
export interface PackedPeriods extends JournalOfPeriod {
  detail(id: string, version?: number): Promise<PeriodDetail | undefined>;
  statements(id: string, version?: number): Promise<object | undefined>;
  /** The newest first, from the period that `cursor` names on. */
  list(query: { limit: number; cursor?: string }): Promise<{ data: unknown[] }>;
}

interface PeriodDetail {
  from: string;
  to: string;
  time_zone: string;
  versions: readonly { version: number; up_to: number; closed_position: number; model_version: string }[];
  numbers: unknown;
  adjustments: unknown;
  blockers: unknown;
  waivers?: unknown;
  closed?: unknown;
}

export interface PacksDeps {
  periods: PackedPeriods;
  ledger: PackSource['ledger'] & Pick<Ledger, 'head'>;
  tieOuts: { recorded(id: string, upTo: Position): Promise<PackFacts['tieOut']['results']> };
  seal: Pick<Seal, 'store' | 'signingKey' | 'covering'>;
  clock: Clock;
  /** What else the numbers depend on: versions, the functional currency. */
  parameters: () => Readonly<Record<string, unknown>>;
}

export interface PackQuery {
  /** Of a period that was closed more than once. */
  version?: number | undefined;
  bodies?: Bodies;
}

// The same file that auditors take from the sources.
const VERIFIER = new URL('../../../scripts/verify-pack.mjs', import.meta.url);

/** Packs: what an auditor takes away of a period. All is undefined where the period was never closed in the version asked for. */
export function createPacks(deps: PacksDeps) {
  const filesFor = async (
    container: PackSource['container'],
    id: string,
    query: PackQuery = {},
  ): Promise<AsyncGenerator<PackFile> | undefined> => {
    const source = await sourceOf(deps, id, query);
    return source && packFiles({ ...source, container });
  };
  return {
    /** For a folder. */
    files: (id: string, query?: PackQuery) => filesFor('folder', id, query),
    async zip(id: string, query?: PackQuery): Promise<AsyncGenerator<Uint8Array> | undefined> {
      const all = await filesFor('zip', id, query);
      return all && zipFiles(all, { modified: deps.clock(), signingKey: deps.seal.signingKey });
    },
  };
}

export type Packs = ReturnType<typeof createPacks>;

async function sourceOf(
  deps: PacksDeps,
  id: string,
  { version, bodies = 'sealed' }: PackQuery,
): Promise<Omit<PackSource, 'container'> | undefined> {
  const { periods, ledger, seal, clock } = deps;
  const journal = await periods.lines(id, version);
  const detail = journal && (await periods.detail(id, journal.version));
  if (!detail) return undefined;
  const closed = detail.versions.find((each) => each.version === journal.version);
  const range = {
    after: await closedBefore(periods, id, closed?.closed_position ?? Infinity),
    // With the decision that closed it; of an open one as far as its books are.
    through: closed?.closed_position ?? journal.up_to,
  };
  return {
    ledger,
    journal,
    bodies,
    createdAt: clock(),
    signingKey: seal.signingKey,
    seals: seal.store,
    checkpoint: await seal.covering(range.through, clock),
    verifier: readFileSync(VERIFIER, 'utf8'),
    facts: {
      ...factsOf(id, detail, journal, {
        ...range,
        ...deps.parameters(),
        accounts: journal.accounts,
        ...(journal.earlierAccounts?.length ? { accounts_of_earlier_closes: journal.earlierAccounts } : {}),
      }),
      statements: { period: id, ...(await periods.statements(id, journal.version)) },
      tieOut: {
        results: await deps.tieOuts.recorded(id, range.through),
        blockers: detail.blockers,
        waivers: detail.waivers ?? [],
        closed: detail.closed,
      },
    },
  };
}

function factsOf(
  id: string,
  detail: PeriodDetail,
  { state, version }: Pick<PackSource['journal'], 'state' | 'version'>,
  { after, through, ...parameters }: { after: Position; through: Position } & Record<string, unknown>,
): Omit<PackFacts, 'statements' | 'tieOut'> {
  const { from, to, time_zone, versions, numbers, adjustments } = detail;
  return {
    period: id,
    state,
    after,
    through,
    ...(version === undefined ? {} : { version }),
    parameters: { from, to, time_zone, versions, ...parameters },
    numbers: { numbers, adjustments },
  };
}

/** The position up to which the period before was closed when this one was; 0 where it was not. */
async function closedBefore(periods: PackedPeriods, id: string, closedAt: Position): Promise<Position> {
  const { data } = await periods.list({ limit: 2, cursor: id });
  const before = data[1] as { id: string } | undefined;
  const detail = before && (await periods.detail(before.id));
  const closes = detail?.versions.filter(({ closed_position }) => closed_position < closedAt) ?? [];
  return closes.at(-1)?.up_to ?? 0;
}
