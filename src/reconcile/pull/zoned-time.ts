import { type Day, isDay } from '../../kernel/day.js';

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

const TIME = /^(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?) ?(Z|UTC|[+-]\d{2}(?::?\d{2})?)?)?$/i;

/**
 * Epoch milliseconds of a time as exports write it: an RFC 3339 text (its offset also as `+02` or `+0200`), seconds, milliseconds,
 * microseconds or nanoseconds since 1970, or a day or a time of a clock without an offset, which are those of `zone`. Undefined for
 * anything else.
 */
export function instantFrom(value: unknown, zone: string): number | undefined {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? undefined : value.getTime();
  if (typeof value === 'bigint') return sinceEpoch(Number(value));
  if (typeof value === 'number') return sinceEpoch(value);
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  if (/^\d{9,20}(\.\d+)?$/.test(text)) return sinceEpoch(Number(text));
  const match = TIME.exec(text);
  if (!match || !isDay(match[1]!)) return undefined;
  const [, day, time = '00:00', offset] = match;
  const at = Date.parse(`${day}T${time}${isoOffset(offset)}`);
  if (Number.isNaN(at)) return undefined;
  return offset === undefined ? instantOf(zone, at) : at;
}

function isoOffset(offset = 'Z'): string {
  const [, hours, minutes = '00'] = /^([+-]\d{2}):?(\d{2})?$/.exec(offset) ?? [];
  return hours === undefined ? 'Z' : `${hours}:${minutes}`;
}

/** Seconds, milliseconds, microseconds and nanoseconds of our times are a thousand apart. */
function sinceEpoch(value: number): number | undefined {
  if (!(value > 0) || !Number.isFinite(value)) return undefined;
  if (value < 1e11) return Math.round(value * 1_000);
  if (value < 1e14) return Math.round(value);
  return Math.round(value < 1e17 ? value / 1_000 : value / 1e6);
}
