import { type Cause, certain } from '../cause.js';

export const otherDay: Cause = {
  name: 'other_day',
  meaning:
    'Truth and client put it on different days: it happened around midnight of the reporting zone, or a clock was wrong.',
  parts: ['missing', 'client_only', 'other_day', 'tracked_other_day'],
  explain: ({ part, truth, tracked }, evidence) => {
    if (part === 'missing') {
      const far = truth && evidence.farTracked(truth)[0];
      return far && certain({ tracked_day: far.day, actual_day: truth.day, message_id: far.messageId });
    }
    const other = part === 'client_only' ? tracked && evidence.farTruth(tracked)[0] : truth;
    return other && tracked && certain({ tracked_day: tracked.day, actual_day: other.day, truth: other.id });
  },
};
