import type { Cause } from '../cause.js';

export const lostEvent: Cause = {
  name: 'lost_event',
  meaning:
    'The client was seen on that day, but this event of it never arrived: a request lost, a page closed too early.',
  parts: ['missing'],
  explain: ({ truth }, evidence) => {
    if (!truth) return undefined;
    const [from, to] = evidence.dayOf(truth);
    const seen = evidence.seenAt(truth).filter((at) => at >= from && at < to);
    return seen.length === 0 ? undefined : { seen_first: iso(seen[0]!), seen_last: iso(seen.at(-1)!) };
  },
};

const iso = (at: number): string => new Date(at).toISOString();
