import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { FiltersEngine, Request as Checked } from '@ghostery/adblocker';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Browser, BrowserContext, Page, Route } from 'playwright-core';
import { chargeSucceeded, orderPlaced, signedUp, touch } from '../fixtures/shop-events.js';
import { chromiumAt, openBrowser } from '../support/browser.js';
import { type Json, RunningService, secrets } from '../support/running-service.js';
import { describeWhere } from '../support/where.js';

const SDK = createRequire(import.meta.url).resolve('posthog-js/dist/module.no-external.js');
const SHOP = 'http://shop.example';
const COLLECTOR = 'http://events.metrics.example';
const AGENT = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36';
/** A list of our own; real ones are not ours to ship. */
const RULES = ['||metrics.example^$third-party', '/pixel.gif?'].join('\n');

const PAGE = `<!doctype html><title>Shop</title><script type="module">
  import posthog from '/sdk.js';
  posthog.init('${secrets.writeKey}', {
    api_host: '${COLLECTOR}', autocapture: false, capture_pageview: false, capture_pageleave: false, request_batching: false,
    disable_session_recording: true, disable_surveys: true, advanced_disable_flags: true, persistence: 'memory',
    opt_out_useragent_filter: true, // it takes a browser that is driven for a bot, and sends nothing
  });
  window.posthog = posthog;
</script>`;

let shop: RunningService;
let browser: Browser;
beforeAll(async () => {
  if (chromiumAt === undefined) return;
  shop = await RunningService.start({ now: '2026-10-05T09:00:00Z' });
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
  await shop?.stop();
});

interface Visitor {
  page: Page;
  /** Addresses that the blocker refused. */
  blocked: string[];
  /** Answers of the collector to events. */
  answered: number[];
  /** Called when an event was answered or refused. */
  settled: () => void;
  leave(): Promise<void>;
}

/** Somebody in a browser of their own, with an ad blocker or without. */
async function visit(path: string, blocker?: FiltersEngine): Promise<Visitor> {
  const context: BrowserContext = await browser.newContext({ userAgent: AGENT });
  const page = await context.newPage();
  const leave = (): Promise<void> => context.close();
  const visitor: Visitor = { page, blocked: [], answered: [], settled: () => undefined, leave };
  await context.route('**/*', (route) => pass(route, visitor, blocker));
  await page.goto(SHOP + path);
  await page.waitForFunction('window.posthog?.__loaded');
  return visitor;
}

async function pass(route: Route, visitor: Visitor, blocker?: FiltersEngine): Promise<void> {
  const asked = route.request();
  const url = asked.url();
  const isEvent = url.startsWith(COLLECTOR) && asked.method() === 'POST';
  const type = asked.resourceType() as 'xhr';
  if (blocker?.match(Checked.fromRawDetails({ type, url, sourceUrl: SHOP })).match) {
    visitor.blocked.push(url);
    await route.abort('blockedbyclient');
  } else if (url === `${SHOP}/sdk.js`) {
    await route.fulfill({ contentType: 'text/javascript', body: readFileSync(SDK, 'utf8') });
  } else if (url.startsWith(SHOP)) {
    await route.fulfill({ contentType: 'text/html', body: PAGE });
  } else {
    const response = await route.fetch({ url: url.replace(COLLECTOR, shop.url) });
    if (isEvent) visitor.answered.push(response.status());
    await route.fulfill({ response });
  }
  if (isEvent) visitor.settled();
}

/** Has the page's own code call the SDK, and waits until the event was answered or could not be sent. */
async function sdk(visitor: Visitor, call: string): Promise<void> {
  const settled = new Promise<void>((resolve) => (visitor.settled = resolve));
  await visitor.page.evaluate(`void window.posthog.${call}`);
  await settled;
}

const buys = (visitor: Visitor, order: string): Promise<void> => {
  const bought = { order_id: order, amount: 42, currency: 'USD' };
  return sdk(visitor, `capture('purchase_completed', ${JSON.stringify(bought)})`);
};

/** What the shop and its payment provider say of orders, now. */
async function paid(...orders: string[]): Promise<void> {
  const at = shop.time.now().toISOString();
  await shop.events(...orders.map((order) => orderPlaced(at, order, 4_200)));
  await shop.stripeAll(
    orders.map((order) => chargeSucceeded(at, `ch_${order}`, 4_200, { metadata: { order_id: order } })),
  );
}

/** Rows of today once nothing is on its way any more. */
async function reconciled(): Promise<{ row: (metric: string) => Json; day: string }> {
  const day = shop.time.now().toISOString().slice(0, 10);
  shop.time.pass(3 * 3_600_000);
  const rows = await shop.reconcile(day);
  return { day, row: (metric) => rows.find((row) => row['metric'] === metric)! };
}

describeWhere(chromiumAt !== undefined)('posthog-js in a real browser', () => {
  it('given an ad blocker, then the purchase is missing with a cause; without one, it is matched', async () => {
    const blocker = FiltersEngine.parse(RULES);
    const [hidden, open] = [await visit('/?utm_source=google', blocker), await visit('/?utm_source=google')];
    await paid('o_hidden', 'o_open');
    await buys(hidden, 'o_hidden');
    await buys(open, 'o_open');
    expect([hidden.answered, hidden.blocked.length > 0]).toEqual([[], true]);
    expect([open.answered, open.blocked]).toEqual([[200], []]);
    const { day, row } = await reconciled();
    expect(row('orders')).toMatchObject({ actual: 2, tracked: 1, gap: 1, missing: 1, matched: 1, unexplained: 0 });
    expect(row('revenue_gross')).toMatchObject({
      actual: '8400',
      tracked: '4200',
      gap: '4200',
      missing: 1,
      matched: 1,
    });
    const { ids } = await shop.detail(day, 'orders', '&part=missing');
    expect(ids.missing).toEqual([expect.objectContaining({ id: 'order:o_hidden', cause: 'client_never_seen' })]);
    await Promise.all([hidden.leave(), open.leave()]);
  });

  it('given ten purchases that are lost and ten that are told twice, then the gap is 0 and both are shown', async () => {
    shop.time.pass(24 * 3_600_000);
    const orders = Array.from({ length: 20 }, (_, n) => `o_${n}`);
    await paid(...orders);
    const visitor = await visit('/');
    for (const order of orders.slice(0, 10)) {
      await buys(visitor, order);
      await buys(visitor, order);
    }
    const { row } = await reconciled();
    const parts = { missing: 10, duplicates: 10, matched: 10, client_only: 0 };
    expect(row('orders')).toMatchObject({ actual: 20, tracked: 20, gap: 0, loss_pct: 50, overcount_pct: 50, ...parts });
    await visitor.leave();
  });

  it('given what it claims of persons, then sign-ups are matched by it, and no true number changes', async () => {
    shop.time.pass(24 * 3_600_000);
    const at = shop.time.now().toISOString();
    await shop.events(
      touch(at, { anonymous_id: 'a_true', source: 'linkedin', medium: 'social' }),
      signedUp(at, 'u_1', { anonymous_id: 'a_true' }),
      signedUp(at, 'u_2'),
    );
    const hash = await shop.stateHash();
    const visitor = await visit('/?utm_source=google&utm_medium=cpc');
    await sdk(visitor, `capture('signup_completed')`);
    await sdk(visitor, `identify('u_1')`);
    await sdk(visitor, `alias('u_2')`);
    await sdk(visitor, `capture('signup_completed', { truth_ledger_origin: 'route' })`);
    expect(new Set(visitor.answered)).toEqual(new Set([200]));
    expect(await shop.stateHash()).toBe(hash);
    expect(await shop.get('/v1/customers/u_1')).toMatchObject({
      ...{ identifiers: ['anonymous:a_true', 'user:u_1'], non_links: [] },
      first_touch: { source: 'linkedin' },
    });
    const { row } = await reconciled();
    // The event that bears our own mark is none of a browser's.
    expect(row('signups')).toMatchObject({ actual: 2, tracked: 1, matched: 1, missing: 1, duplicates: 0 });
    await visitor.leave();
  });
});
