import type { Happened } from '../catalog/subjects.js';
import { capturesOf, inOne, type Moved } from './capture.js';
import type { Effect, Part } from './rows.js';

/** What the parts of a purchase say together; worked out once for each evaluation. */
export interface PurchaseSummary {
  /** What says that it was paid: captures, sessions that need or have no payment left, invoices paid outside the provider. */
  paid: Happened[];
  /** Captured payments: their captures, and those in one. */
  captured: { part: Part; captures: readonly Moved[]; capture: Moved }[];
  /** Whether a browser could have seen it. */
  present: boolean;
}

/** The captures of a part of the purchase, and those in one; undefined for what is no captured payment. */
export const captureIn = ({ captured }: PurchaseSummary, part: Part): PurchaseSummary['captured'][number] | undefined =>
  captured.find((each) => each.part === part);

/** Whose word counts first on whether a customer was present: the order's, then the payment's, … */
const SAYS_PRESENT: Record<string, number> = { order: 0, payment: 1, intent: 2, session: 3, invoice: 4 };

export function summaryOf(parts: readonly Part[]): PurchaseSummary {
  const summary: PurchaseSummary = { paid: [], captured: [], present: true };
  let strongest = 5;
  for (const part of parts) {
    const rank = SAYS_PRESENT[part.kind] ?? 5;
    for (const key in part.doc.effects) {
      const effect = part.doc.effects[key]!;
      if (effect.type === 'CheckoutSessionChanged') addPaidSession(summary, effect);
      if (effect.type === 'InvoiceChanged') addInvoicePaidElsewhere(summary, effect);
      const said = effect.fields['customer_present'];
      if (typeof said !== 'boolean' || rank > strongest) continue;
      summary.present = rank < strongest ? said : summary.present || said;
      strongest = rank;
    }
    const captures = capturesOf(part);
    const capture = inOne(captures);
    if (!capture) continue;
    summary.captured.push({ part, captures, capture });
    summary.paid.push(capture);
  }
  return summary;
}

function addPaidSession(summary: PurchaseSummary, { fields, entryId }: Effect): void {
  const { status, payment_status: payment, completed_at: at } = fields;
  const paid = status === 'complete' && (payment === 'paid' || payment === 'no_payment_required');
  if (paid && typeof at === 'number') summary.paid.push({ at, fact: 'CheckoutSessionChanged', entryId });
}

function addInvoicePaidElsewhere(summary: PurchaseSummary, { fields, entryId }: Effect): void {
  const { status, paid_elsewhere: elsewhere, paid_at: at } = fields;
  if (status === 'paid' && elsewhere === true && typeof at === 'number')
    summary.paid.push({ at, fact: 'InvoiceChanged', entryId });
}

/** When an order counts as completed: paid, free, fulfilled or told so, whichever came first; never when it was cancelled. */
export function orderCompleted(order: Part, paid: readonly Happened[]): Happened | undefined {
  let best = earliest(paid);
  for (const key in order.doc.effects) {
    const { type, fields, entryId } = order.doc.effects[key]!;
    if (type === 'OrderCancelled') return undefined;
    const tells =
      type === 'OrderCompleted' || type === 'OrderFulfilled' || (type === 'OrderPlaced' && fields['amount'] === '0');
    if (tells && typeof fields['at'] === 'number') best = earlier(best, { at: fields['at'], fact: type, entryId });
  }
  return best;
}

/** When a purchase was completed, however that is known. A cancelled order takes its own word back, not that of the payment. */
export function purchaseCompleted(parts: readonly Part[], { paid }: PurchaseSummary): Happened | undefined {
  let best: Happened | undefined;
  let ordered = false;
  for (const part of parts) {
    if (part.kind !== 'order') continue;
    ordered = true;
    best = earlier(best, orderCompleted(part, paid));
  }
  return ordered ? best : earliest(paid);
}

export function checkoutStarted(part: Part): Happened | undefined {
  for (const key in part.doc.effects) {
    const { type, fields, entryId } = part.doc.effects[key]!;
    if (type === 'CheckoutStarted' && typeof fields['at'] === 'number')
      return { at: fields['at'], fact: type, entryId };
  }
  return undefined;
}

const earliest = (happened: readonly Happened[]): Happened | undefined => {
  let best: Happened | undefined;
  for (const each of happened) best = earlier(best, each);
  return best;
};

/** The earlier of two; of the same time the one that sorts first, so that their order does not matter. */
function earlier(a: Happened | undefined, b: Happened | undefined): Happened | undefined {
  if (!a || !b) return a ?? b;
  if (a.at !== b.at) return a.at < b.at ? a : b;
  if (a.fact !== b.fact) return a.fact < b.fact ? a : b;
  return a.entryId <= b.entryId ? a : b;
}
