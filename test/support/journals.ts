import fc from 'fast-check';
import type { ChartAccount } from '../../src/close/export/export-format.js';
import type { PostingLine } from '../../src/close/journal/posting.js';

/** Accounts with the names that break files: signs of formulas, quotes, line ends, separators, other scripts. */
export const chart: Readonly<Record<string, ChartAccount>> = {
  '1100': { name: 'Stripe clearing', type: 'asset' },
  '1200': { name: '=Debtors "home"; (EU), all', type: 'asset', party: 'Customers' },
  '2100': { name: 'Umsatzsteuer 19%\nund mehr', type: 'liability' },
  '3000': { name: 'Eröffnung 日本', type: 'equity' },
  '4000': { name: 'Sales:Subscriptions', type: 'income' },
  '4001': { name: 'Sales:Subscriptions', type: 'income' },
  '6000': { name: "+Fees\t@ 'Stripe'", type: 'expense' },
  '6100': { name: '日本語', type: 'expense' },
};
export const accountOf = (code: string): ChartAccount | undefined => chart[code];
const codes = [...Object.keys(chart), '9 odd;code'];

const CURRENCIES = ['USD', 'EUR', 'JPY', 'KWD', 'CLF'];
const MEMOS = [
  'Charge ch_1',
  '=HYPERLINK("http://x","y")',
  '-1+1',
  "'@quoted",
  'a "quote", a comma; a semicolon',
  'first\r\nsecond',
  'tab\there | pipe \\ backslash',
  'naïve – Ω 日本 😀',
  '(not a code) [x]',
  ' ; kind:faked',
  '',
];

const halfEntry = fc.record({
  currency: fc.constantFrom(...CURRENCIES),
  accounts: fc.array(fc.constantFrom(...codes), { minLength: 2, maxLength: 5 }),
  amounts: fc.array(fc.bigInt({ min: -(10n ** 11n), max: 10n ** 11n }), { minLength: 4, maxLength: 4 }),
});

const entry = fc.record({
  day: fc.integer({ min: 1, max: 31 }),
  parts: fc.array(halfEntry, { minLength: 1, maxLength: 2 }),
  memo: fc.constantFrom(...MEMOS),
  adjusts: fc.boolean(),
});

/** Journals of October 2026 in which every entry balances in each currency, in the order of their days. */
export const journals = (max = 12): fc.Arbitrary<PostingLine[]> =>
  fc
    .array(entry, { maxLength: max, size: 'max' })
    .map((entries) => [...entries].sort((a, b) => a.day - b.day).flatMap((each, index) => linesOf(each, index)));

function linesOf(
  { day, parts, memo, adjusts }: { day: number; parts: Part[]; memo: string; adjusts: boolean },
  index: number,
): PostingLine[] {
  const amounts = parts.flatMap(({ currency, accounts, amounts }) => {
    const free = accounts.slice(1).map((account, at) => ({ account, currency, amount: amounts[at]! }));
    const rest = free.reduce((sum, { amount }) => sum + amount, 0n);
    return [...free, { account: accounts[0]!, currency, amount: -rest }];
  });
  const date = `2026-10-${String(day).padStart(2, '0')}`;
  return amounts.map((amount, line) => ({
    ...amount,
    entry: `stripe:txn_${index}`,
    line: line + 1,
    period: '2026-10',
    day: date,
    at: Date.parse(`${date}T12:00:00Z`),
    kind: 'charge',
    object: line === 0 ? undefined : `=stripe:txn_${index}`,
    entryId: undefined,
    adjusts: adjusts ? '2026-09' : undefined,
    memo,
  }));
}
type Part = { currency: string; accounts: string[]; amounts: bigint[] };

export async function* streamed<T>(items: Iterable<T>): AsyncIterable<T> {
  await Promise.resolve();
  yield* items;
}

/** Debits and credits of each account and currency, in minor units: what a file must say again. */
export function sums(lines: Iterable<{ account: string; currency: string; amount: bigint }>): Record<string, bigint> {
  const totals: Record<string, bigint> = {};
  for (const { account, currency, amount } of lines) {
    const key = `${account} ${currency}`;
    totals[key] = (totals[key] ?? 0n) + amount;
  }
  return Object.fromEntries(
    Object.entries(totals)
      .filter(([, total]) => total !== 0n)
      .sort(),
  );
}

/** A decimal as it stands in a file, in minor units: by string, and by nothing of the code that wrote it. */
export function minor(text: string, digits: number): bigint {
  const [, sign, whole, fraction = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text)!;
  return BigInt(`${sign!}${whole!}${fraction.padEnd(digits, '0')}`);
}
export const DIGITS: Readonly<Record<string, number>> = { USD: 2, EUR: 2, JPY: 0, KWD: 3, CLF: 4 };
