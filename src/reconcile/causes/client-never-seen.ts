import { type Cause, likely, namesPerson, possible } from '../cause.js';

export const clientNeverSeen: Cause = {
  name: 'client_never_seen',
  meaning:
    'No event of any id of this person, device or purchase arrived within three days: an ad blocker, or no script at all.',
  parts: ['missing'],
  explain: ({ truth }, evidence) => {
    if (!truth || evidence.seenAt(truth).length > 0) return undefined;
    const keys = evidence.keysOf(truth);
    const proof = { ids_looked_for: keys.slice(0, 20) };
    // A guest whose browser nobody can name may well have been seen, under an id that we cannot connect.
    return keys.some(namesPerson) ? likely(proof) : possible(proof);
  },
};
