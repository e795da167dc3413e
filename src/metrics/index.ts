import type { Metric } from '../catalog/subjects.js';
import { checkoutCompletionRate } from './checkout-completion-rate.js';
import { checkoutsCompleted } from './checkouts-completed.js';
import { checkoutsStarted } from './checkouts-started.js';
import { disputes } from './disputes.js';
import { newCustomers } from './new-customers.js';
import { orders } from './orders.js';
import { payments } from './payments.js';
import { refunds } from './refunds.js';
import { revenueGross } from './revenue-gross.js';
import { revenueNet } from './revenue-net.js';
import { signupConversionRate } from './signup-conversion-rate.js';
import { signups } from './signups.js';
import { signupsConverted } from './signups-converted.js';
import { unknownShare } from './unknown-share.js';

/** The measurement contract: every metric the service knows. One file, one line. */
export const metrics: readonly Metric[] = [
  signups,
  checkoutsStarted,
  orders,
  newCustomers,
  payments,
  revenueGross,
  refunds,
  disputes,
  revenueNet,
  checkoutCompletionRate,
  signupConversionRate,
  unknownShare,
  checkoutsCompleted,
  signupsConverted,
];
