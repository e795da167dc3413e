import type { Fact, Scalar } from '../../../../catalog/facts.js';
import { makeFact } from '../../../../catalog/make-fact.js';
import { decimalsOf, nearestOf } from './amount.js';
import { createdAt, listIn, msOf, ownId, stampAt, type StripeEvent } from './stripe-event.js';
import { type Json, objectIn } from '../../../json-members.js';

/** What of an invoice its customer owes from when on, and what it is made of: for the books, not for any number of sales. */
export function owed(event: StripeEvent, status: string | undefined): Record<string, Scalar | undefined> {
  const { object } = event;
  const steps = objectIn(object['status_transitions']);
  const when = (step: string, isIt: boolean): number | undefined =>
    msOf(steps[step]) ?? (isIt ? (event.type.startsWith('invoice.') ? event.at : createdAt(event)) : undefined);
  const isOwed = status !== undefined && status !== 'draft' && status !== 'deleted';
  // From before invoices had steps: they were owed as soon as they were made.
  const finalized = msOf(steps['finalized_at']) ?? (isOwed ? createdAt(event) : undefined);
  const { total, starting_balance: before, ending_balance: after, currency } = object;
  const amount = (value: unknown): string | undefined =>
    typeof value === 'number' && typeof currency === 'string' ? nearestOf(value, currency) : undefined;
  return {
    finalized_at: isOwed ? finalized : undefined,
    voided_at: when('voided_at', status === 'void'),
    uncollectible_at: when('marked_uncollectible_at', status === 'uncollectible'),
    total: amount(total),
    tax: amount(taxOf(object)),
    balance_applied: typeof before === 'number' && typeof after === 'number' ? amount(after - before) : undefined,
    amount_overpaid: amount(object['amount_overpaid']),
    amount_elsewhere: amount(object['amount_paid_off_stripe']),
    amount_untold: amount(untold(object)),
  };
}

const sumOf = (list: readonly Json[], name = 'amount'): number =>
  list.reduce((sum, each) => sum + (Number(each[name]) || 0), 0);

function taxOf(object: Json): number {
  const taxes = object['total_taxes'] ?? object['total_tax_amounts'];
  return Array.isArray(taxes) ? sumOf(listIn(taxes)) : Number(object['tax'] ?? 0) || 0;
}

/** A line without its discounts and the tax within it. */
function netOf(line: Json): number {
  const taxes = [...listIn(line['taxes']), ...listIn(line['tax_amounts'])];
  const within = taxes.filter((tax) => tax['tax_behavior'] === 'inclusive' || tax['inclusive'] === true);
  return (Number(line['amount']) || 0) - sumOf(listIn(line['discount_amounts'])) - sumOf(within);
}

/** An event carries the first lines only; what the others come to follows from the total. */
function untold(object: Json): number {
  if (objectIn(object['lines'])['has_more'] !== true) return 0;
  const told = listIn(object['lines']).reduce((sum, line) => sum + netOf(line), 0);
  return (Number(object['total']) || 0) - taxOf(object) - told;
}

const DAY_S = 86_400;

/** Lines for a time of more than a day, by that time. A draft may still lose lines, so it says nothing. */
export function periodsBilled(event: StripeEvent): Fact[] {
  const { object, type } = event;
  const { status, currency } = object;
  if (status === 'draft' || status === undefined || type === 'invoice.deleted' || typeof currency !== 'string')
    return [];
  const sums = new Map<string, { start: number; end: number; net: number }>();
  for (const line of listIn(object['lines'])) {
    const { start, end } = objectIn(line['period']);
    if (typeof start !== 'number' || typeof end !== 'number' || end - start <= DAY_S) continue;
    const key = `${start}-${end}`;
    sums.set(key, { start, end, net: (sums.get(key)?.net ?? 0) + netOf(line) });
  }
  const about = { subject: `invoice:${ownId(event)}`, stamp: stampAt(event, 0), type: 'InvoicePeriodBilled' as const };
  return [...sums].map(([key, { start, end, net }]) =>
    makeFact({
      ...{ ...about, effect: `period:${key}` },
      fields: {
        ...{ starts_at: msOf(start), ends_at: msOf(end) },
        ...{ net: nearestOf(net, currency), currency: decimalsOf(currency).currency },
      },
    }),
  );
}
