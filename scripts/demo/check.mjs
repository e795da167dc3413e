// The planted truth beside the service's answers, figure by figure.
import { figure, metric } from './api.mjs';

const FLOWS = [
  'signups',
  'checkouts_started',
  'orders',
  'payments',
  'new_customers',
  'revenue_gross',
  'refunds',
  'disputes',
];
const NET = { revenue_gross: 1, refunds: -1, disputes: -1 };
const PARTS = [
  'matched',
  'missing',
  'client_only',
  'duplicates',
  'wrong_value',
  'wrong_currency',
  'other_day',
  'tracked_other_day',
];

/**
 * @param rows reconciliation rows of the month, as the API gave them
 * @returns `{ checked, differences }`; a difference is `{ what, planted, answered }`
 */
export async function compare(client, { calendar }, truth, rows) {
  const range = { from: calendar.days[0], to: calendar.days.at(-1) };
  const planted = plantedFigures(truth, calendar);
  const answered = new Map();
  for (const name of [...FLOWS, 'revenue_net']) {
    for (const interval of ['day', 'month'])
      put(answered, name, await metric(client, name, range, `&interval=${interval}`));
    if (!['refunds', 'disputes', 'revenue_net'].includes(name))
      put(answered, name, await metric(client, name, range, '&interval=month&group_by=source'));
  }
  put(
    answered,
    'revenue_gross',
    await metric(client, 'revenue_gross', range, '&interval=month&group_by=customer_kind'),
  );
  for (const name of ['checkout_completion_rate', 'signup_conversion_rate', 'unknown_share'])
    putRatio(answered, name, await metric(client, name, range, '&interval=month'));
  for (const row of rows) putRow(answered, row);
  const funnel = await client.get(`/v1/funnel?from=${range.from}&to=${range.to}`);
  for (const side of ['actual', 'tracked'])
    for (const step of ['started', 'completed']) answered.set(`funnel ${side} ${step}`, funnel[side][step]);
  return differences(planted, answered);
}

/** Every figure that either side names; one that a side leaves out is 0 there. */
export function differences(planted, answered) {
  const found = [];
  const names = new Set([...planted.keys(), ...answered.keys()]);
  for (const what of names) {
    const [a, b] = [planted.get(what) ?? 0, answered.get(what) ?? 0];
    if (a !== b) found.push({ what, planted: a, answered: b });
  }
  return { checked: names.size, differences: found };
}

const keyOf = (name, period, currency, group) => [name, period, currency, group].filter(Boolean).join(' ');

function put(figures, name, data) {
  for (const row of data) {
    const group = row.group ? Object.entries(row.group).map(([key, value]) => `${key}=${value}`)[0] : '';
    figures.set(keyOf(name, row.period, row.currency, group), figure(row.value));
  }
}

function putRatio(figures, name, data) {
  for (const row of data) {
    figures.set(`${name} ${row.period} numerator`, figure(row.numerator));
    figures.set(`${name} ${row.period} denominator`, figure(row.denominator));
  }
}

function putRow(figures, row) {
  const name = `${row.day} reconciled ${keyOf(row.metric, row.currency)}`;
  figures.set(`${name} actual`, figure(row.actual));
  for (const part of PARTS) figures.set(`${name} ${part}`, figure(row[part]));
}

/** The same names with what the plan says. */
export function plantedFigures({ flows, tracked, rows }, { days, month }) {
  const figures = new Map();
  const add = (name, value) => figures.set(name, (figures.get(name) ?? 0) + value);
  const inMonth = flows.filter((flow) => days.includes(flow.day));
  for (const { metric: name, day, value, currency, source, kind } of inMonth) {
    if (!FLOWS.includes(name)) continue;
    for (const period of [day, month]) {
      add(keyOf(name, period, currency), value);
      if (NET[name]) add(keyOf('revenue_net', period, currency), NET[name] * value);
    }
    if (!['refunds', 'disputes'].includes(name)) add(keyOf(name, month, currency, `source=${source}`), value);
    if (name === 'revenue_gross') add(keyOf(name, month, currency, `customer_kind=${kind}`), value);
  }
  const count = (name, also = () => true) => inMonth.filter((flow) => flow.metric === name && also(flow)).length;
  const ratio = (name, numerator, denominator) => {
    figures.set(`${name} ${month} numerator`, numerator);
    figures.set(`${name} ${month} denominator`, denominator);
  };
  ratio('checkout_completion_rate', count('checkouts_completed'), count('checkouts_started'));
  ratio('signup_conversion_rate', count('signups_converted'), count('signups'));
  ratio(
    'unknown_share',
    count('signups', (flow) => flow.source === 'unknown'),
    count('signups'),
  );
  for (const row of rows) {
    const name = `${row.day} reconciled ${keyOf(row.metric, row.currency)}`;
    figures.set(`${name} actual`, row.actual);
    for (const part of PARTS) figures.set(`${name} ${part}`, row[part]);
    figures.set(`${name} wrong_currency`, row.wrong_currency + row.foreign);
  }
  figures.set('funnel actual started', count('checkouts_started'));
  figures.set('funnel actual completed', count('checkouts_completed'));
  const events = (kind) => tracked.filter((event) => event.kind === kind && days.includes(event.day)).length;
  figures.set('funnel tracked started', events('checkout_started'));
  figures.set('funnel tracked completed', events('order_completed'));
  return figures;
}
