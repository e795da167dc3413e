import { expect } from '@jest/globals';
import type { PersonalPolicy } from '../../src/catalog/personal.js';

export type Json = Record<string, unknown>;

/** Dotted paths of what a policy leaves open, and what it seals. E-mail addresses are the vault's business. */
export function judged(policy: PersonalPolicy, body: unknown): { open: string[]; sealed: string[] } {
  const result = { open: [] as string[], sealed: [] as string[] };
  const visit = (value: unknown, at: readonly string[]): void => {
    if (typeof value === 'string' || typeof value === 'number')
      result[policy(at, value) ? 'sealed' : 'open'].push(at.join('.'));
    else if (Array.isArray(value)) value.forEach((each) => visit(each, at));
    else if (value !== null && typeof value === 'object')
      for (const [name, member] of Object.entries(value)) visit(member, [...at, name]);
  };
  visit(body, []);
  return result;
}

export const expectAllSealed = (policy: PersonalPolicy, body: unknown): void =>
  expect(judged(policy, body).open).toEqual([]);
export const expectAllOpen = (policy: PersonalPolicy, body: unknown): void =>
  expect(judged(policy, body).sealed).toEqual([]);
export const stripeEvent = (object: Json, previous?: Json): Json => ({
  data: { object, ...(previous ? { previous_attributes: previous } : {}) },
});

export const ADDRESS = {
  city: 'Berlin',
  line1: 'Hauptstr. 1',
  line2: 'c/o Byron',
  postal_code: '10115',
  state: 'Berlin',
};
