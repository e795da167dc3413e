import type { AccountKey } from '../journal/chart-of-accounts.js';
import type { PostingKind } from '../journal/posting.js';

/**
 * What the other side of a line of the provider's balance is. `event`: an event of its own says what happened and when, such as a capture;
 * between the two the money is in process. An account: the line itself is all there is to know.
 */
export interface BalanceRule {
  kind: PostingKind;
  against: 'event' | AccountKey;
  /** Where its processing fee goes. */
  fees?: AccountKey;
}

const event = (kind: PostingKind, fees: AccountKey = 'fees'): BalanceRule => ({ kind, against: 'event', fees });
const direct = (kind: PostingKind, against: AccountKey): BalanceRule => ({ kind, against });

/** Every reporting category of the provider's balance, by the names Stripe gives them, and of other providers what has no like there. What is not here goes to suspense. */
export const BALANCE_RULES: Readonly<Record<string, BalanceRule>> = {
  charge: event('charge'),
  charge_failure: event('charge_failure'),
  partial_capture_reversal: event('charge'),
  refund: event('refund'),
  refund_failure: event('refund_failure'),
  dispute: event('dispute', 'dispute_fees'),
  dispute_reversal: event('dispute_reversal', 'dispute_fees'),
  payout: event('payout'),
  payout_reversal: event('payout_reversal'),
  unnamed_payout: direct('payout', 'bank_in_transit'),
  unnamed_payout_reversal: direct('payout_reversal', 'bank_in_transit'),
  // Of a payout that was told as arrived: the bank had it.
  payout_returned: direct('payout_reversal', 'bank'),
  batch_transfer: direct('transfer', 'batch_transfers'),

  fee: direct('account_fee', 'account_fees'),
  stripe_fee: direct('account_fee', 'account_fees'),
  platform_fee: direct('account_fee', 'account_fees'),
  network_cost: direct('account_fee', 'account_fees'),
  stripe_balance_payment_debit: direct('account_fee', 'account_fees'),
  stripe_balance_payment_debit_reversal: direct('account_fee', 'account_fees'),
  other_adjustment: direct('account_fee', 'adjustments'),
  contribution: direct('account_fee', 'contributions'),
  climate_order_purchase: direct('account_fee', 'contributions'),
  climate_order_refund: direct('account_fee', 'contributions'),
  tax: direct('tax', 'input_tax'),
  stripe_fee_tax: direct('tax', 'input_tax'),

  risk_reserved_funds: direct('reserve', 'reserve'),
  connect_reserved_funds: direct('reserve', 'reserve'),
  payment_network_reserved_funds: direct('reserve', 'reserve'),
  minimum_balance_hold: direct('reserve', 'reserve'),
  topup: direct('topup', 'bank'),
  topup_reversal: direct('topup', 'bank'),
  inbound_transfer: direct('topup', 'bank'),
  inbound_transfer_reversal: direct('topup', 'bank'),
  outbound_transfer: direct('topup', 'bank'),
  outbound_transfer_reversal: direct('topup', 'bank'),

  transfer: direct('transfer', 'connected_accounts'),
  transfer_reversal: direct('transfer', 'connected_accounts'),
  connect_collection_transfer: direct('transfer', 'connected_accounts'),
  platform_earning: direct('transfer', 'platform_earnings'),
  platform_earning_refund: direct('transfer', 'platform_earnings'),

  advance: direct('transfer', 'financing'),
  advance_funding: direct('transfer', 'financing'),
  anticipation_repayment: direct('transfer', 'financing'),
  financing_payout: direct('transfer', 'financing'),
  financing_payout_reversal: direct('transfer', 'financing'),
  financing_paydown: direct('transfer', 'financing'),
  financing_paydown_reversal: direct('transfer', 'financing'),
  obligation: direct('transfer', 'financing'),
  issuing_authorization_hold: direct('transfer', 'issuing'),
  issuing_authorization_release: direct('transfer', 'issuing'),
  issuing_transaction: direct('transfer', 'issuing'),
  issuing_dispute: direct('transfer', 'issuing'),
  issuing_disbursement: direct('transfer', 'issuing'),

  currency_conversion: direct('fx', 'conversion'),
  unreconciled_customer_funds: direct('customer_balance', 'customer_balance'),
};

/** Categories by the type of a line, for providers' older lines that have no category. */
const CATEGORY_OF_TYPE: Readonly<Record<string, string>> = {
  charge: 'charge',
  payment: 'charge',
  payment_failure_refund: 'charge_failure',
  refund: 'refund',
  payment_refund: 'refund',
  refund_failure: 'refund_failure',
  payout: 'payout',
  payout_cancel: 'payout_reversal',
  payout_failure: 'payout_reversal',
  stripe_fee: 'fee',
  stripe_fx_fee: 'fee',
  tax_fee: 'tax',
  tax_fund: 'tax',
  application_fee: 'platform_earning',
  application_fee_refund: 'platform_earning_refund',
  transfer: 'transfer',
  transfer_cancel: 'transfer_reversal',
  transfer_failure: 'transfer_reversal',
  transfer_refund: 'transfer_reversal',
  topup: 'topup',
  topup_reversal: 'topup_reversal',
  reserve_hold: 'risk_reserved_funds',
  reserve_release: 'risk_reserved_funds',
  reserved_funds: 'risk_reserved_funds',
  reserve_transaction: 'risk_reserved_funds',
};

export const categoryOf = (category: unknown, type: unknown): string =>
  typeof category === 'string' && category !== ''
    ? category
    : (CATEGORY_OF_TYPE[typeof type === 'string' ? type : ''] ?? '');
