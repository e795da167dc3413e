import { makeFact } from '../../../../catalog/make-fact.js';
import type { Interpreter } from '../../../interpreter.js';
import { isDay, Zone } from '../../../../kernel/day.js';
import type { Json } from '../../../json-members.js';
import { moneyOrNulls } from './amount.js';
import {
  changedAt,
  customerNode,
  placeOf,
  squareEvent,
  type SquareEvent,
  stampAt,
  timeIn,
  wordOf,
} from './square-event.js';

const STATES = ['PENDING', 'ACTIVE', 'PAUSED', 'DEACTIVATED', 'CANCELED', 'COMPLETED'];
/** Square's words for how a subscription stands, in the words of facts. */
const WORDS: Readonly<Record<string, string>> = {
  PENDING: 'incomplete',
  ACTIVE: 'active',
  PAUSED: 'paused',
  DEACTIVATED: 'unpaid',
  CANCELED: 'canceled',
  COMPLETED: 'canceled',
};

/**
 * The states of a subscription. What a period costs and how long it is stands in Square's catalog, so it counts as active and its monthly value
 * as not told; a price that was agreed for it alone does not say for how long it is either.
 */
export const subscription: Interpreter = {
  name: 'square/subscription',
  version: 2,
  reads: ['square.subscription.created', 'square.subscription.updated'],
  interpret: (entry) => {
    const event = squareEvent(entry, 'subscription');
    const { object } = event;
    const state = String(object['status']);
    const started = dayIn(object, 'start_date');
    const ends = dayIn(object, 'canceled_date');
    const ended = state === 'CANCELED' || state === 'COMPLETED' ? endOf(event, ends) : undefined;
    const created = timeIn(object['created_at']) ?? dayIn(object, 'created_date') ?? started ?? event.at;
    const status = WORDS[state] ?? wordOf(object['status']) ?? 'unknown';
    const about = {
      subject: `subscription:${event.id}`,
      stamp: stampAt(event, placeOf(STATES, state)),
      nodes: [customerNode(object['customer_id'])],
    };
    const changed = makeFact({
      ...{ ...about, type: 'SubscriptionChanged', effect: 'changed' },
      fields: {
        ...{ at: created, status, started_at: started ?? null, ended_at: ended ?? null },
        cancel_at: ended === undefined ? (ends ?? null) : null,
        ...moneyOrNulls(object['price_override_money']),
        ...{ interval: null, interval_count: null },
      },
    });
    const unpriced = { currency: null, unpriced: true };
    const since = started ?? created;
    if (ended !== undefined) {
      // One that ended before its first day was never active.
      const fields = { at: ended, since, status, mrr: ended > since ? '0' : null, ...unpriced };
      return [changed, makeFact({ ...about, type: 'SubscriptionEnded', effect: 'ended', fields })];
    }
    const fields = { at: Math.max(changedAt(event), created), since, status, collection_paused: false, mrr: '0' };
    const effect = `state:${event.originEventId}`;
    return [changed, makeFact({ ...about, type: 'SubscriptionState', effect, fields: { ...fields, ...unpriced } })];
  },
};

const endOf = (event: SquareEvent, canceled: number | undefined): number =>
  dayIn(event.object, 'completed_date') ?? canceled ?? changedAt(event);

/** Where a day of the subscription begins, in its own time zone. Throws RangeError for what is no day. */
function dayIn(object: Json, member: string): number | undefined {
  const day = object[member];
  if (day === undefined || day === null) return undefined;
  if (typeof day !== 'string' || !isDay(day)) throw new RangeError('not a day');
  return zoneOf(object['timezone']).startOf(day);
}

const UTC = new Zone('UTC');
const ZONES_MAX = 100; // there are a few dozen in use
const zones = new Map<string, Zone>();

/** A zone that is missing or unknown is UTC: the day may be off by one, the subscription is not lost. */
function zoneOf(name: unknown): Zone {
  if (typeof name !== 'string') return UTC;
  const known = zones.get(name);
  if (known) return known;
  try {
    const zone = new Zone(name);
    if (zones.size < ZONES_MAX) zones.set(name, zone);
    return zone;
  } catch {
    return UTC;
  }
}
