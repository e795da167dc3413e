import type { Cause } from '../cause.js';

export const clientNeverSeen: Cause = {
  name: 'client_never_seen',
  meaning:
    'No event of any id of this person, device or purchase arrived within three days: an ad blocker, or no script at all.',
  parts: ['missing'],
  explain: ({ truth }, evidence) =>
    truth && evidence.seenAt(truth).length === 0 ? { ids_looked_for: evidence.keysOf(truth).slice(0, 20) } : undefined,
};
