import type { EventList, OpenEventList, TimeRange } from '../../event-list.js';
import { type Json, objectsIn } from '../../json-members.js';
import { patiently } from '../patiently.js';
import { askSquare, SQUARE } from './square-api.js';

const REACH_DAYS = 28;
const PAGE = 100;
const HOUR_MS = 3_600_000;

type Page = readonly Json[];
type Pages = (range: TimeRange, types?: readonly string[]) => AsyncGenerator<Page>;

/**
 * Square's `POST /v2/events`. It has only what was made while searching was switched on, so that is done before anything is asked. It does
 * not tell which deliveries failed.
 */
export const squareEventList: OpenEventList = (settings, pause): EventList => {
  let enabled: Promise<unknown> | undefined;
  const ask = (method: 'POST' | 'PUT', path: string, body: unknown): Promise<Json> =>
    patiently(SQUARE, () => askSquare(settings, method, path, body), pause);
  const enable = async (): Promise<void> => {
    enabled ??= ask('PUT', '/v2/events/enable', {});
    try {
      await enabled;
    } catch (error) {
      enabled = undefined; // the next time may be the one that may
      throw error;
    }
  };
  const pages: Pages = async function* ({ from, until }) {
    const filter = { created_at: { start_at: from.toISOString(), end_at: until.toISOString() } };
    const query = { filter, sort: { field: 'DEFAULT', order: 'ASC' } };
    for (let cursor: unknown; ;) {
      const answer = await ask('POST', '/v2/events', { limit: PAGE, query, ...(cursor ? { cursor } : {}) });
      yield objectsIn(answer['events']).filter((event) => isWithin(event, from, until));
      cursor = answer['cursor'];
      if (typeof cursor !== 'string' || cursor === '') return;
    }
  };
  return {
    reachDays: REACH_DAYS,
    beginsWhenAsked: true,
    said: { livemode: String(!/sandbox/i.test(new URL(settings.apiBase).hostname)) },
    async *pages(range) {
      await enable();
      // Hour by hour, because nothing says by what `DEFAULT` sorts within an answer.
      for (const hour of hoursOf(range)) yield* pages(hour);
    },
    async *undelivered() {},
    async find({ id, occurredAt }) {
      const second = { from: new Date(occurredAt.getTime() - 1_000), until: new Date(occurredAt.getTime() + 1_000) };
      for await (const page of pages(second)) {
        const found = page.find((event) => event['event_id'] === id);
        if (found) return found;
      }
      return undefined;
    },
  };
};

/** Whether the range has its end, and what events of no time are to it, is not told: they are kept. */
function isWithin({ created_at: created }: Json, from: Date, until: Date): boolean {
  const at = typeof created === 'string' ? Date.parse(created) : Number.NaN;
  return Number.isNaN(at) || (at >= from.getTime() && at < until.getTime());
}

function hoursOf({ from, until }: TimeRange): TimeRange[] {
  const hours: TimeRange[] = [];
  for (let at = from.getTime(); at < until.getTime(); at += HOUR_MS)
    hours.push({ from: new Date(at), until: new Date(Math.min(at + HOUR_MS, until.getTime())) });
  return hours;
}
