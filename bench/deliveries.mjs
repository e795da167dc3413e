// Signed deliveries for the load: distinct `charge.succeeded` events in live mode, each a payment of its own for an order of its own.
import { createHmac } from 'node:crypto';
import { charge, stripeEvent } from './stripe-bodies.mjs';

const PAYMENTS_PER_PERSON = 3;

/** One body of about 2.2 KB. `seed` keeps the ids of turns apart; `of` deliveries are made with it. */
export function chargeBody(seed, number, of, now) {
  const one = `${seed}${number.toString(36).padStart(6, '0')}`;
  const buyer = `${seed}${((number * 7919) % Math.ceil(of / PAYMENTS_PER_PERSON)).toString(36)}`;
  const at = now - (number % 7_200);
  const object = charge({
    id: `ch_3Qx${one}T9b`,
    intent: `pi_3Qx${one}T9b`,
    customer: `cus_${buyer}Hb7`,
    amount: 990 + (number % 25_000),
    currency: 'eur',
    at,
    metadata: { order_id: `order-${one}`, user_id: `user-${buyer}`, checkout_id: `checkout-${one}` },
    person: { email: `${buyer}@mail.example`, name: `Buyer ${buyer}` },
    balanceTransaction: `txn_3Qx${one}`,
  });
  return JSON.stringify(stripeEvent(`1Qx${one}`, 'charge.succeeded', at, object));
}

/** Whole HTTP requests, head and body in one buffer, so that nothing is computed while the clock runs. */
export function signedRequests({ url, secret, seed, count }) {
  const now = Math.floor(Date.now() / 1000);
  const { host, pathname } = new URL(url);
  const requests = new Array(count);
  for (let number = 0; number < count; number += 1) {
    const body = chargeBody(seed, number, count, now);
    const signature = createHmac('sha256', secret).update(`${now}.${body}`).digest('hex');
    requests[number] = Buffer.from(
      `POST ${pathname} HTTP/1.1\r\nhost: ${host}\r\nuser-agent: Stripe/1.0 (+https://stripe.com/docs/webhooks)\r\naccept: */*\r\n` +
        `content-type: application/json; charset=utf-8\r\nstripe-signature: t=${now},v1=${signature}\r\n` +
        `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
  }
  return requests;
}
