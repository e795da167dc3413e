import { addDays, Zone } from '../../src/kernel/day.js';
import { randomFrom } from '../support/random.js';
import { type Shop, ZONE } from './reconcile-given.js';

const HOUR_MS = 3_600_000;
const EACH = 30; // ids per planted cause

/** A day of a shop in which every loss and every phantom was planted, with what really happened to it. */
export interface Labelled {
  day: string;
  /** What really happened, by the id under which it is listed. */
  labels: Map<string, string>;
}

const CHROME =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36';

/**
 * Plants traffic. Beside clear cases there are those that mislead: people who denied analytics and whose client went on sending, blocked
 * people without a line in any log, refusals of which no sample was kept, ad blockers in the hour of an outage.
 */
export class LabelledTraffic {
  readonly labels = new Map<string, string>();
  private readonly random = randomFrom(20_261_003);
  /** Lines of the access log as Cloudflare writes them; the cookie `aid` is the visitor. */
  readonly pages: string[] = [];
  private readonly from: number;
  private next = 0;

  constructor(
    private readonly shop: Shop,
    readonly day: string,
  ) {
    this.from = new Zone(ZONE).startOf(day);
  }

  async plant(): Promise<void> {
    await this.background();
    for (let n = 0; n < EACH; n += 1) {
      await this.seen();
      for (const plant of Object.values(this.losses)) await plant(n);
      for (const plant of Object.values(this.phantoms)) await plant();
    }
  }

  /** Visitors who never sign up, every twenty seconds for eight days, but for one silent hour of the day. */
  private async background(): Promise<void> {
    await this.shop.database.pool.query(
      `insert into ingest.tracked_events (collector, key_id, message_id, event, anonymous_id, occurred_at, received_at, body)
       select 'segment', 'k', 'bg-' || n, 'page', 'visitor-' || n, at, at, '{}'
       from (select n, $1::timestamptz + n * interval '20 s' as at from generate_series(0, 4320 * 8 - 1) n) t
       where at < $2 or at >= $3`,
      [new Date(this.from - 7 * 24 * HOUR_MS), new Date(this.outage[0]), new Date(this.outage[1])],
    );
  }

  private get outage(): [number, number] {
    return [this.from + 13 * HOUR_MS, this.from + 14 * HOUR_MS];
  }

  /** An instant of the day outside of the outage, at least two hours from midnight. */
  private someTime(): number {
    const hours = 2 + this.random() * 19;
    return this.from + (hours >= 13 ? hours + 1 : hours) * HOUR_MS;
  }

  /** A sign-up with a device; `label`: what became of its event. */
  private async lost(label: string, at = this.someTime()): Promise<{ user: string; device: string; at: number }> {
    const user = `u${(this.next += 1)}`;
    await this.shop.signup(user, this.day, { devices: [`d-${user}`], at: iso(at) });
    this.labels.set(`user:${user}`, label);
    return { user, device: `d-${user}`, at };
  }

  private async consent(user: string, analytics: string, at: number): Promise<void> {
    const effects = {
      consent: { type: 'ConsentChanged', fields: { at, analytics }, stamps: '', entryId: `entry-${user}` },
    };
    await this.shop.database.pool.query('update model.identifiers set doc = $2 where node = $1', [
      `user:${user}`,
      JSON.stringify({ effects }),
    ]);
  }

  private page(device: string, at: number, { cache = 'dynamic', purpose = '' } = {}): void {
    const line = {
      ...{ RayID: `r${this.pages.length}`, EdgeStartTimestamp: iso(at - 5_000), CacheCacheStatus: cache },
      ...{ ClientIP: '203.0.113.9', ClientRequestMethod: 'GET', ClientRequestURI: '/welcome', EdgeResponseStatus: 200 },
      ...{ ClientRequestUserAgent: CHROME, Cookies: { aid: device } },
      ...(purpose === '' ? {} : { RequestHeaders: { 'sec-purpose': purpose } }),
    };
    this.pages.push(JSON.stringify(line));
  }

  private seen = async (): Promise<void> => {
    const { user, device, at } = await this.lost('');
    this.labels.delete(`user:${user}`);
    await this.shop.tracks('signup', iso(at + 1_000), { user_id: user, anonymous_id: device });
  };

  private readonly losses: Record<string, (n: number) => Promise<void>> = {
    consent: async (n) => {
      const { user, device, at } = await this.lost(n % 6 === 0 ? 'lost_event' : 'consent_withheld');
      await this.consent(user, 'denied', at - 24 * HOUR_MS);
      if (n % 6 === 0) await this.shop.tracks(null, iso(at - 60_000), { anonymous_id: device });
    },
    refusedAfterwards: async (n) => {
      if (n % 3 > 0) return;
      const { user, at } = await this.lost('client_never_seen');
      await this.consent(user, 'denied', at + HOUR_MS);
    },
    rejected: async (n) => {
      const { user, at } = await this.lost('rejected_at_collection');
      const tag = n % 10 === 0 ? 'nobody' : `u.${user}`; // beyond the samples that are kept
      await this.shop.database.pool.query(
        `insert into ingest.collector_reject_samples (day, collector, key_id, reason, slot, received_at, occurred_at, subjects, body)
         values ($1, 'segment', 'k', 'too_large', $2, $3, $3, array[$4], '{}')`,
        [this.day, n, iso(at), tag],
      );
    },
    limited: async () => {
      const { device, at } = await this.lost('rate_limited');
      await this.shop.database.pool.query(
        "insert into ingest.collector_limited (hour, tag, events) values (date_trunc('hour', $1::timestamptz), $2, 3)",
        [iso(at), `a.${device}`],
      );
    },
    outage: async (n) => {
      const label = n % 10 === 0 ? 'client_never_seen' : 'source_outage';
      await this.lost(label, this.outage[0] + this.random() * HOUR_MS);
    },
    blocked: async (n) => {
      const { device, at } = await this.lost('script_blocked');
      if (n % 10 > 0) this.page(device, at);
    },
    cached: async (n) => {
      const { device, at } = await this.lost('cached_page');
      this.page(device, at, n % 2 === 0 ? { cache: 'hit' } : { purpose: 'prefetch;prerender' });
    },
    never: async () => void (await this.lost('client_never_seen')),
    inVisit: async () => {
      const { device, at } = await this.lost('lost_event');
      await this.shop.tracks(null, iso(at - 120_000), { anonymous_id: device });
      this.page(device, at);
    },
    late: async () => {
      const { user, at } = await this.lost('late');
      await this.shop.tracks('signup', iso(at + 5 * 24 * HOUR_MS), { user_id: user });
    },
    wrongClock: async () => {
      const { user, at } = await this.lost('other_day');
      await this.shop.tracks('signup', iso(at - 5 * 24 * HOUR_MS), { user_id: user });
    },
    otherwise: async () => {
      const { device, at } = await this.lost('unexplained');
      await this.shop.tracks(null, iso(at - 40 * HOUR_MS), { anonymous_id: device });
    },
  };

  /** An event of an order; `label`: why nothing true stands behind it. */
  private async phantom(label: string, given: Parameters<Shop['tracks']>[2] & object): Promise<string> {
    const id = await this.shop.tracks('order_completed', iso(this.someTime()), {
      value: 100,
      currency: 'USD',
      ...given,
    });
    this.labels.set(id, label);
    return id;
  }

  private order = (): string => `order:o${(this.next += 1)}`;

  private readonly phantoms: Record<string, () => Promise<void>> = {
    bot: async () => void (await this.phantom('bot', { refs: [this.order()], is_bot: true })),
    unpaid: async () => {
      const order = this.order();
      await this.shop.purchase([order], { status: 'placed' });
      await this.phantom('not_completed', { refs: [order] });
    },
    test: async () => void (await this.phantom('test_order', { refs: [`session:cs_test_${(this.next += 1)}`] })),
    marked: async () => void (await this.phantom('test_order', { refs: [this.order()], is_test: true })),
    staging: async () => void (await this.phantom('staging_host', { refs: [this.order()], host: 'staging.shop.io' })),
    invented: async () => void (await this.phantom('unexplained', { refs: [this.order()], host: 'shop.io' })),
    elsewhere: async () => {
      const order = this.order();
      await this.shop.purchase([order], { present: false });
      await this.shop.contributes('orders', order, this.day, { present: false });
      await this.phantom('not_trackable', { refs: [order] });
    },
    again: async () => {
      const order = this.order();
      const before = addDays(this.day, -6);
      await this.shop.purchase([order]);
      await this.shop.contributes('orders', order, before);
      await this.shop.tracks('order_completed', `${before}T10:00:00Z`, { refs: [order] });
      await this.phantom('replayed', { refs: [order] });
    },
    afterDays: async () => {
      const order = this.order();
      await this.shop.purchase([order]);
      await this.shop.contributes('orders', order, addDays(this.day, -6));
      await this.phantom('late', { refs: [order] });
    },
    twice: async () => {
      const order = this.order();
      await this.shop.purchase([order]);
      await this.shop.contributes('orders', order, this.day, { at: iso(this.from + HOUR_MS) });
      const first = { refs: [order], message_id: `first-${order}` };
      await this.shop.tracks('order_completed', iso(this.from + HOUR_MS), first);
      await this.phantom('duplicate', { refs: [order] });
      const same = { ...first, key_id: 'second-door' };
      await this.shop.tracks('order_completed', iso(this.from + HOUR_MS + 1), same);
      this.labels.set(first.message_id, 'destination_duplicate');
    },
  };
}

const iso = (at: number): string => new Date(at).toISOString();
