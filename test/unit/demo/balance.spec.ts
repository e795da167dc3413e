import path from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';

const scripts = path.join(import.meta.dirname, '../../../scripts/demo');

interface Line {
  id: string;
  at: number;
  currency: string;
  gross: number;
  fee: number;
  net: number;
  category: string;
}
interface Balance {
  lines: Line[];
  payouts: { id: string; amount: number; currency: string }[];
  listedUntil: number;
}
interface Plan {
  calendar: { start: number; end: number };
  balance: Balance;
}
type Figures = Map<string, number>;
interface Statements {
  tieOut: { categories: unknown[]; currencies: unknown[]; differences_total: number };
  balance: { data: { name: string; currency: string; closing: string }[] };
  bridge: { revenue: { currency: string; unexplained: string }[] };
}

let plan: Plan;
let listOf: (lines: Line[]) => string;
let itemisedOf: (balance: Balance, calendar: Plan['calendar']) => string;
let summaryOf: (balance: Balance, calendar: Plan['calendar']) => string;
let plantedClose: (plan: Plan) => Figures;
let plantedDifferences: (plan: Plan) => Figures;
let closeAnswered: (statements: Statements) => Figures;
let differences: (planted: Figures, answered: Figures) => { differences: { what: string }[] };
let truthOf: (plan: Plan) => { flows: { metric: string; day: string; value: number; currency: string }[] };

const CURRENCIES = ['EUR', 'JPY', 'USD'];

beforeAll(async () => {
  const load = async <T>(name: string): Promise<T> => (await import(path.join(scripts, name))) as T;
  const { planShop } = await load<{ planShop: (options: { visitors: number }) => Plan }>('shop.mjs');
  plan = planShop({ visitors: 900 });
  ({ listOf, itemisedOf, summaryOf } = await load<{
    listOf: typeof listOf;
    itemisedOf: typeof itemisedOf;
    summaryOf: typeof summaryOf;
  }>('settlement.mjs'));
  ({ plantedClose, plantedDifferences } = await load<{
    plantedClose: typeof plantedClose;
    plantedDifferences: typeof plantedDifferences;
  }>('truth-close.mjs'));
  ({ closeAnswered } = await load<{ closeAnswered: typeof closeAnswered }>('check-close.mjs'));
  ({ differences } = await load<{ differences: typeof differences }>('check.mjs'));
  ({ truthOf } = await load<{ truthOf: typeof truthOf }>('truth.mjs'));
});

const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0);
const rowsOf = (csv: string): Record<string, string>[] => {
  const [head, ...lines] = csv.trimEnd().split('\n');
  return lines.map((line) => Object.fromEntries(head!.split(',').map((name, i) => [name, line.split(',')[i]!])));
};

describe('the planned balance of the provider', () => {
  it('given a line, then the list says it in minor units, the report in major ones, and they are the same', () => {
    const { balance, calendar } = plan;
    const listed = new Map(
      listOf(balance.lines)
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as { id: string; amount: number; fee: number; net: number; currency: string })
        .map((each) => [each.id, each]),
    );
    const rows = rowsOf(itemisedOf(balance, calendar));
    expect(rows.length).toBe(balance.lines.filter(({ at }) => at >= calendar.start && at < calendar.end).length);
    for (const { balance_transaction_id: id, currency, gross, fee, net } of rows) {
      const { amount, ...line } = listed.get(id!)!;
      const scale = currency === 'jpy' ? 1 : 100;
      expect([id, currency, ...[gross, fee, net].map((text) => Math.round(Number(text) * scale))]).toEqual([
        ...[id, line.currency, amount, line.fee, line.net],
      ]);
    }
    expect(new Set(rows.map(({ currency }) => currency!.toUpperCase()))).toEqual(new Set(CURRENCIES));
  });

  it('given the month, then what it began with and what moved is what it ended with', () => {
    const rows = rowsOf(summaryOf(plan.balance, plan.calendar));
    const of = (category: string, currency: string): number =>
      Number(rows.find((row) => row['category'] === category && row['currency'] === currency)!['net_amount']);
    for (const currency of CURRENCIES.map((each) => each.toLowerCase())) {
      const moved = rowsOf(itemisedOf(plan.balance, plan.calendar)).filter((row) => row['currency'] === currency);
      expect(of('ending_balance', currency)).toBeCloseTo(
        of('starting_balance', currency) + sum(moved.map((row) => Number(row['net']))),
        6,
      );
    }
  });
});

describe('the planted close', () => {
  it('given the accounts, then they sum to nothing in each currency, as books do', () => {
    const figures = [...plantedClose(plan)].filter(([name]) => name.startsWith('account '));
    for (const currency of CURRENCIES) {
      const own = figures.filter(([name]) => name.endsWith(` ${currency}`));
      expect([currency, own.length > 8, sum(own.map(([, closing]) => closing))]).toEqual([currency, true, 0]);
    }
  });

  it('given what customers paid, then it is what the balance has of payments, though another part of the plan counts it', () => {
    const { flows } = truthOf(plan);
    const figures = plantedClose(plan);
    for (const currency of CURRENCIES) {
      const paid = flows.filter((flow) => flow.metric === 'revenue_gross' && flow.currency === currency);
      const inMonth = paid.filter(({ day }) => day.startsWith('2026-10'));
      expect(figures.get(`tie-out ${currency} charge provider gross`)).toBe(sum(inMonth.map(({ value }) => value)));
    }
  });

  it('given what was made after the list was read, then it is what the first tie-out has to name, the fee of the account among it', () => {
    const figures = plantedDifferences(plan);
    expect(figures.get('first tie-out USD fee')).toBe(1);
    expect([...figures.keys()].some((name) => name.endsWith('timing'))).toBe(true);
  });

  it('given one cent, an account that nobody planned, or something unexplained, then it is told', () => {
    const planted = plantedClose(plan);
    const data = [...planted]
      .filter(([name]) => name.startsWith('account '))
      .map(([name, closing]) => ({ name: name.slice(8, -4), currency: name.slice(-3), closing: String(closing) }));
    const answer = (more: typeof data, unexplained = '0', total = 0): string[] =>
      differences(
        new Map([...planted].filter(([name]) => name.startsWith('account '))),
        closeAnswered({
          tieOut: { categories: [], currencies: [], differences_total: total },
          balance: { data: more },
          bridge: { revenue: [{ currency: 'EUR', unexplained }] },
        }),
      ).differences.map(({ what }) => what);
    expect(answer(data)).toEqual([]);
    const bank = data.find(({ name, currency }) => name === 'Bank' && currency === 'EUR')!;
    const cent = { ...bank, closing: String(Number(bank.closing) + 1) };
    expect(answer([...data.filter((each) => each !== bank), cent])).toEqual(['account Bank EUR']);
    expect(answer([...data, { name: 'Suspense', currency: 'USD', closing: '3' }])).toEqual(['account Suspense USD']);
    expect(answer(data, '1')).toEqual(['bridge EUR unexplained']);
    expect(answer(data, '0', 2)).toEqual(['tie-out differences']);
  });
});
