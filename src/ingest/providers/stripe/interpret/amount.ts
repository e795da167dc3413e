import { exponentOf, rescale } from '../../../../kernel/money.js';
import { halfToEven } from '../../../monthly-part.js';

/**
 * Stripe's integers are not always ISO 4217 minor units: a currency without decimals is sent whole, ISK and UGX are sent with two
 * decimals although they have none, and only some currencies have three.
 */
const ZERO_DECIMAL = new Set('BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF'.split(' '));
const THREE_DECIMAL = new Set('BHD JOD KWD OMR TND'.split(' '));

export function stripeExponentOf(currency: string): number {
  if (ZERO_DECIMAL.has(currency)) return 0;
  return THREE_DECIMAL.has(currency) ? 3 : 2;
}

interface Unit {
  currency: string;
  from: number;
  to: number;
}

const units = new Map<string, Unit>();
const UNITS_MAX = 1_000; // codes seen; there are fewer currencies

function unitOf(code: unknown): Unit {
  const known = typeof code === 'string' ? units.get(code) : undefined;
  if (known) return known;
  if (typeof code !== 'string' || !/^[A-Za-z]{3}$/.test(code)) throw new TypeError('an amount has no currency');
  const currency = code.toUpperCase();
  const unit = { currency, from: stripeExponentOf(currency), to: exponentOf(currency) };
  if (units.size < UNITS_MAX) units.set(code, unit);
  return unit;
}

/** An amount and its currency as facts carry them. Throws RangeError for what is no amount, TypeError without a currency. */
export function moneyOf(amount: unknown, code: unknown): { amount: string; currency: string } {
  const unit = unitOf(code);
  return { amount: minorUnits(amount, unit), currency: unit.currency };
}

/** Like `moneyOf` for what may go either way, such as a line of a balance: `"-1234"`. */
export function signedOf(amount: unknown, code: unknown): string {
  const unit = unitOf(code);
  return typeof amount === 'number' && amount < 0 ? `-${minorUnits(-amount, unit)}` : minorUnits(amount, unit);
}

/**
 * Like `signedOf` for what is worked out and not paid, such as a line of an invoice: of a currency that is sent with decimals it does not have, Stripe
 * rounds only totals, so a part goes to the nearest unit, and of a half to the even one.
 */
export function nearestOf(amount: number, code: unknown): string {
  const { currency, from, to } = unitOf(code);
  if (!Number.isSafeInteger(amount)) throw new RangeError(`not an amount of minor units of ${currency}`);
  if (from <= to) return rescale(BigInt(amount), from, to).toString();
  const nearest = halfToEven(BigInt(Math.abs(amount)), 10n ** BigInt(from - to));
  return (amount < 0 ? -nearest : nearest).toString();
}

/** Decimals of a currency as Stripe sends it and as facts carry it. Throws TypeError without a currency. */
export const decimalsOf = (code: unknown): { currency: string; from: number; to: number } => unitOf(code);

/** Like `moneyOf` where both may be missing: nulls then. */
export function moneyOrNulls(amount: unknown, code: unknown): { amount: string | null; currency: string | null } {
  if (typeof code !== 'string') return { amount: null, currency: null };
  if (amount === undefined || amount === null) return { amount: null, currency: unitOf(code).currency };
  return moneyOf(amount, code);
}

function minorUnits(amount: unknown, { currency, from, to }: Unit): string {
  if (typeof amount !== 'number' || !Number.isSafeInteger(amount) || amount < 0) {
    throw new RangeError(`not an amount of minor units of ${currency}`);
  }
  return from === to ? String(amount) : rescale(BigInt(amount), from, to).toString();
}
