import { type Cause, likely, namesPerson, possible, unheardPages } from '../cause.js';

const REFS_SHOWN = 5;

export const scriptBlocked: Cause = {
  name: 'script_blocked',
  meaning: 'The log of a server shows the person asking for pages, and no script of the source spoke up on that day.',
  parts: ['missing'],
  explain: ({ truth }, evidence) => {
    const pages = unheardPages(truth, evidence);
    if (!truth || pages.every(({ stored }) => stored !== null)) return undefined;
    const proof = {
      page_requests: pages.length,
      // A page of which our collector heard ran scripts; the one of this source was not among them.
      ...(evidence.beaconIsSource ? {} : { heard_by_collector: pages.filter(({ beacon }) => beacon).length }),
      log_lines: pages.slice(0, REFS_SHOWN).map(({ ref }) => ref),
    };
    // A guest whose browser nobody can name may well have been seen, under an id that we cannot connect.
    return evidence.keysOf(truth).some(namesPerson) ? likely(proof) : possible(proof);
  },
};
