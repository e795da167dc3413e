import { type Cause, certain } from '../cause.js';

export const replayed: Cause = {
  name: 'replayed',
  meaning:
    'The client sent it again days after its own event: a confirmation page opened again, an import or a replay of old events.',
  parts: ['client_only'],
  explain: ({ tracked }, evidence) => {
    if (!tracked) return undefined;
    for (const truth of evidence.farTruth(tracked)) {
      const own = evidence.eventOf(truth);
      if (own && own !== tracked && own.at < tracked.at)
        return certain({ truth: truth.id, actual_day: truth.day, first_message_id: own.messageId });
    }
    return undefined;
  },
};
