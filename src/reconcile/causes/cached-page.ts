import { type Cause, possible, unheardPages } from '../cause.js';

const REFS_SHOWN = 5;

export const cachedPage: Cause = {
  name: 'cached_page',
  meaning:
    'All pages that the person saw came from a cache or were fetched before they were asked for, and no script of the source spoke up on that day.',
  parts: ['missing'],
  explain: ({ truth }, evidence) => {
    const pages = unheardPages(truth, evidence);
    if (pages.length === 0 || pages.some(({ stored }) => stored === null)) return undefined;
    return possible({
      answered: [...new Set(pages.map(({ stored }) => stored))].sort(),
      log_lines: pages.slice(0, REFS_SHOWN).map(({ ref }) => ref),
    });
  },
};
