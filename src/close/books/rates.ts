import { addDays, type Day } from '../../kernel/day.js';
import { exponentOf } from '../../kernel/money.js';

/** A recorded rate: units of `quote` for one of `base`, a decimal. */
export interface RecordedRate {
  source: string;
  base: string;
  quote: string;
  day: Day;
  rate: string;
}

/** Minor units of the functional currency for one minor unit of another, as a fraction; `text` for people. */
export interface Rate {
  numerator: bigint;
  denominator: bigint;
  text: string;
}

/** Days without rates of their own (weekends, holidays) have the last before them, no older than this. */
export const RATE_AGE_DAYS_MAX = 7;
const INVERSE_DIGITS = 10;

/** The rates of one functional currency. A rate recorded the other way round is inverted; where sources differ, the one recorded first counts. */
export class Rates {
  private readonly byDay = new Map<string, RecordedRate>();
  /** The last day that any rate counts on; empty without rates. */
  readonly until: Day;

  /** `recorded` in the order of the ledger. */
  constructor(
    readonly functional: string,
    recorded: readonly RecordedRate[],
  ) {
    for (const rate of recorded) {
      const other = rate.quote === functional ? rate.base : rate.base === functional ? rate.quote : undefined;
      if (other === undefined) continue;
      const key = `${other} ${rate.day}`;
      if (!this.byDay.has(key)) this.byDay.set(key, rate);
    }
    const last = [...this.byDay.values()].reduce((latest, { day }) => (day > latest ? day : latest), '');
    // A rate of the last days that can be named counts for ever: those after it are not in the order of their names.
    this.until = last === '' || last > '9999' ? last : addDays(last, RATE_AGE_DAYS_MAX);
  }

  /** Undefined where no rate of the day or the days before it is recorded. */
  of(currency: string, day: Day): Rate | undefined {
    for (let age = 0; age <= RATE_AGE_DAYS_MAX; age++) {
      const found = this.byDay.get(`${currency} ${addDays(day, -age)}`);
      if (found) return this.minorUnits(found, currency);
    }
    return undefined;
  }

  private minorUnits({ base, rate, source, day }: RecordedRate, currency: string): Rate {
    const [whole, fraction = ''] = rate.split('.');
    const [units, scale] = [BigInt(whole! + fraction), 10n ** BigInt(fraction.length)];
    const isDirect = base === currency;
    const [up, down] = isDirect ? [units, scale] : [scale, units];
    const text = isDirect ? rate : decimal(up, down);
    return {
      numerator: up * 10n ** BigInt(exponentOf(this.functional)),
      denominator: down * 10n ** BigInt(exponentOf(currency)),
      text: `${text} ${source} ${day}`,
    };
  }
}

function decimal(numerator: bigint, denominator: bigint): string {
  const digits = ((numerator * 10n ** BigInt(INVERSE_DIGITS)) / denominator)
    .toString()
    .padStart(INVERSE_DIGITS + 1, '0');
  return `${digits.slice(0, -INVERSE_DIGITS)}.${digits.slice(-INVERSE_DIGITS)}`.replace(/\.?0+$/, '');
}

/** An amount at a rate, to the nearest minor unit, halves away from zero. */
export function converted(amount: bigint, { numerator, denominator }: Rate): bigint {
  const size = amount < 0n ? -amount : amount;
  const units = (2n * size * numerator + denominator) / (2n * denominator);
  return amount < 0n ? -units : units;
}

/**
 * Amounts that sum to zero, at one rate, so that they still do: each is rounded down, and what is missing goes to the largest remainders,
 * a unit each; to the earlier where they are equal.
 */
export function convertedTogether(amounts: readonly bigint[], { numerator, denominator }: Rate): bigint[] {
  const exact = amounts.map((amount) => amount * numerator);
  const floors = exact.map((value) => floorDiv(value, denominator));
  let missing = -floors.reduce((sum, floor) => sum + floor, 0n);
  const byRemainder = exact
    .map((value, index) => ({ index, rest: value - floors[index]! * denominator }))
    .sort((a, b) => (a.rest === b.rest ? a.index - b.index : a.rest > b.rest ? -1 : 1));
  for (const { index } of byRemainder) {
    if (missing === 0n) break;
    floors[index]! += 1n;
    missing -= 1n;
  }
  return floors;
}

const floorDiv = (a: bigint, b: bigint): bigint => (a >= 0n || a % b === 0n ? a / b : a / b - 1n);
