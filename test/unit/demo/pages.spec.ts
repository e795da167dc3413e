import { readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, it } from '@jest/globals';

const ROOT = path.join(import.meta.dirname, '../../..');
const scripts = path.join(ROOT, 'scripts/demo');
const CURRENCIES = ['EUR', 'JPY', 'USD'];

const read = (page: string): string => readFileSync(path.join(ROOT, page), 'utf8');
/** `-1,234.50`, as the pages write amounts. */
const amount = (minor: number, currency: string): string => {
  const digits = currency === 'JPY' ? 0 : 2;
  const format = new Intl.NumberFormat('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return format.format(minor / 10 ** digits + 0);
};

interface Plan {
  visitors: {
    purchases: {
      order: { orderId: string; total: number; tax: number };
      payment: { chargeId: string; amount: number; refunds: { id: string; amount: number }[] } | null;
    }[];
  }[];
  balance: { lines: { id: string; fee: number; net: number }[]; payouts: { id: string; amount: number }[] };
}

let plan: Plan;
let figures: Map<string, number>;
/** What a figure is in each currency. */
const of = (name: (currency: string) => string): number[] =>
  CURRENCIES.map((currency) => figures.get(name(currency)) ?? 0);
const told = (values: readonly number[]): string[] => values.map((value, i) => amount(value, CURRENCIES[i]!));

beforeAll(async () => {
  const { planShop } = (await import(path.join(scripts, 'shop.mjs'))) as { planShop: () => Plan };
  const { plantedClose, plantedDifferences } = (await import(path.join(scripts, 'truth-close.mjs'))) as Record<
    string,
    (plan: unknown) => Map<string, number>
  >;
  plan = planShop();
  figures = new Map([...plantedClose!(plan), ...plantedDifferences!(plan)]);
});

it('given the page on accounting, then each account of its trial balance is what the demo plants, and none is left out', () => {
  const page = read('docs/explanation/accounting.md');
  const part = page.slice(page.indexOf('## The month of the demo'), page.indexOf('How to read it'));
  const rows = new Map(
    [...part.matchAll(/^\| \d{4} ([^|]+) \| (.+) \|$/gm)].map(([, name, cells]) => [name, cells!.split(' | ')]),
  );
  const planted = [...figures.keys()].flatMap((name) => /^account (.+) EUR$/.exec(name)?.[1] ?? []);
  for (const name of planted)
    expect([name, rows.get(name)]).toEqual([name, told(of((currency) => `account ${name} ${currency}`))]);
  expect([...rows.keys()].filter((name) => !planted.includes(name!))).toEqual(['Payments in process']);
});

it('given the example of one sale on that page, then every amount of it follows from the demo’s plan', () => {
  const page = read('docs/explanation/accounting.md');
  const part = page.slice(page.indexOf('## One sale'), page.indexOf('## The month of the demo'));
  const charge = /charge `(ch_\w+)`/.exec(part)![1]!;
  const { order, payment } = plan.visitors
    .flatMap(({ purchases }) => purchases)
    .find((purchase) => purchase.payment?.chargeId === charge)!;
  const [refund] = payment!.refunds;
  const { fee, net } = plan.balance.lines.find(({ id }) => id === `txn_${charge}`)!;
  const back = order.tax - Math.round((order.tax * (order.total - refund!.amount)) / order.total);
  const payout = plan.balance.payouts.find(({ id }) => id === 'po_eur_2026_10_23')!;
  expect([part.includes(order.orderId), part.includes(refund!.id)]).toEqual([true, true]);
  const cells = [...part.matchAll(/\| ([\d,]+\.\d\d) (?=\|)/g)].map(([, cell]) => cell);
  const wanted = [
    ...[order.total, order.total - order.tax, order.tax, net, order.total, fee],
    ...[refund!.amount - back, refund!.amount, back, refund!.amount, refund!.amount],
    ...[payout, payout, payout].flatMap((each) => [each.amount, each.amount]),
  ];
  expect(cells).toEqual(wanted.map((minor) => amount(minor, 'EUR')));
});

it.each(['README.md', 'docs/how-to/tie-out.md'])(
  'given what %s shows of the demo’s tie-out, then its figures are those that the demo plants',
  (name) => {
    const lines = read(name)
      .split('\n')
      .map((line) => line.trim().replaceAll(/ {2,}/g, '  '));
    const shown = (label: string): string[] | undefined =>
      lines
        .find((line) => line.startsWith(`${label}  `))
        ?.split('  ')
        .slice(1);
    const gross = (category: string) => of((currency) => `tie-out ${currency} ${category} provider gross`);
    const fees = ['charge', 'dispute'].map((category) =>
      of((currency) => `tie-out ${currency} ${category} provider fee`),
    );
    const wanted: Record<string, number[]> = {
      'held at the beginning of 2026-10-01': of((currency) => `balance ${currency} start`),
      payments: gross('charge'),
      refunds: gross('refund'),
      'refunds that failed': gross('refund_failure'),
      'taken by disputes': gross('dispute'),
      'disputes that were won': gross('dispute_reversal'),
      'account fees': gross('fee'),
      'paid out to the bank': gross('payout'),
      'fees kept of payments and disputes': fees[0]!.map((fee, i) => -fee - fees[1]![i]!),
      'clearing at the end of 2026-10-31': of((currency) => `balance ${currency} clearing`),
      'the provider states': of((currency) => `balance ${currency} end`),
      unexplained: [0, 0, 0],
    };
    for (const [label, values] of Object.entries(wanted)) expect([label, shown(label)]).toEqual([label, told(values)]);
    for (const currency of CURRENCIES)
      expect([currency, shown(currency)?.[2]]).toEqual([
        ...[currency, amount(figures.get(`first tie-out ${currency} difference`) ?? 0, currency)],
      ]);
  },
);
