// How many entries a core interprets in a second: node bench/interpret.mjs [--entries 40000] [--rounds 7]
// The shop's history (what its services tell, what Stripe delivers) with a renewal of a subscription for every fourth purchase, one half of
// them in a shape of 2020. CPU time, so that other work on the machine does not count. Prints two lines of JSON: from parsed bodies, and
// from the text that the ledger keeps.
import { parseArgs } from 'node:util';
import { pathToFileURL } from 'node:url';
import { build } from '../scripts/build.mjs';
import { dist } from './service-in-process.mjs';
import { purchaseEntries } from './shop-history.mjs';
import { spread } from './statistics.mjs';
import { stripeEvent } from './stripe-bodies.mjs';

const PURCHASES_PER_RENEWAL = 4;
const OLD_VERSION = '2020-08-27';

/** Entries as the feed hands them to interpreters, with the text of their body. */
function entriesOf(count) {
  const entries = [];
  for (let purchase = 0; entries.length < count; purchase += 1) {
    const deliveries = purchaseEntries(purchase, count / 8);
    if (purchase % PURCHASES_PER_RENEWAL === 0) deliveries.push(...renewal(purchase));
    entries.push(...deliveries.map(entryOf));
  }
  return entries.slice(0, count);
}

function entryOf({ door, body }, index) {
  const isStripe = door === 'stripe';
  return {
    ...{ id: `entry-${body.id}`, position: index + 1, schemaVersion: 1, account: '', originEventId: body.id },
    type: isStripe ? `stripe.${body.type}` : body.type,
    origin: isStripe ? 'stripe' : body.source,
    occurredAt: isStripe ? body.created * 1000 : Date.parse(body.time),
    attributes: isStripe ? { livemode: 'true', api_version: body.api_version } : {},
    text: JSON.stringify(body),
  };
}

function renewal(purchase) {
  const at = 1_750_000_000 + purchase;
  const old = purchase % (2 * PURCHASES_PER_RENEWAL) === 0;
  const [id, customer] = [`sub_${purchase}K3x9Qm2Z`, `cus_${purchase}K3x9Qm2Z`];
  const recurring = {
    interval: 'month',
    interval_count: 1,
    meter: null,
    trial_period_days: null,
    usage_type: 'licensed',
  };
  const price = { id: 'price_1', currency: 'eur', unit_amount: 2500, unit_amount_decimal: '2500', recurring };
  const plan = { id: 'price_1', currency: 'eur', amount: 2500, amount_decimal: '2500', ...recurring };
  const items = {
    object: 'list',
    data: [{ id: `si_${purchase}`, quantity: 1, ...(old ? { plan } : { price, plan }) }],
  };
  const subscription = {
    ...{
      id,
      object: 'subscription',
      status: 'active',
      created: at - 900_000,
      start_date: at - 900_000,
      currency: 'eur',
    },
    ...{
      customer,
      items,
      metadata: { user_id: `u_${purchase}` },
      ended_at: null,
      pause_collection: null,
      trial_end: null,
    },
  };
  const invoice = {
    ...{
      id: `in_${purchase}K3x9Qm2Z`,
      object: 'invoice',
      created: at,
      currency: 'eur',
      customer,
      status: 'paid',
      metadata: {},
    },
    ...{ amount_due: 2500, amount_paid: 2500, amount_remaining: 0, billing_reason: 'subscription_cycle' },
    ...(old ? { charge: `ch_${purchase}`, payment_intent: `pi_${purchase}`, subscription: id } : {}),
  };
  const tell = (name, type, object, previous) => {
    const event = stripeEvent(`${name}${purchase}`, type, at, object, previous);
    return { door: 'stripe', body: old ? { ...event, api_version: OLD_VERSION } : event };
  };
  return [
    tell('su', 'customer.subscription.updated', subscription, { latest_invoice: 'in_before' }),
    tell('in', 'invoice.paid', invoice),
  ];
}

/** Entries in a second of CPU, round by round; the first is warm-up and does not count. */
function measure(entries, rounds, bodyOf, interpret) {
  const rates = [];
  let facts = 0;
  for (let round = 0; round <= rounds; round += 1) {
    const cpu = process.cpuUsage();
    facts = 0;
    for (const entry of entries) facts += interpret({ ...entry, body: bodyOf(entry) }).length;
    const { user, system } = process.cpuUsage(cpu);
    if (round > 0) rates.push(entries.length / ((user + system) / 1e6));
  }
  return { entries: entries.length, facts, entries_per_cpu_second: spread(rates) };
}

export async function interpretBench(count, rounds, print) {
  const { interpret } = await import(`${dist}/ingest/interpret.js`);
  const entries = entriesOf(count);
  const bodies = new Map(entries.map((entry) => [entry, JSON.parse(entry.text)]));
  const parsed = measure(entries, rounds, (entry) => bodies.get(entry), interpret);
  const fromText = measure(entries, rounds, ({ text }) => JSON.parse(text), interpret);
  const kilobytes = Math.round(entries.reduce((sum, { text }) => sum + text.length, 0) / entries.length) / 1000;
  const results = [
    { from: 'parsed bodies', ...parsed },
    { from: 'texts', kilobytes, ...fromText },
  ];
  results.forEach(print);
  return results;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { values } = parseArgs({
    options: { entries: { type: 'string', default: '40000' }, rounds: { type: 'string', default: '7' } },
  });
  build();
  await interpretBench(Number(values.entries), Number(values.rounds), (line) => console.log(JSON.stringify(line)));
}
