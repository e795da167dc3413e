import type { Amount, Happened } from '../catalog/subjects.js';
import { type Effect, effectOf, type Part } from './rows.js';

export type Capture = Happened & Amount;

/** The capture of a payment; undefined until amount, currency and a day are known. A day that nothing proves is provisional. */
export function captureOf(part: Part): Capture | undefined {
  if (part.kind !== 'payment') return undefined;
  const found = effectOf(part.doc.effects, 'PaymentCaptured');
  if (!found) return undefined;
  const { at, provisional_at: provisional } = found.fields;
  return moneyMoved('PaymentCaptured', found, at ?? provisional);
}

/** Money that an effect moved; undefined until amount, currency and time are known. */
export function moneyMoved(fact: string, effect: Effect, at = effect.fields['at']): Capture | undefined {
  const { amount, currency } = effect.fields;
  if (typeof at !== 'number' || typeof amount !== 'string' || typeof currency !== 'string') return undefined;
  return { at, amountMinor: BigInt(amount), currency, fact, entryId: effect.entryId };
}
