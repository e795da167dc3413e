import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eur, anAuthorisation } from '../fixtures/adyen-items.js';
import { chargeSucceeded, identified, signedUp, touch } from '../fixtures/shop-events.js';
import { aPayment, squareBody } from '../fixtures/square-events.js';
import { ADYEN, adyenDelivery, notification, SQUARE, squareDelivery } from '../support/doors.js';
import { type Json, RunningService } from '../support/running-service.js';

const EMAIL = 'Ada.Lovelace@example.com';
const AT = '2026-10-03T09:00:00Z';

let shop: RunningService;
beforeAll(async () => {
  shop = await RunningService.start({
    now: '2026-11-01T12:00:00Z',
    settings: {
      SQUARE_WEBHOOK_SIGNATURE_KEYS: SQUARE.keys.join(','),
      SQUARE_NOTIFICATION_URL: SQUARE.notificationUrl,
      ADYEN_HMAC_KEYS: ADYEN.keys.join(','),
      ADYEN_BASIC_AUTH: ADYEN.basicAuth,
    },
  });
});
afterAll(() => shop.stop());

const customer = async (id: string): Promise<any> => {
  await shop.catchUp();
  return shop.get(`/v1/customers/${encodeURIComponent(id)}`);
};
const decide = (kind: string, a: string, b: string, reason = 'support looked at it') =>
  shop.send('POST', '/v1/identity/decisions', { kind, a, b, reason });

describe('given one person on two devices who pays at three providers', () => {
  beforeAll(async () => {
    await shop.events(
      touch('2026-10-01T08:00:00Z', { anonymous_id: 'a_phone', source: 'linkedin', medium: 'social' }),
      touch('2026-10-02T08:00:00Z', { anonymous_id: 'a_desk', source: 'newsletter', medium: 'email' }),
      signedUp('2026-10-02T09:00:00Z', 'u_ada', { anonymous_id: 'a_desk', email: EMAIL }),
      identified('2026-10-02T10:00:00Z', 'u_ada', { anonymous_id: 'a_phone' }),
    );
    await shop.stripeAll([
      chargeSucceeded(AT, 'ch_ada', 1000, { customer: 'cus_ada', billing_details: { email: EMAIL } }),
    ]);
    const square = squareDelivery(
      squareBody(
        'payment.updated',
        'payment',
        aPayment({ buyer_email_address: EMAIL.toLowerCase(), reference_id: 'o_sq' }),
      ),
    );
    const adyen = adyenDelivery(
      notification([
        anAuthorisation({
          ...{ amount: eur(3000), merchantReference: 'o_ad', operations: [] },
          additionalData: { shopperReference: 'u_ada', shopperEmail: EMAIL },
        }),
      ]),
    );
    for (const [name, { body, headers }] of [['square', square] as const, ['adyen', adyen] as const]) {
      const reply = await shop.send('POST', `/webhooks/${name}`, body.toString(), headers as Record<string, string>);
      expect([200, 202]).toContain(reply.status);
    }
  });

  it('then all of it is one customer with the first touch of the phone, by any of its ids', async () => {
    const ids = ['u_ada', 'cus_ada', 'square:CUST1', 'anonymous:a_phone', 'a_desk', EMAIL];
    for (const id of ids) {
      expect(await customer(id)).toMatchObject({
        ...{ id: 'user:u_ada', non_links: [], decisions: [] },
        first_touch: { source: 'linkedin', channel: 'social' },
      });
    }
    const { identifiers, touches, purchases } = await customer('u_ada');
    expect(identifiers.map((node: string) => node.replace(/^email:.*/, 'email:…'))).toEqual([
      ...['anonymous:a_desk', 'anonymous:a_phone', 'email:…', 'square:CUST1', 'stripe:cus_ada', 'user:u_ada'],
    ]);
    expect(touches.map(({ node, channel }: Json) => [node, channel])).toEqual([
      ['anonymous:a_phone', 'social'],
      ['anonymous:a_desk', 'email'],
    ]);
    expect(
      purchases
        .filter(({ kind }: Json) => kind === 'payment')
        .map(({ ref }: Json) => ref)
        .sort(),
    ).toEqual([...['payment:PAY1', 'payment:PSP1', 'payment:ch_ada']]);
  });
});

describe('given a link that is wrong', () => {
  beforeAll(async () => {
    await shop.events(
      touch('2026-10-01T08:00:00Z', { anonymous_id: 'a_bob', source: 'google', medium: 'cpc' }),
      signedUp('2026-10-02T09:00:00Z', 'u_bob', { anonymous_id: 'a_bob' }),
      identified(AT, 'u_bob', { provider_customer_id: 'cus_bob' }),
      identified(AT, 'u_bob', { provider_customer_id: 'cus_other' }),
    );
    await shop.stripeAll([
      chargeSucceeded(AT, 'ch_bob', 1000, { customer: 'cus_bob' }),
      chargeSucceeded(AT, 'ch_other', 500, { customer: 'cus_other' }),
    ]);
  });
  const google = async (): Promise<unknown> =>
    (await shop.metric('revenue_gross', '2026-10-03', '2026-10-03', '&group_by=source&currency=USD')).find(
      ({ group }) => (group as Json)['source'] === 'google',
    )?.['value'];

  it('when an operator separates the two, then they are two customers, and the customer says why and by whom', async () => {
    expect(await google()).toBe('1500');
    const { status, body } = await decide('separate', 'cus_other', 'u_bob', 'another Bob, ticket 12');
    expect([status, body]).toEqual([
      200,
      {
        ...{ kind: 'separate', a: 'stripe:cus_other', b: 'user:u_bob', reason: 'another Bob, ticket 12', number: 1 },
        ...{ recorded: true, entry_id: expect.any(String), position: expect.any(Number) },
      },
    ]);
    expect(await customer('cus_other')).toMatchObject({
      ...{ id: 'stripe:cus_other', identifiers: ['stripe:cus_other'] },
      first_touch: { source: 'unknown', unknown_reason: 'no_touch', channel: 'unknown' },
      non_links: [{ identifier: 'stripe:cus_other', other: 'user:u_bob', reason: 'separated', links: 3 }],
      decisions: [
        {
          ...{
            identifier: 'stripe:cus_other',
            other: 'user:u_bob',
            kind: 'separate',
            reason: 'another Bob, ticket 12',
          },
          ...{ actor: expect.stringContaining('key:'), entry_id: (body as Json)['entry_id'] },
        },
      ],
    });
    expect(await google()).toBe('1000');
  });

  it('when the same is decided again, then nothing is added', async () => {
    const head = await shop.service.ledger.head();
    expect((await decide('separate', 'user:u_bob', 'stripe:cus_other')).body).toMatchObject({
      recorded: false,
      number: 1,
    });
    expect(await shop.service.ledger.head()).toBe(head);
  });

  it('when it is taken back, then they are one again, and a rebuild says the same', async () => {
    expect((await decide('join', 'u_bob', 'cus_other')).body).toMatchObject({ recorded: true, number: 2 });
    expect(await customer('cus_other')).toMatchObject({ id: 'user:u_bob', decisions: [{ kind: 'join' }] });
    expect(await google()).toBe('1500');
    const { ok, findings } = await shop.service.projections.verify();
    expect([ok, findings]).toEqual([true, []]);
  });

  it('when somebody without the scope tries, or a service sends one, then no number changes', async () => {
    const hash = await shop.stateHash();
    const body = { kind: 'separate', a: 'u_bob', b: 'cus_bob', reason: 'because' };
    const refused = await shop.send('POST', '/v1/identity/decisions', body, { authorization: 'Bearer nobody' });
    expect(refused.status).toBe(401);
    await shop.events({
      ...{ specversion: '1.0', id: 'forged', source: '/shop', type: 'user.identified', time: AT },
      data: {
        user_id: 'u_bob',
        anonymous_id: 'a_bob',
        kind: 'separate',
        a: 'user:u_bob',
        b: 'stripe:cus_bob',
        number: 9,
      },
    });
    expect(await shop.stateHash()).toBe(hash);
  });

  it.each([
    ['two users', 'u_bob', 'u_ada', 400, /Two user ids/],
    ['two devices', 'a_bob', 'a_phone', 400, /device/],
    ['one and the same', 'u_bob', 'user:u_bob', 400, /one identifier/],
    ['nobody', 'u_bob', 'cus_nobody', 404, /No customer/],
  ])('when asked to join %s, then it says why not', async (_what, a, b, status, why) => {
    const reply = await decide('join', a, b);
    expect([reply.status, (reply.body as Json)['detail']]).toEqual([status, expect.stringMatching(why)]);
  });

  it('when the reason or an identifier is an address, then it is refused, as it would stand in a log', async () => {
    expect((await decide('join', 'u_bob', 'cus_bob', `ask ${EMAIL}`)).status).toBe(400);
    expect((await decide('join', 'u_bob', EMAIL)).status).toBe(400);
  });
});

describe('given links that make nobody one', () => {
  it('then the customer shows them, how many and why', async () => {
    const users = Array.from({ length: 25 }, (_, n) => `cus_g${n}`);
    await shop.events(
      signedUp(AT, 'u_c1', { anonymous_id: 'a_kiosk' }),
      signedUp(AT, 'u_c2', { anonymous_id: 'a_kiosk' }),
      touch(AT, { anonymous_id: 'a_kiosk', source: 'bing', medium: 'organic' }),
      ...users.map((provider_customer_id) => identified(AT, 'guest', { provider_customer_id })),
    );
    expect(await customer('u_c1')).toMatchObject({
      first_touch: { unknown_reason: 'cross_device_unlinked' },
      non_links: [{ identifier: 'user:u_c1', other: 'anonymous:a_kiosk', reason: 'shared_device', links: 2 }],
    });
    expect((await customer('user:guest')).non_links).toEqual([
      { identifier: 'user:guest', other: null, reason: 'crowded', links: 25 },
    ]);
    expect((await customer('cus_g3')).non_links).toEqual([
      { identifier: 'stripe:cus_g3', other: 'user:guest', reason: 'crowded', links: 25 },
    ]);
  });
});
