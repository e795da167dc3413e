const RANGE_DAYS = 31;

export const addDays = (day: string, count: number): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + count * 86_400_000).toISOString().slice(0, 10);

/** The day of now in a zone. */
export const today = (zone: string): string => new Intl.DateTimeFormat('en-CA', { timeZone: zone }).format(new Date());

/** Whether a text, of an address for instance, is a day. Of the years 1000 to 2999: from there no reckoning here leaves four digits. */
export function isDay(text: string | undefined): text is string {
  if (text === undefined || !/^[12]\d{3}-\d\d-\d\d$/.test(text)) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

/** The days that an address asks for; what is no day in it counts as not said. */
export function rangeOf(
  { from, to }: { from?: string | undefined; to?: string | undefined },
  newest: string,
): { from: string; to: string } {
  const last = isDay(to) ? to : newest;
  return { from: isDay(from) ? from : addDays(last, 1 - RANGE_DAYS), to: last };
}

/** First and last day of the month of a day. */
export function monthOf(day: string): [string, string] {
  const first = `${day.slice(0, 8)}01`;
  return [first, addDays(`${addDays(first, 31).slice(0, 8)}01`, -1)];
}

/** The periods of a range, in order: its days, its weeks by their Mondays, or its months. */
export function periodsOf(from: string, to: string, interval: string): string[] {
  const periods = new Set<string>();
  for (let day = from; day <= to; day = addDays(day, 1)) periods.add(periodOf(day, interval));
  return [...periods];
}

function periodOf(day: string, interval: string): string {
  if (interval === 'month') return day.slice(0, 7);
  return interval === 'week' ? addDays(day, -((new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7)) : day;
}

/** The days of a period (a day, a week by its first day, a month) that lie in the range. */
export function daysOf(period: string, interval: string, from: string, to: string): [string, string] | undefined {
  const first = interval === 'month' ? `${period.slice(0, 7)}-01` : period;
  if (!isDay(first)) return undefined;
  const last = interval === 'day' ? first : interval === 'week' ? addDays(first, 6) : monthOf(first)[1];
  return [first < from ? from : first, last > to ? to : last];
}
