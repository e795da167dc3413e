import type { Scalar } from '../../catalog/facts.js';
import type { EffectRecord } from '../../catalog/merge-facts.js';
import type { Day } from '../../kernel/day.js';
import { effectsOf } from '../../projections/rows.js';
import { credit, debit, type EntryLine, journalEntry, type JournalEntry, summed } from '../journal/journal-entry.js';
import { kindOf, type MoneyObject } from '../journal/money-objects.js';
import { creditNotesOf, type CreditNote } from './credit-notes.js';
import { deferralOf, releasedUntil, type Unwinding } from './deferral.js';
import type { Transaction } from './balance.js';
import { type MoneyEvent, worthOf } from './money-event.js';
import type { PaymentEvents } from './payments.js';

/** An invoice that is owed. Amounts in minor units of its currency. */
export interface Invoice {
  ref: string;
  effects: Record<string, EffectRecord>;
  currency: string;
  finalizedAt: number;
  total: bigint;
  tax: bigint;
  fields: Readonly<Record<string, Scalar>>;
  creditNotes: readonly CreditNote[];
}

/** The finalised invoice that payments pay; the smallest where they are linked with several. */
export function invoiceIn(objects: readonly MoneyObject[]): Invoice | undefined {
  return invoicesIn(objects)[0];
}

export function invoicesIn(objects: readonly MoneyObject[]): Invoice[] {
  return objects
    .filter(({ ref }) => kindOf(ref) === 'invoice')
    .flatMap(({ ref, effects }) => {
      const fields = effects['changed']?.fields ?? {};
      const { finalized_at: at, total, currency, status } = fields;
      if (typeof at !== 'number' || typeof total !== 'string' || typeof currency !== 'string') return [];
      if (status === 'deleted' || status === 'draft') return [];
      const amount = { total: BigInt(total), tax: amountIn(fields, 'tax') };
      return [{ ref, effects, currency, finalizedAt: at, ...amount, fields, creditNotes: creditNotesOf(effects) }];
    });
}

export const amountIn = (fields: Readonly<Record<string, Scalar>>, name: string): bigint =>
  typeof fields[name] === 'string' ? BigInt(fields[name]) : 0n;

interface Paying {
  payments: PaymentEvents;
  /** Lines of the balance by event. */
  of: ReadonlyMap<MoneyEvent, readonly Transaction[]>;
  dayOf: (at: number) => Day;
}

/** Everything that follows from an invoice but the payments themselves, which stand with their charges. */
export function invoiceEntries(invoice: Invoice, paying: Paying): JournalEntry[] {
  const { dayOf } = paying;
  const voidedAt = timeIn(invoice.fields, 'status', 'void', 'voided_at');
  const endsOn = voidedAt === undefined ? undefined : dayOf(voidedAt);
  const about = { ref: invoice.ref, currency: invoice.currency, finalizedOn: dayOf(invoice.finalizedAt), endsOn };
  const notes = invoice.creditNotes.flatMap((note) => note.entries(invoice, dayOf));
  const deferral = deferralOf(about, invoice.effects, unwindingsOf(invoice, paying), dayOf);
  const owed = [...finalised(invoice, deferral.deferred, dayOf), ...notes];
  const settled = [...elsewhere(invoice, dayOf), ...overpaid(invoice, dayOf)];
  const lost = writtenOff(invoice, [...owed, ...settled], paying);
  const before = [...owed, ...settled, ...lost, ...deferral.unwound];
  const undone = voidedAt === undefined ? [] : voided(invoice, voidedAt, before, deferral.releases, dayOf);
  return [...before, ...deferral.releases, ...undone];
}

/** Owed: what it bills is earned at once or deferred, its tax is due, and the customer's balance pays its part. */
function finalised({ ref, currency, finalizedAt: at, total, tax, fields }: Invoice, deferred: bigint, dayOf: DayOf) {
  const untold = amountIn(fields, 'amount_untold');
  const about = { object: ref, at, day: dayOf(at) };
  const applied = amountIn(fields, 'balance_applied');
  return made(
    journalEntry({
      ...about,
      entry: ref,
      kind: 'invoice',
      memo: 'finalised',
      lines: [
        debit('receivable', total, currency),
        credit('tax_payable', tax, currency),
        credit('deferred_revenue', deferred, currency),
        credit('suspense', untold, currency),
        credit('revenue', total - tax - deferred - untold, currency),
      ],
    }),
    journalEntry({
      ...about,
      entry: `${ref}:balance`,
      kind: 'customer_balance',
      memo: "the customer's balance",
      lines: [debit('customer_balance', applied, currency), credit('receivable', applied, currency)],
    }),
  );
}

/** Paid outside of the provider: each payment that was told by itself, and what is paid beyond those. */
function elsewhere({ ref, currency, finalizedAt, fields, effects }: Invoice, dayOf: DayOf): JournalEntry[] {
  let rest = amountIn(fields, 'amount_elsewhere');
  const pay = (entry: string, at: number, amount: bigint) =>
    journalEntry({
      entry,
      object: ref,
      at,
      day: dayOf(at),
      kind: 'paid_elsewhere',
      memo: 'paid outside the provider',
      lines: [debit('paid_elsewhere', amount, currency), credit('receivable', amount, currency)],
    });
  const told = effectsOf(effects, 'InvoicePaymentMade').flatMap(([effect, { fields: paid }]) => {
    const { at, amount, paid_elsewhere: isElsewhere, currency: paidIn } = paid;
    if (isElsewhere !== true || typeof at !== 'number' || typeof amount !== 'string' || paidIn !== currency) return [];
    rest -= BigInt(amount);
    return made(pay(`${ref}:${effect}`, at, BigInt(amount)));
  });
  const paidAt = fields['paid_at'];
  if (rest <= 0n) return told;
  return [...told, ...made(pay(`${ref}:paid_elsewhere`, typeof paidAt === 'number' ? paidAt : finalizedAt, rest))];
}

/** What is paid beyond what was owed belongs to the customer. */
function overpaid({ ref, currency, finalizedAt, fields }: Invoice, dayOf: DayOf): JournalEntry[] {
  const amount = amountIn(fields, 'amount_overpaid');
  const at = typeof fields['paid_at'] === 'number' ? fields['paid_at'] : finalizedAt;
  return made(
    journalEntry({
      entry: `${ref}:overpaid`,
      object: ref,
      at,
      day: dayOf(at),
      kind: 'customer_balance',
      memo: 'overpaid',
      lines: [debit('receivable', amount, currency), credit('customer_balance', amount, currency)],
    }),
  );
}

/** Given up: what was owed at that instant is a loss. What is paid or credited of it later takes so much of the loss back. */
function writtenOff(invoice: Invoice, owed: readonly JournalEntry[], { payments, dayOf }: Paying): JournalEntry[] {
  const { ref, currency, fields } = invoice;
  const at = fields['uncollectible_at'];
  if (typeof at !== 'number') return [];
  const paid = [...payments.captures, ...payments.returns].filter((event) => event.currency === currency);
  const bookedOwed = owed.filter((entry) => entry.at <= at).flatMap(({ lines }) => lines);
  const owedThen =
    sumOf(bookedOwed, 'receivable') -
    paid.filter((event) => event.at <= at).reduce((sum, { amount }) => sum + amount, 0n);
  const write = (entry: string, when: number, amount: bigint, memo: string) =>
    journalEntry({
      entry,
      object: ref,
      at: when,
      day: dayOf(when),
      kind: 'invoice_uncollectible',
      memo,
      lines: [debit('bad_debt', amount, currency), credit('receivable', amount, currency)],
    });
  let left = owedThen > 0n ? owedThen : 0n;
  const entries = made(write(`${ref}:uncollectible`, at, left, 'uncollectible'));
  const later = [
    ...paid.filter((event) => event.at > at).map(({ entry, at: when, amount }) => ({ entry, when, amount })),
    ...owed
      .filter((entry) => (entry.kind === 'paid_elsewhere' || entry.kind === 'credit_note') && entry.at > at)
      .map(({ entry, at: when, lines }) => ({ entry, when, amount: -sumOf(lines, 'receivable') })),
  ].sort((a, b) => a.when - b.when || (a.entry < b.entry ? -1 : 1));
  for (const { entry, when, amount } of later) {
    const back = amount < left ? amount : left;
    left -= back;
    entries.push(...made(write(`${ref}:recovered:${entry}`, when, -back, 'less of it is owed after it was given up')));
  }
  return entries;
}

/** Never owed: everything it did is undone, on the day it was voided; what was earned until then too. */
function voided(
  { ref, currency, finalizedAt }: Invoice,
  at: number,
  before: readonly JournalEntry[],
  releases: readonly JournalEntry[],
  dayOf: DayOf,
): JournalEntry[] {
  const day = dayOf(at);
  const released = releasedUntil(releases, day);
  const done = summed([
    ...before.filter((entry) => entry.day <= day).flatMap(({ lines }) => lines),
    debit('deferred_revenue', released, currency),
    credit('revenue', released, currency),
  ]);
  return made(
    journalEntry({
      // At the rate it was billed at, so that nothing is left of what was deferred and earned at that rate.
      entry: `${ref}:void`,
      object: ref,
      at,
      day,
      rateDay: dayOf(finalizedAt),
      kind: 'invoice_void',
      memo: 'voided',
      lines: done.map(({ account, amount, currency: of }) => credit(account, amount, of)),
    }),
  );
}

/** Credit notes, and refunds that none stands for: both take from what is still to be earned first. */
function unwindingsOf({ ref, currency, creditNotes }: Invoice, { payments, of, dayOf }: Paying): Unwinding[] {
  const notes = creditNotes
    .filter((note) => note.currency === currency)
    .map(({ effect, at, net, voidedAt }) => ({
      entry: effect,
      object: ref,
      at,
      day: dayOf(at),
      amount: net,
      booked: { account: 'credit_notes' as const, amount: net, currency },
      undone: voidedAt === undefined ? undefined : { at: voidedAt, day: dayOf(voidedAt) },
    }));
  const refunds = payments.refunds.flatMap(({ event, byCreditNote, failedAt }) => {
    const [worth, ...others] = worthOf(event, of.get(event));
    if (byCreditNote || event.currency !== currency || others.length > 0) return [];
    const { entry, object, at, day } = event;
    const booked = { account: 'refunds' as const, amount: -worth!.amount, currency: worth!.currency };
    const undone = failedAt === undefined ? undefined : { at: failedAt, day: dayOf(failedAt) };
    return [{ entry, object, at, day, amount: -event.amount, booked, undone }];
  });
  return [...notes, ...refunds];
}

type DayOf = (at: number) => Day;

const timeIn = (
  fields: Readonly<Record<string, Scalar>>,
  field: string,
  value: string,
  time: string,
): number | undefined => (fields[field] === value && typeof fields[time] === 'number' ? fields[time] : undefined);

const sumOf = (lines: readonly EntryLine[], of: string): bigint =>
  lines.filter(({ account }) => account === of).reduce((sum, { amount }) => sum + amount, 0n);

const made = (...entries: (JournalEntry | undefined)[]): JournalEntry[] =>
  entries.filter((entry) => entry !== undefined);
