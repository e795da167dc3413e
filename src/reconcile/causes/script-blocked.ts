import { type Cause, likely } from '../cause.js';

const REFS_SHOWN = 5;

export const scriptBlocked: Cause = {
  name: 'script_blocked',
  meaning: 'The log of a server shows the person asking for pages, and no script on them spoke up on that day.',
  parts: ['missing'],
  explain: ({ truth }, evidence) => {
    if (!truth) return undefined;
    const pages = evidence.pages(truth);
    if (pages.length === 0 || pages.some(({ beacon, stored }) => beacon || stored !== null)) return undefined;
    const [from, to] = evidence.dayOf(truth);
    if (evidence.seenAt(truth).some((at) => at >= from && at < to)) return undefined;
    return likely({ page_requests: pages.length, log_lines: pages.slice(0, REFS_SHOWN).map(({ ref }) => ref) });
  },
};
