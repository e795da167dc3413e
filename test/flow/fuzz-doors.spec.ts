import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { anyText } from '../support/any-text.js';
import { asRefusal, basicAuth, DOORS, NASTY, NASTY_JSON, nextNumber, stripeText, victim } from '../support/hostile.js';
import { type Answer, call, KEYS } from '../support/service-process.js';
import { bearer, cloudEvent, nowS, signed } from '../support/traffic.js';
import { compare, Recorder } from '../support/recorder.js';
import * as given from '../fixtures/stripe-events.js';

const { url, dataDir, isUnharmed } = victim();

const RUNS = Number(process.env['FUZZ_RUNS'] ?? 25);
const AT_ONCE = 25; // bodies of one run

/** Sends a run's bodies together; every answer must be an answer, and a refusal one that can be read. */
async function survives(
  path: string,
  bodies: readonly (string | Buffer)[],
  headers: (body: string | Buffer) => Record<string, string>,
) {
  const answers = await Promise.all(bodies.map((body) => call(url() + path, { headers: headers(body), body })));
  answers.forEach((answer, index) => {
    if (answer.status >= 500)
      throw new Error(`${answer.status} at ${path} for ${bodies[index]!.toString().slice(0, 2_000)}`);
    if (answer.status >= 400 && !isOutcome(answer)) asRefusal(answer);
  });
}

const isOutcome = ({ text }: Answer): boolean => /^\{"status":"(rejected|conflict)"/.test(text);

const nasty = fc.oneof(fc.constantFrom(...NASTY_JSON), fc.json({ maxDepth: 3 }));
const leaf = fc.oneof(
  nasty,
  anyText().map((text) => JSON.stringify(text)),
  fc.double().map((n) => JSON.stringify(n)),
);

/** A JSON text in which one member, picked at random, has another value, name or place. */
const mutated = (template: fc.Arbitrary<object>): fc.Arbitrary<string> =>
  fc
    .tuple(template, fc.array(fc.tuple(fc.nat(), leaf, fc.nat(9)), { minLength: 1, maxLength: 3 }))
    .map(([event, changes]) => {
      let text = JSON.stringify(event);
      for (const [at, value, how] of changes) text = changed(text, at, value, how);
      return text;
    });

function changed(text: string, at: number, value: string, how: number): string {
  // Offsets of every member's value in the text; good enough, as the templates hold no colon within a string that looks like one.
  const places = [...text.matchAll(/":("(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null|\{\}|\[\])/g)];
  const place = places[at % Math.max(1, places.length)];
  if (!place) return value;
  const from = place.index + 2;
  const to = place.index + place[0].length;
  if (how === 0) return text.slice(0, to); // cut off
  if (how === 1) return `${text.slice(0, from)}${value},"id":${value}${text.slice(to)}`;
  return text.slice(0, from) + value + text.slice(to);
}

const anyBytes = fc.oneof(
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  fc.json({ maxDepth: 5 }),
  fc
    .object({ maxDepth: 4, key: fc.oneof(fc.string(), fc.constantFrom(...NASTY)) })
    .map((value) => JSON.stringify(value)),
  anyText({ maxLength: 200 }),
  fc.json().map((text) => gzipSync(text)),
);

const OBJECTS: Record<string, object> = {
  'charge.succeeded': given.aCharge(),
  'charge.refunded': given.aCharge({ amount_refunded: 10, refunds: { object: 'list', data: [given.aRefund()] } }),
  'charge.captured': given.aCharge(),
  'refund.created': given.aRefund(),
  'charge.dispute.created': given.aDispute({ balance_transactions: [given.aWithdrawal()] }),
  'charge.dispute.funds_withdrawn': given.aDispute({ balance_transactions: [given.aWithdrawal()] }),
  'payment_intent.succeeded': given.anIntent(),
};
const stripeEvents = fc.constantFrom(...Object.entries(OBJECTS)).map(([type, object]) => {
  const at = nextNumber();
  const own = JSON.parse(JSON.stringify(object).replaceAll('_a1"', `_f${at}"`)) as object;
  return { ...(JSON.parse(stripeText()) as object), type, created: nowS(), data: { object: own } };
});
const total = { amount_minor: '1999', currency: 'EUR', tax: '100' };
const DATA: Record<string, (at: number) => object> = {
  'user.signed_up': (at) => ({
    user_id: `u_${at}`,
    anonymous_id: `a_${at}`,
    email: 'a@example.com',
    attribution: { source: 'google', landing_page: 'https://shop.example/?utm_source=x' },
  }),
  'user.identified': (at) => ({ user_id: `u_${at}`, anonymous_id: `a_${at}`, provider_customer_id: `cus_${at}` }),
  'touch.recorded': (at) => ({
    anonymous_id: `a_${at}`,
    source: 'google',
    medium: 'cpc',
    referrer: 'https://x.example',
  }),
  'consent.changed': (at) => ({ user_id: `u_${at}`, analytics: 'granted' }),
  'checkout.started': (at) => ({ checkout_id: `c_${at}`, user_id: `u_${at}`, total }),
  'order.placed': (at) => ({
    order_id: `o_${at}`,
    user_id: `u_${at}`,
    checkout_id: `c_${at}`,
    total,
    payment_id: `ch_${at}`,
    customer_present: true,
  }),
  'order.completed': (at) => ({ order_id: `o_${at}` }),
  'order.cancelled': (at) => ({ order_id: `o_${at}`, reason: 'changed_mind' }),
};
const domainEvents = fc.constantFrom(...Object.entries(DATA)).map(([type, data]) => {
  const at = nextNumber();
  return cloudEvent('/fuzz', `f_${at}`, type, data(at));
});
const clientEvents = fc.constantFrom('Signed Up', 'Order Completed', 'Checkout Started', 'Page').map((event) => {
  const at = nextNumber();
  const context = {
    ip: '203.0.113.9',
    userAgent: 'Mozilla/5.0',
    page: { url: 'https://shop.example/?utm_source=x' },
    campaign: { source: 'g' },
  };
  const properties = { order_id: `o_${at}`, checkout_id: `c_${at}`, total: 12.5, currency: 'EUR', value: 1 };
  return {
    type: 'track',
    event,
    messageId: `m_${at}`,
    userId: `u_${at}`,
    anonymousId: `a_${at}`,
    timestamp: new Date().toISOString(),
    context,
    properties,
  };
});
const posthogEvents = clientEvents.map(({ event, messageId, userId, anonymousId, timestamp, properties }) => ({
  ...{ event, uuid: messageId, distinct_id: userId, timestamp, offset: 10 },
  properties: {
    ...properties,
    $device_id: anonymousId,
    $ip: '203.0.113.9',
    $current_url: 'https://shop.example/',
    $set: { plan: 'pro' },
  },
}));

const check = (
  bodies: fc.Arbitrary<string | Buffer>,
  send: (bodies: (string | Buffer)[]) => Promise<void>,
): Promise<void> =>
  fc.assert(fc.asyncProperty(fc.array(bodies, { minLength: AT_ONCE, maxLength: AT_ONCE }), send), {
    numRuns: RUNS,
    endOnFailure: true,
  });

describe(`${RUNS * AT_ONCE} bodies through each door, none of them a 5xx`, () => {
  it.each(DOORS.map((door) => [`${door.path} ${door.headers('')['content-type']}`, door] as const))(
    'any bytes and any JSON at %s',
    (_, { path, headers }) => check(anyBytes, (bodies) => survives(path, bodies, headers)),
    180_000,
  );

  it(
    'genuine Stripe events with a wrong member here and there',
    () => check(mutated(stripeEvents), (bodies) => survives('/webhooks/stripe', bodies, signed)),
    180_000,
  );

  it(
    'genuine domain events with a wrong member here and there',
    () => check(mutated(domainEvents), (bodies) => survives('/v1/events', bodies, () => bearer())),
    180_000,
  );

  it(
    'genuine client events with a wrong member here and there, ten at a time',
    () =>
      check(
        fc
          .array(mutated(clientEvents), { minLength: 10, maxLength: 10 })
          .map((batch) => `{"batch":[${batch.join()}],"sentAt":"${new Date().toISOString()}"}`),
        (bodies) => survives('/v1/batch', bodies, () => basicAuth),
      ),
    180_000,
  );

  it(
    'the same in the other protocol',
    () =>
      check(
        fc
          .array(mutated(posthogEvents), { minLength: 10, maxLength: 10 })
          .map((batch) => `{"api_key":"${KEYS.write}","batch":[${batch.join()}]}`),
        (bodies) => survives('/batch/', bodies, () => ({ 'content-type': 'application/json' })),
      ),
    180_000,
  );

  it(
    'whatever header claims to be a signature',
    () =>
      check(fc.string({ unit: fc.constantFrom(...'tv01=,abc 9\t'), maxLength: 200 }), async (texts) => {
        for (const text of texts) {
          const answer = await call(`${url()}/webhooks/stripe`, {
            headers: { 'stripe-signature': text.toString().trim() },
            body: stripeText(),
          });
          expect([400, 401]).toContain(asRefusal(answer).status);
        }
      }),
    180_000,
  );
});

describe('after all of that', () => {
  it('the same process serves on, has written no error, and its read model follows the ledger', () => isUnharmed());

  it('the read model is what a rebuild makes of the ledger, and the ledger is whole', async () => {
    const found = await compare(dataDir, new Recorder());
    expect({ tampered: found.tampered, readModel: found.readModel, twice: found.twice }).toEqual({
      ...{ tampered: [], readModel: [], twice: [] },
    });
    expect(found.entries).toBeGreaterThan(RUNS * AT_ONCE); // the doors did take much of it
    expect(found.deadLetters).toBeGreaterThan(RUNS);
  });
});
