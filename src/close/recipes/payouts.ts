import type { Day } from '../../kernel/day.js';
import { credit, debit, journalEntry, type JournalEntry } from '../journal/journal-entry.js';
import { idOf, kindOf, type MoneyObject } from '../journal/money-objects.js';
import { clearingOf, type Transaction } from './balance.js';
import type { MoneyEvent } from './money-event.js';

/** Money that left the provider for our bank, and what of it came back, where lines of the balance name the payout. */
export function payoutEvents(
  objects: readonly MoneyObject[],
  transactions: readonly Transaction[],
  dayOf: (at: number) => Day,
): MoneyEvent[] {
  return objects
    .filter(({ ref }) => kindOf(ref) === 'payout')
    .flatMap(({ ref, provider, effects }) => {
      const fields = effects['changed']?.fields ?? {};
      const { at, amount, currency, balance_transaction: transaction, balance_line: line } = fields;
      if (line !== undefined) return [];
      if (typeof at !== 'number' || typeof amount !== 'string' || typeof currency !== 'string') return [];
      const sent: MoneyEvent = {
        entry: ref,
        matter: `${provider}:${ref}`,
        object: ref,
        at,
        day: dayOf(at),
        kind: 'payout',
        categories: ['payout'],
        amount: -BigInt(amount),
        currency,
        against: 'bank_in_transit',
        owed: true,
        memo: 'to the bank',
        transaction: typeof transaction === 'string' ? transaction : undefined,
      };
      const back = cameBackAt(fields, transactions);
      if (back === undefined) return [sent];
      const [entry, categories] = [`${ref}:reversed`, ['payout_reversal']];
      return [
        sent,
        {
          ...sent,
          entry,
          matter: `${provider}:${entry}`,
          at: back,
          day: dayOf(back),
          kind: 'payout_reversal',
          categories,
          amount: BigInt(amount),
          transaction: undefined,
          memo: `the payout ${String(fields['status'])}`,
        },
      ];
    });
}

/**
 * Payouts that are no line of the balance leave it by themselves. When one fails, a line that names none brings the money back, and until then
 * it stays in transit: to post the failure as well would bring it back twice.
 */
export const ownPayouts = (objects: readonly MoneyObject[], dayOf: (at: number) => Day): JournalEntry[] =>
  objects
    .filter(({ ref }) => kindOf(ref) === 'payout')
    .flatMap(({ ref, provider, effects }) => {
      const { at, amount, currency, balance_line: line } = effects['changed']?.fields ?? {};
      if (line !== 'none' || typeof at !== 'number') return [];
      if (typeof amount !== 'string' || typeof currency !== 'string') return [];
      const entry = journalEntry({
        entry: ref,
        object: ref,
        at,
        day: dayOf(at),
        kind: 'payout',
        memo: 'to the bank',
        lines: [
          debit('bank_in_transit', BigInt(amount), currency),
          credit(clearingOf(provider), BigInt(amount), currency),
        ],
      });
      return entry ? [entry] : [];
    });

function cameBackAt(
  { status, failed_at: failed, canceled_at: canceled }: MoneyObject['effects'][string]['fields'],
  transactions: readonly Transaction[],
): number | undefined {
  if (status !== 'failed' && status !== 'canceled') return undefined;
  const told = status === 'failed' ? failed : canceled;
  if (typeof told === 'number') return told;
  return transactions.find(({ category }) => category === 'payout_reversal')?.at;
}

/**
 * The bank has it on the day that the provider names, once it says paid. That is an expectation: when the payout fails after all, it never
 * arrived, and the money is on its way until it is back. The day is a date, which providers write as its midnight in UTC.
 */
export const payoutArrivals = (objects: readonly MoneyObject[]): JournalEntry[] =>
  objects
    .filter(({ ref }) => kindOf(ref) === 'payout')
    .flatMap(({ ref, effects }) => {
      const { status, arrival_at: at, amount, currency } = effects['changed']?.fields ?? {};
      if (status !== 'paid' || typeof at !== 'number') return [];
      if (typeof amount !== 'string' || typeof currency !== 'string') return [];
      const entry = journalEntry({
        entry: `${ref}:arrived`,
        object: ref,
        at,
        day: new Date(at).toISOString().slice(0, 10),
        kind: 'payout_arrival',
        memo: `${idOf(ref)} arrived`,
        lines: [debit('bank', BigInt(amount), currency), credit('bank_in_transit', BigInt(amount), currency)],
      });
      return entry ? [entry] : [];
    });
