import { figure } from '../../format.ts';

/**
 * What speaks for a cause, in one line: `late 11 h 7 min; amount actual 109.08 USD`. Amounts are minor units of the currency of the row;
 * a name that ends in `_s` is of seconds.
 */
export function evidenceText(evidence: Readonly<Record<string, unknown>>, currency: string | undefined): string {
  return Object.entries(evidence)
    .map(([name, value]) => {
      if (name.startsWith('amount') && currency && isWhole(value)) return `${spaced(name)} ${figure(value, currency)}`;
      if (name.endsWith('_s') && typeof value === 'number') return `${spaced(name.slice(0, -2))} ${duration(value)}`;
      return `${spaced(name)} ${said(value, currency)}`;
    })
    .join('; ');
}

const spaced = (name: string): string => name.replaceAll('_', ' ');

const isWhole = (value: unknown): value is string | number => /^-?\d+$/.test(String(value));

function said(value: unknown, currency: string | undefined): string {
  if (Array.isArray(value)) return value.map((each) => said(each, currency)).join(' ');
  if (typeof value === 'object' && value !== null) return evidenceText(value as Record<string, unknown>, currency);
  return String(value);
}

const UNITS = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
  ['s', 1],
] as const;

/** Its two largest units: `2 d 3 h`, `40 s`. */
export function duration(seconds: number): string {
  let rest = Math.round(Math.abs(seconds));
  const parts = UNITS.flatMap(([unit, size]) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return count === 0 ? [] : [`${count} ${unit}`];
  });
  return `${seconds < 0 ? '-' : ''}${parts.slice(0, 2).join(' ') || '0 s'}`;
}
