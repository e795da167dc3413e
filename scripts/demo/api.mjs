// Questions to the service's API, with its paging.
import { setTimeout as pause } from 'node:timers/promises';

export const SOURCE = 'collector';
export const COMPARED = ['signups', 'checkouts_started', 'orders', 'revenue_gross'];

/** A count, or minor units, of whatever shape a figure has on the wire. */
export const figure = (value) =>
  Number(value !== null && typeof value === 'object' ? value.amount_minor : (value ?? 0));

/** Every row of a paged list. */
export async function all(client, path) {
  const rows = [];
  for (let cursor = null; ;) {
    const page = await client.get(
      `${path}${path.includes('?') ? '&' : '?'}limit=500${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`,
    );
    rows.push(...page.data);
    cursor = page.next_cursor;
    if (!cursor) return rows;
  }
}

export const metric = async (client, name, { from, to }, more = '') =>
  (await client.get(`/v1/metrics/${name}?from=${from}&to=${to}${more}`)).data;

/** The sum of a metric over a range, of one currency where it is money. */
export async function total(client, name, range, currency) {
  const rows = await metric(client, name, range, currency ? `&currency=${currency}` : '');
  return rows.reduce((sum, row) => sum + figure(row.value), 0);
}

export const reconciliations = (client, { from, to }) =>
  all(client, `/v1/reconciliations?from=${from}&to=${to}&source=${SOURCE}`);

/** Asks for a reconciliation and waits until a row of every day and metric is there. Resolves with the rows. */
export async function reconcile(client, range, days, metrics, withinMs = 120_000) {
  await client.post('/v1/reconciliations', { ...range, source: SOURCE, metrics });
  const until = Date.now() + withinMs;
  for (;;) {
    const rows = (await reconciliations(client, range)).filter((row) => metrics.includes(row.metric));
    const done = new Set(rows.map((row) => `${row.day} ${row.metric}`));
    // A day without any order has no row of revenue: there is no currency it could be in.
    const idle = new Set(
      rows.filter((row) => row.metric === 'orders' && row.actual === 0 && row.tracked === 0).map((row) => row.day),
    );
    const isDone = (day, name) => done.has(`${day} ${name}`) || (name === 'revenue_gross' && idle.has(day));
    if (days.every((day) => metrics.every((name) => isDone(day, name)))) return rows;
    if (Date.now() > until)
      throw new Error(
        `after ${withinMs / 1000} seconds only ${done.size} of ${days.length * metrics.length} reconciliations are there`,
      );
    await pause(200);
  }
}

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

/** Rows of one metric together: figures, parts as counts, the amounts behind the percentages, and causes by name. */
export function sumRows(rows) {
  const sum = { actual: 0, tracked: 0, gap: 0, missingAmount: 0, extraAmount: 0, unexplained: 0, causes: {} };
  for (const part of PARTS) sum[part] = 0;
  for (const row of rows) {
    for (const key of ['actual', 'tracked', 'gap', 'unexplained', ...PARTS]) sum[key] += figure(row[key]);
    const amount = (part, side) => figure(row.amounts ? row.amounts[part][side] : row[part]);
    sum.missingAmount += amount('missing', 'amount_actual');
    sum.extraAmount += amount('duplicates', 'amount_tracked') + amount('client_only', 'amount_tracked');
    for (const [cause, count] of Object.entries(row.causes ?? {}))
      sum.causes[cause] = (sum.causes[cause] ?? 0) + figure(count);
  }
  return sum;
}
