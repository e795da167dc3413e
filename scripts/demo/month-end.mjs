// The month is tied out, and closed by two people; then a refund of it comes late.
import { figure, metric } from './api.mjs';
import { command } from './cli.mjs';
import { bold, dim, green, heading, money, number, red, say } from './print.mjs';
import { clientOf, stripeSignature } from './sender.mjs';
import { caughtUp } from './service.mjs';
import { lateRefund } from './stripe-events.mjs';
import { tieOut } from './tie-out.mjs';
import { differs } from './trials.mjs';

/** @returns differences, as of `check.mjs` */
export async function monthEnd(service, { root, secrets, plan, purchase, range }) {
  const [alice, bob] = ['alice', 'bob'].map((name) => clientOf(service.client.base, keyOf(service, root, name)));
  try {
    const found = await tieOut(service, alice, { plan, root });
    if (found.length > 0) return found;
    return await close(service, { alice, bob, secrets, month: plan.calendar.month, purchase, range });
  } finally {
    alice.close();
    bob.close();
  }
}

async function close(service, { alice, bob, secrets, month, purchase, range }) {
  heading('The month is closed');
  const at = `/v1/periods/${month}`;
  const { blockers } = await alice.get(at);
  if (blockers.length > 0)
    return blockers.map(({ kind, detail }) => ({ what: `in the way: ${kind}`, planted: 'nothing', answered: detail }));
  const { proposal } = await alice.post(`${at}/propose`, {});
  say(`  Nothing is in the way. Alice proposes the numbers of position ${number(proposal.up_to)}:`);
  say(dim(`    ${proposal.digest}`));
  const own = await alice.request('POST', `${at}/approve`, { body: { digest: proposal.digest }, authorise: true });
  const { approval } = await bob.post(`${at}/approve`, { digest: proposal.digest });
  say(`  Her own approval is refused (${own.status}); Bob approves, and the month is locked.`);
  const closed = await bob.post(`${at}/close`, {});

  const { currency } = purchase.payment;
  const refunds = (view) => metric(alice, 'refunds', range, `&currency=${currency}&interval=month${view}`);
  const reported = JSON.stringify(await refunds('&view=reported'));
  const late = lateRefund(purchase.payment, purchase);
  const { status } = await service.client.request('POST', '/webhooks/stripe', {
    body: JSON.stringify(late.body),
    headers: { 'stripe-signature': stripeSignature(JSON.stringify(late.body), secrets.webhookSecret, Date.now()) },
  });
  await caughtUp(service.client);
  const [row] = await refunds('');
  const after = JSON.stringify(await refunds('&view=reported'));
  const { adjustments } = await alice.get(`/v1/periods/${nextMonth(month)}`);
  const adjustment = adjustments.find((each) => each.metric === 'refunds' && each.currency === currency);
  say();
  say(`  Then a refund of ${money(purchase.payment.amount, currency)} comes, dated in the closed month:`);
  say(`    refunds reported     ${bold(money(figure(row.value), currency))}  ${dim('the same bytes as before')}`);
  say(`    refunds known now    ${bold(money(figure(row.known), currency))}`);
  say(
    `    adjustment           ${bold(money(figure(row.adjustment), currency))}  ${dim(`in ${nextMonth(month)}, because of a ${(adjustment?.cause ?? '').replaceAll('_', ' ')}`)}`,
  );
  const found = [
    ...differs('state of the month', 'closed', closed.state),
    ...differs('approval by who proposed', 409, own.status),
    ...differs('approved digest', proposal.digest, approval.digest),
    ...differs('status of the late refund', 202, status),
    ...differs('reported refunds after the close', reported, after),
    ...differs('adjustment of refunds', purchase.payment.amount, figure(row.adjustment)),
    ...differs('adjustment in the next month', purchase.payment.amount, figure(adjustment?.value)),
  ];
  say(
    found.length === 0
      ? `  ${green('✓')} the closed number did not move; the difference is posted where the books are open`
      : `  ${red('✗')} the close does not hold`,
  );
  return found;
}

/** A key that names a person, made as an operator would. */
const keyOf = (service, root, name) =>
  command(service, root, 'keys', 'create', '--name', name, '--scope', 'finance', '--scope', 'read').key;

function nextMonth(month) {
  const [year, nth] = month.split('-').map(Number);
  return nth === 12 ? `${year + 1}-01` : `${year}-${String(nth + 1).padStart(2, '0')}`;
}
