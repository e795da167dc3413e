import type { Interpreter } from '../../../interpreter.js';
import { customer } from './customer.js';
import { dispute } from './dispute.js';
import { invoice } from './invoice.js';
import { payment } from './payment.js';
import { payout } from './payout.js';
import { payoutEntry } from './payout-entry.js';
import { refund } from './refund.js';
import { silent } from './silent.js';
import type { SquarePlan } from './plan-value.js';
import { subscriptionInterpreter } from './subscription.js';

/** What Square's events mean, one interpreter per kind of object. `plans`: what its catalog says of subscriptions. */
export const squareInterpreters = (plans: readonly SquarePlan[]): readonly Interpreter[] => [
  customer,
  dispute,
  invoice,
  payment,
  payout,
  payoutEntry,
  refund,
  silent,
  subscriptionInterpreter(plans),
];
