import type { Interpreter } from '../../../interpreter.js';
import { balanceTransaction } from './balance-transaction.js';
import { charge } from './charge.js';
import { checkoutSession } from './checkout-session.js';
import { customer } from './customer.js';
import { creditNote } from './credit-note.js';
import { dispute } from './dispute.js';
import { invoice, invoicePayment, upcomingInvoice } from './invoice.js';
import { ofOwnAccount } from './own-account.js';
import { paymentIntent } from './payment-intent.js';
import { payout } from './payout.js';
import { refund } from './refund.js';
import { subscription } from './subscription.js';
import { thinEvent } from './thin-event.js';

/** What Stripe's events mean, one interpreter per kind of object. */
export const stripeInterpreters: readonly Interpreter[] = [
  balanceTransaction,
  charge,
  checkoutSession,
  creditNote,
  customer,
  dispute,
  invoice,
  invoicePayment,
  paymentIntent,
  payout,
  refund,
  subscription,
  thinEvent,
  upcomingInvoice,
].map(ofOwnAccount);
