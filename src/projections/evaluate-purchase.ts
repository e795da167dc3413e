import type { Ref } from '../catalog/facts.js';
import type { Contributions } from './contributions.js';
import { checkoutStarted, customerPresent, orderCompleted, purchaseOf } from './purchases.js';
import { type Contributed, type Customer, effectsOf, kindOf, type Part, type PartColumns } from './rows.js';
import { captureOf } from './capture.js';
import { stateOf } from './subject-states.js';
import type { WorkingSet } from './working-set.js';

/** Works out what every part of a purchase should have contributed, and the columns reports read. */
export function evaluatePurchase(
  set: WorkingSet,
  purchase: Ref,
  contributions: Contributions,
  contribute: (part: Part, should: Contributed[]) => void,
): void {
  const parts = purchaseOf(set, purchase);
  const party = parts[0]!.party;
  set.need([], [party]);
  const customer = set.customer(set.identifier(party).customer);
  const present = customerPresent(parts);
  const firstRef = customer?.firstPaymentRef ?? null;
  const paid = parts.filter((part) => captureOf(part));
  const isNew = paid.some((part) => part.ref === firstRef);
  for (const part of parts) {
    const columns = columnsOf(part, parts);
    if (part.present !== present || !sameColumns(part.columns, columns)) set.changedPart(part);
    part.present = present;
    part.columns = columns;
    const state = stateOf(part, parts, firstRef);
    if (state)
      contribute(
        part,
        contributions.should(state, { ...touchOf(customer), kind: kindFor(part, isNew, paid, firstRef), present }),
      );
  }
}

const touchOf = (customer: Customer | null) => ({
  source: customer?.source ?? 'unknown',
  medium: customer?.medium ?? '',
  campaign: customer?.campaign ?? '',
  reason: customer ? customer.reason : 'no_touch',
});

/** `new` for the first payment of a customer and the order it paid, `returning` for later ones, nothing where nobody paid. */
function kindFor(part: Part, isNew: boolean, paid: readonly Part[], firstRef: string | null): string {
  switch (kindOf(part.ref)) {
    case 'payment':
      return captureOf(part) ? (part.ref === firstRef ? 'new' : 'returning') : '';
    case 'order':
      return paid.length === 0 ? '' : isNew ? 'new' : 'returning';
    default:
      return '';
  }
}

function columnsOf(part: Part, parts: readonly Part[]): PartColumns {
  switch (kindOf(part.ref)) {
    case 'payment':
      return paymentColumns(part);
    case 'order':
      return orderColumns(part, parts);
    case 'checkout':
      return { ...fieldsOf(part), at: checkoutStarted(part)?.at ?? null, status: 'started' };
    default:
      return { ...fieldsOf(part), status: statusOf(part) };
  }
}

function paymentColumns(part: Part): PartColumns {
  const captured = captureOf(part);
  if (captured)
    return {
      at: captured.at,
      amountMinor: String(captured.amountMinor),
      currency: captured.currency,
      status: 'captured',
    };
  const [authorised] = effectsOf(part.doc.effects, 'PaymentAuthorised');
  const status = authorised ? 'authorised' : effectsOf(part.doc.effects, 'PaymentFailed').length > 0 ? 'failed' : null;
  return { ...fieldsOf(part), status };
}

function orderColumns(part: Part, parts: readonly Part[]): PartColumns {
  const completed = orderCompleted(part, parts);
  const [placed] = effectsOf(part.doc.effects, 'OrderPlaced');
  const cancelled = effectsOf(part.doc.effects, 'OrderCancelled').length > 0;
  const at = completed?.at ?? (placed?.[1].fields['at'] as number | undefined) ?? null;
  return { ...fieldsOf(part), at, status: cancelled ? 'cancelled' : completed ? 'completed' : 'placed' };
}

/** Time, amount and currency of the effect that names them, the smallest key first. */
function fieldsOf(part: Part): Omit<PartColumns, 'status'> {
  let at: number | null = null;
  let amountMinor: string | null = null;
  let currency: string | null = null;
  for (const key of Object.keys(part.doc.effects).sort()) {
    const { fields } = part.doc.effects[key]!;
    if (at === null && typeof fields['at'] === 'number') at = fields['at'];
    if (amountMinor !== null || typeof fields['amount'] !== 'string' || typeof fields['currency'] !== 'string')
      continue;
    amountMinor = fields['amount'];
    currency = fields['currency'];
  }
  return { at, amountMinor, currency };
}

function statusOf(part: Part): string | null {
  for (const key of Object.keys(part.doc.effects).sort()) {
    const status = part.doc.effects[key]!.fields['status'];
    if (typeof status === 'string') return status;
  }
  return null;
}

const sameColumns = (a: PartColumns, b: PartColumns): boolean =>
  a.at === b.at && a.amountMinor === b.amountMinor && a.currency === b.currency && a.status === b.status;
