import type { Ref } from '../catalog/facts.js';
import { captureOf } from './capture.js';
import { purchaseOf } from './purchases.js';
import { type Identifier, PAYMENTS_MAX } from './rows.js';
import type { WorkingSet } from './working-set.js';

/*
 * A party keeps its earliest payments, because the first makes a customer a new one. The list is an exact prefix of all of them: at
 * most PAYMENTS_MAX, and beyond that only a count. When it runs empty while the count says that there are more, it is filled again
 * from the purchases; that waits until every payment of the entry has left or joined, so that list and count speak of the same ones.
 */

type Payment = Identifier['doc']['payments'][number];

const order = (a: Payment, b: Payment): number => a[0] - b[0] || (a[1] < b[1] ? -1 : 1);

export function listPayment({ doc }: Identifier, payment: Payment): void {
  const last = doc.payments.at(-1);
  if (doc.morePayments > 0 && !(last && order(payment, last) < 0)) {
    doc.morePayments += 1;
    return;
  }
  const all = [...doc.payments, payment].sort(order);
  doc.payments = all.slice(0, PAYMENTS_MAX);
  doc.morePayments += all.length - doc.payments.length;
}

/** True when the list ran empty although there are more payments: it must be filled again. */
export function unlistPayment({ doc }: Identifier, ref: Ref): boolean {
  const rest = doc.payments.filter((payment) => payment[1] !== ref);
  if (rest.length === doc.payments.length) doc.morePayments -= 1;
  doc.payments = rest;
  return rest.length === 0 && doc.morePayments > 0;
}

/** The list of a party, made anew from its purchases. */
export function refillPayments(set: WorkingSet, identifier: Identifier): void {
  identifier.doc.payments = [];
  identifier.doc.morePayments = 0;
  for (const purchase of set.purchasesOf(identifier.node)) {
    for (const part of purchaseOf(set, purchase)) {
      const captured = captureOf(part);
      if (!captured || part.doc.listed?.[0] !== identifier.node) continue;
      listPayment(identifier, [captured.at, part.ref, captured.entryId]);
    }
  }
  set.changedIdentifier(identifier);
}
