import type { Fact } from '../../../../catalog/facts.js';
import { idOf } from '../../../../catalog/identifiers.js';
import { makeFact } from '../../../../catalog/make-fact.js';
import { isDay, Zone } from '../../../../kernel/day.js';
import { lengthPrefixed, uuidV5 } from '../../../../kernel/entry-id.js';
import type { Interpreter } from '../../../interpreter.js';
import type { Json } from '../../../json-members.js';
import { moneyOf } from './amount.js';
import { planWorth, type SquarePlan } from './plan-value.js';
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
 * The states of a subscription. What a period costs and how long it is stands in Square's catalog, of which an event has only the id of the
 * plan: the operator tells it. Of a plan that is not told the subscription counts as active and its value as not told, a price that was agreed for it
 * alone (`price_override_money`) included, because that does not say for how long it is. Invoices are not asked: none says which period it bills.
 */
export function subscriptionInterpreter(plans: readonly SquarePlan[]): Interpreter {
  const known = new Map(plans.map((plan) => [plan.id, plan]));
  return {
    name: `square/subscription${plans.length > 0 ? `(${digestOf(plans)})` : ''}`,
    version: 3,
    reads: ['square.subscription.created', 'square.subscription.updated'],
    interpret: (entry) => subscriptionFacts(squareEvent(entry, 'subscription'), known),
  };
}

/** The same for the same plans, whatever their order. */
const digestOf = (plans: readonly SquarePlan[]): string =>
  uuidV5(
    plans
      .map(({ id, cadence, price }) => lengthPrefixed([id, cadence, price.amount, price.currency]))
      .sort()
      .join(''),
  ).slice(0, 8);

function subscriptionFacts(event: SquareEvent, plans: ReadonlyMap<string, SquarePlan>): Fact[] {
  const { object } = event;
  const state = String(object['status']);
  const started = dayIn(object, 'start_date');
  const ends = dayIn(object, 'canceled_date');
  const ended = state === 'CANCELED' || state === 'COMPLETED' ? endOf(event, ends) : undefined;
  const created = timeIn(object['created_at']) ?? dayIn(object, 'created_date') ?? started ?? event.at;
  const status = WORDS[state] ?? wordOf(object['status']) ?? 'unknown';
  const { price, worth } = valueOf(object, plans);
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
      ...{ amount: price?.amount ?? null, currency: price?.currency ?? null },
      ...{ interval: worth?.interval ?? null, interval_count: worth?.interval_count ?? null },
    },
  });
  const mrr = worth?.mrr ?? '0';
  const valued = { currency: worth && price ? price.currency : null, unpriced: worth === undefined };
  const since = started ?? created;
  if (ended !== undefined) {
    // One that ended before its first day was never active.
    const fields = { at: ended, since, status, mrr: ended > since ? mrr : null, ...valued };
    return [changed, makeFact({ ...about, type: 'SubscriptionEnded', effect: 'ended', fields })];
  }
  const fields = { at: Math.max(changedAt(event), created), since, status, collection_paused: false, mrr };
  const effect = `state:${event.originEventId}`;
  return [changed, makeFact({ ...about, type: 'SubscriptionState', effect, fields: { ...fields, ...valued } })];
}

/** Its price for a period, and what that is worth in a month where its plan is known. */
function valueOf(object: Json, plans: ReadonlyMap<string, SquarePlan>) {
  const own = object['price_override_money'];
  const plan = plans.get(idOf(object['plan_variation_id']) ?? '');
  const price = own === undefined || own === null ? plan?.price : moneyOf(own);
  return { price, worth: plan && price && planWorth(plan.cadence, price) };
}

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
