import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { errorsPage } from '../../../src/app/errors/errors-page.js';
import { problems } from '../../../src/kernel/errors.js';

describe('docs/reference/errors.md', () => {
  const page = readFileSync('docs/reference/errors.md', 'utf8');

  it('given the table of problems, when the page is made of it, then it is the page in the repository', () => {
    expect(page).toBe(errorsPage());
  });

  it('given every code, when the page is read, then it has one row with its status', () => {
    for (const [code, [status]] of Object.entries(problems))
      expect(page.split(`\n| \`${code}\` | ${status} |`)).toHaveLength(2);
  });
});
