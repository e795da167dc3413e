import { defineFlow, one } from './metric.js';

/** A sign-up counts as converted when the first payment follows within this many days. */
export const CONVERSION_WINDOW_DAYS = 30;

export const signupsConverted = defineFlow({
  name: 'signups_converted',
  unit: 'count',
  meaning: `Sign-ups whose customer's first captured payment came within ${CONVERSION_WINDOW_DAYS} days after the sign-up.`,
  sourceOfTruth: 'user.signed_up and the payment provider',
  dated: 'day of the sign-up (cohort)',
  excludes: 'customers who had paid before they signed up',
  trackedAs: [],
  internal: true,
  of: 'person',
  from: ({ signedUp, firstPayment }) => {
    if (!signedUp || !firstPayment) return [];
    const waited = firstPayment.at - signedUp.at;
    const converted = waited >= 0 && waited <= CONVERSION_WINDOW_DAYS * 86_400_000;
    return converted ? [{ ...one(signedUp), fact: firstPayment.fact, entryId: firstPayment.entryId }] : [];
  },
});
