import type { Day } from '../../kernel/day.js';

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      ...{ year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' },
    });
    formats.set(zone, format);
  }
  return format;
}

/** What clocks in a zone show at an instant, as if it were UTC. Epoch milliseconds. */
export function wallClock(zone: string, at: number): number {
  const parts = new Map(
    formatOf(zone)
      .formatToParts(at)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const part = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type)!;
  const seconds = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
  return seconds + (((at % 1_000) + 1_000) % 1_000);
}

/**
 * The instant at which clocks in a zone show a time (`wall`, as if it were UTC). An hour that the clocks skip is the one after it, one
 * that they show twice is the first.
 */
export function instantOf(zone: string, wall: number): number {
  const day = 86_400_000;
  const before = wall - (wallClock(zone, wall - day) - (wall - day));
  if (wallClock(zone, before) === wall) return before;
  const after = wall - (wallClock(zone, wall + day) - (wall + day));
  return wallClock(zone, after) === wall ? after : before;
}

/** The calendar day that clocks in a zone show at an instant. */
export const dayIn = (zone: string, at: number): Day => new Date(wallClock(zone, at)).toISOString().slice(0, 10);

/** Whether Intl knows the name. */
export function isZone(name: string): boolean {
  try {
    return Boolean(formatOf(name));
  } catch {
    return false;
  }
}

const CLOCK = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)$/;

/**
 * Epoch milliseconds of a time as exports write it: an RFC 3339 text, seconds, milliseconds or microseconds since 1970, or the time of
 * a clock without a zone, which is one of `zone`. Undefined for anything else.
 */
export function instantFrom(value: unknown, zone: string): number | undefined {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? undefined : value.getTime();
  if (typeof value === 'bigint') return sinceEpoch(Number(value));
  if (typeof value === 'number') return sinceEpoch(value);
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  if (/^\d{9,17}(\.\d+)?$/.test(text)) return sinceEpoch(Number(text));
  const clock = CLOCK.exec(text.replace(/ UTC$/, ''));
  if (clock && !text.endsWith(' UTC')) {
    const wall = Date.parse(`${clock[1]}T${clock[2]}Z`);
    return Number.isNaN(wall) ? undefined : instantOf(zone, wall);
  }
  const at = Date.parse(text.replace(/ UTC$/, 'Z').replace(' ', 'T'));
  return Number.isNaN(at) ? undefined : at;
}

/** Seconds, milliseconds and microseconds of our times are a thousand apart. */
function sinceEpoch(value: number): number | undefined {
  if (!(value > 0) || !Number.isFinite(value)) return undefined;
  if (value < 1e11) return Math.round(value * 1_000);
  return value < 1e14 ? Math.round(value) : Math.round(value / 1_000);
}
