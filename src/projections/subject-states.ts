import type { FactType, Ref } from '../catalog/facts.js';
import type { PaymentState, SubjectState } from '../catalog/subjects.js';
import { moneyMoved } from './capture.js';
import { type Effect, effectsOf, isEmpty, type Part } from './rows.js';
import {
  captureIn,
  checkoutStarted,
  orderCompleted,
  purchaseCompleted,
  type PurchaseSummary,
} from './purchase-summary.js';

/** What metrics see of one part of a purchase; undefined for parts that no metric speaks of. */
export function stateOf(
  part: Part,
  purchase: readonly Part[],
  summary: PurchaseSummary,
  firstPaymentRef: string | null,
): SubjectState | undefined {
  switch (part.kind) {
    case 'payment':
      return paymentState(part.ref, part.doc.effects, captureIn(summary, part), part.ref === firstPaymentRef);
    case 'intent':
      return paymentState(part.ref, notRestated(part, purchase), undefined, false);
    case 'order':
      return { kind: 'order', ref: part.ref, completed: orderCompleted(part, summary.paid) };
    case 'checkout':
      return {
        kind: 'checkout',
        ref: part.ref,
        started: checkoutStarted(part),
        completed: purchaseCompleted(purchase, summary),
      };
    default:
      return undefined;
  }
}

/** A refund or a dispute may name only the intent: money moved all the same, unless the payment says it too. */
function notRestated(intent: Part, purchase: readonly Part[]): Record<string, Effect> {
  if (isEmpty(intent.doc.effects)) return intent.doc.effects;
  const payments = purchase.filter((part) => part.kind === 'payment');
  return Object.fromEntries(
    Object.entries(intent.doc.effects).filter(([key]) => !payments.some((payment) => key in payment.doc.effects)),
  );
}

function paymentState(
  ref: Ref,
  effects: Record<string, Effect>,
  captured: PaymentState['captured'],
  first: boolean,
): PaymentState {
  return {
    kind: 'payment',
    ref,
    captured,
    refunds: onlyAuthorised(effects) ? NONE : statesOf(effects, 'RefundChanged', refundState),
    disputes: [
      ...statesOf(effects, 'DisputeFundsWithdrawn', withdrawn),
      ...statesOf(effects, 'DisputeFundsReinstated', reinstated),
    ],
    first,
  };
}

const NONE: readonly never[] = [];

function statesOf<T>(
  effects: Record<string, Effect>,
  type: FactType,
  of: (key: string, effect: Effect) => T | undefined,
): readonly T[] {
  const found = effectsOf(effects, type);
  return found.length === 0
    ? NONE
    : found.map(([key, effect]) => of(key, effect)).filter((state) => state !== undefined);
}

/** An authorisation that was released is told as a refund by some providers: no money moved in, so none moves out. */
const onlyAuthorised = (effects: Record<string, Effect>): boolean =>
  effectsOf(effects, 'PaymentAuthorised').length > 0 && effectsOf(effects, 'PaymentCaptured').length === 0;

function refundState(key: string, effect: Effect): PaymentState['refunds'][number] | undefined {
  const { status, failed_at: failedAt } = effect.fields;
  const moved = moneyMoved(`RefundChanged ${key}`, effect);
  if (!moved || status === 'canceled' || status === 'requires_action') return undefined;
  if (status !== 'failed') return { ...moved, returned: undefined };
  const at = typeof failedAt === 'number' ? failedAt : moved.at;
  return { ...moved, returned: { at, fact: `RefundFailed ${key}`, entryId: effect.entryId } };
}

type Movement = PaymentState['disputes'][number];

const withdrawn = (key: string, effect: Effect): Movement | undefined => movement(key, effect, 'withdrawn');
const reinstated = (key: string, effect: Effect): Movement | undefined => movement(key, effect, 'reinstated');

function movement(key: string, effect: Effect, direction: Movement['direction']): Movement | undefined {
  const moved = moneyMoved(`${effect.type} ${key}`, effect);
  return moved && { ...moved, direction };
}
