import { type Cause, certain } from '../cause.js';

export const duplicate: Cause = {
  name: 'duplicate',
  meaning: 'The client sent the event again under another message id: a retry, a reload, two tags on a page.',
  parts: ['duplicates'],
  explain: ({ truth, tracked }) =>
    tracked && certain({ repeats: truth?.id ?? tracked.group, user_agent_is_bot: tracked.isBot }),
};
