import type { Day } from '../../kernel/day.js';
import { credit, debit, journalEntry, type JournalEntry } from '../journal/journal-entry.js';
import { around, kindOf, type MoneyObject } from '../journal/money-objects.js';
import { balanceEntry, clearingOf, transactionsIn } from '../recipes/balance.js';
import { type Invoice, invoiceEntries, invoiceIn, invoicesIn } from '../recipes/invoices.js';
import { eventEntry, matched, type MoneyEvent } from '../recipes/money-event.js';
import { lostDispute, type PaymentEvents, paymentEvents } from '../recipes/payments.js';
import { ownPayouts, payoutArrivals, payoutEvents } from '../recipes/payouts.js';
import { type Paid, withTax } from '../recipes/sale-tax.js';

/**
 * The journal entries that objects which were sold together should have: a function of what is known of them, so that neither the order nor
 * the number of arrivals matters. The books post the difference to what they have.
 */
export function wantedEntries(objects: readonly MoneyObject[], dayOf: (at: number) => Day): JournalEntry[] {
  const groups = joined(objects).map((group) => paidIn(group, dayOf));
  const payments = withTax(groups, objects);
  return groups.flatMap((group, index) => entriesOf({ ...group, payments: payments[index]! }, dayOf));
}

/** Payments by links: what only an order, a session or a checkout joins keeps its own lines of the balance, and its own invoice. */
function joined(objects: readonly MoneyObject[]): MoneyObject[][] {
  const known = new Map(objects.map((object) => [object.ref, object]));
  const seen = new Set<string>();
  return objects.flatMap(({ ref }) => {
    if (seen.has(ref)) return [];
    const group = around((other) => known.get(other), ref);
    for (const object of group) seen.add(object.ref);
    return [group];
  });
}

function paidIn(objects: readonly MoneyObject[], dayOf: (at: number) => Day): Group {
  const invoice = invoiceIn(objects);
  const credited = new Set(
    invoicesIn(objects).flatMap(({ creditNotes }) => creditNotes.flatMap((note) => note.refunds)),
  );
  const payments = paymentEvents(objects, { dayOf, provider: providerOf(objects), invoice: invoice?.ref, credited });
  return { objects, invoice, payments, invoiced: invoice !== undefined };
}

type Group = Paid & { invoice: Invoice | undefined };

function entriesOf({ objects, invoice, payments }: Group, dayOf: (at: number) => Day): JournalEntry[] {
  const transactions = transactionsIn(objects);
  const events = [...eventsOf(payments), ...payoutEvents(objects, transactions, dayOf)];
  const { of, event } = matched(events, transactions);
  const entries = [
    ...events.map((each) => eventEntry(each, of.get(each))),
    ...transactions.map((each) => balanceEntry(each, event.get(each), dayOf)),
    ...payments.disputes.map((dispute) => lostDispute(dispute, of, dayOf)),
    ...ownPayouts(objects, dayOf),
    ...payoutArrivals(objects),
    // The payments pay one invoice; should there be another, nothing is known to have been paid of it.
    ...invoicesIn(objects).flatMap((each) =>
      invoiceEntries(each, { payments: each.ref === invoice?.ref ? payments : NOTHING_PAID, of, dayOf }),
    ),
    ...objects.map(openingEntry),
  ];
  const provider = providerOf(objects);
  return entries.flatMap((entry) => (entry ? [provider === '' ? entry : { ...entry, provider }] : []));
}

const NOTHING_PAID: PaymentEvents = {
  captures: [],
  returns: [],
  refunds: [],
  refundFailures: [],
  disputes: [],
  undone: [],
};

/** They are all of one; the smallest, should two ever name the same thing. */
const providerOf = (objects: readonly MoneyObject[]): string =>
  objects
    .map(({ provider }) => provider)
    .filter(Boolean)
    .sort()[0] ?? '';

const eventsOf = ({ captures, returns, refunds, refundFailures, disputes, undone }: PaymentEvents): MoneyEvent[] => [
  ...captures,
  ...returns,
  ...refunds.map(({ event }) => event),
  ...refundFailures,
  ...disputes.flatMap(({ movements }) => movements),
  ...undone,
];

/** What a provider held for us before the first entry of this ledger. */
function openingEntry({ ref, provider, opening }: MoneyObject): JournalEntry | undefined {
  if (kindOf(ref) !== 'opening' || !opening) return undefined;
  const { day, at, currency } = opening;
  const amount = BigInt(opening.amount);
  return journalEntry({
    entry: ref,
    object: ref,
    day,
    at,
    kind: 'opening',
    memo: 'balance at the beginning of the day',
    lines: [debit(clearingOf(provider), amount, currency), credit('opening_balance', amount, currency)],
  });
}
