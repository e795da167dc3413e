import { type Cause, certain } from '../cause.js';

export const notTrackable: Cause = {
  name: 'not_trackable',
  meaning:
    'It happened, but the ledger says that the customer was not present (a renewal, in person, back office), so it is not expected here.',
  parts: ['client_only'],
  explain: ({ tracked }, evidence) => {
    const truth = tracked && evidence.notTrackable(tracked);
    return truth && certain({ truth: truth.id });
  },
};
