import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import {
  chargeSucceeded,
  checkoutStarted,
  orderPlaced,
  signedUp,
  stripeEvent,
  touch,
  track,
} from '../fixtures/shop-events.js';
import { chromiumAt, openBrowser } from '../support/browser.js';
import { RunningService, secrets, type Json } from '../support/running-service.js';
import { describeWhere } from '../support/where.js';

const DAY = '2026-10-03';
const at = (clock: string): string => `${DAY}T${clock}:00.000Z`;
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const VIEWS = ['Gap', 'Numbers', 'Attribution', 'Customers', 'Health', 'Contract'];

let shop: RunningService;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let complaints: string[];

/** Three people sign up, analytics sees one of them twice; one buys, and one purchase is in conflict with itself. */
async function trade(): Promise<void> {
  await shop.events(
    touch(at('08:00'), { anonymous_id: 'a1', source: 'google', medium: 'cpc' }),
    ...['u1', 'u2', 'u3'].map((user, index) => signedUp(at(`09:0${index}`), user, { anonymous_id: `a${index + 1}` })),
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
  await page.getByRole('button', { name: view, exact: true }).click();
  await settled();
};
/** Until nothing on the page is on its way any more. */
const settled = (): Promise<void> => page.waitForSelector('.loading', { state: 'detached' }).then(() => undefined);
const key = async (...scopes: string[]): Promise<string> => {
  const { ApiKeys } = await import('../../src/app/auth/api-keys.js');
  const { postgresKeyStore } = await import('../../src/app/auth/key-store.js');
  const made = await new ApiKeys(postgresKeyStore(shop.service.database.pool), shop.time.now, undefined).create({
    name: 'visitor',
    scopes: scopes as never,
  });
  return made.token;
};

describeWhere(chromiumAt !== undefined)('the dashboard in a real browser', () => {
  beforeAll(async () => {
    shop = await RunningService.start({ now: '2026-10-05T12:00:00.000Z' });
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
    expect(await card.textContent()).toMatch(/Sign-ups3collector shows 2gap 1 · 33\.3 %/);
    await page
      .getByRole('row', { name: new RegExp(DAY) })
      .getByRole('button')
      .click();
    const day = page.getByRole('region', { name: `Sign-ups on ${DAY}` });
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

  it('given a conflict, when an operator replays it, then the page says what became of it; without the scope it offers none', async () => {
    await signIn(secrets.admin);
    await page.getByRole('button', { name: 'Health' }).waitFor();
    await goTo('Health');
    await page
      .getByRole('row', { name: /conflict/ })
      .getByRole('button', { name: 'Replay' })
      .click();
    await page.getByText('Replayed: conflict.').waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await signIn(await key('read'));
    await page.getByRole('button', { name: 'Health' }).waitFor();
    await goTo('Health');
    await page.getByText('needs the scope admin').waitFor();
    expect(await page.getByRole('button', { name: 'Replay' }).count()).toBe(0);
  });

  it('given a key that may not read, then each view says so in words', async () => {
    await signIn(await key('events:write'));
    await page
      .getByText(/This key may not see this/)
      .first()
      .waitFor();
  });

  it.each(['light', 'dark'] as const)(
    'every view passes the accessibility rules in %s, and asks nobody else',
    async (colorScheme) => {
      const elsewhere: string[] = [];
      page.on('request', (request) => void (request.url().startsWith(shop.url) || elsewhere.push(request.url())));
      await page.emulateMedia({ colorScheme });
      await signIn(secrets.admin);
      await page.getByRole('heading', { name: /day by day/ }).waitFor();
      complaints = []; // the question who asks, before anybody had signed in
      for (const view of VIEWS) {
        await goTo(view);
        await page.evaluate(axe);
        const violations: Json[] = await page.evaluate('axe.run().then(({ violations }) => violations)');
        expect(violations.map(({ id, nodes }) => [view, id, nodes[0].html])).toEqual([]);
      }
      expect([elsewhere, complaints]).toEqual([[], []]);
    },
  );

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
});
