import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '../kernel/clock.js';
import { Zone } from '../kernel/day.js';
import { Problem, SetupError } from '../kernel/errors.js';
import { parseStrict } from '../kernel/json-scan.js';
import type { Ledger } from '../ledger/ledger.js';
import type { Vault } from '../ledger/vault.js';
import type { Database } from '../storage/database.js';
import { type Backfill, createBackfill, type ListedProvider } from './backfill.js';
import { clearTextWith } from './clear-text.js';
import { createCollect } from './collect.js';
import { collectors } from './collectors/index.js';
import { CompletenessStore } from './completeness-store.js';
import { DeliveryCounts } from './delivery-counts.js';
import { type Completion, createCompletion } from './completion.js';
import { createDecideIdentity, type DecideIdentity } from './decide-identity.js';
import { createDeadLetters, type DeadLetterStore, type ParkedDelivery } from './dead-letters.js';
import { judge, receiveEvents, type EventsDeps } from './domain-events.js';
import type { ProviderApi } from './event-list.js';
import { createImports, type ImportSource, type Imports } from './import-objects.js';
import { ImportStore } from './import-store.js';
import type { Ingest, Outcome, Principal, RawRequest } from './ingest.js';
import { interpret, isInterpreted } from './interpret.js';
import { defaultLimits, type IngestLimits } from './limits.js';
import type { DoorCount, OnOutcome } from './outcome.js';
import type { Provider } from './provider.js';
import {
  eventLists,
  objectSources,
  providerNamed,
  providers,
  type ProviderName,
  type ProviderSettings,
} from './providers/index.js';
import { keep, receiveWebhook, webhookArrival } from './receive.js';
import { createTrackedStore } from './tracked-store.js';
import { writeKeyFinder, type WriteKey } from './write-keys.js';

export interface IngestDeps {
  ledger: Ledger;
  vault: Vault;
  database: Database;
  /** Settings by provider: `{ stripe: { secrets: [...] } }`. One that is left out has no door. */
  providers: ProviderSettings;
  writeKeys: readonly WriteKey[];
  /** Where to ask a provider for what did not arrive. One that is left out is not asked. */
  apis?: Readonly<Partial<Record<ProviderName, ProviderApi>>>;
  /** How long to wait when a provider asks for it. */
  pause?: (ms: number) => Promise<void>;
  clock: Clock;
  /** The reporting zone, for the days of reject counters. Default: UTC. */
  zone?: Zone;
  limits?: Partial<IngestLimits>;
  /** Called with what became of things at the doors, for counters. */
  onOutcome?: OnOutcome;
  /** Told of what went wrong beside the doors. */
  log?: (line: string, error: unknown) => void;
  /** The store of dead letters, where the caller made it before (`createDeadLetters`); otherwise ingest makes its own. */
  deadLetters?: DeadLetterStore;
}

/** Ingest with the store of dead letters as the projector and the jobs use it. */
export interface IngestStage extends Ingest {
  deadLetters: DeadLetterStore;
  completeness: CompletenessStore;
  backfill: Backfill;
  completion: Completion;
  decideIdentity: DecideIdentity;
  imports: Imports;
  /** Writes what was counted. The doors are shut by then. */
  stop(): Promise<void>;
}

/** The doors of the service. Throws SetupError for settings that would leave one open or useless. */
export function createIngest(deps: IngestDeps): IngestStage {
  const { vault, database, clock, ledger } = deps;
  const used = usedProviders(deps.providers);
  checkWriteKeys(deps.writeKeys);
  const limits = { ...defaultLimits, ...deps.limits };
  const completeness = new CompletenessStore(database);
  const deliveries = new DeliveryCounts(completeness, clock);
  const onOutcome: OnOutcome = (count) => {
    deliveries.seen(count);
    deps.onOutcome?.(count);
  };
  const deadLetters = deps.deadLetters ?? createDeadLetters({ database, ledger, vault, clock });
  const doors: EventsDeps = { ledger, vault, deadLetters, clock, limits, clear: clearTextWith(vault) };
  const store = createTrackedStore(database, limits.waitingMax);
  const findKey = writeKeyFinder(deps.writeKeys);
  const zone = deps.zone ?? new Zone('UTC');
  const collect = createCollect({ vault, clear: doors.clear, store, findKey, clock, zone, limits, onOutcome });

  deadLetters.onReplay('events', (parked) => replayEvent(doors, parked));
  deadLetters.onReplay('projector', replayEntry);

  const { apis = {}, pause = wait, log = () => undefined } = deps;
  const lists = listsOf(apis, pause);
  const backfill = createBackfill({ ...doors, ledger, completeness, lists, isRead: isInterpreted });
  const completion = createCompletion({ ...doors, ledger, deadLetters, lists, interpret, log });
  deadLetters.onReplay('provider', (parked) =>
    parked.context?.door === 'truncated' ? completion.complete(parked) : replayDelivery(doors, parked),
  );
  const sources = sourcesOf(apis, pause);
  const imports = createImports({ ...doors, ledger, sources, store: new ImportStore(database), pause });

  return {
    deadLetters,
    completeness,
    backfill,
    completion,
    imports,
    decideIdentity: createDecideIdentity({ ledger, database, vault, clock }),
    stop: () => deliveries.stop(),
    async webhook(name, request) {
      const door = used.get(name);
      if (!door) throw new Problem('not_found', 'No such payment provider is configured.');
      return counted(
        onOutcome,
        'provider',
        () => name,
        async () => receiveWebhook(doors, door.provider, door.settings, request),
      );
    },
    events: (request, principal) => countedEvents(doors, onOutcome, request, principal),
    async collect(protocol, request) {
      try {
        return await collect(collectors[protocol], request);
      } catch (error) {
        // The limiter counted its own refusals with the number of events.
        if (!(error instanceof Problem) || error.code !== 'rate_limited')
          count(onOutcome, 'collector', protocol, error);
        throw error;
      }
    },
  };
}

async function countedEvents(
  doors: EventsDeps,
  onOutcome: OnOutcome,
  request: RawRequest,
  principal: Principal,
): Promise<{ batch: boolean; outcomes: Outcome[] }> {
  let batch = false;
  const receive = async (): Promise<Outcome[]> => {
    const received = await receiveEvents(doors, request, principal);
    batch = received.batch;
    return received.outcomes;
  };
  const outcomes = await counted(onOutcome, 'events', () => originLabel(principal), receive);
  return { batch, outcomes };
}

interface UsedProvider {
  provider: Provider;
  settings: unknown;
}

function usedProviders(given: ProviderSettings): Map<string, UsedProvider> {
  const used = new Map<string, UsedProvider>();
  for (const [name, provider] of Object.entries(providers)) {
    const settings: unknown = given[name as keyof ProviderSettings];
    if (settings === undefined) continue;
    const checked = provider.settings.safeParse(settings);
    if (!checked.success) throw new SetupError(`The settings of ${name} are not usable: a secret is missing or empty.`);
    used.set(name, { provider, settings: checked.data });
  }
  return used;
}

function listsOf(
  apis: Readonly<Partial<Record<ProviderName, ProviderApi>>>,
  pause: (ms: number) => Promise<void>,
): ListedProvider[] {
  return (Object.keys(apis) as ProviderName[]).flatMap((name) => {
    const [api, open] = [apis[name], eventLists[name]];
    return api && open ? [{ provider: providers[name], list: open(api, pause), authenticatedBy: `${name}-api` }] : [];
  });
}

/** Files can be read of each, the interface asked only of those whose settings are known. */
function sourcesOf(apis: NonNullable<IngestDeps['apis']>, pause: (ms: number) => Promise<void>): ImportSource[] {
  return (Object.keys(objectSources) as ProviderName[]).flatMap((name) => {
    const [api, source] = [apis[name], objectSources[name]];
    return source ? [{ source, ...(api && source.open ? { list: source.open(api, pause) } : {}) }] : [];
  });
}

function checkWriteKeys(keys: readonly WriteKey[]): void {
  if (keys.some(({ name, key }) => name.trim() === '' || key.trim() === '')) {
    throw new SetupError('A write key of the collector is empty.');
  }
  if (new Set(keys.map(({ key }) => key)).size < keys.length)
    throw new SetupError('A write key of the collector is named twice.');
}

async function counted(
  onOutcome: OnOutcome,
  door: 'provider' | 'events',
  origin: () => string,
  work: () => Promise<Outcome[]>,
): Promise<Outcome[]> {
  try {
    const outcomes = await work();
    const counts = new Map<Outcome['outcome'], number>();
    for (const { outcome } of outcomes) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
    for (const [outcome, number] of counts) onOutcome({ door, origin: origin(), outcome, count: number });
    return outcomes;
  } catch (error) {
    count(onOutcome, door, origin(), error);
    throw error;
  }
}

const count = (onOutcome: OnOutcome, door: DoorCount['door'], origin: string, error: unknown): void =>
  onOutcome({ door, origin, outcome: error instanceof Problem ? error.code : 'internal', count: 1 });

// Labels of counters must be few: the account is ours to give out, a source is the sender's to invent.
const originLabel = (principal: Principal): string => principal.account;

async function replayDelivery(doors: EventsDeps, { letter, text, context }: ParkedDelivery): Promise<Outcome> {
  const provider = context?.door === 'provider' ? providerNamed(context.provider) : undefined;
  if (text === undefined || !provider) throw new Problem('invalid_request', 'Nothing was kept that could be replayed.');
  const at = (): Date => letter.receivedAt; // what the provider does not date happened when it came in, not now
  const said = context?.door === 'provider' ? context.said : undefined;
  const arrival = webhookArrival({ ...doors, clock: at }, provider, text, correlationOf(letter.id), said);
  const outcome = await keep(doors, arrival, false);
  return outcome.outcome === 'conflict' ? { ...outcome, deadLetterId: letter.id } : outcome;
}

/** What follows from an entry depends on all before it, so it cannot be folded in behind them. */
const replayEntry = (): Promise<Outcome> =>
  Promise.reject(
    new Problem(
      'needs_rebuild',
      'The entry is in the ledger and in no number: `truth-ledger rebuild` folds all of them again, and settles this letter if it can take the entry in.',
    ),
  );

async function replayEvent(doors: EventsDeps, { letter, text, context }: ParkedDelivery): Promise<Outcome> {
  if (text === undefined || context?.door !== 'events')
    throw new Problem('invalid_request', 'Nothing was kept that could be replayed.');
  const moment = { now: doors.clock(), receivedAt: letter.receivedAt, correlationId: correlationOf(letter.id) };
  const judged = judge(doors, text, parseStrict(text), context, moment);
  if ('refused' in judged)
    return { outcome: 'rejected', code: judged.refused, errors: judged.errors, deadLetterId: letter.id };
  const outcome = await keep(doors, judged.arrival, false);
  return outcome.outcome === 'conflict' ? { ...outcome, deadLetterId: letter.id } : outcome;
}

const correlationOf = (letterId: string): string => `replay-${letterId}`;
