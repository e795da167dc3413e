import type { Interpreter } from '../../../interpreter.js';
import { dispute } from './dispute.js';
import { type AutomaticCapture, paymentInterpreter } from './payment.js';
import { refund } from './refund.js';
import { settlementLines } from './settlement-line.js';
import { silent } from './silent.js';

/** What Adyen's events mean, by what they are about. `automatic`: the merchant accounts that capture by themselves. */
export const adyenInterpreters = (automatic: AutomaticCapture): readonly Interpreter[] => [
  dispute,
  paymentInterpreter(automatic),
  refund,
  settlementLines,
  silent,
];
