import { defineRatio } from './metric.js';

export const unknownShare = defineRatio({
  name: 'unknown_share',
  unit: 'ratio',
  meaning:
    'Of the sign-ups in the period, the share whose first touch is not known. Unknown is counted, never folded into direct.',
  sourceOfTruth: 'touch.recorded and user.signed_up',
  dated: 'day of the sign-up',
  excludes: 'nothing',
  ownEventsOnly: true,
  trackedAs: [],
  numerator: 'signups',
  numeratorFilter: { source: 'unknown' },
  denominator: 'signups',
});
