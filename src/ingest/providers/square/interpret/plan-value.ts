import { halfToEven, MONTHLY_MAX, monthlyPart } from '../../../monthly-part.js';

/** What Square's catalog says of a variation of a plan that costs the same in every period. Events name it and do not carry it. */
export interface SquarePlan {
  /** What `plan_variation_id` of a subscription says. */
  id: string;
  /** Square's word for how long a period is: `MONTHLY`. */
  cadence: string;
  /** Of one period: minor units as decimal text, ISO 4217. */
  price: Price;
}

export interface Price {
  amount: string;
  currency: string;
}

/** Square's cadences as a number of intervals. */
const CADENCES: Readonly<Record<string, readonly [interval: string, count: number]>> = {
  DAILY: ['day', 1],
  WEEKLY: ['week', 1],
  EVERY_TWO_WEEKS: ['week', 2],
  THIRTY_DAYS: ['day', 30],
  SIXTY_DAYS: ['day', 60],
  NINETY_DAYS: ['day', 90],
  MONTHLY: ['month', 1],
  EVERY_TWO_MONTHS: ['month', 2],
  QUARTERLY: ['month', 3],
  EVERY_FOUR_MONTHS: ['month', 4],
  EVERY_SIX_MONTHS: ['month', 6],
  ANNUAL: ['year', 1],
  EVERY_TWO_YEARS: ['year', 2],
};

export const isCadence = (cadence: string): boolean => Object.hasOwn(CADENCES, cadence);

export interface PlanWorth {
  interval: string;
  interval_count: number;
  /** Of a month, in minor units. */
  mrr: string;
}

/** What a price for each period of a cadence is worth in a month; undefined for a cadence that nobody knows yet, or a price beyond measure. */
export function planWorth(cadence: string, { amount }: Price): PlanWorth | undefined {
  const period = Object.hasOwn(CADENCES, cadence) ? CADENCES[cadence] : undefined;
  const part = period && monthlyPart(...period);
  if (!period || !part) return undefined;
  const mrr = halfToEven(BigInt(amount) * part.over, part.under);
  return mrr > MONTHLY_MAX ? undefined : { interval: period[0], interval_count: period[1], mrr: String(mrr) };
}
