// What the service must withstand: a forgery, a delivery repeated a hundred times, its own death.
import { setTimeout as pause } from 'node:timers/promises';
import { total } from './api.mjs';
import { green, heading, number, red, say } from './print.mjs';
import { stripeSignature } from './sender.mjs';
import { caughtUp } from './service.mjs';

const verdict = (ok, text) => say(`  ${ok ? green('✓') : red('✗')} ${text}`);
export const differs = (what, planted, answered) => (planted === answered ? [] : [{ what, planted, answered }]);

/** @returns differences, as of `check.mjs` */
export async function trials(service, secrets, delivery, range) {
  heading('What it withstands');
  const head = await caughtUp(service.client);
  return [
    ...(await forgery(service.client, delivery, head)),
    ...(await hundredTimes(service.client, secrets, delivery, range)),
    ...(await killed(service, range)),
  ];
}

async function forgery(client, { body }, head) {
  const forged = body.replace(/"amount_captured":\d+/, '"amount_captured":99999900');
  const { status } = await client.request('POST', '/webhooks/stripe', {
    body: forged,
    headers: { 'stripe-signature': stripeSignature(forged, 'whsec_guessed', Date.now()) },
  });
  const now = await caughtUp(client);
  verdict(status === 401 && now === head, `a forged delivery was refused (${status}), and nothing was written`);
  return [...differs('status of a forged delivery', 401, status), ...differs('ledger head after it', head, now)];
}

async function hundredTimes(client, { webhookSecret }, { body }, range) {
  const before = await total(client, 'payments', range);
  const statuses = await Promise.all(
    Array.from({ length: 100 }, () =>
      client.request('POST', '/webhooks/stripe', {
        body,
        headers: { 'stripe-signature': stripeSignature(body, webhookSecret, Date.now()) },
      }),
    ),
  );
  const known = statuses.filter(({ status }) => status === 200).length;
  await caughtUp(client);
  const after = await total(client, 'payments', range);
  verdict(
    known === 100 && after === before,
    `a delivery repeated 100 times was recognised ${known} times; payments stay ${number(after)}`,
  );
  return [...differs('repeats recognised', 100, known), ...differs('payments after 100 repeats', before, after)];
}

const SAME = ['signups', 'orders', 'payments', 'new_customers'];

async function killed(service, range) {
  const figures = async () =>
    Promise.all([
      ...SAME.map((name) => total(service.client, name, range)),
      ...['USD', 'EUR', 'JPY'].map((currency) => total(service.client, 'revenue_gross', range, currency)),
    ]);
  const before = await figures();
  const began = Date.now();
  await service.kill9();
  await pause(50); // let the operating system close its sockets
  await service.start();
  const seconds = (Date.now() - began) / 1000;
  await caughtUp(service.client);
  const after = await figures();
  const same = before.every((value, i) => value === after[i]);
  verdict(same, `kill -9: back after ${seconds.toFixed(1)} s with ${same ? 'the same numbers' : 'other numbers'}`);
  return same ? [] : [{ what: 'figures after kill -9', planted: before.join(' '), answered: after.join(' ') }];
}
