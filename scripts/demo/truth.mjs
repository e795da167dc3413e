// What the service must answer, counted from the plan alone. It knows nothing of deliveries, entries or contributions:
// it looks at what was meant and adds it up.

/**
 * @param plan of `planShop`
 * @returns `{ flows, ratios, tracked, rows, funnel, attribution }`; counts are numbers, money is minor units
 */
export function truthOf({ calendar, visitors, bots }) {
  const facts = flowsOf(visitors, calendar);
  const tracked = trackedOf([...visitors, ...bots], calendar);
  return { flows: facts, tracked, rows: rowsOf(facts, tracked, calendar) };
}

/** The source of a customer: the earliest touch with a marker up to the sign-up (a guest: up to the first payment). */
function sourceOf(touches, until) {
  const marked = touches.filter((touch) => touch.source !== 'unknown' && touch.at <= until).sort((a, b) => a.at - b.at);
  return marked[0]?.source ?? 'unknown';
}

/** People of the plan as customers: a signed-up visitor alone, guests together by e-mail address, other guests alone. */
function customersOf(visitors) {
  const customers = new Map();
  for (const visitor of visitors) {
    const address = visitor.purchases.find((purchase) => purchase.payment)?.guest?.email;
    const key = visitor.user ? `user ${visitor.n}` : address ? `mail ${address}` : `visitor ${visitor.n}`;
    const customer = customers.get(key) ?? { user: visitor.user, touches: [], purchases: [], payments: [] };
    customer.touches.push(...visitor.touches);
    customer.purchases.push(...visitor.purchases);
    customer.payments.push(
      ...visitor.purchases.flatMap((purchase) =>
        purchase.payment ? [{ ...purchase.payment, purchase, present: true }] : [],
      ),
    );
    customer.payments.push(...visitor.renewals.map((renewal) => ({ ...renewal, present: false })));
    customers.set(key, customer);
  }
  return [...customers.values()];
}

/** Every counted thing: `{ metric, day, id, value, currency, source, kind, present, … }`. */
function flowsOf(visitors, { dayOf }) {
  const flows = [];
  for (const customer of customersOf(visitors)) {
    const payments = customer.payments.sort((a, b) => a.capturedAt - b.capturedAt);
    const source = sourceOf(customer.touches, customer.user?.signedUpAt ?? payments[0]?.capturedAt ?? Infinity);
    const count = (metric, at, id, more = {}) =>
      flows.push({ metric, day: dayOf(at), id, value: 1, currency: '', source, present: true, ...more });
    if (customer.user) {
      const { userId, signedUpAt } = customer.user;
      count('signups', signedUpAt, userId);
      const waited = payments[0] ? payments[0].capturedAt - signedUpAt : -1;
      if (waited >= 0 && waited <= 30 * 86_400_000) count('signups_converted', signedUpAt, userId);
    }
    customer.purchases.forEach((purchase) => countPurchase(purchase, count));
    payments.forEach((payment, i) => countPayment(payment, i === 0 ? 'new' : 'returning', count));
  }
  return flows;
}

function countPurchase({ checkoutId, startedAt, order, payment }, count) {
  count('checkouts_started', startedAt, checkoutId);
  if (!order || order.cancelledAt) return;
  const completedAt = order.free ? order.placedAt : payment?.capturedAt;
  if (completedAt === undefined) return;
  count('checkouts_completed', startedAt, checkoutId);
  count('orders', completedAt, order.orderId);
}

function countPayment(payment, kind, count) {
  const { chargeId, amount, currency, capturedAt, present, refunds, dispute } = payment;
  const order = payment.purchase?.order;
  const net = order ? order.total - order.tax - order.shipping : amount;
  const entity = order?.orderId ?? payment.invoiceId;
  count('payments', capturedAt, chargeId, { kind, present });
  count('revenue_gross', capturedAt, chargeId, { kind, present, value: amount, currency, net, entity });
  if (kind === 'new') count('new_customers', capturedAt, chargeId, { kind, present });
  for (const refund of refunds) {
    count('refunds', refund.at, chargeId, { value: refund.amount, currency });
    if (refund.failedAt) count('refunds', refund.failedAt, chargeId, { value: -refund.amount, currency });
  }
  if (dispute) count('disputes', dispute.withdrawnAt, chargeId, { value: amount, currency });
  if (dispute?.reinstatedAt) count('disputes', dispute.reinstatedAt, chargeId, { value: -amount, currency });
}

/** Client events that arrived, each message once, with the day they tell. */
function trackedOf(all, { dayOf }) {
  return all.flatMap((visitor) =>
    visitor.client
      .filter(
        (event) => event.fate === 'sent' && ['signup', 'checkout_started', 'order_completed'].includes(event.kind),
      )
      .map((event) => ({ ...event, day: dayOf(event.at) })),
  );
}

const COMPARED = {
  signups: 'signup',
  checkouts_started: 'checkout_started',
  orders: 'order_completed',
  revenue_gross: 'order_completed',
};

/** Reconciliation rows of every day and compared metric (revenue: and currency): `Map` of `day metric currency` to parts. */
function rowsOf(flows, tracked, { days }) {
  const rows = new Map();
  const row = (day, metric, currency) => {
    const key = `${day} ${metric} ${currency}`;
    if (!rows.has(key)) rows.set(key, { day, metric, currency, ...EMPTY });
    return rows.get(key);
  };
  for (const [metric, kind] of Object.entries(COMPARED)) {
    const events = new Map();
    for (const event of tracked.filter((each) => each.kind === kind))
      events.set(event.entity, [...(events.get(event.entity) ?? []), event]);
    for (const flow of flows.filter((each) => each.metric === metric)) {
      const mine = row(flow.day, metric, flow.currency);
      const amount = flow.currency ? flow.value : 1;
      if (!flow.present) mine.not_trackable += amount;
      else pair(flow, events.get(flow.entity ?? flow.id) ?? [], mine, (day, currency) => row(day, metric, currency));
      events.delete(flow.entity ?? flow.id);
    }
    // What is left speaks of nothing true.
    for (const [first, ...again] of events.values()) {
      const mine = row(first.day, metric, metric === 'revenue_gross' ? first.currency : '');
      mine.client_only += 1;
      mine.duplicates += again.length;
      mine.events += 1 + again.length;
    }
  }
  return [...rows.values()].filter(({ day }) => days.includes(day));
}

/** Counts of a row; `wrong_currency` counts a pair in the row of its truth, `foreign` in the row of the event's own currency. */
const EMPTY = {
  truths: 0,
  actual: 0,
  not_trackable: 0,
  events: 0,
  matched: 0,
  missing: 0,
  client_only: 0,
  duplicates: 0,
  wrong_value: 0,
  wrong_currency: 0,
  foreign: 0,
  other_day: 0,
  tracked_other_day: 0,
};

/** One true thing and the client events that speak of it. */
function pair(flow, events, mine, rowOn) {
  mine.truths += 1;
  mine.actual += flow.currency ? flow.value : 1;
  if (events.length === 0) {
    mine.missing += 1;
    return;
  }
  const [best, ...again] = [...events].sort(
    (a, b) => Number(b.day === flow.day) - Number(a.day === flow.day) || a.at - b.at,
  );
  const at = (event) => rowOn(event.day, flow.currency && event.currency);
  for (const event of events) at(event).events += 1;
  for (const event of again) at(event).duplicates += 1;
  if (best.day !== flow.day) {
    mine.other_day += 1;
    at(best).tracked_other_day += 1;
  } else if (flow.currency && best.currency !== flow.currency) {
    mine.wrong_currency += 1;
    at(best).foreign += 1;
  } else if (flow.currency && best.value !== (best.basis === 'net' ? flow.net : flow.value)) mine.wrong_value += 1;
  else mine.matched += 1;
}
