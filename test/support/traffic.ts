import { createHmac } from 'node:crypto';
import { KEYS, type Call } from './service-process.js';

/** What one request brings: the ids of its events, and what each of them means for the money. */
export interface Delivery {
  path: string;
  /** Keys of its events: `stripe <id>`, `<source> <id>`, `tracked <message id>`. */
  keys: readonly string[];
  body: string;
  headers: () => Record<string, string>;
  money?: { metric: 'revenue_gross' | 'refunds'; subject: string; amount: bigint; currency: string };
}

export const callOf = ({ headers, body }: Delivery): Call => ({ headers: headers(), body });

/** A Stripe signature of the present moment. */
export function signature(
  body: string | Buffer,
  at = Math.floor(Date.now() / 1000),
  secret: string = KEYS.stripe,
): string {
  return `t=${at},v1=${createHmac('sha256', secret).update(`${at}.`).update(body).digest('hex')}`;
}

export const signed = (body: string | Buffer): Record<string, string> => ({
  'content-type': 'application/json; charset=utf-8',
  'stripe-signature': signature(body),
});

export const bearer = (contentType = 'application/cloudevents+json'): Record<string, string> => ({
  'content-type': contentType,
  authorization: `Bearer ${KEYS.api}`,
});

const basic = { 'content-type': 'application/json', authorization: `Basic ${btoa(`${KEYS.write}:`)}` };

/** Numbers from 0 to 1 that follow from a seed (mulberry32), so that a failed run's traffic can be made again. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Endless mixed traffic of an invented shop: payments, refunds, sign-ups, orders, client events, and a fifth of it sent again. */
export class Traffic {
  private count = 0;
  private readonly sent: Delivery[] = [];
  private readonly charges: { id: string; amount: number; currency: string; left: number }[] = [];

  constructor(private readonly random: () => number) {}

  next(): Delivery {
    const roll = this.random();
    if (roll < 0.2 && this.sent.length > 0) return this.oneOf(this.sent);
    const delivery = this.fresh(roll);
    this.sent.push(delivery);
    return delivery;
  }

  private fresh(roll: number): Delivery {
    if (roll < 0.5) return this.charge();
    if (roll < 0.6) return this.charges.length > 0 ? this.refund() : this.charge();
    if (roll < 0.7) return this.signUp();
    if (roll < 0.8) return this.orders();
    return roll < 0.92 ? this.segment() : this.posthog();
  }

  private charge(): Delivery {
    const number = ++this.count;
    const amount = 100 + Math.floor(this.random() * 50_000);
    const currency = this.oneOf(['usd', 'eur', 'jpy']);
    const id = `ch_${number}`;
    this.charges.push({ id, amount, currency, left: amount });
    const customer = `cus_${Math.floor(this.random() * 200)}`;
    const object = {
      ...{ id, object: 'charge', amount, amount_captured: amount, captured: true, paid: true, status: 'succeeded' },
      ...{ currency, customer, payment_intent: `pi_${number}`, created: nowS() },
      billing_details: { email: `buyer${number}@example.com`, name: `Buyer ${number}` },
      metadata: { order_id: `o_${number}` },
    };
    return this.stripe('charge.succeeded', object, { metric: 'revenue_gross', subject: id, amount, currency });
  }

  /** Part of a charge that was sent, whether or not it arrived. */
  private refund(): Delivery {
    const charge = this.oneOf(this.charges);
    const amount = Math.min(charge.left, 1 + Math.floor(this.random() * 50));
    if (amount < 1) return this.charge();
    charge.left -= amount;
    const id = `re_${++this.count}`;
    const { currency } = charge;
    const object = { id, object: 'refund', amount, charge: charge.id, currency, status: 'succeeded', created: nowS() };
    return this.stripe('refund.created', object, { metric: 'refunds', subject: id, amount, currency });
  }

  private stripe(
    type: string,
    object: Record<string, unknown>,
    {
      amount,
      currency,
      ...about
    }: { metric: 'revenue_gross' | 'refunds'; subject: string; amount: number; currency: string },
  ): Delivery {
    const id = `evt_${++this.count}`;
    const event = {
      id,
      object: 'event',
      api_version: '2026-02-25',
      created: nowS(),
      livemode: true,
      type,
      data: { object },
    };
    const body = JSON.stringify(event);
    const money = { ...about, amount: BigInt(amount), currency: currency.toUpperCase() };
    return { path: '/webhooks/stripe', keys: [`stripe ${id}`], body, headers: () => signed(body), money };
  }

  private signUp(): Delivery {
    const number = ++this.count;
    const data = { user_id: `u_${number}`, anonymous_id: `a_${number}`, email: `user${number}@example.com` };
    const event = cloudEvent('/auth', `signed-up-${number}`, 'user.signed_up', data);
    return { path: '/v1/events', keys: [`/auth ${event.id}`], body: JSON.stringify(event), headers: () => bearer() };
  }

  private orders(): Delivery {
    const events = Array.from({ length: 1 + Math.floor(this.random() * 6) }, () => {
      const number = ++this.count;
      const data = { order_id: `shop_${number}`, total: { amount_minor: '1999', currency: 'EUR' } };
      return cloudEvent('/orders', `placed-${number}`, 'order.placed', data);
    });
    return {
      path: '/v1/events',
      keys: events.map(({ id }) => `/orders ${id}`),
      body: JSON.stringify(events),
      headers: () => bearer('application/cloudevents-batch+json'),
    };
  }

  private segment(): Delivery {
    const batch = Array.from({ length: 1 + Math.floor(this.random() * 5) }, () => {
      const number = ++this.count;
      const properties = { order_id: `o_${number}`, total: 19.99, currency: 'EUR' };
      const when = { timestamp: new Date().toISOString() };
      return {
        type: 'track',
        event: 'Order Completed',
        messageId: `m_${number}`,
        anonymousId: `a_${number}`,
        properties,
        ...when,
      };
    });
    const body = JSON.stringify({ batch, sentAt: new Date().toISOString() });
    return {
      path: '/v1/batch',
      keys: batch.map(({ messageId }) => `tracked ${messageId}`),
      body,
      headers: () => basic,
    };
  }

  private posthog(): Delivery {
    const number = ++this.count;
    const event = {
      uuid: `p_${number}`,
      event: 'sign_up',
      distinct_id: `u_${number}`,
      properties: {},
      timestamp: new Date(),
    };
    const body = JSON.stringify({ api_key: KEYS.write, batch: [event] });
    return {
      path: '/batch/',
      keys: [`tracked ${event.uuid}`],
      body,
      headers: () => ({ 'content-type': 'application/json' }),
    };
  }

  private oneOf<T>(list: readonly T[]): T {
    return list[Math.floor(this.random() * list.length)]!;
  }
}

export const nowS = (): number => Math.floor(Date.now() / 1000);

export const cloudEvent = (source: string, id: string, type: string, data: unknown) => ({
  ...{ specversion: '1.0', source, id, type, time: new Date().toISOString(), data },
});
