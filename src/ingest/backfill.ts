import type { Clock } from '../kernel/clock.js';
import { entryId } from '../kernel/entry-id.js';
import { Problem } from '../kernel/errors.js';
import type { Ledger } from '../ledger/ledger.js';
import { ceilHour, type CompletenessStore, floorHour, HOUR_MS, type HourFound } from './completeness-store.js';
import type { EventList, TimeRange } from './event-list.js';
import type { Provider } from './provider.js';
import { keep, type ReceiveDeps, webhookArrival } from './receive.js';
import { isAway } from '../storage/is-away.js';

const DAY_MS = 24 * HOUR_MS;
/** A provider tries to deliver for three days; what it has not managed by then is found by comparing hours. */
const UNDELIVERED_DAYS = 3;

export interface ListedProvider {
  provider: Provider;
  list: EventList;
  /** How an entry says that it was fetched and not delivered: `stripe-api`. */
  authenticatedBy: string;
}

export interface BackfillDeps extends ReceiveDeps {
  ledger: Pick<Ledger, 'record' | 'find' | 'findMany'>;
  lists: readonly ListedProvider[];
  completeness: CompletenessStore;
  /** Whether some interpreter reads entries of a type; only of these an hour can miss one. */
  isRead(type: string): boolean;
  clock: Clock;
}

/** What became of the events of a list. */
export interface Healed {
  listed: number;
  /** Ids of events that no webhook had brought; they are in the ledger now. */
  recorded: string[];
  /** Ids of events that could not be kept; their hours say so, and are compared again. */
  missing: string[];
}

export interface Swept extends Healed {
  hours: number;
  /** Hours that are left to compare. */
  left: number;
}

export interface SweepOptions {
  /** At most so many hours; the rest is left for the next call. Default: all. */
  hoursMax?: number;
  /** Hours done and hours in all. */
  onProgress?: (done: number, total: number) => void;
}

/** Events that were made and did not arrive: fetched from their provider's own list, hour by hour, and counted. */
export interface Backfill {
  /** Providers with a list that can be asked. */
  readonly providers: readonly string[];
  /** Asks for a range to be compared again; the jobs do it. Answers the number of hours. Throws Problem `invalid_request`. */
  request(provider: string, range: TimeRange): Promise<number>;
  /** Compares the hours that are due, the oldest first. Each is kept when it is done, so that a killed run goes on from there. */
  sweep(provider: string, options?: SweepOptions): Promise<Swept>;
  /** Fetches what the provider says it could not deliver lately: sooner than the hours, and less certain. */
  fetchUndelivered(provider: string): Promise<Healed>;
}

export function createBackfill(deps: BackfillDeps): Backfill {
  const { completeness, clock } = deps;
  const listed = (name: string): ListedProvider => {
    const found = deps.lists.find(({ provider }) => provider.name === name);
    if (!found)
      throw new Problem('invalid_request', `No list of events can be asked of ${name}: its API key is not set.`);
    return found;
  };
  const reachOf = ({ list }: ListedProvider, now: Date): Date => new Date(now.getTime() - list.reachDays * DAY_MS);

  return {
    providers: deps.lists.map(({ provider }) => provider.name),

    async request(name, { from, until }) {
      const one = listed(name);
      const now = clock();
      const end = until > now ? now : until;
      if (from >= end) throw new Problem('invalid_request', 'The range is empty, or has not begun.');
      if (from < reachOf(one, now)) {
        throw new Problem('invalid_request', `${name} lists the events of the last ${one.list.reachDays} days only.`);
      }
      await completeness.care(name, from);
      return completeness.ask(name, from, floorHour(end) > from ? floorHour(end) : ceilHour(end));
    },

    async sweep(name, { hoursMax = Infinity, onProgress = () => undefined } = {}) {
      const one = listed(name);
      const now = clock();
      await completeness.care(name, one.list.beginsWhenAsked ? floorHour(now) : ceilHour(reachOf(one, now)));
      const due = await completeness.due(name, reachOf(one, now), now);
      const hours = due.slice(0, hoursMax);
      const swept: Swept = { hours: 0, left: due.length - hours.length, listed: 0, recorded: [], missing: [] };
      onProgress(0, hours.length);
      try {
        for (const range of rangesOf(hours)) {
          for await (const found of compare(deps, one, range)) {
            await completeness.found(name, found, clock());
            swept.hours += found.length;
            for (const hour of found) add(swept, hour);
            onProgress(swept.hours, hours.length);
          }
        }
        await completeness.failed(name, clock(), swept.missing.length > 0 ? missed(swept.missing) : undefined);
      } catch (error) {
        // Why is kept where people look; the job that asked fails and is tried again.
        await completeness
          .failed(name, clock(), error instanceof Problem ? error.detail : 'The comparison failed.')
          .catch(() => undefined);
        throw error;
      }
      return swept;
    },

    async fetchUndelivered(name) {
      const one = listed(name);
      const healed: Healed = { listed: 0, recorded: [], missing: [] };
      const since = new Date(clock().getTime() - UNDELIVERED_DAYS * DAY_MS);
      for await (const page of one.list.undelivered(since)) {
        for (const event of await settle(deps, one, page, since)) {
          healed.listed += 1;
          if (event.is === 'recorded') healed.recorded.push(event.id);
          if (event.is === 'missing') healed.missing.push(event.id);
        }
      }
      return healed;
    },
  };
}

const add = (swept: Swept, { listed, recorded, missingIds }: Hour): void => {
  swept.listed += listed;
  swept.recorded.push(...recorded);
  swept.missing.push(...missingIds);
};

const missed = ([first, ...others]: readonly string[]): string =>
  `${first}${others.length > 0 ? ` and ${others.length} more` : ''} could not be kept.`;

interface Hour extends HourFound {
  /** Of the healed ones those that this comparison recorded. */
  recorded: string[];
}

/** Neighbouring hours as one range each. */
function rangesOf(hours: readonly Date[]): TimeRange[] {
  const ranges: TimeRange[] = [];
  for (const from of hours) {
    const until = new Date(from.getTime() + HOUR_MS);
    const last = ranges.at(-1);
    if (last?.until.getTime() === from.getTime()) last.until = until;
    else ranges.push({ from, until });
  }
  return ranges;
}

/** Goes through a range and tells of its hours as soon as each is whole: the list is in order of time, to the second. */
async function* compare(deps: BackfillDeps, one: ListedProvider, range: TimeRange): AsyncGenerator<Hour[]> {
  const open = new Map<number, Hour>();
  for (let at = range.from.getTime(); at < range.until.getTime(); at += HOUR_MS) open.set(at, nothingIn(new Date(at)));
  let newest = range.from.getTime();
  for await (const page of one.list.pages(range)) {
    for (const event of await settle(deps, one, page, new Date(newest))) {
      const at = floorHour(event.at).getTime();
      newest = Math.max(newest, at);
      const hour = open.get(at);
      if (hour) count(hour, event);
    }
    const whole = [...open.values()].filter(({ hour }) => hour.getTime() < newest);
    for (const { hour } of whole) open.delete(hour.getTime());
    if (whole.length > 0) yield whole;
  }
  if (open.size > 0) yield [...open.values()];
}

const nothingIn = (hour: Date): Hour => ({
  hour,
  listed: 0,
  expected: 0,
  delivered: 0,
  healed: 0,
  healedIds: [],
  missingIds: [],
  recorded: [],
});

function count(hour: Hour, { id, is, isRead }: Settled): void {
  hour.listed += 1;
  if (is === 'recorded') hour.recorded.push(id);
  if (!isRead) return;
  hour.expected += 1;
  if (is === 'delivered') hour.delivered += 1;
  else if (is === 'missing') hour.missingIds.push(id);
  else {
    hour.healed += 1;
    hour.healedIds.push(id);
  }
}

interface Settled {
  id: string;
  at: Date;
  /** `delivered` by webhook, `fetched` by an earlier comparison, `recorded` by this one, or `missing`: it could not be kept. */
  is: 'delivered' | 'fetched' | 'recorded' | 'missing';
  isRead: boolean;
}

/**
 * Sees to it that every event of a page is in the ledger. Resolves when what was missing is durable. One that cannot be kept, whenever it is
 * tried, keeps no other one out; of one that does not even say when it happened, that is `since`.
 */
async function settle(
  deps: BackfillDeps,
  one: ListedProvider,
  page: readonly unknown[],
  since: Date,
): Promise<Settled[]> {
  const unkept: Settled[] = [];
  const events = page.flatMap((body) => {
    try {
      return [arrivalOf(deps, one, body)];
    } catch {
      unkept.push(unkeptOf(deps, one, body, since));
      return [];
    }
  });
  const known = new Map((await deps.ledger.findMany(events.map(({ id }) => id))).map((entry) => [entry.id, entry]));
  const settled = await Promise.all(
    events.map(async ({ arrival, id }): Promise<Settled> => {
      const { originEventId, occurredAt, type } = arrival;
      const settled = { id: originEventId, at: occurredAt, isRead: deps.isRead(type) };
      const entry = known.get(id);
      if (entry) return { ...settled, is: entry.authenticatedBy === one.authenticatedBy ? 'fetched' : 'delivered' };
      try {
        const { outcome } = await keep(deps, arrival);
        // A webhook that came in this very moment was first.
        return { ...settled, is: outcome === 'recorded' ? 'recorded' : 'delivered' };
      } catch (error) {
        // What is away comes back: then the whole comparison is tried again.
        if ((error instanceof Problem && error.status >= 500) || isAway(error)) throw error;
        return { ...settled, is: 'missing' };
      }
    }),
  );
  return [...settled, ...unkept];
}

/** What can be told of a listed event that cannot even be read as one. */
function unkeptOf(deps: BackfillDeps, one: ListedProvider, body: unknown, since: Date): Settled {
  const { originEventId = 'unreadable', occurredAt = since, type } = identified(one, body) ?? {};
  return { id: originEventId, at: occurredAt, is: 'missing', isRead: type === undefined || deps.isRead(type) };
}

function identified({ provider, list }: ListedProvider, body: unknown): ReturnType<Provider['identify']> {
  try {
    return provider.identify(body, list.said);
  } catch {
    return undefined;
  }
}

/** The same entry that the webhook would have made, but for how it was authenticated. */
function arrivalOf(deps: BackfillDeps, { provider, list, authenticatedBy }: ListedProvider, body: unknown) {
  const arrival = webhookArrival(deps, provider, JSON.stringify(body), `backfill-${provider.name}`, list.said);
  const { account, origin, originEventId } = arrival;
  return {
    arrival: { ...arrival, authenticatedBy },
    id: entryId({ door: 'provider', account, origin, id: originEventId }),
  };
}
