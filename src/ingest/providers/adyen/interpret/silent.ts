import type { Interpreter } from '../../../interpreter.js';

/**
 * What is understood and states no fact: reports that can be fetched, reviews, tokens, orders of several payments (each payment has events
 * of its own), and money that is paid out to others.
 */
export const silent: Interpreter = {
  name: 'adyen/silent',
  version: 1,
  reads: [
    'REPORT_AVAILABLE',
    'AUTORESCUE',
    'AUTORESCUE_NEXT_ATTEMPT',
    'CANCEL_AUTORESCUE',
    'HANDLED_EXTERNALLY',
    'MANUAL_REVIEW_ACCEPT',
    'MANUAL_REVIEW_REJECT',
    'OFFER_CLOSED',
    'ORDER_CLOSED',
    'ORDER_OPENED',
    'PAIDOUT_REVERSED',
    'PAYOUT_DECLINE',
    'PAYOUT_EXPIRE',
    'PAYOUT_THIRDPARTY',
    'PENDING',
    'PROCESS_RETRY',
    'RECURRING_CONTRACT',
    'VOID_PENDING_REFUND',
  ].map((code) => `adyen.${code}`),
  interpret: () => [],
};
