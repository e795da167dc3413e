import { type Cause, certain } from '../cause.js';

export const notCompleted: Cause = {
  name: 'not_completed',
  meaning: 'The purchase is known, but it was never paid, or it was cancelled: the client counted too early.',
  parts: ['client_only'],
  explain: ({ tracked }, evidence) => {
    const known = tracked ? evidence.known(tracked) : [];
    return known.length === 0
      ? undefined
      : certain({ known: Object.fromEntries(known.map(({ ref, status }) => [ref, status])) });
  },
};
