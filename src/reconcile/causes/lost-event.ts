import { type Cause, likely, possible } from '../cause.js';

/** Analytics call a visit over after this long without an event. */
const VISIT_MS = 30 * 60_000;

export const lostEvent: Cause = {
  name: 'lost_event',
  meaning:
    'The client was seen on that day, but this event of it never arrived: a request lost, a page closed too early.',
  parts: ['missing'],
  explain: ({ truth }, evidence) => {
    if (!truth) return undefined;
    const [from, to] = evidence.dayOf(truth);
    const seen = evidence.seenAt(truth).filter((at) => at >= from && at < to);
    if (seen.length === 0) return undefined;
    const sameVisit = seen.some((at) => Math.abs(at - truth.at) <= VISIT_MS);
    const proof = { seen_first: iso(seen[0]!), seen_last: iso(seen.at(-1)!), same_visit: sameVisit };
    return sameVisit ? likely(proof) : possible(proof);
  },
};

const iso = (at: number): string => new Date(at).toISOString();
