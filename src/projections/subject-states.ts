import type { FactType } from '../catalog/facts.js';
import type { PaymentState, SubjectState } from '../catalog/subjects.js';
import { moneyMoved } from './capture.js';
import {
  captureIn,
  checkoutStarted,
  orderCompleted,
  purchaseCompleted,
  type PurchaseSummary,
} from './purchase-summary.js';
import { type Effect, effectOf, effectsOf, isEmpty, type Part } from './rows.js';
import { movementsOf, subscriptionHistory } from './subscription-history.js';

/** What metrics see of one part of a purchase; undefined for parts that no metric speaks of. */
export function stateOf(
  part: Part,
  purchase: readonly Part[],
  summary: PurchaseSummary,
  firstPaymentRef: string | null,
): SubjectState | undefined {
  switch (part.kind) {
    case 'payment':
      return paymentState(part, part.doc.effects, captureIn(summary, part), part.ref === firstPaymentRef);
    case 'intent':
      return paymentState(part, notRestated(part, purchase), undefined, false);
    case 'order':
      return { kind: 'order', ref: part.ref, completed: orderCompleted(part, summary.paid) };
    case 'checkout':
      return {
        kind: 'checkout',
        ref: part.ref,
        started: checkoutStarted(part),
        completed: purchaseCompleted(purchase, summary),
      };
    case 'subscription':
      return { kind: 'subscription', ref: part.ref, movements: movementsOf(subscriptionHistory(part.doc.effects)) };
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
  part: Part,
  effects: Record<string, Effect>,
  found: ReturnType<typeof captureIn>,
  first: boolean,
): PaymentState {
  const { captures = NONE, capture: captured } = found ?? {};
  return {
    kind: 'payment',
    ref: part.ref,
    captured,
    captures,
    returned: captured && returnedOf(effects),
    refunds: refundsOf(effects, captures),
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

export function returnedOf(effects: Record<string, Effect>): PaymentState['returned'] {
  const effect = effectOf(effects, 'PaymentReturned');
  return effect && moneyMoved('PaymentReturned', effect);
}

export function refundsOf(
  effects: Record<string, Effect>,
  captures: PaymentState['captures'],
): PaymentState['refunds'] {
  if (onlyAuthorised(effects, captures)) return NONE;
  const all = statesOf(effects, 'RefundChanged', refundState);
  if (all.length === 0) return all;
  const releases = releasesIn(effects);
  const refunds = all.filter(({ fact }) => !releases.has(fact));
  if (refunds.length < all.length) return refunds;
  const released = effectOf(effects, 'PaymentCaptured')?.fields['amount_released'];
  if (typeof released !== 'string') return refunds;
  // What a partial capture let go of is told as a refund too: the earliest of that amount.
  const [first] = refunds
    .filter(({ amountMinor, returned }) => String(amountMinor) === released && !returned)
    .sort((a, b) => a.at - b.at || (a.fact < b.fact ? -1 : 1));
  return refunds.filter((refund) => refund !== first);
}

/** What the provider's balance calls no refund but the part of an authorisation that was not captured. */
const releasesIn = (effects: Record<string, Effect>): ReadonlySet<string> =>
  new Set(
    effectsOf(effects, 'BalanceMoved')
      .filter(([, { fields }]) => fields['category'] === 'partial_capture_reversal')
      .map(([, { fields }]) => refundFact(`refund:${String(fields['source'])}`)),
  );

const refundFact = (key: string): string => `RefundChanged ${key}`;

/** An authorisation that was released is told as a refund by some providers: no money moved in, so none moves out. */
const onlyAuthorised = (effects: Record<string, Effect>, captures: PaymentState['captures']): boolean =>
  captures.length === 0 && effectsOf(effects, 'PaymentAuthorised').length > 0;

function refundState(key: string, effect: Effect): PaymentState['refunds'][number] | undefined {
  const { status, failed_at: failedAt } = effect.fields;
  const moved = moneyMoved(refundFact(key), effect);
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
