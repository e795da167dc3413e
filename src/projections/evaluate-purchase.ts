import type { Node, Ref } from '../catalog/facts.js';
import { isReleased } from './capture.js';
import { captureIn, checkoutStarted, orderCompleted, type PurchaseSummary, summaryOf } from './purchase-summary.js';
import { purchaseOf } from './purchases.js';
import { type Customer, effectOf, isEmpty, NO_COLUMNS, type Part, type PartColumns } from './rows.js';
import { dimensionsOf, type Step } from './step.js';
import { stateOf } from './subject-states.js';
import { subscriptionHistory } from './subscription-history.js';
import type { WorkingSet } from './working-set.js';

/** Works out what every part of a purchase should have contributed, and the columns reports read. */
export function evaluatePurchase(set: WorkingSet, purchase: Ref, step: Step): void {
  const parts = purchaseOf(set, purchase);
  const customer = customerOf(set, parts[0]!.party);
  const summary = summaryOf(parts);
  const { present } = summary;
  const firstRef = customer?.firstPaymentRef ?? null;
  for (const part of parts) {
    const columns = columnsOf(part, summary);
    if (part.present !== present || !sameColumns(part.columns, columns)) {
      set.changedPart(part);
      part.present = present;
      part.columns = columns;
    }
    const state = stateOf(part, parts, summary, firstRef);
    if (state)
      step.contribute(part.ref, part, state, dimensionsOf(customer, kindFor(part, summary, firstRef), present));
  }
}

const NOBODY: readonly Node[] = [];

function customerOf(set: WorkingSet, party: Node): Customer | null {
  if (party === '') return null;
  set.need(NOBODY, [party]);
  return set.customer(set.identifier(party).customer);
}

/** `new` for the first payment of a customer and the order it paid, `returning` for later ones, nothing where nobody paid. */
function kindFor(part: Part, { captured }: PurchaseSummary, firstRef: string | null): string {
  if (part.kind === 'payment')
    return !captured.some((each) => each.part === part) ? '' : part.ref === firstRef ? 'new' : 'returning';
  if (part.kind !== 'order' || captured.length === 0) return '';
  return captured.some((each) => each.part.ref === firstRef) ? 'new' : 'returning';
}

function columnsOf(part: Part, summary: PurchaseSummary): PartColumns {
  switch (part.kind) {
    case 'payment':
      return paymentColumns(part, summary);
    case 'order':
      return orderColumns(part, summary);
    case 'subscription':
      return subscriptionColumns(part);
    case 'checkout':
      return { ...fieldsOf(part), at: checkoutStarted(part)?.at ?? null, status: 'started' };
    default:
      return isEmpty(part.doc.effects) ? NO_COLUMNS : { ...fieldsOf(part), status: statusOf(part) };
  }
}

function paymentColumns(part: Part, summary: PurchaseSummary): PartColumns {
  const capture = captureIn(summary, part)?.capture;
  if (capture) {
    const { at, amountMinor, currency } = capture;
    return { at, amountMinor: String(amountMinor), currency, status: 'captured' };
  }
  const authorised = effectOf(part.doc.effects, 'PaymentAuthorised');
  if (authorised) return { ...fieldsOf(part), status: isReleased(part) ? 'released' : 'authorised' };
  return { ...fieldsOf(part), status: effectOf(part.doc.effects, 'PaymentFailed') ? 'failed' : null };
}

/** Of the state it is in now, which the events of its last second tell only together; the amount is that of a period. */
function subscriptionColumns(part: Part): PartColumns {
  const changed = effectOf(part.doc.effects, 'SubscriptionChanged');
  const { at, amountMinor, currency } = fieldsOf(part);
  const status = subscriptionHistory(part.doc.effects).at(-1)?.status ?? changed?.fields['status'];
  return { at, amountMinor, currency, status: typeof status === 'string' ? status : null };
}

function orderColumns(part: Part, { paid }: PurchaseSummary): PartColumns {
  const completed = orderCompleted(part, paid);
  const placed = effectOf(part.doc.effects, 'OrderPlaced');
  const cancelled = effectOf(part.doc.effects, 'OrderCancelled') !== undefined;
  const at = completed?.at ?? (placed?.fields['at'] as number | undefined) ?? null;
  return { ...fieldsOf(part), at, status: cancelled ? 'cancelled' : completed ? 'completed' : 'placed' };
}

/** Time, amount and currency of the effect that names them, the smallest key first. */
function fieldsOf(part: Part): Omit<PartColumns, 'status'> {
  let at: number | null = null;
  let amountMinor: string | null = null;
  let currency: string | null = null;
  for (const key of keysOf(part)) {
    const { fields } = part.doc.effects[key]!;
    if (at === null && typeof fields['at'] === 'number') at = fields['at'];
    if (amountMinor !== null || typeof fields['amount'] !== 'string' || typeof fields['currency'] !== 'string')
      continue;
    amountMinor = fields['amount'];
    currency = fields['currency'];
  }
  return { at, amountMinor, currency };
}

/** Effects in a stable order. */
function keysOf(part: Part): string[] {
  const keys = Object.keys(part.doc.effects);
  return keys.length > 1 ? keys.sort() : keys;
}

function statusOf(part: Part): string | null {
  for (const key of keysOf(part)) {
    const status = part.doc.effects[key]!.fields['status'];
    if (typeof status === 'string') return status;
  }
  return null;
}

const sameColumns = (a: PartColumns, b: PartColumns): boolean =>
  a.at === b.at && a.amountMinor === b.amountMinor && a.currency === b.currency && a.status === b.status;
