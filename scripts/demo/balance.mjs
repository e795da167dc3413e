// The provider's balance of the planned shop: every movement of money as a line with its fee, and what was paid out to the bank. Pure.
// `settlement.mjs` writes it down as the provider would, twice: as a list and as reports.
import { DAY, HOUR, MINUTE } from './calendar.mjs';

/** What the provider held before the first day, in minor units. */
export const OPENING = { EUR: 124_050, JPY: 210_400, USD: 431_275 };

/** Kept of each payment: 2.9 % and a fixed part. */
const FIXED_FEE = { EUR: 25, JPY: 40, USD: 30 };
const feeOf = ({ amount, currency }) => Math.round(amount * 0.029) + FIXED_FEE[currency];

const DISPUTE_FEE = 2_000;
const ACCOUNT_FEE = 2_500; // of the month, in dollars: no payment is behind it
const AVAILABLE_AFTER = 2 * DAY;
const ARRIVES_AFTER_DAYS = 3;
const FRIDAY = 5;

/**
 * @returns `{ lines, payouts, listedUntil }`. A line: `{ id, at, currency, gross, fee, net, category, type, source, charge, description }`, amounts
 * signed, in minor units. `listedUntil`: what was made later is in no list that was read within the month.
 */
export function planBalance(visitors, calendar) {
  const lines = [...visitors.flatMap(linesOf), accountFee(calendar)].sort(inTime);
  const payouts = payoutsOf(lines, calendar);
  return {
    lines: [...lines, ...payouts.map(lineOfPayout)].sort(inTime),
    payouts,
    listedUntil: calendar.startOf(calendar.days.at(-1)) + 12 * HOUR,
  };
}

const inTime = (a, b) => a.at - b.at || (a.id < b.id ? -1 : 1);

function linesOf({ purchases, renewals }) {
  return [...purchases.flatMap(({ payment }) => payment ?? []), ...renewals].flatMap((payment) => [
    line(payment, {
      ...{ of: payment.chargeId, at: payment.capturedAt, gross: payment.amount, fee: feeOf(payment) },
      ...{ category: 'charge', type: 'charge' },
    }),
    ...payment.refunds.flatMap((refund) => linesOfRefund(payment, refund)),
    ...linesOfDispute(payment),
  ]);
}

const line = ({ currency, chargeId }, { of, at, gross, fee = 0, id = `txn_${of}`, ...rest }) => ({
  ...{ id, at: at - (at % 1000), currency, gross, fee, net: gross - fee, source: of, charge: chargeId, ...rest },
});

function linesOfRefund(payment, { id, at, amount, failedAt }) {
  const taken = line(payment, { of: id, at, gross: -amount, category: 'refund', type: 'refund' });
  if (!failedAt) return [taken];
  const back = { of: id, id: `txn_${id}_back`, at: failedAt, gross: amount };
  return [taken, line(payment, { ...back, category: 'refund_failure', type: 'refund_failure' })];
}

/** The same lines that the dispute's own events carry. */
function linesOfDispute(payment) {
  if (!payment.dispute) return [];
  const { id, amount, withdrawnAt, reinstatedAt } = payment.dispute;
  const out = { of: id, id: `txn_${id}_out`, at: withdrawnAt, gross: -amount, fee: DISPUTE_FEE };
  const back = { of: id, id: `txn_${id}_in`, at: reinstatedAt, gross: amount };
  return [
    line(payment, { ...out, category: 'dispute', type: 'adjustment' }),
    ...(reinstatedAt ? [line(payment, { ...back, category: 'dispute_reversal', type: 'adjustment' })] : []),
  ];
}

/** Made in the last minutes of the month. */
const accountFee = ({ month, end }) => ({
  ...{ id: `txn_fee_${month.replace('-', '_')}`, at: end - 10 * MINUTE, currency: 'USD', gross: -ACCOUNT_FEE, fee: 0 },
  ...{ net: -ACCOUNT_FEE, category: 'fee', type: 'stripe_fee', description: `Billing, usage fee (${month})` },
});

/** Every Friday what is available of each currency goes to the bank, where it is three days later. */
function payoutsOf(lines, { days, startOf }) {
  const fridays = days.filter((day) => new Date(`${day}T00:00:00Z`).getUTCDay() === FRIDAY);
  return Object.keys(OPENING).flatMap((currency) => {
    const own = lines.filter((each) => each.currency === currency);
    let paid = 0;
    return fridays.flatMap((day) => {
      const at = startOf(day) + 3 * HOUR;
      const available = own.filter((each) => each.at + AVAILABLE_AFTER <= at).reduce((sum, { net }) => sum + net, 0);
      const amount = OPENING[currency] + available - paid;
      if (amount <= 0) return [];
      paid += amount;
      const arrivesAt = Date.parse(`${day}T00:00:00Z`) + ARRIVES_AFTER_DAYS * DAY;
      return [{ id: `po_${currency.toLowerCase()}_${day.replaceAll('-', '_')}`, at, currency, amount, arrivesAt }];
    });
  });
}

const lineOfPayout = ({ id, at, currency, amount }) => ({
  ...{ id: `txn_${id}`, at, currency, gross: -amount, fee: 0, net: -amount, category: 'payout', type: 'payout' },
  source: id,
});
