import type { Amount, Happened } from '../catalog/subjects.js';
import { type Effect, effectsOf, kindOf, type Part } from './rows.js';

/** The capture of a payment; undefined until amount, currency and a day are known. A day that nothing proves is provisional. */
export function captureOf(part: Part): (Happened & Amount) | undefined {
  if (kindOf(part.ref) !== 'payment') return undefined;
  const [found] = effectsOf(part.doc.effects, 'PaymentCaptured');
  if (!found) return undefined;
  const { at, provisional_at: provisional } = found[1].fields;
  return moneyMoved('PaymentCaptured', found[1], at ?? provisional);
}

/** Money that an effect moved; undefined until amount, currency and time are known. */
export function moneyMoved(fact: string, effect: Effect, at = effect.fields['at']): (Happened & Amount) | undefined {
  const { amount, currency } = effect.fields;
  if (typeof at !== 'number' || typeof amount !== 'string' || typeof currency !== 'string') return undefined;
  return { at, amountMinor: BigInt(amount), currency, fact, entryId: effect.entryId };
}
