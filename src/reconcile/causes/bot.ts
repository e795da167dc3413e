import { type Cause, likely } from '../cause.js';

export const bot: Cause = {
  name: 'bot',
  meaning: 'The user agent of the event is that of a bot, and nothing true stands behind it.',
  parts: ['client_only'],
  explain: ({ tracked }) =>
    tracked?.isBot ? likely({ user_agent_is_bot: true, message_id: tracked.messageId }) : undefined,
};
