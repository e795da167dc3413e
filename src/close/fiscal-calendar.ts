import { addDays, type Day, daysBetween } from '../kernel/day.js';
import { Problem } from '../kernel/errors.js';
import type { PeriodDays } from './tie-outs.js';

/** How days make periods: calendar months, or quarters of 4, 4 and 5 weeks. */
export interface FiscalCalendar {
  readonly name: 'month' | '4-4-5';
  /** First day of one fiscal year, of 4-4-5. */
  readonly start?: Day;
  periodOf(day: Day): PeriodDays;
  /** The period of a name, `2026-10` or `2026-P10`; undefined where this calendar has none of that name. */
  find(id: string): PeriodDays | undefined;
}

/** Years that periods and books are of: beyond them nothing was ever sold, and days are no longer in the order of their names. */
const YEARS = { first: 1900, last: 2999 };

const isInYears = (day: Day): boolean => {
  const year = Number(day.slice(0, 4));
  return year >= YEARS.first && year <= YEARS.last;
};

/** Throws Problem `invalid_request` for a day that no books are of. */
export function assertInYears(...days: readonly Day[]): void {
  if (!days.every(isInYears))
    throw new Problem('invalid_request', `Books are of the years ${YEARS.first} to ${YEARS.last}.`);
}

/** The period that follows on another. */
export const periodAfter = (calendar: Pick<FiscalCalendar, 'periodOf'>, { to }: Pick<PeriodDays, 'to'>): PeriodDays =>
  calendar.periodOf(addDays(to, 1));

/** The calendar of the settings. */
export const fiscalCalendar = (of: { name: 'month' } | { name: '4-4-5'; start: Day }): FiscalCalendar =>
  of.name === 'month' ? calendarMonths : weeks445(of.start);

const WEEKS = [4, 4, 5, 4, 4, 5, 4, 4, 5, 4, 4, 5];

/** Calendar months, named `2026-10`. */
export const calendarMonths: FiscalCalendar = {
  name: 'month',
  periodOf(day) {
    const from = `${day.slice(0, 7)}-01`;
    return { id: day.slice(0, 7), from, to: addDays(`${addDays(from, 31).slice(0, 7)}-01`, -1) };
  },
  find: (id) => (/^\d{4}-(0[1-9]|1[0-2])$/.test(id) && isInYears(id) ? calendarMonths.periodOf(`${id}-01`) : undefined),
};

/**
 * Periods of 4, 4 and 5 weeks, named `2026-P10` after the calendar year that most of the fiscal year is in. Years begin on the weekday of
 * `start`, as near as may be to its date; a year of 53 weeks has the last one in P12.
 */
export function weeks445(start: Day): FiscalCalendar {
  const weekday = (day: Day): number => new Date(`${day}T00:00:00Z`).getUTCDay();
  const firstName = Number(addDays(start, 182).slice(0, 4));
  /** First day of the fiscal year so many years after that of `start`. */
  const yearStart = (years: number): Day => {
    const [year, month, date] = start.split('-').map(Number) as [number, number, number];
    const anniversary = new Date(Date.UTC(year + years, month - 1, date)).toISOString().slice(0, 10);
    const ahead = (weekday(start) - weekday(anniversary) + 7) % 7;
    return addDays(anniversary, ahead > 3 ? ahead - 7 : ahead);
  };
  const period = (years: number, index: number): PeriodDays => {
    const weeksBefore = WEEKS.slice(0, index).reduce((sum, each) => sum + each, 0);
    const from = addDays(yearStart(years), 7 * weeksBefore);
    const to = index === 11 ? addDays(yearStart(years + 1), -1) : addDays(from, 7 * WEEKS[index]! - 1);
    return { id: `${firstName + years}-P${String(index + 1).padStart(2, '0')}`, from, to };
  };
  return {
    name: '4-4-5',
    start,
    periodOf(day) {
      let years = Number(day.slice(0, 4)) - Number(start.slice(0, 4));
      while (yearStart(years) > day) years -= 1;
      while (yearStart(years + 1) <= day) years += 1;
      let weeks = Math.floor(daysBetween(yearStart(years), day) / 7);
      let index = 0;
      while (index < 11 && weeks >= WEEKS[index]!) weeks -= WEEKS[index++]!;
      return period(years, index);
    },
    find(id) {
      const named = /^(\d{4})-P(0[1-9]|1[0-2])$/.exec(id);
      return named && isInYears(id) ? period(Number(named[1]) - firstName, Number(named[2]) - 1) : undefined;
    },
  };
}
