import type Stripe from 'stripe';
import type { EventList, OpenEventList, TimeRange } from '../../event-list.js';
import { type ApiError, patiently } from '../patiently.js';
import { STRIPE, stripeApi } from './stripe-api.js';

const REACH_DAYS = 30;
const PAGE = 100;
const HOUR_MS = 3_600_000;

type Page = readonly Stripe.Event[];
type Ask = <T>(work: (stripe: Stripe) => Promise<T>) => Promise<T>;
type List = (params: Stripe.EventListParams) => Promise<{ data: Page; has_more: boolean }>;

/** Stripe's `GET /v1/events`. It lists the newest first; going on before a known event turns that round. */
export const stripeEventList: OpenEventList = (settings, pause): EventList => {
  let client: Promise<Stripe> | undefined;
  const ask: Ask = (work) => patiently(STRIPE, async () => work(await (client ??= stripeApi(settings))), pause);
  const list: List = (params) => ask((stripe) => stripe.events.list({ limit: PAGE, ...params }));
  return {
    reachDays: REACH_DAYS,
    pages: (range) => oldestFirst(list, range),
    undelivered: (since) => newestFirst(list, { delivery_success: false, created: { gte: seconds(since) } }),
    find: ({ id, account }) => ask((stripe) => retrieved(stripe, id, account)),
  };
};

async function retrieved(stripe: Stripe, id: string, account: string | undefined): Promise<Stripe.Event | undefined> {
  try {
    return await stripe.events.retrieve(id, {}, account === undefined ? {} : { stripeAccount: account });
  } catch (error) {
    if ((error as ApiError).statusCode === 404) return undefined;
    throw error;
  }
}

async function* oldestFirst(list: List, { from, until }: TimeRange): AsyncGenerator<Page> {
  const [before] = (await list({ created: { lt: seconds(from) }, limit: 1 })).data;
  let last = before?.id;
  if (last === undefined) {
    const first = await oldestPage(list, from, until);
    if (first.length === 0) return;
    yield [...first].reverse();
    last = first[0]!.id;
  }
  for (let more = true; more;) {
    const page = await list({ created: { lt: seconds(until) }, ending_before: last });
    if (page.data.length === 0) return;
    yield [...page.data].reverse();
    last = page.data[0]!.id;
    more = page.has_more;
  }
}

/** Where nothing older is listed, the oldest page is found at the end of the first hour that has events; halving finds that hour. */
async function oldestPage(list: List, from: Date, until: Date): Promise<Page> {
  const anythingBefore = async (end: number): Promise<boolean> =>
    (await list({ created: { gte: seconds(from), lt: seconds(new Date(end)) }, limit: 1 })).data.length > 0;
  if (!(await anythingBefore(until.getTime()))) return [];
  let [quiet, busy] = [from.getTime(), until.getTime()];
  while (busy - quiet > HOUR_MS) {
    const middle = Math.floor((quiet + busy) / 2);
    if (await anythingBefore(middle)) busy = middle;
    else quiet = middle;
  }
  let oldest: Page = [];
  const created = { gte: seconds(from), lt: seconds(new Date(busy)) };
  for await (const page of newestFirst(list, { created })) oldest = page;
  return oldest;
}

async function* newestFirst(list: List, params: Stripe.EventListParams): AsyncGenerator<Page> {
  for (let after: string | undefined; ;) {
    const { data, has_more: more } = await list({ ...params, ...(after ? { starting_after: after } : {}) });
    if (data.length > 0) yield data;
    after = data.at(-1)?.id;
    if (!more || after === undefined) return;
  }
}

const seconds = (time: Date): number => Math.floor(time.getTime() / 1000);
