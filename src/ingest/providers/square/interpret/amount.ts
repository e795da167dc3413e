import { exponentOf, rescale } from '../../../../kernel/money.js';
import { objectIn } from '../../../json-members.js';

/** Square sends the smallest unit of ISO 4217, whose table differs from ours for these; Bitcoin, which has none, in satoshis. */
const OWN_EXPONENTS: Readonly<Record<string, number>> = { MGA: 2, BTC: 8 };

/** Digits behind the decimal point of Square's amounts. */
export const squareExponentOf = (currency: string): number => OWN_EXPONENTS[currency] ?? exponentOf(currency);

/** `{ amount, currency }` as facts carry it. Throws RangeError for what is no amount, TypeError without a currency. */
export function moneyOf(money: unknown): { amount: string; currency: string } {
  const { amount, currency, currency_code: code } = objectIn(money);
  const currencyCode = currency ?? code; // payouts write the one, everything else the other
  if (typeof currencyCode !== 'string' || !/^[A-Z]{3}$/.test(currencyCode))
    throw new TypeError('an amount has no currency');
  if (typeof amount !== 'number' || !Number.isSafeInteger(amount) || amount < 0)
    throw new RangeError(`not an amount of minor units of ${currencyCode}`);
  const [from, to] = [squareExponentOf(currencyCode), exponentOf(currencyCode)];
  return {
    amount: from === to ? String(amount) : rescale(BigInt(amount), from, to).toString(),
    currency: currencyCode,
  };
}

/** Like `moneyOf` for what may go either way, such as a payout that collects what is owed. */
export function signedMoney(money: unknown): { amount: string; currency: string } {
  const { amount } = objectIn(money);
  if (typeof amount !== 'number' || amount >= 0) return moneyOf(money);
  const { amount: positive, currency } = moneyOf({ ...objectIn(money), amount: -amount });
  return { amount: `-${positive}`, currency };
}
