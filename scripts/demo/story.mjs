// What the demo shows, one section each, every figure from the service's own answers.
import { all, figure, metric, sumRows, total } from './api.mjs';
import { bold, dim, green, heading, money, number, percent, red, say, table } from './print.mjs';

const NAMES = {
  signups: 'sign-ups',
  checkouts_started: 'checkouts started',
  orders: 'orders',
  revenue_gross: 'revenue',
};

/** Causes in words; one the demo does not know keeps its own name. */
const CAUSES = {
  client_never_seen: 'no event of that person at all: an ad blocker, or no script',
  lost_event: 'the person was seen, this event never arrived',
  rejected_at_collection: 'the event arrived without the id that makes it countable',
  late: 'told on a later day',
  other_day: 'told on another day',
  not_completed: 'the purchase was never paid, or was cancelled',
  bot: 'sent by a crawler',
  duplicate: 'sent again under another id: a reload, a double click',
};
const causeText = (name) => CAUSES[name] ?? name.replaceAll('_', ' ');

/** The controller's sentence. */
export async function sentence(client, range, rows) {
  const signups = sumRows(rows.filter((row) => row.metric === 'signups'));
  const paying = await total(client, 'new_customers', range);
  say(
    `\n  ${bold(`The dashboard says ${number(signups.tracked)} sign-ups, billing says ${number(paying)}; true is ${number(signups.actual)}.`)} Here is why: ` +
      `${number(signups.missing)} never reached the dashboard,\n  ${number(signups.client_only)} that it shows never happened and ${number(signups.duplicates)} it counted twice; ` +
      `billing knows only the ${number(paying)} who have paid.`,
  );
  const causes = Object.entries(signups.causes).filter(([, count]) => count > 0);
  for (const [cause, count] of causes.sort((a, b) => b[1] - a[1]))
    say(dim(`    ${String(number(count)).padStart(6)}  ${causeText(cause)}`));
}

/** Tracked beside true, for the month. */
export function bigTable(rows) {
  const lines = [];
  for (const name of Object.keys(NAMES)) {
    const ofMetric = rows.filter((row) => row.metric === name);
    const currencies = [...new Set(ofMetric.map((row) => row.currency ?? ''))].sort();
    for (const currency of currencies) {
      const mine = ofMetric.filter((row) => (row.currency ?? '') === currency);
      const sum = sumRows(mine);
      const text = (value) => (currency ? money(value, currency) : number(value));
      const share = (part, whole) => (whole === 0 ? null : (100 * part) / whole);
      const label = currency ? `${NAMES[name]} ${currency}` : NAMES[name];
      lines.push([
        label,
        text(sum.tracked),
        text(sum.actual),
        text(sum.gap),
        percent(share(sum.gap, sum.actual)),
        percent(share(sum.missingAmount, sum.actual)),
        percent(share(sum.extraAmount, sum.tracked)),
      ]);
    }
  }
  heading('The month: what analytics saw, what happened');
  say(table(['', 'tracked', 'true', 'gap', 'gap %', 'loss', 'overcount'], lines));
  const causes = sumRows(rows).causes;
  const ranked = Object.entries(causes)
    .filter(([, count]) => count > 0)
    .sort((a, b) => b[1] - a[1]);
  if (ranked.length > 0) {
    say(
      `\n${table(
        ['why they differ', 'times'],
        ranked.map(([cause, count]) => [causeText(cause), number(count)]),
      )}`,
    );
  }
}

/** Where the sign-ups came from; unknown is a row like any other. */
export async function attribution(client, range) {
  const data = await metric(client, 'signups', range, '&interval=month&group_by=source');
  const rows = data.map((row) => [row.group.source, figure(row.value)]).sort((a, b) => b[1] - a[1]);
  const sum = rows.reduce((all, [, value]) => all + value, 0);
  heading('Sign-ups by first touch, recorded by the server');
  say(
    table(
      ['source', 'sign-ups', 'share'],
      rows.map(([source, value]) => [source, number(value), percent((100 * value) / sum)]),
    ),
  );
}

export async function funnels(client, range) {
  const { actual, tracked } = await client.get(`/v1/funnel?from=${range.from}&to=${range.to}`);
  const row = (name, { started, completed, rate }) => [
    name,
    number(started),
    number(completed),
    percent(rate === null ? null : rate * 100),
  ];
  heading('The checkout funnel, twice');
  say(table(['', 'started', 'completed', 'rate'], [row('tracked', tracked), row('true', actual)]));
}

const FIRST_PAYMENTS = `with firsts as (
  select *, row_number() over (partition by customer_id order by paid_at, payment_id) as nth
  from report.payments
  where status = 'succeeded')
select currency, count(*) as new_customers, sum(amount_minor) as revenue
from firsts
where nth = 1 and day between $1 and $2
group by currency
order by currency`;

const SIGNUPS = `select
  (select count(*) from report.users where day between $1 and $2 and signed_up_at is not null) as actual,
  (select count(*) from report.analytics_events where kind = 'signup' and day between $1 and $2) as tracked`;

/** The questions people ask in SQL, beside the API's answers. @returns differences, as of `check.mjs` */
export async function sqlBeside(service, range, rows) {
  heading('The same in SQL, on the documented views');
  const firsts = await service.sql(FIRST_PAYMENTS, [range.from, range.to]);
  const counts = await service.sql(SIGNUPS, [range.from, range.to]);
  const revenue = await metric(service.client, 'revenue_gross', range, '&interval=month&group_by=customer_kind');
  const ofNew = (currency) =>
    revenue
      .filter((row) => row.group.customer_kind === 'new' && row.currency === currency)
      .reduce((sum, row) => sum + figure(row.value), 0);
  const signups = sumRows(rows.filter((row) => row.metric === 'signups'));
  const answers = [
    [
      'new customers',
      firsts.reduce((sum, row) => sum + Number(row.new_customers), 0),
      await total(service.client, 'new_customers', range),
    ],
    ...firsts.map(({ currency, revenue: sum }) => [
      `their revenue, ${currency}`,
      Number(sum),
      ofNew(currency),
      currency,
    ]),
    ['sign-ups, true', Number(counts[0].actual), signups.actual],
    ['sign-ups, tracked', Number(counts[0].tracked), signups.tracked],
  ];
  say(dim(FIRST_PAYMENTS.replace(/^/gm, '    ')));
  say(`\n${dim(SIGNUPS.replace(/^/gm, '    '))}\n`);
  const text = (value, currency) => (currency ? money(value, currency) : number(value));
  say(
    table(
      ['', 'SQL', 'API', ''],
      answers.map(([name, sql, api, currency]) => [
        name,
        text(sql, currency),
        text(api, currency),
        sql === api ? green('equal') : red('differs'),
      ]),
    ),
  );
  return answers
    .filter(([, sql, api]) => sql !== api)
    .map(([name, sql, api]) => ({ what: `SQL ${name}`, planted: sql, answered: api }));
}

/** One number, down to the signed delivery under it. */
export async function trace(client, day, zone) {
  const [value] = await metric(client, 'revenue_gross', { from: day, to: day }, '&currency=USD');
  const contributions = (await all(client, `/v1/metrics/revenue_gross/contributions?day=${day}`)).filter(
    (row) => row.currency === 'USD',
  );
  const [first] = contributions;
  const entry = await client.get(`/v1/ledger/entries/${first.entry_id}`);
  heading(`One number traced: revenue of ${day} in USD`);
  say(
    `  ${money(figure(value.value), 'USD')} is the sum of ${number(contributions.length)} contributions. One of them:`,
  );
  say(`    ${money(figure(first.delta), 'USD')}  ${first.fact}, ledger position ${number(first.position)}`);
  say(`    entry ${entry.id}`);
  say(
    `    ${entry.type}, the provider's ${entry.origin_event_id}, authenticated by ${entry.authenticated_by ?? 'its signature'}`,
  );
  say(`    happened ${entry.occurred_at}, which is ${day} in ${zone}; recorded ${entry.recorded_at}`);
  const sum = contributions.reduce((so_far, row) => so_far + figure(row.delta), 0);
  return sum === figure(value.value)
    ? []
    : [{ what: `contributions of revenue_gross ${day} USD`, planted: sum, answered: figure(value.value) }];
}
