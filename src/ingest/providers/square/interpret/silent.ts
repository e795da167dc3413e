import type { Interpreter } from '../../../interpreter.js';

/**
 * What is understood and states no fact. An order of Square says no more than its id and its state, and is no order of the shop (see
 * `saleRef`); a payout moves money that was counted before from Square to the bank.
 */
export const silent: Interpreter = {
  name: 'square/silent',
  version: 1,
  reads: [
    'square.order.created',
    'square.order.updated',
    'square.order.fulfillment.updated',
    'square.payout.sent',
    'square.payout.paid',
    'square.payout.failed',
  ],
  interpret: () => [],
};
