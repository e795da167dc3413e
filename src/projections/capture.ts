import type { Amount, Happened } from '../catalog/subjects.js';
import { type Effect, effectOf, effectsOf, type Part } from './rows.js';

export type Moved = Happened & Amount;

/** What of a part says whether and when it was captured. */
export type HasEffects = Pick<Part, 'kind'> & { doc: Pick<Part['doc'], 'effects'> };

const NONE: readonly Moved[] = [];

/** The first capture of a payment, with the amount of all; undefined until amount, currency and a day are known. */
export const captureOf = (part: HasEffects): Moved | undefined => inOne(capturesOf(part));

/** Several captures of one payment as one: the first, with the amount of all. */
export function inOne(captures: readonly Moved[]): Moved | undefined {
  const [first] = captures;
  if (!first || captures.length === 1) return first;
  const alike = captures.filter(({ currency }) => currency === first.currency);
  return { ...first, amountMinor: alike.reduce((sum, { amountMinor }) => sum + amountMinor, 0n) };
}

/**
 * The captures of a payment, the earliest first: several where it is captured in parts, all in one currency. A day that nothing proves is
 * provisional; where a capture is only taken for granted, one that was told takes its place, and a released authorisation none.
 */
export function capturesOf(part: HasEffects): readonly Moved[] {
  if (part.kind !== 'payment') return NONE;
  const all = effectsOf(part.doc.effects, 'PaymentCaptured');
  if (all.length === 0) return NONE;
  const told = all.filter(([, { fields }]) => fields['at'] !== undefined);
  const taken = told.length > 0 ? told : isReleased(part) ? [] : all;
  const captures = taken.flatMap(([, effect]) => {
    const { at, provisional_at: provisional, failed_at: failedAt } = effect.fields;
    return (failedAt === undefined && moneyMoved('PaymentCaptured', effect, at ?? provisional)) || [];
  });
  return captures.length > 1 ? captures.sort(order) : captures;
}

/** Whether what was authorised is let go. */
export const isReleased = (part: HasEffects): boolean =>
  typeof effectOf(part.doc.effects, 'PaymentAuthorised')?.fields['released_at'] === 'number';

const order = (a: Moved, b: Moved): number => a.at - b.at || (a.entryId < b.entryId ? -1 : 1);

/** Money that an effect moved; undefined until amount, currency and time are known. */
export function moneyMoved(fact: string, effect: Effect, at = effect.fields['at']): Moved | undefined {
  const { amount, currency } = effect.fields;
  if (typeof at !== 'number' || typeof amount !== 'string' || typeof currency !== 'string') return undefined;
  return { at, amountMinor: BigInt(amount), currency, fact, entryId: effect.entryId };
}
