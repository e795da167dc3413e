import { exponentOf, rescale } from '../../../../kernel/money.js';

/**
 * Adyen's own table of minor units. It is not ISO 4217: the Chilean peso and the Icelandic króna come with two decimals they do not have,
 * the Cape Verdean escudo and the rupiah without those they have.
 */
const ZERO_DECIMAL = new Set('BYR CVE DJF GHC GNF IDR JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF'.split(' '));
const THREE_DECIMAL = new Set('BHD IQD JOD KWD LYD OMR TND'.split(' '));

/** Digits behind the decimal point of Adyen's amounts. */
export function adyenExponentOf(currency: string): number {
  if (ZERO_DECIMAL.has(currency)) return 0;
  if (THREE_DECIMAL.has(currency)) return 3;
  return currency === 'MRO' ? 1 : 2;
}

/** A signed amount as facts carry it. Throws RangeError for what is no amount, TypeError without a currency. */
export function moneyOf(value: number | undefined, currency: string): { amount: string; currency: string } {
  if (!/^[A-Z]{3}$/.test(currency)) throw new TypeError('an amount has no currency');
  if (value === undefined || value < 0) throw new RangeError(`not an amount of minor units of ${currency}`);
  return { amount: rescale(BigInt(value), adyenExponentOf(currency), exponentOf(currency)).toString(), currency };
}
