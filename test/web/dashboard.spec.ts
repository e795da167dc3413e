import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import {
  chargeSucceeded,
  checkoutStarted,
  orderPlaced,
  refundCreated,
  signedUp,
  stripeEvent,
  touch,
  track,
} from '../fixtures/shop-events.js';
import { chromiumAt, openBrowser } from '../support/browser.js';
import { queueIn } from '../support/queues.js';
import { RunningService, secrets, type Json } from '../support/running-service.js';
import { temporaryFolder } from '../support/test-cluster.js';
import { describeWhere } from '../support/where.js';
import type { TieOutState } from '../../src/close/tie-outs.js';
import type { Alerts } from '../../src/alert/create-alerts.js';

const DAY = '2026-10-03';
const at = (clock: string): string => `${DAY}T${clock}:00.000Z`;
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const VIEWS = ['Gap', 'Signals', 'Numbers', 'Attribution', 'Customers', 'Close', 'Health', 'Contract'];
const UNTIED: TieOutState = {
  provider: 'stripe',
  currency: 'USD',
  status: 'none',
  link: '/v1/periods/2026-10/tie-out',
};
const sides = (lines: number, gross: string, fee: string, net: string): Json => ({ lines, gross, fee, net });
/** What a tie-out of October came to: euros tie out, of dollars the fee of the month is not in the ledger. */
const COMPARED: Json = {
  ...{ period: '2026-10', provider: 'stripe', from: '2026-10-01T00:00:00.000Z', until: '2026-11-01T00:00:00.000Z' },
  ...{ status: 'differs', reason: null, statement: 'report:b1a4', model_position: 12 },
  currencies: [
    {
      ...{
        currency: 'EUR',
        status: 'tied',
        ledger: sides(1, '1250', '61', '1189'),
        provider: sides(1, '1250', '61', '1189'),
      },
      balance: { currency: 'EUR', start: '1000', end: '2189', moved: '1189', clearing: '2189', holds: true },
    },
    {
      ...{ currency: 'USD', status: 'differs' },
      ...{ ledger: sides(1, '4200', '152', '4048'), provider: sides(2, '1700', '152', '1548') },
      balance: { currency: 'USD', start: '500', end: '2048', moved: '4048', clearing: '4548', holds: false },
    },
  ],
  categories: [],
  differences: [
    {
      ...{ line: 'txn_fee', kind: 'fee', currency: 'USD', category: 'fee', net: '-2500' },
      provider: { gross: '-2500', fee: '0', net: '-2500', currency: 'USD', at: Date.parse('2026-10-31T22:50:00.000Z') },
      detail: 'The provider took or gave this without a payment, and the ledger does not have it.',
    },
  ],
  ...{ differences_total: 1, difference_counts: { 'USD fee': 1 } },
};
const FINANCE = ['finance', 'read'];
const MONTH_MS = 30 * 86_400_000;

let shop: RunningService;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let complaints: string[];

/** Three people sign up, analytics sees one of them twice; one buys, and one purchase is in conflict with itself. */
async function trade(): Promise<void> {
  await shop.events(
    touch(at('08:00'), { anonymous_id: 'a1', source: 'google', medium: 'cpc' }),
    ...['u1', 'u2', 'u3'].map((user, index) =>
      signedUp(at(`09:0${index}`), user, { anonymous_id: `a${index + 1}`, email: `${user}@Shop.test` }),
    ),
    checkoutStarted(at('10:00'), 'co1', { user_id: 'u1' }),
    orderPlaced(at('10:05'), 'o1', 4_200, { user_id: 'u1', checkout_id: 'co1' }),
  );
  await shop.segment([
    track(at('09:01'), 'Signed Up', { userId: 'u1', messageId: 'm1' }),
    track(at('09:02'), 'Signed Up', { userId: 'u1', messageId: 'm2' }),
  ]);
  const charge = chargeSucceeded(at('10:06'), 'ch_1', 4_200, { metadata: { order_id: 'o1' } });
  await shop.stripeAll([charge, { ...charge, data: { object: { ...(charge['data'] as Json)['object'], amount: 1 } } }]);
  await shop.stripeAll([stripeEvent('customer.created', at('11:00'), { id: 'cus_1', object: 'customer' })]);
  await shop.catchUp();
  await shop.reconcile(DAY);
}

const signIn = async (key: string): Promise<void> => {
  await page.goto(shop.url);
  await page.getByLabel('API key').fill(key);
  await page.getByRole('button', { name: 'Sign in' }).click();
};
const goTo = async (view: string): Promise<void> => {
  await page.getByRole('navigation').getByRole('link', { name: view, exact: true }).click();
  await settled();
};
const signOut = async (): Promise<void> => {
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByLabel('API key').waitFor();
};
const october = () => page.getByRole('region', { name: 'Period 2026-10' });
/** Signs in with a key, and opens the close of October. */
const closing = async (who: string): Promise<void> => {
  await signIn(who);
  await page.getByRole('button', { name: 'Sign out' }).waitFor();
  await page.goto(`${shop.url}/?view=close&period=2026-10`);
  await october().waitFor();
};
/** Says yes in the dialog that is open, with a text where it asks for one. */
const confirm = async (submit: string, reason?: string): Promise<void> => {
  const dialog = page.getByRole('dialog');
  if (reason !== undefined) await dialog.getByRole('textbox').fill(reason);
  await dialog.getByRole('button', { name: submit, exact: true }).click();
};
/** No rule of accessibility is broken in what is shown. */
const accessible = async (what: string): Promise<void> => {
  await page.evaluate(axe);
  const violations: Json[] = await page.evaluate('axe.run().then(({ violations }) => violations)');
  expect(violations.map(({ id, nodes }) => [what, id, nodes[0].html])).toEqual([]);
};
/** Presses Tab until what has the focus reads so; fails when it never comes. */
const tabTo = async (text: RegExp): Promise<void> => {
  for (let press = 0; press < 200; press += 1) {
    await page.keyboard.press('Tab');
    if (text.test(await page.evaluate('document.activeElement.textContent.trim()'))) return;
  }
  throw new Error(`${text.source} is never reached by the keyboard`);
};
/** Until nothing on the page is on its way any more. */
const settled = (): Promise<void> => page.waitForSelector('.loading', { state: 'detached' }).then(() => undefined);
const key = async (scopes: string[], name = 'visitor'): Promise<string> => {
  const { ApiKeys } = await import('../../src/app/auth/api-keys.js');
  const { postgresKeyStore } = await import('../../src/app/auth/key-store.js');
  const made = await new ApiKeys(postgresKeyStore(shop.service.database.pool), shop.time.now, undefined).create({
    name,
    scopes: scopes as never,
  });
  return made.token;
};

describeWhere(chromiumAt !== undefined)('the dashboard in a real browser', () => {
  beforeAll(async () => {
    shop = await RunningService.start({
      now: '2026-10-05T12:00:00.000Z',
      parts: { tieOuts: { state: () => Promise.resolve([UNTIED]) } },
    });
    await trade();
    browser = await openBrowser();
  });
  beforeEach(async () => {
    context = await browser.newContext();
    page = await context.newPage();
    complaints = [];
    page.on('console', (message) => void (message.type() === 'error' && complaints.push(message.text())));
    page.on('pageerror', (error) => void complaints.push(error.message));
  });
  afterEach(() => context.close());
  afterAll(async () => {
    await browser.close();
    await shop.stop();
  });

  it('given a wrong key, then it says so and shows nothing; given a right one, then the page never keeps it', async () => {
    await signIn('no-such-key-anywhere');
    await expect(page.getByRole('alert').textContent()).resolves.toBe('This is no key that is good here.');
    await page.getByLabel('API key').fill(secrets.admin);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: /Sign-ups, day by day/ }).waitFor();
    const kept = await page.evaluate('JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])');
    expect(kept).toBe('[{},{},""]');
    const [cookie] = await context.cookies();
    expect(cookie).toMatchObject({ name: 'tl_session', httpOnly: true, sameSite: 'Strict' });
  });

  it('given a sign-in link, when it is followed, then the page opens signed in; a second time it says that it is used', async () => {
    const { body } = await shop.send('POST', '/v1/session/links', {});
    await page.goto(shop.url + (body.path as string));
    await page.getByRole('button', { name: 'Sign out' }).waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('API key').waitFor();
    await page.goto(shop.url + (body.path as string));
    await page.getByText('This sign-in link was used already').waitFor();
  });

  it('given a gap, then a click leads to the day, its causes, the missing ids and the ledger entry under one of them', async () => {
    await signIn(secrets.admin);
    const card = page.getByRole('button', { name: /Sign-ups/ }).first();
    await card.waitFor();
    expect(await card.textContent()).toBe('Sign-upstrue 3collector 2gap 1gap % 33.3 %');
    const short = page.getByRole('region', { name: 'In short' });
    await short.getByText('Sign-ups: collector shows 2 where 3 is true: 1 (33.3 %) too few').waitFor();
    await short.getByText('It missed 2. It shows 1 counted twice.').waitFor();
    await page
      .getByRole('row', { name: new RegExp(DAY) })
      .getByRole('button')
      .click();
    const day = page.getByRole('region', { name: `Sign-ups on ${DAY}` });
    expect(await page.evaluate('document.activeElement.ariaLabel')).toBe(`Sign-ups on ${DAY}`);
    await day.getByText('missing in analytics').first().waitFor();
    await day.getByText('counted twice').first().waitFor();
    await day.getByRole('button', { name: 'user:u2' }).click();
    await day.getByText('Ledger entries of user:u2').waitFor();
    await day.getByRole('button', { name: /^#\d+$/ }).click();
    const entry = page.getByRole('dialog');
    await entry.getByText('user.signed_up', { exact: true }).waitFor();
    expect(await entry.getByText('api-key', { exact: false }).count()).toBeGreaterThan(0);
    expect(page.url()).toContain('subject=user%3Au2');
    await page.reload();
    await page.getByText('Ledger entries of user:u2').waitFor(); // the address holds what is shown
  });

  it('given a customer, then the page shows its links, its touches, what it adds to which number, and the ledger entry that says so', async () => {
    await signIn(secrets.admin);
    await goTo('Customers');
    await page.getByLabel('Any id or an e-mail address').fill('u1');
    await page.getByRole('button', { name: 'Show' }).click();
    await page.getByText('anonymous:a1').first().waitFor();
    await page.getByRole('region', { name: 'Touches' }).getByText('google / cpc').waitFor();
    const revenue = page
      .getByRole('region', { name: 'What it adds to the numbers' })
      .getByRole('row', { name: /Revenue, gross.*42\.00/ });
    await revenue.getByRole('button').click();
    await page.getByRole('dialog').getByText('evt_ch_1').first().waitFor();
    await accessible('an entry of the ledger');
    await page.getByRole('button', { name: 'Close', exact: true }).last().click();
    await accessible('a customer');
  });

  it('given an e-mail address, then its customer is found, and no address of the page or of a request ever has it', async () => {
    const asked: string[] = [];
    page.on('request', (request) => void asked.push(request.url()));
    await signIn(secrets.admin);
    await goTo('Customers');
    const find = async (what: string): Promise<void> => {
      await page.getByLabel('Any id or an e-mail address').fill(what);
      await page.getByRole('button', { name: 'Show' }).click();
    };
    await find(' U2@shop.test ');
    await page.getByRole('heading', { name: 'user:u2' }).waitFor();
    expect(page.url()).toContain('customer=user%3Au2');
    await find('nobody@shop.test');
    await page.getByText('Nobody has this id.').waitFor();
    expect(await page.getByRole('heading', { name: 'user:u2' }).count()).toBe(0);
    expect(asked.filter((url) => /shop\.test/i.test(url))).toEqual([]);
    await page.goto(`${shop.url}/?view=customers&customer=u2@shop.test`);
    await page.waitForURL(`${shop.url}/?view=customers`);
    await page.getByRole('heading', { name: 'Find a customer' }).waitFor();
    await settled();
    expect(asked.filter((url) => /shop\.test/i.test(url))).toHaveLength(1);
  });

  it('given money in several currencies, then a chart shows one of them by day, week or month; the address says which, and back leads back', async () => {
    await shop.stripeAll([
      chargeSucceeded('2026-10-04T09:00:00.000Z', 'ch_eur_1', 1_250, { currency: 'eur' }),
      chargeSucceeded('2026-10-05T09:00:00.000Z', 'ch_eur_2', 5_000, { currency: 'eur' }),
      chargeSucceeded('2026-10-04T09:00:00.000Z', 'ch_jpy_1', 9_000, { currency: 'jpy' }),
    ]);
    await shop.catchUp();
    const chart = (name: RegExp) => page.getByRole('img', { name });
    await signIn(secrets.admin);
    await page.getByText('days and times in UTC').waitFor();
    await page.goto(`${shop.url}/?view=numbers&from=2026-10-01&to=2026-10-05`);
    const euros = chart(
      /^Revenue, gross in EUR by day, 2026-10-01 to 2026-10-05\. Highest 50\.00 EUR \(2026-10-05\), lowest 0\.00 EUR \(2026-10-01\)\./,
    );
    await euros.waitFor();
    const heights: number[] = await euros
      .locator('rect.value')
      .evaluateAll((bars: Json[]) => bars.map((bar) => Math.round(bar['getAttribute']('height'))));
    expect(heights).toEqual([0, 0, 0, Math.round(heights[4]! / 4), expect.any(Number)]);
    expect(heights[4]).toBeGreaterThan(100);
    expect(await page.locator('.total').textContent()).toBe(
      'Together 62.50 EURand, never added to it, 9,000 JPY, 42.00 USD',
    );
    await accessible('a chart');
    await tabTo(/^EURJPYUSD$/);
    await page.keyboard.press('ArrowDown');
    await chart(/^Revenue, gross in JPY by day.*Highest 9,000 JPY \(2026-10-04\)/).waitFor();
    expect(await page.getByRole('row', { name: /2026-10-04/ }).textContent()).toBe('2026-10-049,000 JPY');
    await page.locator('label', { hasText: /^by / }).locator('select').selectOption('week');
    await chart(/^Revenue, gross in JPY by week/).waitFor();
    expect(new URL(page.url()).searchParams.get('currency')).toBe('JPY');
    await page.goBack();
    await chart(/^Revenue, gross in JPY by day/).waitFor();
    await page.goBack();
    await euros.waitFor();
    await page.locator('.chart g.pick').nth(3).click();
    await page
      .getByRole('region', { name: 'What is under Revenue, gross of 2026-10-04' })
      .getByRole('row', { name: /ch_eur_1/ })
      .waitFor();
    await page.getByLabel('Metric').selectOption('checkout_completion_rate');
    await chart(/^Checkout completion rate by day.*Highest 100\.0 % \(2026-10-03\)/).waitFor();
    expect([await page.getByLabel('Currency').count(), await page.locator('.total').count()]).toEqual([0, 0]);
  });

  it('given a currency in the address in which nothing was, then it says so, and shows no other as if it were asked for', async () => {
    await signIn(secrets.admin);
    await page.getByText('days and times in UTC').waitFor();
    await page.goto(`${shop.url}/?view=numbers&from=2026-10-01&to=2026-10-05&currency=CHF`);
    await page.getByText('Nothing in CHF in these days.').waitFor();
    expect(await page.locator('.chart').count()).toBe(0);
    expect(await page.getByLabel('Currency').inputValue()).toBe('CHF');
  });

  it('given the contract, then it names every event with the members it must have', async () => {
    await signIn(secrets.admin);
    await goTo('Contract');
    const row = page.getByRole('row', { name: /^user\.signed_up/ });
    expect(await row.textContent()).toMatch(/user_id/);
    await page
      .getByRole('region', { name: /Decimals of currencies/ })
      .getByText('JPY')
      .waitFor();
  });

  it('given a metric that analytics never sends, then the page shows what is true, and no gap', async () => {
    await signIn(secrets.admin);
    const card = page.getByRole('button', { name: /^Orders/ });
    expect(await card.textContent()).toMatch(
      /^Orderstrue 1collector: nothing to compare with0 of (\d+) days? compared$/,
    );
    await card.click();
    expect(await page.locator('.chart :is(circle.tracked, path:is(.band, .tracked)[d*="M"])').count()).toBe(0);
    await page
      .getByRole('row', { name: new RegExp(DAY) })
      .getByRole('button')
      .click();
    await page.getByText('not_mapped: collector never sent an event that means orders').first().waitFor();
    for (const claim of ['Every id matched.', 'Nothing on this side.'])
      expect([claim, await page.getByText(claim).count()]).toEqual([claim, 0]);
  });

  it('given a service that does not answer, then the page makes nothing up, asks again, and signs nobody out', async () => {
    await signIn(secrets.admin);
    await page.getByText('days and times in UTC').waitFor();
    await page.route('**/v1/catalog', (route) => route.abort());
    await page.goto(`${shop.url}/?to=no-day`);
    await page.getByRole('alert').getByText('The service does not answer.').waitFor();
    expect(await page.getByText('days and times in').count()).toBe(0);
    await page.unroute('**/v1/catalog');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('days and times in UTC').waitFor();
    await page.route('**/v1/session', (route) => route.abort());
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('alert').getByText('Still signed in. The service does not answer.').waitFor();
    await page.unroute('**/v1/session');
    await signOut();
  });

  it('given one answer that fails, then only that part says so, and asks again', async () => {
    await signIn(secrets.admin);
    await page.getByText('days and times in UTC').waitFor();
    const busy = { code: 'not_durable', detail: 'The database does not answer.' };
    await page.route('**/v1/periods', (route) => route.fulfill({ status: 503, json: busy }));
    await goTo('Close');
    await page.getByRole('alert').getByText('The database does not answer.').waitFor();
    await page.unroute('**/v1/periods');
    await page.getByRole('button', { name: 'Try again' }).click();
    await october().waitFor();
  });

  it('given a session that is over, then the page says so, and after signing in it is where it was', async () => {
    await signIn(secrets.admin);
    await page.getByText('days and times in UTC').waitFor();
    await settled(); // or what is still asked for tells first, and the link is gone before it is clicked
    await page.waitForLoadState('networkidle');
    await shop.sql('delete from app.sessions');
    await page.getByRole('link', { name: 'Contract' }).click();
    await page.getByRole('alert').getByText('The session is over.').waitFor();
    await page.getByLabel('API key').fill(secrets.admin);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'The measurement contract' }).waitFor();
  });

  it('given views that were looked at, then each has a title and an address of its own, and back leads back', async () => {
    await signIn(secrets.admin);
    await page.getByText('days and times in UTC').waitFor();
    expect(await page.title()).toBe('Gap · Truth Ledger');
    const address = await page.getByRole('link', { name: 'Signals' }).getAttribute('href');
    expect(address).toBe('/?view=signals');
    await goTo('Signals');
    expect([await page.title(), page.url()]).toEqual(['Signals · Truth Ledger', shop.url + address!]);
    await page.goBack();
    await page.getByRole('heading', { name: /day by day/ }).waitFor();
    expect(await page.title()).toBe('Gap · Truth Ledger');
  });

  it('given hours, then every one of every provider is there: at a glance, and as rows', async () => {
    const range = 'from=2026-10-01&to=2026-10-05';
    await signIn(secrets.admin);
    await page.getByText('days and times in UTC').waitFor();
    await page.goto(`${shop.url}/?view=health&${range}`);
    const strip = page.getByRole('region', { name: 'stripe, every hour of the clock in UTC' });
    const today = strip.getByRole('row', { name: '2026-10-05' }).getByRole('cell');
    await today.first().waitFor();
    const told = await today.allTextContents();
    expect([told.length, told[11], told[12], told[13]]).toEqual([
      ...[24, '0 deliveries', expect.stringMatching(/[1-9] deliveries$/), ''],
    ]);
    await page.getByLabel('Hours').selectOption('all');
    const listed: Json[] = await shop.all(`/v1/completeness?${range}&limit=1000`);
    expect(listed.length).toBeGreaterThan(100); // more than are drawn at a time
    const rows = page.getByRole('region', { name: 'Every hour', exact: true }).getByRole('row');
    await rows.nth(listed.length).waitFor();
    expect([await rows.count(), page.url().includes('hours=all')]).toEqual([listed.length + 1, true]);
    await accessible('every hour');
  });

  it('given what a door refused, then it can be looked into, though the ledger does not have it, and dismissed with a reason', async () => {
    const event = { ...signedUp(at('12:00'), 'u9'), data: { plan: 'gold', email: 'u9@shop.test' } };
    const { status } = await shop.send('POST', '/v1/events', event, { 'content-type': 'application/cloudevents+json' });
    expect(status).toBe(400);
    await signIn(secrets.admin);
    await page.getByText('days and times in UTC').waitFor();
    await goTo('Health');
    const row = page.getByRole('row', { name: /invalid event/ });
    await row.getByRole('button', { name: /UTC$/ }).click();
    const dialog = page.getByRole('dialog', { name: 'Dead letter' });
    await dialog.getByText('"gold"').waitFor();
    expect(await dialog.textContent()).toMatch(/"email": "~sealed:1:/);
    expect(await dialog.textContent()).not.toContain('u9@');
    await accessible('a dead letter');
    await page.keyboard.press('Escape');
    await row.getByRole('button', { name: 'Dismiss' }).click();
    await confirm('Dismiss', 'a try of the auth team');
    await page.getByText('Dismissed. The ledger keeps the reason.').waitFor();
    await row.waitFor({ state: 'detached' });
  });

  it('given a conflict, when an operator replays it, then the page says what became of it; without the scope it offers none', async () => {
    await signIn(secrets.admin);
    await page.getByRole('link', { name: 'Health' }).waitFor();
    await goTo('Health');
    await page
      .getByRole('row', { name: /conflict/ })
      .getByRole('button', { name: 'Replay' })
      .click();
    await page.getByText('Replayed: conflict.').waitFor();
    const letter = page.getByRole('row', { name: /conflict/ });
    await letter.getByRole('button', { name: /UTC$/ }).click();
    await page.getByRole('dialog', { name: 'Dead letter' }).getByText('"amount": 1,').waitFor();
    await page.getByRole('button', { name: 'what the ledger has under this id' }).click();
    await page.getByRole('dialog', { name: 'Ledger entry' }).getByText('"amount": 4200,').waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await signIn(await key(['read']));
    await page.getByRole('link', { name: 'Health' }).waitFor();
    await goTo('Health');
    await page.getByText('Replaying and dismissing needs a key with the scope admin.').waitFor();
    expect(await page.getByRole('button', { name: 'Replay' }).count()).toBe(0);
  });

  it('given an alert, when somebody acknowledges it with a note, then the page says who looks after it', async () => {
    await (shop.service.alerts as Alerts).watch();
    await signIn(secrets.admin);
    await page.getByRole('link', { name: 'Health' }).waitFor();
    await goTo('Health');
    await page.getByRole('button', { name: 'Acknowledge' }).first().click();
    await confirm('Acknowledge', 'ask anna@shop.test');
    await page.getByRole('dialog').getByRole('alert').getByText('may hold no e-mail address').waitFor();
    await confirm('Acknowledge', 'the resend of this morning');
    await page.getByText('Acknowledged:').waitFor();
    await page.getByText('“the resend of this morning”').waitFor();
    const { data } = await shop.get('/v1/alerts?state=open');
    expect(data).toContainEqual(expect.objectContaining({ note: 'the resend of this morning', state: 'acknowledged' }));
  });

  it('given a job that waits, when an operator cancels it, then the page says what became of it, and it is gone', async () => {
    const queue = await queueIn(shop.service.database);
    await queue.add('reconcile-day', { day: DAY }, { jobId: 'seen-waiting', delay: 3_600_000 });
    await queue.close();
    await signIn(secrets.admin);
    await page.getByRole('link', { name: 'Health' }).waitFor();
    await goTo('Health');
    const job = page.getByRole('row', { name: 'reconcile-day' }).filter({ hasText: DAY });
    const [queued, due] = (await job.getByRole('cell', { name: /UTC$/ }).allTextContents()).map((text) =>
      Date.parse(text.replace(' UTC', 'Z')),
    );
    expect(due! - queued!).toBe(3_600_000);
    await job.getByRole('button', { name: 'Cancel' }).click();
    await confirm('Cancel the job');
    await page.getByText('reconcile-day: It was taken out of the queue.').waitFor();
    await job.waitFor({ state: 'detached' });
    const { data } = await shop.get('/v1/jobs?limit=200');
    expect(data.map(({ id }: Json) => id)).not.toContain('seen-waiting');
  });

  it('given a key that may not read, then each view says so in words', async () => {
    await signIn(await key(['events:write']));
    await page
      .getByText(/This key may not see this/)
      .first()
      .waitFor();
  });

  it('given a tie-out, then one sentence says what both sides come to, and each line that differs has its reason', async () => {
    const answers = [COMPARED];
    await page.route('**/v1/periods/2026-10/tie-out', (route) =>
      route.fulfill({ json: { data: answers, next_cursor: null } }),
    );
    await closing(secrets.admin);
    const tieOut = page.locator('#tie-out');
    await tieOut.getByText('1 line differs, together -25.00 USD. Each is listed with its reason.').waitFor();
    const rowOf = (table: string, name: RegExp) =>
      tieOut.getByRole('region', { name: table }).getByRole('row', { name });
    expect(
      await rowOf('The lines that differ', /txn_fee/)
        .getByRole('cell')
        .allTextContents(),
    ).toEqual([
      ...['stripe', '2026-10-31 22:50:00 UTC', 'txn_fee', 'fee', '', '-25.00 USD', 'fee'],
      'The provider took or gave this without a payment, and the ledger does not have it.',
    ]);
    expect(await rowOf('From balance to balance', /USD/).getByRole('cell').allTextContents()).toEqual([
      ...['stripe', 'USD', '5.00 USD', '40.48 USD', '20.48 USD', '45.48 USD', '-25.00 USD'],
    ]);
    expect(await rowOf('From balance to balance', /EUR/).textContent()).toMatch(/0\.00 EUR$/);
    await accessible('a tie-out that differs');
    answers[0] = {
      ...COMPARED,
      status: 'tied',
      currencies: [COMPARED['currencies'][0]],
      differences: [],
      differences_total: 0,
    };
    await page.reload();
    await tieOut
      .getByText('Everything ties out: 1 line is the same on both sides to the last minor unit, in EUR.')
      .waitFor();
    expect(await tieOut.getByText('The lines that differ').count()).toBe(0);
    const [euros] = COMPARED['currencies'];
    answers[0] = {
      ...answers[0],
      status: 'pending',
      reason: 'Two reports are awaited.',
      currencies: [{ ...euros, status: 'pending' }],
    };
    await page.reload();
    await tieOut.getByText('stripe waits for the provider’s report: Two reports are awaited.').waitFor();
    expect(await tieOut.getByText(/everything tie|line differs/i).count()).toBe(0);
    answers[0] = { ...answers[0], status: 'tied', reason: null, currencies: [euros] };
    answers.push({ ...answers[0], provider: 'adyen', status: 'pending', reason: 'No report.', currencies: [] });
    await page.reload();
    await tieOut
      .getByText(/^What was compared ties out: 1 line .*, in EUR\. Not compared, or not whole: adyen\.$/)
      .waitFor();
    answers.pop();
    await page.route('**/v1/periods/2026-10', async (route) => {
      const response = await route.fetch();
      const since = { kind: 'tie_out_pending', detail: 'Lines have arrived since.', link: '', forceable: true };
      await route.fulfill({ response, json: { ...(await response.json()), blockers: [since] } });
    });
    await page.reload();
    await tieOut.getByText(/^When it was compared last, everything tied out: 1 line is the same/).waitFor();
  });

  it('given a month that has ended, then one person proposes it, only another approves it, and what comes late is beside it', async () => {
    shop.time.pass(MONTH_MS);
    const [alice, aliceToo, bob] = [
      await key(FINANCE, 'Alice'),
      await key(FINANCE, 'alice '),
      await key(FINANCE, 'Bob'),
    ];
    const period = october();
    await closing(alice);
    await period.getByText('It can be proposed once what has to be settled first is settled.').waitFor();
    await period.getByRole('button', { name: 'Answer for it' }).click();
    await confirm('Answer for it', 'its report comes in December');
    await period.getByText('The money of stripe is answered for.').waitFor();
    await period.getByRole('button', { name: 'Propose', exact: true }).click();
    await confirm('Propose', 'the board meets today');
    await period.getByText(/^Proposed: everything up to position \d+/).waitFor();
    await period.getByText('You proposed this: another person has to approve it.').waitFor();
    await signOut();
    await closing(aliceToo);
    await period.getByRole('button', { name: 'Approve' }).click();
    await confirm('Approve');
    await page.getByRole('dialog').getByRole('alert').waitFor();
    expect((await shop.get('/v1/periods/2026-10')).state).toBe('proposed');
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    await signOut();
    await closing(bob);
    await period.getByText('“the board meets today”').waitFor();
    await period.getByText(/^Alice \(key:[0-9a-z]{12}\): everything up to position/).waitFor();
    await period.getByRole('button', { name: 'Approve' }).click();
    await confirm('Approve');
    await period.getByText('Approved. It can be closed now.').waitFor();
    await period.getByRole('button', { name: 'Close', exact: true }).click();
    await confirm('Close');
    await period.getByText(/^Closed, version 1/).waitFor();
    const { state, closed } = await shop.get('/v1/periods/2026-10');
    expect([state, closed.proposed_by === closed.approved_by]).toEqual(['closed', false]);
  });

  it('given a closed month and a late refund, then reported, known and adjustment stand side by side, and the journal is a file', async () => {
    await shop.stripeAll([refundCreated(at('15:00'), 're_1', 'ch_1', 1_000)]);
    await shop.catchUp();
    await signIn(secrets.admin);
    await page.getByRole('button', { name: 'Sign out' }).waitFor();
    await page.goto(
      `${shop.url}/?view=numbers&metric=revenue_net&currency=USD&from=2026-10-01&to=2026-10-31&interval=month`,
    );
    const row = page.getByRole('row', { name: /2026-10/ });
    await row.waitFor();
    expect(await row.getByRole('cell').allTextContents()).toEqual(['2026-10', '42.00 USD', '32.00 USD', '-10.00 USD']);
    await page.goto(`${shop.url}/?view=close&period=2026-11`);
    await page.getByRole('row', { name: /2026-10 Refunds came after the close 10\.00 USD/ }).waitFor();
    await page.goto(`${shop.url}/?view=close&period=2026-10`);
    await october().waitFor();
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'CSV', exact: true }).click(),
    ]);
    expect(file.suggestedFilename()).toMatch(/^journal-2026-10.*\.csv$/);
    expect(readFileSync(await file.path(), 'utf8')).toContain('ch_1');
    const [pack] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'The pack' }).click(),
    ]);
    expect(pack.suggestedFilename()).toMatch(/^.*2026-10.*\.zip$/);
    const folder = temporaryFolder('truth-ledger-pack-');
    await pack.saveAs(`${folder}/pack.zip`);
    const { fingerprint } = await shop.get('/v1/ledger/key');
    const verifier = ['scripts/verify-pack.mjs', `${folder}/pack.zip`, '--key', fingerprint];
    const verified = spawnSync(process.execPath, verifier, { encoding: 'utf8' });
    rmSync(folder, { recursive: true });
    expect([verified.status, verified.stdout]).toEqual([0, expect.stringMatching(/integrity/i)]);
  });

  it('given a closed month, then two persons reopen it, and each is told what the other one said', async () => {
    await closing(await key(FINANCE, 'Alice'));
    await october().getByRole('button', { name: 'Ask to reopen' }).click();
    await confirm('Ask to reopen', 'a refund was booked by hand');
    await october().getByText('You asked for it to be reopened: another person has to ask for it too.').waitFor();
    expect((await shop.get('/v1/periods/2026-10')).state).toBe('closed');
    await signOut();
    await closing(await key(FINANCE, 'Bob'));
    await october().getByText('“a refund was booked by hand”').waitFor();
    await october().getByRole('button', { name: 'Reopen, as the second person' }).click();
    await confirm('Reopen');
    await october().getByText('Reopened, with every later period.').waitFor();
    expect((await shop.get('/v1/periods/2026-10')).state).toBe('reopened');
  });

  it('given it is asked whether the ledger is as it was written, then what was found comes to the page', async () => {
    await closing(await key(FINANCE, 'Alice'));
    await october().getByText('Nothing was verified this month or the month before.').waitFor();
    await october().getByRole('button', { name: 'Verify now' }).click();
    await october()
      .getByText(/^as it was written: \d+ entries/)
      .waitFor();
    await october()
      .getByText(/^what the ledger says up to position \d+/)
      .waitFor();
  });

  it('given a reporting zone, then every time is by its clock and says how far that is from UTC, and who rests on it is told it in UTC', async () => {
    await page.route('**/v1/catalog', async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, json: { ...(await response.json()), time_zone: 'Asia/Kathmandu' } });
    });
    const clock = (at: number): string => new Date(at).toISOString().slice(0, 19).replace('T', ' ');
    const shown = async (where: string): Promise<void> => {
      await page.getByText('days and times in Asia/Kathmandu').waitFor();
      await settled();
      const times: string[][] = await page.evaluate(
        '[...document.querySelectorAll("time")].map(({ dateTime, title, textContent }) => [dateTime, title, textContent])',
      );
      expect([where, times.length > 0]).toEqual([where, true]);
      expect(times.map(([, ...told]) => told)).toEqual(
        times.map(([at]) => [`${clock(Date.parse(at!))} UTC`, `${clock(Date.parse(at!) + 20_700_000)} UTC+5:45`]),
      );
      // None that is told in another way: as text, or in UTC alone.
      const text: string = await page.evaluate('document.querySelector("main").innerText');
      expect(text.match(/\d\d:\d\d:\d\d(?! UTC\+5:45)\S*/g) ?? []).toEqual([]);
    };
    await (shop.service.alerts as Alerts).watch();
    await signIn(secrets.admin);
    await page.getByText('days and times in Asia/Kathmandu').waitFor();
    const views = [
      'health',
      'close&period=2026-10',
      'customers&customer=user:u1',
      'numbers',
      `gap&day=${DAY}&from=${DAY}`,
    ];
    for (const view of views) {
      await page.goto(`${shop.url}/?view=${view}`);
      await shown(view);
      for (const table of view === 'health' ? ['Alerts', 'Jobs', 'Waiting for somebody'] : [])
        expect([table, await page.getByRole('region', { name: table }).locator('time').count()]).not.toEqual([
          table,
          0,
        ]);
    }
    await page
      .getByRole('button', { name: /^#\d+$/ })
      .first()
      .click();
    await page
      .getByRole('dialog')
      .getByText(/UTC\+5:45$/)
      .first()
      .waitFor();
  });

  it('given a dark screen, then every view passes the accessibility rules, and asks nobody else', async () => {
    const elsewhere: string[] = [];
    page.on('request', (request) => void (request.url().startsWith(shop.url) || elsewhere.push(request.url())));
    await page.emulateMedia({ colorScheme: 'dark' });
    await signIn(secrets.admin);
    await page.getByRole('heading', { name: /day by day/ }).waitFor();
    complaints = []; // the questions who asks, before anybody had signed in
    const opened = `/?view=gap&day=${DAY}&from=${DAY}&to=${DAY}`;
    for (const view of [...VIEWS, opened]) {
      await (view === opened ? page.goto(shop.url + opened) : goTo(view));
      await settled();
      await accessible(view);
    }
    expect([elsewhere, complaints]).toEqual([[], []]);
  });

  it('given a telephone, then no view is wider than the screen', async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    await signIn(secrets.admin);
    await page.getByRole('heading', { name: /day by day/ }).waitFor();
    for (const view of VIEWS) {
      await goTo(view);
      const [content, screen]: number[] = await page.evaluate('[document.documentElement.scrollWidth, innerWidth]');
      expect([view, content]).toEqual([view, screen]);
    }
  });

  it('given only a keyboard, then the first stop leads past the navigation', async () => {
    await signIn(secrets.admin);
    await page.getByRole('heading', { name: /day by day/ }).waitFor();
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent.trim()')).toBe('To the content');
  });

  it('given only a keyboard, then it leads from the page of sign-in to the ledger entry under a missing id, and back', async () => {
    await page.goto(shop.url);
    await page.getByLabel('API key').waitFor();
    await accessible('sign-in');
    await page.getByLabel('API key').focus();
    await page.keyboard.type(secrets.admin);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: /day by day/ }).waitFor();
    await tabTo(new RegExp(`^${DAY}$`));
    await page.keyboard.press('Enter');
    await page
      .getByRole('region', { name: `Sign-ups on ${DAY}` })
      .getByText('missing in analytics')
      .first()
      .waitFor();
    await tabTo(/^user:u2$/);
    await page.keyboard.press('Enter');
    await page.getByText('Ledger entries of user:u2').waitFor();
    await tabTo(/^#\d+$/);
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByText('user.signed_up', { exact: true }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });
});
