/** Money is an integer of minor units with its currency (ISO 4217, upper case). Amounts of two currencies never add. */
export interface Money {
  amountMinor: bigint;
  currency: string;
}

const ZERO_DECIMAL = new Set('BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF UGX VND VUV XAF XOF XPF ISK UYI'.split(' '));
const THREE_DECIMAL = new Set('BHD IQD JOD KWD LYD OMR TND'.split(' '));
const FOUR_DECIMAL = new Set(['CLF', 'UYW']);

/** Digits after the decimal point of a currency: the one table behind every amount of the API and of the facts. */
export function exponentOf(currency: string): number {
  if (ZERO_DECIMAL.has(currency)) return 0;
  if (THREE_DECIMAL.has(currency)) return 3;
  return FOUR_DECIMAL.has(currency) ? 4 : 2;
}

/** A provider's integer of its own minor units in ours; throws RangeError where that would lose a part of a unit. */
export function rescale(amount: bigint, fromExponent: number, toExponent: number): bigint {
  if (fromExponent <= toExponent) return amount * 10n ** BigInt(toExponent - fromExponent);
  const divisor = 10n ** BigInt(fromExponent - toExponent);
  if (amount % divisor !== 0n) throw new RangeError(`${amount} has a part smaller than the minor unit`);
  return amount / divisor;
}

/** `"12.34"` in major units to minor units by string arithmetic; undefined when it is not such a decimal or too precise. */
export function parseMajor(text: string, currency: string): bigint | undefined {
  const match = /^(-?)(\d{1,15})(?:\.(\d{1,40}))?$/.exec(text.trim());
  if (!match) return undefined;
  const exponent = exponentOf(currency);
  const fraction = (match[3] ?? '').replace(/0+$/, '');
  if (fraction.length > exponent) return undefined;
  const minor = BigInt(match[2]! + fraction.padEnd(exponent, '0'));
  return match[1] ? -minor : minor;
}

/** Minor units as a decimal in major units, for people and files: `1234 USD` is `12.34`. */
export function formatMajor(amountMinor: bigint, currency: string): string {
  const digits = amountMinor.toString();
  return amountMinor < 0n ? `-${majorOf(digits.slice(1), currency)}` : majorOf(digits, currency);
}

/** The same of the decimal text of an amount that is not negative. */
export function majorOf(minorDigits: string, currency: string): string {
  const exponent = exponentOf(currency);
  if (exponent === 0) return minorDigits;
  const digits = minorDigits.length > exponent ? minorDigits : minorDigits.padStart(exponent + 1, '0');
  const point = digits.length - exponent;
  return `${digits.slice(0, point)}.${digits.slice(point)}`;
}
