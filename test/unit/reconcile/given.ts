import type { Pairing, Tracked, Truth } from '../../../src/reconcile/match.js';
import { pair } from '../../../src/reconcile/match.js';
import { type Buckets, type Item, sortIntoParts } from '../../../src/reconcile/parts.js';

export const DAY = '2026-10-03';
export const at = (time: string, day = DAY): number => Date.parse(`${day}T${time}Z`);

export const truth = (id: string, given: Partial<Truth> = {}): Truth => ({
  id,
  group: id,
  day: DAY,
  at: at('10:00:00', given.day),
  currency: '',
  value: 1n,
  present: true,
  source: 'google',
  ...given,
});

let messages = 0;
export const tracked = (group: string, given: Partial<Tracked> = {}): Tracked => {
  const id = String(++messages).padStart(6, '0');
  return {
    id,
    messageId: `m${id}`,
    group,
    day: DAY,
    userId: null,
    anonymousId: null,
    refs: [],
    valueMinor: null,
    valueBasis: null,
    currency: null,
    valueProblem: null,
    at: at('10:00:01', given.day),
    receivedAt: at('10:00:02', given.day),
    deliveries: 1,
    isBot: false,
    source: null,
    ...given,
  };
};

export const paid = (group: string, amount: bigint, currency = 'USD', given: Partial<Truth> = {}): Truth =>
  truth(group, { value: amount, currency, ...given });

export const purchase = (
  group: string,
  amount: bigint | null,
  currency: string | null = 'USD',
  given: Partial<Tracked> = {},
): Tracked => tracked(group, { valueMinor: amount, currency, valueBasis: 'total', ...given });

export function sorted(
  truths: Truth[],
  events: Tracked[],
  unit: 'count' | 'money' = 'count',
  settledBefore = Number.MAX_SAFE_INTEGER,
): Buckets {
  const pairing: Pairing = pair(truths, events);
  return sortIntoParts({ day: DAY, unit, truths, tracked: events, pairing, settledBefore });
}

export const idsOf = (items: readonly Item[] | undefined, part: Item['part']): string[] =>
  (items ?? []).filter((item) => item.part === part).map(({ id }) => id);
