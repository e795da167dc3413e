import type { Interpreter } from '../../../interpreter.js';
import { charge } from './charge.js';
import { checkoutSession } from './checkout-session.js';
import { customer } from './customer.js';
import { dispute } from './dispute.js';
import { invoice, invoicePayment, upcomingInvoice } from './invoice.js';
import { paymentIntent } from './payment-intent.js';
import { refund } from './refund.js';
import { subscription } from './subscription.js';

/** What Stripe's events mean, one interpreter per kind of object. */
export const stripeInterpreters: readonly Interpreter[] = [
  charge,
  checkoutSession,
  customer,
  dispute,
  invoice,
  invoicePayment,
  paymentIntent,
  refund,
  subscription,
  upcomingInvoice,
];
