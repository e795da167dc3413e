// `npm run demo`: a shop's month through the real doors, the numbers that follow, and what analytics made of it.
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { build } from './build.mjs';
import { COMPARED, reconcile } from './demo/api.mjs';
import { compare } from './demo/check.mjs';
import { monthEnd } from './demo/month-end.mjs';
import { planDeliveries } from './demo/deliveries.mjs';
import { bold, dim, green, heading, number, progress, red, say } from './demo/print.mjs';
import { send } from './demo/sender.mjs';
import { caughtUp, newSecrets, runService } from './demo/service.mjs';
import { DEFAULTS, planShop } from './demo/shop.mjs';
import { attribution, bigTable, funnels, sentence, sqlBeside, trace } from './demo/story.mjs';
import { trials } from './demo/trials.mjs';
import { truthOf } from './demo/truth.mjs';

const HELP = `npm run demo [-- options]

  --exit          stop after the table and the checks; status 0 when every figure is as planted
  --exit=eof      the same, once its standard input has ended: what started it can look around first
  --visitors N    how many visitors the month has (default ${DEFAULTS.visitors})
  --help          this page`;

const root = path.dirname(import.meta.dirname);
const FIRST_DAYS = 7; // sent before the first figures are shown

const EXIT_AT_EOF = '--exit=eof';

const args = process.argv.slice(2);
const exits = args.includes('--exit') || args.includes(EXIT_AT_EOF);
if (args.includes('--help')) {
  say(HELP);
  process.exit(0);
}
const visitors = args.includes('--visitors') ? Number(args[args.indexOf('--visitors') + 1]) : DEFAULTS.visitors;
if (!Number.isInteger(visitors) || visitors < 500 || visitors > 100_000) {
  console.error('--visitors must be a whole number from 500 to 100000.');
  process.exit(2);
}

const dataDir = mkdtempSync(path.join(os.tmpdir(), 'truth-ledger-demo-'));
chmodSync(dataDir, 0o755); // the embedded PostgreSQL may run as another user
let service;
let cleaning;

const cleanUp = () =>
  (cleaning ??= (async () => {
    await service?.stop();
    const note = path.join(dataDir, 'embedded-postgresql-is-at.txt');
    if (existsSync(note)) rmSync(readFileSync(note, 'utf8').trim(), { recursive: true, force: true });
    rmSync(dataDir, { recursive: true, force: true });
  })());
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    say(dim('\nStopping ...'));
    void cleanUp().then(() => process.exit(signal === 'SIGINT' ? 130 : 143));
  });
}

try {
  const wrong = await demo();
  if (wrong === 0 && args.includes(EXIT_AT_EOF)) await inputEnds();
  if (exits || wrong > 0) {
    await cleanUp();
    process.exit(wrong > 0 ? 1 : 0);
  }
  // The service keeps this process alive until Ctrl-C.
} catch (error) {
  if (!cleaning) {
    console.error(red(`\nThe demo stopped: ${error.message}`));
    await cleanUp();
    process.exit(1);
  }
}

async function demo() {
  build();
  const plan = planShop({ visitors });
  const deliveries = planDeliveries(plan);
  const truth = truthOf(plan);
  const { calendar } = plan;
  const month = rangeOf(plan);
  say(
    `${bold('Truth Ledger')}  a shop's month: ${calendar.month}, ${number(visitors)} visitors, ${number(deliveries.length)} deliveries, days in ${calendar.zone}`,
  );
  const secrets = newSecrets();
  const began = Date.now();
  service = await runService({ root, dataDir, zone: calendar.zone, secrets });
  say(dim(`  The service is up after ${seconds(began)}: ${service.client.base}, data in ${dataDir}`));

  await firstWeek(plan, deliveries, secrets, began);
  const week = firstPart(plan, deliveries).length;
  const sent = await sendPart('the rest      ', deliveries.slice(week), secrets);
  await caughtUp(service.client);
  say(dim(`  ${number(sent.duplicates)} of them were known already; everything was sent within ${seconds(began)}.`));
  const rows = await reconcile(service.client, month, calendar.days, COMPARED);

  bigTable(rows);
  await attribution(service.client, month);
  await funnels(service.client, month);
  const charge = deliveries.find(
    (delivery) => delivery.id?.endsWith('chargesucceeded') && delivery.body.includes('"captured":true'),
  );
  const found = [
    ...(await sqlBeside(service, month, rows)),
    ...(await trace(service.client, calendar.days[13], calendar.zone)),
    ...(await trials(service, secrets, charge, month)),
  ];
  return judge(plan, truth, rows, found, secrets);
}

function seconds(began) {
  return `${((Date.now() - began) / 1000).toFixed(1)} s`;
}

/** Deliveries are in the order of their arrival, so what had arrived by an instant is the beginning of the list. */
function firstPart({ calendar }, deliveries) {
  const until = calendar.startOf(calendar.days[FIRST_DAYS]);
  return deliveries.slice(
    0,
    deliveries.findIndex((delivery) => delivery.arrives >= until),
  );
}

async function sendPart(label, deliveries, secrets) {
  const bar = progress(label, deliveries.length);
  try {
    return await send(service.client, deliveries, secrets, (count) => bar.add(count));
  } finally {
    bar.stop();
  }
}

async function firstWeek(plan, deliveries, secrets, began) {
  const { days } = plan.calendar;
  const range = { from: days[0], to: days[FIRST_DAYS - 1] };
  await sendPart('the first week', firstPart(plan, deliveries), secrets);
  await caughtUp(service.client);
  await sentence(service.client, range, await reconcile(service.client, range, days.slice(0, FIRST_DAYS), ['signups']));
  say(dim(`    first figures after ${seconds(began)}`));
  say();
}

function inputEnds() {
  process.stdin.resume();
  return new Promise((resolve) => process.stdin.once('end', resolve));
}

async function judge(plan, truth, rows, found, secrets) {
  const { checked, differences } = await compare(service.client, plan, truth, rows);
  const wrong = [...found, ...differences];
  heading('Against the planted truth');
  if (wrong.length === 0)
    say(`  ${green('✓')} ${number(checked)} figures of the generator's own plan, all as the service answers them`);
  const month = { root, secrets, plan, purchase: quietPurchase(plan), range: rangeOf(plan) };
  if (wrong.length === 0) wrong.push(...(await monthEnd(service, month)));
  for (const { what, planted, answered } of wrong.slice(0, 25))
    say(`  ${red('✗')} ${what}: planted ${planted}, the service says ${answered}`);
  if (wrong.length > 25) say(`  … and ${wrong.length - 25} more`);
  if (wrong.length > 0) say(red(`  ${number(wrong.length)} figures differ.`));
  else if (!args.includes('--exit')) await farewell(secrets);
  return wrong.length;
}

function rangeOf({ calendar: { days } }) {
  return { from: days[0], to: days.at(-1) };
}

/** A payment of the first weeks that nothing else befell. */
function quietPurchase({ calendar, visitors }) {
  const until = calendar.startOf(calendar.days[20]);
  return visitors
    .flatMap(({ purchases }) => purchases)
    .find(
      ({ payment }) =>
        payment?.capturedAt < until && payment.currency === 'USD' && !payment.dispute && payment.refunds.length === 0,
    );
}

async function farewell({ apiKey, writeKey }) {
  const { base } = service.client;
  const link = await service.client.post('/v1/session/links', {});
  heading('Look around');
  say(`  ${bold(base + link.path)}`);
  say(dim('                     opens the dashboard, signed in; it works once, within a day'));
  say(`  ${base}/docs          the interface`);
  say(`  curl -H 'Authorization: Bearer ${apiKey}' '${base}/v1/metrics'`);
  heading('With your own data');
  const { port } = new URL(base);
  say(`  Stripe test mode   stripe listen --forward-to ${base}/webhooks/stripe`);
  say(`                     then, with the secret it prints: PORT=${port} STRIPE_WEBHOOK_SECRETS=whsec_… npm run demo`);
  say('                     (test-mode events are kept and listed at /v1/ledger/entries, and count in no number)');
  say(`  Segment's SDK      new Analytics({ writeKey: '${writeKey}', host: '${base}' })`);
  say(`  PostHog's SDK      new PostHog('${writeKey}', { host: '${base}' })`);
  say(dim('\n  Serving until Ctrl-C; the data of this demo are deleted then.'));
}
