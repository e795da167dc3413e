import { type Cause, certain } from '../cause.js';

export const destinationDuplicate: Cause = {
  name: 'destination_duplicate',
  meaning:
    'The source holds one message twice: a retry that it did not recognise, or two of its doors fed with the same.',
  parts: ['duplicates'],
  explain: ({ truth, tracked }, evidence) => {
    const first = truth && evidence.eventOf(truth);
    if (!tracked || !first || first === tracked || first.messageId !== tracked.messageId) return undefined;
    return certain({ repeats: truth.id, message_id: tracked.messageId });
  },
};
