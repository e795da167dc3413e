// The history of an invented shop, purchase by purchase: what its own services tell, then what Stripe delivers, about eight entries each.
// A purchase is made from its number alone, so histories of the same length are the same everywhere.
import { charge, checkoutSession, customer, dispute, paymentIntent, refund, stripeEvent } from './stripe-bodies.mjs';

const START_S = Date.UTC(2025, 0, 1) / 1000;
const YEAR_S = 365 * 86_400;
const NEW_CUSTOMERS = 0.6; // of all purchases; the others buy again
const REFUNDED = 0.05;
const DISPUTED = 0.004;

const CAMPAIGNS = [
  { source: 'google', medium: 'cpc', campaign: 'autumn' },
  { source: 'newsletter', medium: 'email', campaign: 'weekly' },
  { source: 'linkedin', medium: 'social', campaign: 'launch' },
  { source: 'google', medium: 'organic' },
  undefined,
];

/** Some 0 ≤ x < 1, the same for the same numbers. */
function chance(number, salt) {
  let x = Math.imul(number + 1, 0x9e3779b1) ^ Math.imul(salt + 1, 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return ((x ^ (x >>> 16)) >>> 0) / 2 ** 32;
}

const isNew = (purchase) => purchase === 0 || chance(purchase, 1) < NEW_CUSTOMERS;

/** The purchase at which the buyer of this one first came: itself, or an earlier one, most likely a recent one. */
function firstPurchaseOf(purchase) {
  if (isNew(purchase)) return purchase;
  let first = Math.floor(purchase * Math.sqrt(chance(purchase, 2)));
  while (!isNew(first)) first -= 1;
  return first;
}

const code = (prefix, number) => `${prefix}_${(number + 1).toString(36).padStart(8, '0')}K3x9Qm2Z`;

/** The entries of one purchase in the order they come in, `{ door, body }` each; `of` purchases fill a year. */
export function purchaseEntries(purchase, of) {
  const at = START_S + Math.floor((purchase / of) * YEAR_S);
  const scene = sceneOf(purchase, at);
  return [...visit(scene), ...payment(scene), ...afterwards(scene)];
}

function sceneOf(purchase, at) {
  const buyer = firstPurchaseOf(purchase);
  return {
    purchase,
    at,
    arrives: buyer === purchase,
    user: `u_${buyer}`,
    anonymous: `a_${buyer}_${buyer === purchase ? 0 : Math.floor(chance(purchase, 3) * 3)}`,
    customer: code('cus', buyer),
    person: { email: `buyer${buyer}@mail.example`, name: `Buyer Number ${buyer}` },
    attribution: CAMPAIGNS[Math.floor(chance(purchase, 4) * CAMPAIGNS.length)],
    checkout: `c_${purchase}`,
    order: `o_${purchase}`,
    amount: 500 + Math.floor(chance(purchase, 5) * 20_000),
    currency: chance(purchase, 6) < 0.8 ? 'eur' : 'usd',
    session: code('cs_live', purchase),
    intent: code('pi', purchase),
    charge: code('ch', purchase),
  };
}

function visit(scene) {
  const { purchase, at, user, anonymous, attribution, checkout, amount, currency } = scene;
  const total = { amount_minor: String(amount), currency: currency.toUpperCase() };
  const came = scene.arrives
    ? domainEvent('user.signed_up', `s_${purchase}`, at, {
        user_id: user,
        email: scene.person.email,
        anonymous_id: anonymous,
        ...(attribution ? { attribution } : {}),
      })
    : domainEvent('touch.recorded', `t_${purchase}`, at, { user_id: user, anonymous_id: anonymous, ...attribution });
  return [
    came,
    domainEvent('checkout.started', `c_${purchase}`, at + 120, {
      checkout_id: checkout,
      user_id: user,
      anonymous_id: anonymous,
      total,
    }),
    domainEvent('order.placed', `o_${purchase}`, at + 180, {
      order_id: scene.order,
      user_id: user,
      checkout_id: checkout,
      total,
    }),
  ];
}

function payment(scene) {
  const { purchase, at, arrives, user, person, session, intent } = scene;
  const { customer: cus, charge: ch, amount, currency } = scene;
  const metadata = { order_id: scene.order, checkout_id: scene.checkout, user_id: user };
  const money = { customer: cus, amount, currency, metadata };
  const charged = { id: ch, intent, ...money, at: at + 200, person };
  const stripe = (name, type, then, object, previous) =>
    stripeDelivery(stripeEvent(`${name}${purchase.toString(36)}Vb7Lw3`, type, then, object, previous));
  return [
    ...(arrives ? [stripe('cu', 'customer.created', at + 190, customer({ id: cus, user, at: at + 190, person }))] : []),
    stripe(
      'pi',
      'payment_intent.succeeded',
      at + 200,
      paymentIntent({ id: intent, latestCharge: ch, ...money, at: at + 125 }),
    ),
    stripe('ch', 'charge.succeeded', at + 200, charge(charged)),
    stripe(
      'cs',
      'checkout.session.completed',
      at + 201,
      checkoutSession({ id: session, intent, user, ...money, at: at + 125, person }),
    ),
    stripe('up', 'charge.updated', at + 202, charge({ ...charged, balanceTransaction: code('txn', purchase) }), {
      balance_transaction: null,
    }),
  ];
}

function afterwards({ purchase, at, charge: of, intent, amount, currency, order }) {
  const later = at + 86_400 + Math.floor(chance(purchase, 9) * 20 * 86_400);
  const money = { charge: of, intent, amount, currency, at: later };
  const entries = [domainEvent('order.fulfilled', `f_${purchase}`, at + 86_000, { order_id: order })];
  if (chance(purchase, 7) < REFUNDED)
    entries.push(
      stripeDelivery(
        stripeEvent(`re${purchase}`, 'refund.created', later, refund({ id: code('re', purchase), ...money })),
      ),
    );
  if (chance(purchase, 8) < DISPUTED)
    entries.push(
      stripeDelivery(
        stripeEvent(`dp${purchase}`, 'charge.dispute.created', later, dispute({ id: code('dp', purchase), ...money })),
      ),
    );
  return entries;
}

const stripeDelivery = (body) => ({ door: 'stripe', body });

const domainEvent = (type, id, at, data) => ({
  door: 'events',
  body: {
    specversion: '1.0',
    id,
    source: type.startsWith('user') || type.startsWith('touch') ? '/auth' : '/orders',
    type,
    time: new Date(at * 1000).toISOString(),
    datacontenttype: 'application/json',
    data,
  },
});
