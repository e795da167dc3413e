import { type Cause, certain } from '../cause.js';

/** Ids that a provider gives out in its test mode only. */
const TEST_ID = /^(?:session:cs_test_|payment:ch_test_|intent:pi_test_)/;

export const testOrder: Cause = {
  name: 'test_order',
  meaning: 'The event says that it is a test, or names an id of the test mode of a payment provider.',
  parts: ['client_only'],
  explain: ({ tracked }) => {
    if (!tracked) return undefined;
    const ids = tracked.refs.filter((ref) => TEST_ID.test(ref));
    if (ids.length > 0) return certain({ test_ids: ids });
    return tracked.context?.test ? certain({ marked_as_test: true, message_id: tracked.messageId }) : undefined;
  },
};
