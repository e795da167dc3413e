/** A calendar day `YYYY-MM-DD` in the reporting time zone. */
export type Day = string;
export type Interval = 'day' | 'week' | 'month';

const SLOT_MS = 15 * 60_000; // offsets change on a quarter of an hour at the latest

/** Time stamps to days of one IANA zone, daylight saving included. Offsets are remembered per quarter of an hour. */
export class Zone {
  private readonly format: Intl.DateTimeFormat;
  private readonly days = new Map<number, Day>();
  private readonly starts = new Map<Day, number>();

  /** Throws RangeError for an unknown zone. */
  constructor(readonly name: string) {
    this.format = new Intl.DateTimeFormat('en-CA', {
      timeZone: name,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
    });
  }

  /** The day of an instant in epoch milliseconds. */
  dayOf(atMs: number): Day {
    const slot = Math.floor(atMs / SLOT_MS);
    let day = this.days.get(slot);
    if (day === undefined) {
      day = this.format.format(slot * SLOT_MS);
      if (this.days.size > 200_000) this.days.clear();
      this.days.set(slot, day);
    }
    return day;
  }

  /** First instant of a day, in epoch milliseconds. */
  startOf(day: Day): number {
    let start = this.starts.get(day);
    if (start === undefined) {
      start = this.searchStart(day);
      if (this.starts.size >= NAMES_MAX) this.starts.clear();
      this.starts.set(day, start);
    }
    return start;
  }

  private searchStart(day: Day): number {
    let low = Date.parse(`${day}T00:00:00Z`) - 15 * 3_600_000;
    let high = low + 30 * 3_600_000;
    while (high - low > SLOT_MS) {
      const middle = low + Math.floor((high - low) / 2 / SLOT_MS) * SLOT_MS;
      if (this.dayOf(middle) < day) low = middle;
      else high = middle;
    }
    return high;
  }
}

const DAY_MS = 86_400_000;
const NAMES_MAX = 20_000;
const names = new Map<number, Day>();
const numbers = new Map<Day, number>();

/** A day as a number, to count with: the days from 1970-01-01 until it. Read once: a year of them is asked for over and over. */
export function dayNumber(day: Day): number {
  let number = numbers.get(day);
  if (number === undefined) {
    number = Date.parse(`${day}T00:00:00Z`) / DAY_MS;
    if (numbers.size >= NAMES_MAX) numbers.clear();
    numbers.set(day, number);
  }
  return number;
}

/** The day of a number, the same. */
export function dayNamed(number: number): Day {
  let name = names.get(number);
  if (name === undefined) {
    name = new Date(number * DAY_MS).toISOString().slice(0, 10);
    if (names.size >= NAMES_MAX) names.clear();
    names.set(number, name);
  }
  return name;
}

export const addDays = (day: Day, count: number): Day => dayNamed(dayNumber(day) + count);

/** Every day from one to another, both included. */
export const daysBetweenBoth = (from: Day, to: Day): Day[] =>
  Array.from({ length: daysBetween(from, to) + 1 }, (_, index) => addDays(from, index));

/** Days between two days: `daysBetween('2026-01-01', '2026-01-03')` is 2. */
export const daysBetween = (from: Day, to: Day): number => Math.round(dayNumber(to) - dayNumber(from));

/** The period a day falls in: the day, its ISO week's Monday, or `YYYY-MM`. */
export function periodOf(day: Day, interval: Interval): string {
  if (interval === 'day') return day;
  if (interval === 'month') return day.slice(0, 7);
  const weekday = (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7;
  return addDays(day, -weekday);
}

/** Whether the text is a real calendar day. */
export const isDay = (text: string): boolean =>
  /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(`${text}T00:00:00Z`)) && addDays(text, 0) === text;
