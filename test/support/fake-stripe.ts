import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Backfill } from '../../src/ingest/backfill.js';

export type Json = Record<string, any>;

export const API_KEY = 'sk_test_harbour';
/** One that is not of test mode. */
export const LIVE_KEY = 'rk_harbour';

/** What a fake answers instead of the list: a status, and headers with it. */
export interface Trouble {
  status: number;
  headers?: Record<string, string>;
}

/**
 * Stripe's lists of events and objects as its documentation tells: the newest first, `starting_after` goes on to older ones, `ending_before` gives
 * the page just newer than an event, `created`, `delivery_success` and `payout` filter, `limit` is 1 to 100. A list leaves out canceled
 * subscriptions unless `status=all`, and shows what is expanded only where that is asked for.
 */
export class FakeStripe {
  readonly events: Json[] = [];
  /** Objects by list, as they are with everything expanded: `{ charges: [...] }`. Lines of a balance name their payout in `payout`. */
  readonly objects: Record<string, Json[]> = {};
  /** Ids whose webhook no endpoint has confirmed. */
  readonly undelivered = new Set<string>();
  /** Answered to the next requests, one each. */
  readonly troubles: Trouble[] = [];
  /** Events that it cannot answer for, whenever it is asked. */
  readonly broken = new Set<string>();
  /** Paths with query of all requests. */
  readonly asked: string[] = [];
  private constructor(
    readonly url: string,
    private readonly end: () => Promise<void>,
  ) {}

  static async start(): Promise<FakeStripe> {
    const holder: { fake?: FakeStripe } = {};
    const server = createServer((request, response) => holder.fake!.answer(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    return (holder.fake = new FakeStripe(`http://127.0.0.1:${port}`, async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }));
  }

  stop = (): Promise<void> => this.end();

  private answer(request: IncomingMessage, response: ServerResponse): void {
    this.asked.push(request.url!);
    const send = (status: number, body: unknown, headers: Record<string, string> = {}): void =>
      void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
    const refuse = (status: number, type: string, message: string, headers = {}): void =>
      send(status, { error: { type, message } }, headers);
    const trouble = this.troubles.shift();
    if (trouble) return refuse(trouble.status, 'api_error', 'trouble', trouble.headers);
    const { authorization } = request.headers;
    if (authorization !== `Bearer ${API_KEY}` && authorization !== `Bearer ${LIVE_KEY}`)
      return refuse(401, 'invalid_request_error', 'Invalid API Key provided');
    const { pathname, searchParams } = new URL(request.url!, 'http://fake');
    const name = pathname.slice('/v1/'.length);
    const [, one] = /^events\/(.+)$/.exec(name) ?? [];
    if (one !== undefined) {
      if (this.broken.has(one)) return refuse(500, 'api_error', 'broken');
      const event = this.events.find(({ id }) => id === one);
      return event ? send(200, event) : refuse(404, 'invalid_request_error', `No such event: '${one}'`);
    }
    const listed = name === 'events' ? this.events : this.objects[name];
    if (!listed) return refuse(404, 'invalid_request_error', 'Unrecognized request URL');
    const cursor = searchParams.get('starting_after') ?? searchParams.get('ending_before');
    if (cursor !== null && !listed.some(({ id }) => id === cursor)) {
      return refuse(404, 'invalid_request_error', `No such object: '${cursor}'`);
    }
    const payout = searchParams.get('payout');
    if (payout !== null && this.objects['payouts']?.find(({ id }) => id === payout)?.automatic !== true)
      return refuse(
        400,
        'invalid_request_error',
        'Balance transaction history can only be filtered on automatic payouts',
      );
    send(200, { object: 'list', url: pathname, ...this.page(listed, searchParams) });
  }

  private page(listed: readonly Json[], query: URLSearchParams): { data: Json[]; has_more: boolean } {
    const limit = Number(query.get('limit') ?? 10);
    const expanded = [...query].flatMap(([key, value]) =>
      key.startsWith('expand') ? [value.slice('data.'.length)] : [],
    );
    const all = listed.map((event, index) => ({ event, index }));
    all.sort((a, b) => b.event.created - a.event.created || b.index - a.index);
    const ordered = all.map(({ event }) => event);
    const passes = (event: Json): boolean =>
      event.created >= Number(query.get('created[gte]') ?? 0) &&
      event.created < Number(query.get('created[lt]') ?? Infinity) &&
      (query.get('delivery_success') !== 'false' || this.undelivered.has(event.id as string)) &&
      (event.object !== 'subscription' || event.status !== 'canceled' || query.get('status') === 'all') &&
      (query.get('payout') === null || event.payout === query.get('payout'));
    const shown = (objects: Json[]): Json[] => objects.map((each) => unexpanded(each, expanded));
    const placeOf = (id: string): number => ordered.findIndex((event) => event.id === id);
    const after = query.get('starting_after');
    const before = query.get('ending_before');
    if (before !== null) {
      const newer = ordered.slice(0, placeOf(before)).filter(passes);
      return { data: shown(newer.slice(-limit)), has_more: newer.length > limit };
    }
    const older = ordered.slice(after === null ? 0 : placeOf(after) + 1).filter(passes);
    return { data: shown(older.slice(0, limit)), has_more: older.length > limit };
  }
}

const EXPANDABLE = ['balance_transaction', 'failure_balance_transaction', 'source'];

/** As a list shows it: what can be expanded and was not asked for is an id. */
function unexpanded({ payout: _payout, ...object }: Json, asked: readonly string[]): Json {
  if (object.object === 'event') return object;
  const hidden = EXPANDABLE.filter((name) => !asked.includes(name) && object[name]?.id !== undefined);
  return { ...object, ...Object.fromEntries(hidden.map((name) => [name, object[name].id as string])) };
}

/** For jobs that close nothing. */
export const noClose = {
  softCloseEnded: () => Promise.resolve([]),
  lastEnded: () => ({ id: '2026-09', from: '2026-09-01', to: '2026-09-30' }),
};

/** For jobs that fetch nothing. */
export const noBackfill: Backfill = {
  providers: [],
  request: () => Promise.reject(new Error('nothing is fetched here')),
  sweep: () => Promise.reject(new Error('nothing is fetched here')),
  fetchUndelivered: () => Promise.reject(new Error('nothing is fetched here')),
};
