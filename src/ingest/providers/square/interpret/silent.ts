import type { Interpreter } from '../../../interpreter.js';

/**
 * What is understood and states no fact. An order of Square says no more than its id and its state, and is no order of the shop (see
 * `saleRef`).
 */
export const silent: Interpreter = {
  name: 'square/silent',
  version: 2,
  reads: ['square.order.created', 'square.order.updated', 'square.order.fulfillment.updated'],
  interpret: () => [],
};
