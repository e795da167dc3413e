import { defineFlow, one } from './metric.js';

export const signups = defineFlow({
  name: 'signups',
  unit: 'count',
  meaning: 'People who signed up, each user id once, on the day of the earliest sign-up the service was told of.',
  sourceOfTruth: 'user.signed_up from the auth service',
  dated: 'day of the sign-up',
  excludes: 'nothing',
  ownEventsOnly: true,
  trackedAs: ['Signed Up', 'sign_up', 'signup_completed'],
  terms: {
    owner: 'growth',
    expectedReasons: [
      'Ad blockers and lost requests: a browser told nobody of a sign-up that happened.',
      'Sign-ups through an API or by staff never pass through a browser.',
    ],
  },
  of: 'person',
  from: ({ signedUp }) => (signedUp ? [one(signedUp)] : []),
});
