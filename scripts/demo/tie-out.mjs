// The month's money held against the provider's own account of it, line by line.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { OPENING } from './balance.mjs';
import { differences } from './check.mjs';
import { closeAnswered, differencesAnswered } from './check-close.mjs';
import { command } from './cli.mjs';
import { bold, dim, green, heading, money, number, red, say, table } from './print.mjs';
import { caughtUp } from './service.mjs';
import { itemisedOf, listOf, summaryOf } from './settlement.mjs';
import { plantedClose, plantedDifferences } from './truth-close.mjs';

const PROVIDER = 'stripe';
const CURRENCIES = Object.keys(OPENING);
const REASONS = {
  timing: 'the ledger knows what it is of, and its line was not fetched yet',
  fee: 'taken by the provider without a payment, and not fetched yet',
};
/** What moves a balance, in the order in which it is read. */
const CATEGORIES = {
  charge: 'payments',
  refund: 'refunds',
  refund_failure: 'refunds that failed',
  dispute: 'taken by disputes',
  dispute_reversal: 'disputes that were won',
  fee: 'account fees',
  payout: 'paid out to the bank',
};

/** An amount whose currency stands above it. */
const bare = (minor, currency) => money(minor, currency).slice(0, -currency.length - 1);

/**
 * @param finance a client of somebody who may close
 * @returns differences, as of `check.mjs`
 */
export async function tieOut(service, finance, { plan, root }) {
  const { calendar, balance } = plan;
  const range = `from=${calendar.days[0]}&to=${calendar.days.at(-1)}`;
  heading('The month is tied out with the provider');
  await openBalances(finance, calendar.days[0]);
  const early = readList(
    service,
    root,
    balance.lines.filter(({ at }) => at < balance.listedUntil),
    'at-noon',
  );
  say(
    `  Its list of balance transactions was last read at noon of ${calendar.days.at(-1)}: ${number(early.recorded)} lines.`,
  );
  for (const [kind, text] of [
    ['balance_itemised', itemisedOf(balance, calendar)],
    ['balance_summary', summaryOf(balance, calendar)],
  ])
    await handOver(finance, `provider=${PROVIDER}&kind=${kind}&${range}`, text);
  const first = await compared(service, finance, calendar.month);
  differing(first);
  const late = readList(service, root, balance.lines, 'whole');
  say(
    `\n  The list is read again, to its end: ${number(late.recorded)} new lines, ${number(late.listed - late.recorded)} known already.`,
  );
  const tied = await compared(service, finance, calendar.month);
  rolledForward(tied, calendar.days);
  const statements = { tieOut: tied, ...(await books(finance, range)) };
  bridged(statements.bridge);
  return judged(plan, first, statements);
}

async function openBalances(finance, day) {
  for (const [currency, amount] of Object.entries(OPENING))
    await finance.post('/v1/opening-balances', {
      ...{ provider: PROVIDER, day, balance: { amount_minor: String(amount), currency } },
    });
  const told = CURRENCIES.map((currency) => money(OPENING[currency], currency)).join(', ');
  say(`  What the provider held at the beginning of ${day}: ${told}.`);
}

/** Reads a list of the provider's into the ledger. */
function readList(service, root, lines, name) {
  const file = path.join(service.dataDir, `balance-transactions-${name}.jsonl`);
  writeFileSync(file, listOf(lines));
  const [imported] = command(service, root, 'import', PROVIDER, '--file', file).data;
  return imported;
}

async function handOver(finance, query, text) {
  const headers = { 'content-type': 'text/csv' };
  const { status, body } = await finance.request('POST', `/v1/provider-reports?${query}`, {
    ...{ body: text, headers, authorise: true },
  });
  if (status !== 202) throw new Error(`the report was answered ${status}: ${JSON.stringify(body)}`);
}

async function compared(service, finance, month) {
  await caughtUp(service.client);
  const { data } = await finance.post(`/v1/periods/${month}/tie-out`, {});
  return data.find(({ provider }) => provider === PROVIDER);
}

function differing({ status, currencies, differences_total: total, difference_counts: counts }) {
  say(`  Then Alice hands over its report of the month. It ${bold(status)} from the ledger in ${number(total)} lines:`);
  const row = ({ currency, ledger, provider }) => [
    `  ${currency}`,
    ...[ledger.net, provider.net, Number(provider.net) - Number(ledger.net)].map((minor) => bare(minor, currency)),
  ];
  say(table(['', 'ledger', 'provider', 'difference'], currencies.map(row)));
  const kinds = new Map();
  for (const [key, count] of Object.entries(counts)) {
    const kind = key.slice(key.indexOf(' ') + 1);
    kinds.set(kind, (kinds.get(kind) ?? 0) + count);
  }
  for (const [kind, count] of kinds)
    say(dim(`    ${number(count).padStart(4)}  ${kind}: ${REASONS[kind] ?? 'not planned'}`));
}

/** From the balance at the beginning to the balance at the end, a column for each currency. */
function rolledForward({ categories, currencies }, days) {
  const of = (currency) => currencies.find((each) => each.currency === currency)?.balance;
  const row = (name, amountOf) => [name, ...CURRENCIES.map((currency) => bare(amountOf(currency), currency))];
  const sums = (name, pick) =>
    row(`  ${name}`, (currency) =>
      categories.filter((each) => each.currency === currency).reduce((sum, each) => sum + pick(each), 0),
    );
  const gross = (name) => (each) => (each.category === name ? Number(each.ledger.gross) : 0);
  const there = Object.entries(CATEGORIES).filter(([name]) => categories.some(({ category }) => category === name));
  say(
    table(
      ['', ...CURRENCIES],
      [
        row(`  held at the beginning of ${days[0]}`, (currency) => of(currency)?.start),
        ...there.map(([name, told]) => sums(`  ${told}`, gross(name))),
        sums('  fees kept of payments and disputes', ({ ledger }) => -Number(ledger.fee)),
        row(`  clearing at the end of ${days.at(-1)}`, (currency) => of(currency)?.clearing),
        row('  the provider states', (currency) => of(currency)?.end),
        row('  unexplained', (currency) => Number(of(currency)?.end) - Number(of(currency)?.clearing)).map(bold),
      ],
    ),
  );
}

async function books(finance, range) {
  const [balance, bridge] = await Promise.all([
    finance.get(`/v1/books/trial-balance?${range}`),
    finance.get(`/v1/books/bridge?${range}`),
  ]);
  return { balance, bridge };
}

const STEPS = { revenue_gross: 'customers paid (revenue_gross)', tax_kept_apart: 'less tax, which is not revenue' };

/** Why revenue in the journal is not the metric. */
function bridged({ data, revenue }) {
  const of = (list, also) => (currency) => list.find((each) => each.currency === currency && also(each));
  const row = (name, amountOf) => [`  ${name}`, ...CURRENCIES.map((currency) => bare(amountOf(currency), currency))];
  const steps = [...new Set(data.map(({ step }) => step))];
  const end = of(revenue, () => true);
  say('\n  From what customers paid to the revenue in the journal:');
  say(
    table(
      ['', ...CURRENCIES],
      [
        ...steps.map((step) =>
          row(
            STEPS[step] ?? step.replaceAll('_', ' '),
            (currency) => of(data, (each) => each.step === step)(currency)?.amount ?? 0,
          ),
        ),
        row('revenue in the journal', (currency) => end(currency)?.journal ?? 0),
        row('unexplained', (currency) => end(currency)?.unexplained ?? 0).map(bold),
      ],
    ),
  );
}

function judged(plan, first, statements) {
  const early = differences(plantedDifferences(plan), differencesAnswered(first));
  const whole = differences(plantedClose(plan), closeAnswered(statements));
  const found = [...early.differences, ...whole.differences];
  const lines = statements.tieOut.currencies.reduce((sum, { provider }) => sum + provider.lines, 0);
  const checked = number(early.checked + whole.checked);
  say(
    found.length === 0
      ? `  ${green('✓')} ${number(lines)} lines are the same on both sides to the last cent, and ${checked} planned figures of the books and the statement with them`
      : `  ${red('✗')} ${found.length} of ${checked} figures of the books and the statement differ from the plan`,
  );
  say(dim('    the trial balance, the journal and the tie-out are in the view Close of the dashboard'));
  return found;
}
