import type { Clock } from '../kernel/clock.js';
import { entryId } from '../kernel/entry-id.js';
import { Problem } from '../kernel/errors.js';
import type { Ledger } from '../ledger/ledger.js';
import { ceilHour, type CompletenessStore, floorHour, HOUR_MS, type HourFound } from './completeness-store.js';
import type { EventList, TimeRange } from './event-list.js';
import type { Provider } from './provider.js';
import { keep, type ReceiveDeps, webhookArrival } from './receive.js';

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
      await completeness.care(name, ceilHour(reachOf(one, now)));
      const due = await completeness.due(name, reachOf(one, now), now);
      const hours = due.slice(0, hoursMax);
      const swept: Swept = { hours: 0, left: due.length - hours.length, listed: 0, recorded: [] };
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
        await completeness.failed(name, clock());
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
      const healed: Healed = { listed: 0, recorded: [] };
      const since = new Date(clock().getTime() - UNDELIVERED_DAYS * DAY_MS);
      for await (const page of one.list.undelivered(since)) {
        for (const event of await settle(deps, one, page)) {
          healed.listed += 1;
          if (event.is === 'recorded') healed.recorded.push(event.id);
        }
      }
      return healed;
    },
  };
}

const add = (swept: Swept, { listed, recorded }: Hour): void => {
  swept.listed += listed;
  swept.recorded.push(...recorded);
};

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
  for await (const page of one.list.pages(range)) {
    let newest = 0;
    for (const event of await settle(deps, one, page)) {
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
  recorded: [],
});

function count(hour: Hour, { id, is, isRead }: Settled): void {
  hour.listed += 1;
  if (is === 'recorded') hour.recorded.push(id);
  if (!isRead) return;
  hour.expected += 1;
  if (is === 'delivered') hour.delivered += 1;
  else {
    hour.healed += 1;
    hour.healedIds.push(id);
  }
}

interface Settled {
  id: string;
  at: Date;
  /** `delivered` by webhook, `fetched` by an earlier comparison, or `recorded` by this one. */
  is: 'delivered' | 'fetched' | 'recorded';
  isRead: boolean;
}

/** Sees to it that every event of a page is in the ledger. Resolves when what was missing is durable. */
async function settle(deps: BackfillDeps, one: ListedProvider, page: readonly unknown[]): Promise<Settled[]> {
  const events = page.map((body) => arrivalOf(deps, one, body));
  const known = new Map((await deps.ledger.findMany(events.map(({ id }) => id))).map((entry) => [entry.id, entry]));
  return Promise.all(
    events.map(async ({ arrival, id }): Promise<Settled> => {
      const { originEventId, occurredAt, type } = arrival;
      const settled = { id: originEventId, at: occurredAt, isRead: deps.isRead(type) };
      const entry = known.get(id);
      if (entry) return { ...settled, is: entry.authenticatedBy === one.authenticatedBy ? 'fetched' : 'delivered' };
      const { outcome } = await keep(deps, arrival);
      // A webhook that came in this very moment was first.
      return { ...settled, is: outcome === 'recorded' ? 'recorded' : 'delivered' };
    }),
  );
}

/** The same entry that the webhook would have made, but for how it was authenticated. */
function arrivalOf(deps: BackfillDeps, { provider, authenticatedBy }: ListedProvider, body: unknown) {
  const arrival = webhookArrival(deps, provider, JSON.stringify(body), `backfill-${provider.name}`);
  const { account, origin, originEventId } = arrival;
  return {
    arrival: { ...arrival, authenticatedBy },
    id: entryId({ door: 'provider', account, origin, id: originEventId }),
  };
}
