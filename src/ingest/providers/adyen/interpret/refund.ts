import { makeFact } from '../../../../catalog/make-fact.js';
import type { Interpreter } from '../../../interpreter.js';
import { adyenItem, type AdyenItem, amountOf, paymentRef, stampAt } from './adyen-item.js';

/**
 * What each event says of its refund, and its place in the life of one. CANCEL_OR_REFUND does not sign which of the two it was; it is
 * told as a refund, and of a payment that was only authorised no refund is counted.
 */
const STATES: Readonly<Record<string, { status: string; place: number }>> = {
  POSTPONED_REFUND: { status: 'requires_action', place: 1 }, // it waits for the capture
  REFUND: { status: 'succeeded', place: 2 },
  REFUND_WITH_DATA: { status: 'succeeded', place: 2 },
  CANCEL_OR_REFUND: { status: 'succeeded', place: 2 },
  REFUND_FAILED: { status: 'failed', place: 3 },
  REFUNDED_REVERSED: { status: 'failed', place: 3 },
};
const REFUSED = { status: 'canceled', place: 0 };

/** A refund is itself by its reference, which its failure has too. */
export const refund: Interpreter = {
  name: 'adyen/refund',
  version: 1,
  reads: Object.keys(STATES).map((code) => `adyen.${code}`),
  interpret: (entry) => {
    const item = adyenItem(entry);
    const { status, place } = stateOf(item);
    return [
      makeFact({
        type: 'RefundChanged',
        subject: paymentRef(item),
        effect: `refund:${item.pspReference}`,
        stamp: stampAt(item, place),
        fields: { at: item.at, ...amountOf(item), status, failed_at: status === 'failed' ? item.at : undefined },
      }),
    ];
  },
};

const stateOf = ({ eventCode, success }: AdyenItem): { status: string; place: number } =>
  (success === 'true' ? STATES[eventCode] : undefined) ?? REFUSED;
