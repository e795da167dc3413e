import type { Day } from '../../kernel/day.js';
import { credit, debit, type EntryLine, journalEntry, type JournalEntry } from '../journal/journal-entry.js';
import { type AccountKey, ACCOUNTS } from '../journal/chart-of-accounts.js';
import { idOf, kindOf, type MoneyObject } from '../journal/money-objects.js';
import { BALANCE_RULES, type BalanceRule, categoryOf } from './balance-rules.js';
import type { MoneyEvent } from './money-event.js';

/** A line of the provider's balance. Amounts are signed, in the currency of settlement. */
export interface Transaction {
  id: string;
  provider: string;
  at: number;
  gross: bigint;
  fee: bigint;
  net: bigint;
  currency: string;
  category: string;
  /** The provider's id of what moved it, where it is told. */
  source: string | undefined;
  /** The fee by what it is for; what is left of it is the provider's own. */
  fees: Readonly<Partial<Record<AccountKey, bigint>>>;
}

const FEES: readonly (readonly [field: string, account: AccountKey])[] = [
  ['fee_application', 'application_fees'],
  ['fee_tax', 'input_tax'],
  ['fee_passthrough', 'passthrough_fees'],
];

/** The lines that objects know whole. */
export const transactionsIn = (objects: readonly MoneyObject[]): Transaction[] =>
  objects.filter(({ ref }) => kindOf(ref) === 'txn').flatMap(transactionOf);

function transactionOf({ ref, provider, effects }: MoneyObject): Transaction[] {
  const id = idOf(ref);
  const fields = effects[`balance:${id}`]?.fields ?? {};
  const { at, gross, net, currency } = fields;
  const texts = [gross, net, currency];
  if (typeof at !== 'number' || !texts.every((each) => typeof each === 'string')) return [];
  const amountOf = (field: string): bigint => BigInt(typeof fields[field] === 'string' ? fields[field] : 0);
  return [
    {
      id,
      provider,
      at,
      gross: amountOf('gross'),
      net: amountOf('net'),
      fee: amountOf('fee'),
      currency: currency as string,
      category: categoryOf(fields['category'], fields['kind']),
      source: typeof fields['source'] === 'string' ? fields['source'] : undefined,
      fees: Object.fromEntries(FEES.map(([field, account]) => [account, amountOf(field)])),
    },
  ];
}

/** The account that mirrors a provider's balance; suspense for one that has none in the chart. */
export const clearingOf = (provider: string): AccountKey =>
  `clearing.${provider}` in ACCOUNTS ? (`clearing.${provider}` as AccountKey) : 'suspense';

/**
 * Clearing moves by the net of a line, on the day the provider made it; fees are costs, and the gross amount is what the line is about.
 * A category without a rule, and one whose event has not arrived, stand in suspense.
 */
export function balanceEntry(
  transaction: Transaction,
  event: MoneyEvent | undefined,
  dayOf: (at: number) => Day,
): JournalEntry | undefined {
  const { id, provider, at, gross, net, currency, category } = transaction;
  const rule: BalanceRule = BALANCE_RULES[category] ?? { kind: 'suspense', against: 'suspense' };
  const clearing = clearingOf(provider);
  const against = rule.against === 'event' ? (event ? 'payments_in_process' : 'suspense') : rule.against;
  const object = `${provider}:${id}`;
  return journalEntry({
    entry: object,
    object,
    at,
    day: dayOf(at),
    kind: against === 'suspense' ? 'suspense' : rule.kind,
    matter: against === 'payments_in_process' ? event?.matter : undefined,
    memo: memoOf(transaction, rule, event),
    lines: [
      debit(clearing, net, currency),
      ...feeLines(transaction, rule),
      credit(against, gross, currency),
      // A provider whose line does not add up: nobody but a person can say what it means.
      debit('suspense', gross - transaction.fee - net, currency),
    ],
  });
}

function feeLines({ fee, fees, currency }: Transaction, rule: BalanceRule): EntryLine[] {
  const named = Object.entries(fees) as [AccountKey, bigint][];
  const rest = named.reduce((left, [, amount]) => left - amount, fee);
  return [
    debit(rule.fees ?? 'fees', rest, currency),
    ...named.map(([account, amount]) => debit(account, amount, currency)),
  ];
}

function memoOf({ category }: Transaction, rule: BalanceRule, event: MoneyEvent | undefined): string {
  if (rule.kind === 'suspense') return category === '' ? 'no reporting category' : `no rule for ${category}`;
  if (rule.against === 'event' && !event) return `${category}: what it is about has not arrived`;
  return category;
}
