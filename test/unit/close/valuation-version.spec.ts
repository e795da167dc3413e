import { describe, expect, it, jest } from '@jest/globals';
import type { BooksDeps } from '../../../src/close/create-books.js';
import { ACCOUNTS } from '../../../src/close/journal/chart-of-accounts.js';
import { calendarMonths } from '../../../src/close/fiscal-calendar.js';
import { Zone } from '../../../src/kernel/day.js';

/** The settings of books as code of a version of the valuation says them. */
async function settingsOf(version: number, functionalCurrency?: string): Promise<string> {
  jest.resetModules();
  jest.unstable_mockModule('../../../src/close/books/valuation-version.js', () => ({ VALUATION_VERSION: version }));
  const { createBooks } = await import('../../../src/close/create-books.js');
  const deps = { chart: ACCOUNTS, calendar: calendarMonths, zone: new Zone('UTC'), interpreterVersion: '1' };
  return createBooks({ ...deps, ...(functionalCurrency === undefined ? {} : { functionalCurrency }) } as BooksDeps)
    .settings;
}

describe('the settings of the books, which a close names', () => {
  it('given another version of the valuation, then they are others, so that closed months are gone through', async () => {
    expect(await settingsOf(2, 'EUR')).not.toBe(await settingsOf(1, 'EUR'));
    expect(await settingsOf(1, 'EUR')).toBe(await settingsOf(1, 'EUR'));
  });

  it('given no functional currency, then nothing is valued, and they are the same', async () =>
    expect(await settingsOf(2)).toBe(await settingsOf(1)));
});
