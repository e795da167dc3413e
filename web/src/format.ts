const exponents = new Map<string, number>();

/** The service's own table of decimals, as the catalog serves it. */
export function learnCurrencies(currencies: readonly { currency: string; exponent: number }[]): void {
  for (const { currency, exponent } of currencies) exponents.set(currency, exponent);
}

export type Figure = number | string | null | undefined;

/** A count, or minor units of a currency, for people. */
export function figure(value: Figure, currency?: string): string {
  if (value === null || value === undefined) return '–';
  if (currency) return money(String(value), currency);
  return formatOf(0, 3).format(Number(value));
}

/** Making one takes longer than a thousand uses of it. */
const formats = new Map<string, Intl.NumberFormat>();
function formatOf(least: number, most: number): Intl.NumberFormat {
  const key = `${least} ${most}`;
  const known = formats.get(key);
  if (known) return known;
  const made = new Intl.NumberFormat('en', { minimumFractionDigits: least, maximumFractionDigits: most });
  formats.set(key, made);
  return made;
}

/** Minor units as decimal text: no amount ever passes through a float. */
export function decimal(minor: string, currency: string): string {
  const exponent = exponents.get(currency) ?? 2;
  const negative = minor.startsWith('-');
  const digits = (negative ? minor.slice(1) : minor).padStart(exponent + 1, '0');
  const whole = exponent === 0 ? digits : `${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`;
  return negative ? `-${whole}` : whole;
}

function money(minor: string, currency: string): string {
  const digits = exponents.get(currency) ?? 2;
  return `${formatOf(digits, digits).format(decimal(minor, currency) as Intl.StringNumericLiteral)} ${currency}`;
}

/** For the height of a mark, where a rounding is never read. */
export const magnitude = (value: Figure): number => (value === null || value === undefined ? 0 : Number(value));

export const percent = (value: number | null | undefined): string =>
  value === null || value === undefined ? '–' : `${value.toFixed(1)} %`;

export const rate = (value: number | null | undefined): string =>
  value === null || value === undefined ? '–' : `${(value * 100).toFixed(1)} %`;

/** Sums of counts or of minor units, exactly. */
export function sum(values: readonly Figure[]): string {
  let total = 0n;
  for (const value of values) if (value !== null && value !== undefined) total += BigInt(value);
  return String(total);
}

/** One decimal, halves away from zero, as the service rounds; null when there is nothing to divide by. */
export function percentOf(part: string, whole: string): number | null {
  if (Number(whole) === 0) return null;
  const exact = (1000 * Number(part)) / Number(whole);
  return (Math.sign(exact) * Math.round(Math.abs(exact))) / 10 + 0; // no -0
}

let clock = clockIn('UTC');

/** The reporting zone of the service: its clock shows every time on the page. */
export function learnZone(zone: string): void {
  clock = clockIn(zone);
}

function clockIn(timeZone: string): Intl.DateTimeFormat {
  const [day, time] = ['2-digit', 'numeric'] as const;
  return new Intl.DateTimeFormat('en', {
    ...{ timeZone, hourCycle: 'h23', year: time, month: day, day },
    ...{ hour: day, minute: day, second: day },
  });
}

/** `2026-10-03 11:12:44 UTC+2`: by the clock of the reporting zone. The offset tells apart the two hours in which a clock is put back. */
export function time(iso: string | null | undefined): string {
  if (!iso) return '–';
  const at = Math.floor(Date.parse(iso) / 1000) * 1000;
  const shown = Object.fromEntries(clock.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  const { year = 0, month = 1, day, hour, minute, second } = shown;
  const local = Date.UTC(year, month - 1, day, hour, minute, second);
  return `${utcText(local)} ${offsetText((local - at) / 60_000)}`;
}

const INSTANT = /(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z)/;

/** A text of the interface, taken apart at the instants in it, which are every second part. */
export const atInstants = (text: string): string[] => text.split(INSTANT);

/** The same text with its instants by the clock of the reporting zone. */
export const timed = (text: string): string =>
  atInstants(text)
    .map((part, index) => (index % 2 === 1 ? time(part) : part))
    .join('');

/** `2026-10-03 09:12:44 UTC` of any instant. */
export const utc = (iso: string): string => `${utcText(Date.parse(iso))} UTC`;

const utcText = (at: number): string => new Date(at).toISOString().slice(0, 19).replace('T', ' ');

/** `UTC+5:45` of 345 minutes; `UTC` of none. */
function offsetText(minutes: number): string {
  if (minutes === 0) return 'UTC';
  const [whole, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return `UTC${minutes < 0 ? '-' : '+'}${whole}${rest === 0 ? '' : `:${String(rest).padStart(2, '0')}`}`;
}

const NAMES: Readonly<Record<string, string>> = {
  signups: 'Sign-ups',
  checkouts_started: 'Checkouts started',
  orders: 'Orders',
  payments: 'Payments',
  new_customers: 'New customers',
  revenue_gross: 'Revenue, gross',
  revenue_net: 'Revenue, net',
  mrr: 'MRR',
  attribution_mismatch_pct: 'Attribution mismatch',
};

/** What a metric is called on the page. */
export const nameOf = (metric: string): string =>
  NAMES[metric] ?? metric.charAt(0).toUpperCase() + metric.slice(1).replaceAll('_', ' ');
