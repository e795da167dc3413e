import type { Metric } from '../catalog/subjects.js';
import { activeSubscriptions } from './active-subscriptions.js';
import { checkoutCompletionRate } from './checkout-completion-rate.js';
import { checkoutsCompleted } from './checkouts-completed.js';
import { checkoutsStarted } from './checkouts-started.js';
import { churnedSubscriptions } from './churned-subscriptions.js';
import { disputes } from './disputes.js';
import { mrr } from './mrr.js';
import { mrrChurn } from './mrr-churn.js';
import { mrrContraction } from './mrr-contraction.js';
import { mrrExpansion } from './mrr-expansion.js';
import { mrrNew } from './mrr-new.js';
import { mrrReactivation } from './mrr-reactivation.js';
import { newCustomers } from './new-customers.js';
import { newSubscriptions } from './new-subscriptions.js';
import { orders } from './orders.js';
import { payments } from './payments.js';
import { reactivatedSubscriptions } from './reactivated-subscriptions.js';
import { refunds } from './refunds.js';
import { revenueGross } from './revenue-gross.js';
import { revenueNet } from './revenue-net.js';
import { signupConversionRate } from './signup-conversion-rate.js';
import { signups } from './signups.js';
import { signupsConverted } from './signups-converted.js';
import { unknownShare } from './unknown-share.js';
import { unpricedSubscriptions, unpricedSubscriptionsChange } from './unpriced-subscriptions.js';

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
  newSubscriptions,
  reactivatedSubscriptions,
  churnedSubscriptions,
  activeSubscriptions,
  mrr,
  mrrNew,
  mrrReactivation,
  mrrExpansion,
  mrrContraction,
  mrrChurn,
  unpricedSubscriptions,
  checkoutCompletionRate,
  signupConversionRate,
  unknownShare,
  checkoutsCompleted,
  signupsConverted,
  unpricedSubscriptionsChange,
];
