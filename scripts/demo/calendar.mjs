// Days of a time zone, by the platform's own calendar. Kept apart from the service's `kernel/day`, so that the planted
// truth and the service cannot share a mistake.
export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/**
 * @param {string} zone IANA name
 * @param {string} month `YYYY-MM`
 */
export function calendarOf(zone, month) {
  const parts = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' });
  const localText = (at) => parts.format(at); // `2026-10-03 14:05:09`
  const dayOf = (at) => localText(at).slice(0, 10);
  const secondsOfDay = (at) => {
    const [h, m, s] = localText(at).slice(11).split(':').map(Number);
    return h * 3600 + m * 60 + s;
  };
  /** First instant of a day: step back from its noon to the change of date. */
  const startOf = (day) => {
    const noon = Date.parse(`${day}T12:00:00Z`);
    for (let at = noon - 28 * HOUR; at <= noon + 16 * HOUR; at += 15 * MINUTE) if (dayOf(at) === day) return at;
    throw new RangeError(`${day} does not exist in ${zone}`);
  };
  const [year, number] = month.split('-').map(Number);
  const count = new Date(Date.UTC(year, number, 0)).getUTCDate();
  const days = Array.from({ length: count }, (_, i) => `${month}-${String(i + 1).padStart(2, '0')}`);
  const starts = days.map(startOf);
  const end = startOf(new Date(Date.UTC(year, number, 1)).toISOString().slice(0, 10));
  return {
    zone,
    month,
    days,
    start: starts[0],
    end,
    startOf,
    dayOf,
    hourOf: (at) => Math.floor(secondsOfDay(at) / 3600),
    /** The same instant, or 20 minutes later when midnight is within ten: the steps of one visit then share a day. */
    awayFromMidnight(at) {
      const seconds = secondsOfDay(at);
      return seconds < 600 ? at + 10 * MINUTE : seconds > 86_400 - 600 ? at + 20 * MINUTE : at;
    },
  };
}
