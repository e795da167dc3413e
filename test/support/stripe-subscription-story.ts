import fc from 'fast-check';
import { type Json } from '../fixtures/stripe-events.js';
import type { Tell } from './stripe-payment-story.js';
import { CURRENCIES, minorOf, stepOf, type Truth } from './stripe-truth.js';

const PERIODS = ['month', 'month', 'year', 'week', 'day'] as const;
const ACTIONS = [
  ...(['quantity', 'price', 'period', 'add_item', 'pause', 'resume', 'past_due', 'recover', 'unpaid'] as const),
  ...(['renew', 'cancel_at_end', 'sleep', 'wake', 'no_news'] as const),
];

/** A subscription from its trial to its end. */
export const subscriptionStory = fc.record({
  currency: fc.constantFrom(...CURRENCIES),
  start: fc.integer({ min: 0, max: 20 * 86_400 }),
  beginning: fc.constantFrom('active', 'active', 'trialing', 'incomplete'),
  period: fc.constantFrom(...PERIODS),
  count: fc.integer({ min: 1, max: 3 }),
  price: fc.integer({ min: 0, max: 2_000 }),
  quantity: fc.integer({ min: 1, max: 4 }),
  actions: fc.array(
    fc.record({
      action: fc.constantFrom(...ACTIONS),
      by: fc.integer({ min: 1, max: 900 }),
      gap: fc.constantFrom(0, 0, 0, 1, 3_600, 86_400, 5 * 86_400),
    }),
    { maxLength: 6 },
  ),
  end: fc.constantFrom('goes_on', 'goes_on', 'canceled', 'canceled_late'),
  endGap: fc.constantFrom(0, 1, 86_400),
  old: fc.boolean(),
  nth: fc.nat(1_000_000),
});

export type SubscriptionStory = typeof subscriptionStory extends fc.Arbitrary<infer T> ? T : never;

interface State {
  status: string;
  paused: boolean;
  period: string;
  count: number;
  items: { price: number; quantity: number }[];
}

const isActive = ({ status, paused }: State): boolean => (status === 'active' || status === 'past_due') && !paused;

// Months in a period, as numerator and denominator: 52 weeks and 365 days make 12 months.
const MONTHLY: Readonly<Record<string, readonly [bigint, bigint]>> = {
  month: [1n, 1n],
  year: [1n, 12n],
  week: [13n, 3n],
  day: [365n, 12n],
};

/** Each item to whole minor units, a half to the even one. */
function monthlyWorth({ items, period, count }: State, currency: string): bigint {
  const [over, under] = MONTHLY[period]!;
  return items.reduce((sum, { price, quantity }) => {
    const numerator = minorOf(price, currency) * BigInt(quantity) * over;
    const denominator = under * BigInt(count);
    const floor = numerator / denominator;
    const rest = 2n * (numerator - floor * denominator);
    return sum + (rest < denominator || (rest === denominator && floor % 2n === 0n) ? floor : floor + 1n);
  }, 0n);
}

export function tellSubscription(story: SubscriptionStory, id: string, start: number, tell: Tell, truth: Truth): void {
  const { currency } = story;
  let at = start;
  let state: State = {
    ...{ status: story.beginning, paused: false, period: story.period, count: story.count },
    items: [{ price: story.price * stepOf(currency), quantity: story.quantity }],
  };
  const follow = follower(truth, currency);
  const object = (now: State, over: Json = {}): Json => ({
    ...{ id: `sub_${id}`, object: 'subscription', created: start, start_date: start, currency, metadata: {} },
    ...{ customer: `cus_${story.nth % 5}`, status: now.status, ended_at: null, trial_end: null },
    ...{ pause_collection: pauseOf(now), items: itemsOf(now, currency, story.old), ...over },
  });
  tell('customer.subscription.created', at, object(state));
  follow(state, at);
  for (const { action, by, gap } of story.actions) {
    const next = after(state, action, by, stepOf(currency));
    // Whether it left and came back within a second can be told, but not which of two values it had first.
    at += isActive(next) === isActive(state) ? gap : Math.max(1, gap);
    tell('customer.subscription.updated', at, object(next), changes(state, next, currency, story.old));
    if (action === 'renew') tell('customer.subscription.trial_will_end', at, object(next));
    state = next;
    follow(state, at);
  }
  if (story.end === 'goes_on') return;
  at += story.endGap;
  const told = story.end === 'canceled' ? at : at + 7_200;
  // Nothing that is dated after an end takes it back.
  if (told > at) tell('customer.subscription.updated', at + 3_600, object(state), { latest_invoice: 'in_before' });
  tell('customer.subscription.deleted', told, object({ ...state, status: 'canceled' }, { ended_at: at }));
  follow({ ...state, status: 'canceled' }, at);
}

const pauseOf = ({ paused }: State): Json | null => (paused ? { behavior: 'void', resumes_at: null } : null);

/** As versions before prices wrote it, or as all later ones do. */
function itemsOf({ items, period, count }: State, currency: string, old: boolean): Json {
  const per = { interval: period, interval_count: count, usage_type: 'licensed' };
  const data = items.map(({ price, quantity }, nth) => ({
    ...{ id: `si_${nth}`, quantity },
    ...(old
      ? { plan: { currency, amount: price, ...per } }
      : { price: { currency, unit_amount: price, recurring: per } }),
  }));
  const metered = { currency, unit_amount: 5, recurring: { ...per, usage_type: 'metered' } };
  return { object: 'list', data: [...data, ...(old ? [] : [{ id: 'si_m', price: metered }])] };
}

/** `previous_attributes`: what changed, as it was. */
function changes(before: State, now: State, currency: string, old: boolean): Json {
  const [was, is] = [before, now].map((state) => JSON.stringify(itemsOf(state, currency, old)));
  return {
    latest_invoice: 'in_before',
    ...(before.status === now.status ? {} : { status: before.status }),
    ...(before.paused === now.paused ? {} : { pause_collection: pauseOf(before) }),
    ...(was === is ? {} : { items: itemsOf(before, currency, old) }),
  };
}

function after(state: State, action: (typeof ACTIONS)[number], by: number, step: number): State {
  const [first, ...others] = state.items as [State['items'][number], ...State['items']];
  const live = state.status === 'active' || state.status === 'past_due';
  switch (action) {
    case 'quantity':
      return { ...state, items: [{ ...first, quantity: 1 + (by % 9) }, ...others] };
    case 'price':
      return { ...state, items: [{ ...first, price: by * step }, ...others] };
    case 'period':
      return { ...state, period: PERIODS[by % PERIODS.length]!, count: 1 + (by % 4) };
    case 'add_item':
      return { ...state, items: [...state.items, { price: by * step, quantity: 1 }] };
    case 'pause':
      return { ...state, paused: true };
    case 'resume':
      return { ...state, paused: false };
    case 'past_due':
      return live ? { ...state, status: 'past_due' } : state;
    case 'unpaid':
      return live ? { ...state, status: 'unpaid' } : state;
    case 'sleep':
      return live ? { ...state, status: 'paused' } : state;
    case 'recover':
    case 'wake':
      return { ...state, status: 'active' };
    default:
      return state;
  }
}

/** Books what each state changes against the one before. */
function follower(truth: Truth, currency: string): (state: State, at: number) => void {
  let worth = 0n;
  let active = false;
  let ever = false;
  return (state, at) => {
    const now = isActive(state);
    const next = now ? monthlyWorth(state, currency) : 0n;
    const book = (metric: string, amount: bigint): void => truth.value(metric, at, currency, amount);
    if (now && !active) {
      truth.count(ever ? 'reactivated_subscriptions' : 'new_subscriptions', at);
      book(ever ? 'mrr_reactivation' : 'mrr_new', next);
    } else if (!now && active) {
      truth.count('churned_subscriptions', at);
      book('mrr_churn', worth);
    } else if (next > worth) book('mrr_expansion', next - worth);
    else book('mrr_contraction', worth - next);
    [worth, active, ever] = [next, now, ever || now];
  };
}
