import { type Cause, possible } from '../cause.js';

const REFS_SHOWN = 5;

export const cachedPage: Cause = {
  name: 'cached_page',
  meaning:
    'The pages that the person saw came from a cache or were fetched before they were asked for, and their script did not speak up.',
  parts: ['missing'],
  explain: ({ truth }, evidence) => {
    const pages = truth ? evidence.pages(truth) : [];
    const stored = pages.filter((page) => page.stored !== null);
    if (stored.length === 0 || pages.some(({ beacon }) => beacon)) return undefined;
    return possible({
      answered: [...new Set(stored.map((page) => page.stored))].sort(),
      log_lines: stored.slice(0, REFS_SHOWN).map(({ ref }) => ref),
    });
  },
};
