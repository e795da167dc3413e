import { idOf } from '../../../../catalog/identifiers.js';
import { isObject, type Json } from '../../../json-members.js';

/** Members of a list, whether it came as Stripe's list object or as a plain array. */
export function listIn(value: unknown): readonly Json[] {
  const list = Array.isArray(value)
    ? (value as unknown[])
    : isObject(value) && Array.isArray(value['data'])
      ? (value['data'] as unknown[])
      : [];
  return list.filter(isObject);
}

/** An id, or the object it was expanded to. */
export const idIn = (value: unknown): string | undefined => idOf(isObject(value) ? value['id'] : value);

const SECONDS_MAX = 253_402_300_799; // the end of year 9999

/** Stripe's seconds in milliseconds; undefined when absent. Throws RangeError for what is no time. */
export function msOf(seconds: unknown): number | undefined {
  if (seconds === undefined || seconds === null) return undefined;
  if (typeof seconds !== 'number' || !Number.isInteger(seconds) || seconds < 0 || seconds > SECONDS_MAX) {
    throw new RangeError('not a time in seconds');
  }
  return seconds * 1000;
}

export const msOrNull = (seconds: unknown): number | null => msOf(seconds) ?? null;
