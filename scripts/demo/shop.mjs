// The shop month: what visitors did, planned before anything is sent. Pure and deterministic: the same options give the
// same plan. `deliveries.mjs` says it to the service, `truth.mjs` counts it; neither knows the other.
import { planBalance } from './balance.mjs';
import { calendarOf, DAY, HOUR, MINUTE } from './calendar.mjs';
import { planClient } from './client.mjs';
import { planPurchase, planRenewals } from './purchases.mjs';
import { randomOf } from './random.mjs';

export const DEFAULTS = { seed: 'corner-shop', visitors: 3000, month: '2026-10', zone: 'Europe/Berlin' };

/** Where visitors come from: what the landing page's server records, and the source a reader of the books expects. */
const CHANNELS = [
  [{ source: 'google', marker: { source: 'google', medium: 'cpc', campaign: 'autumn' } }, 17],
  [{ source: 'google', marker: { source: 'Google', medium: 'CPC', campaign: 'brand' } }, 6],
  [{ source: 'google', marker: { landing_page: '/sale?gclid=Cj0KCQjwdemo' } }, 5], // a click id alone
  [{ source: 'linkedin', marker: { source: 'linkedin', medium: 'social', campaign: 'founders' } }, 8],
  [{ source: 'linkedin', marker: { referrer: 'https://www.linkedin.com/feed/' } }, 4], // a referrer alone
  [
    { source: 'newsletter', marker: { landing_page: '/?utm_source=newsletter&utm_medium=email&utm_campaign=october' } },
    14,
  ],
  [{ source: 'instagram', marker: { source: 'instagram', medium: 'paid_social', campaign: 'reels' } }, 13],
  [{ source: 'partner-blog', marker: { source: 'partner-blog', medium: 'referral' } }, 8],
  [{ source: 'unknown', marker: {} }, 17], // typed the address: a touch without any marker
  [{ source: 'unknown', marker: null }, 8], // no touch was recorded at all
];

const BROWSERS = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Safari/605.1.15',
  'Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0',
];
const PHONES = [
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36',
];
const BOTS = [
  'Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)',
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/141.0.0.0 Safari/537.36',
];

/**
 * @param {Partial<typeof DEFAULTS>} options
 * @returns the plan: `{ seed, calendar, visitors, bots, balance }`
 */
export function planShop(options = {}) {
  const { seed, visitors: count, month, zone } = { ...DEFAULTS, ...options };
  const calendar = calendarOf(zone, month);
  const root = randomOf(seed);
  const visitors = Array.from({ length: count }, (_, n) => planVisitor(n, root.fork(`visitor-${n}`), calendar));
  shareGuestAddresses(visitors);
  const bots = Array.from({ length: Math.ceil(count / 60) }, (_, n) => planBot(n, root.fork(`bot-${n}`), calendar));
  for (const visitor of [...visitors, ...bots])
    visitor.client = planClient(visitor, root.fork(`client-${visitor.n}`), calendar);
  return { seed, calendar, visitors, bots, balance: planBalance(visitors, calendar) };
}

/** An instant of the month, shops being busier by day than by night. */
function someTime(random, { start, end, hourOf }) {
  for (;;) {
    const at = start + Math.floor(random.next() * (end - start));
    const hour = hourOf(at);
    if (random.chance(hour >= 8 && hour < 22 ? 1 : 0.25)) return at;
  }
}

function planVisitor(n, random, calendar) {
  const visitor = {
    n,
    kind: 'person',
    anonymousId: random.uuid(),
    protocol: random.chance(0.6) ? 'segment' : 'posthog',
    userAgent: random.pick(random.chance(0.55) ? PHONES : BROWSERS),
    blocker: random.chance(0.17),
    skewMs: random.chance(0.03) ? random.int(-30, 30) * 6 * MINUTE : 0,
    touches: [],
    user: null,
    purchases: [],
    renewals: [],
    client: [],
  };
  const channel = random.weighted(CHANNELS);
  const landed = calendar.awayFromMidnight(someTime(random, calendar));
  if (channel.marker) visitor.touches.push({ at: landed, anonymousId: visitor.anonymousId, ...channel });
  const comesBack = random.chance(0.3);
  const back = comesBack ? landed + random.int(1, 5) * DAY + random.int(-4, 4) * HOUR : landed;
  if (comesBack && channel.marker)
    visitor.touches.push({ at: back, anonymousId: visitor.anonymousId, source: 'unknown', marker: {} });
  if (random.chance(0.38))
    visitor.user = planUser(visitor, random, calendar, calendar.awayFromMidnight(back + random.int(2, 15) * MINUTE));
  planShopping(visitor, random, calendar, visitor.user?.signedUpAt ?? back);
  return visitor;
}

/** A sign-up. Every eighth came from another device first, which the shop learns only when the person logs in there. */
function planUser(visitor, random, calendar, signedUpAt) {
  const user = {
    userId: `u${String(visitor.n).padStart(5, '0')}`,
    email: `shopper${visitor.n}@customer.example`,
    customerId: random.id('cus_', 14),
    signedUpAt,
    otherDevice: null,
  };
  if (random.chance(0.12)) {
    const touch = {
      at: visitor.touches[0] ? visitor.touches[0].at - random.int(2, 40) * HOUR : signedUpAt - DAY,
      source: 'linkedin',
    };
    const marker = { source: 'linkedin', medium: 'social', campaign: 'founders' };
    user.otherDevice = {
      anonymousId: random.uuid(),
      identifiedAt: calendar.awayFromMidnight(signedUpAt + random.int(1, 30) * HOUR),
      touch: { ...touch, marker },
    };
    visitor.touches.push({ ...user.otherDevice.touch, anonymousId: user.otherDevice.anonymousId });
  }
  return user;
}

function planShopping(visitor, random, calendar, from) {
  const { user } = visitor;
  if (!random.chance(user ? 0.7 : 0.1)) return;
  const guest = user ? null : { email: `guest${visitor.n}@customer.example` };
  const times = user && random.chance(0.25) ? random.int(2, 3) : 1;
  let at = from + random.int(3, 25) * MINUTE;
  for (let i = 0; i < times; i++) {
    at = calendar.awayFromMidnight(at);
    const purchase = planPurchase(
      { id: `${visitor.n}-${i + 1}`, at, user, guest, anonymousId: visitor.anonymousId },
      random,
      calendar,
    );
    visitor.purchases.push(purchase);
    at += random.int(2, 9) * DAY + random.int(-5, 5) * HOUR;
  }
  const paid = visitor.purchases.find((purchase) => purchase.payment);
  if (user && paid && random.chance(0.12)) visitor.renewals = planRenewals(visitor, paid, random, calendar);
}

/** Some guests come twice under one e-mail address from two browsers: one customer, two visitors. */
function shareGuestAddresses(visitors) {
  const guests = visitors.filter((visitor) => !visitor.user && visitor.purchases.some((purchase) => purchase.payment));
  for (let i = 0; i + 1 < guests.length; i += 9) {
    const [first, second] = [guests[i], guests[i + 1]];
    const { email } = first.purchases[0].guest;
    for (const purchase of second.purchases) purchase.guest.email = email;
  }
}

function planBot(n, random, calendar) {
  return {
    n: `bot${n}`,
    kind: 'bot',
    anonymousId: random.uuid(),
    protocol: random.chance(0.5) ? 'segment' : 'posthog',
    userAgent: random.pick(BOTS),
    blocker: false,
    skewMs: 0,
    landed: calendar.awayFromMidnight(someTime(random, calendar)),
    client: [],
  };
}
