import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';

const ROOT = path.join(import.meta.dirname, '../..');
const page = readFileSync(path.join(ROOT, 'docs/explanation/rules.md'), 'utf8');
const rows = page.split('\n').flatMap((line) => {
  const [, number, , code, tests] = line.split(/(?<!\\)\|/).map((cell) => cell.trim());
  return number !== undefined && /^\d+$/.test(number) ? [{ number, code: code!, tests: tests! }] : [];
});

/** Rows of what was broken on purpose: what, and which tests failed. */
const broken = page
  .slice(page.indexOf('## Broken on purpose'))
  .split('\n')
  .flatMap((line) => {
    const [, what, tests] = line.split('|').map((cell) => cell.trim());
    return tests !== undefined && !/^(-+|broken)$/.test(what!) ? [{ what: what!, tests }] : [];
  });

/** `path.spec.ts`: *words of a test*, *words of another*; an ellipsis stands for words left out. */
function named(tests: string): { file: string; words: string[] }[] {
  return [...tests.matchAll(/`([\w./-]+\.ts)`(?::([^;]*))?/g)].map(([, file, list]) => ({
    file: file!,
    words: [...(list ?? '').matchAll(/\*([^*]+)\*/g)]
      .flatMap(([, text]) => text!.split('…'))
      .map((text) => text.trim()),
  }));
}

describe('docs/explanation/rules.md', () => {
  it('given the sixteen rules, when the page is read, then each has its row and its tests', () => {
    expect(rows.map(({ number }) => Number(number))).toEqual(Array.from({ length: 16 }, (_, index) => index + 1));
    expect(rows.filter(({ tests }) => named(tests).length === 0).map(({ number }) => number)).toEqual([]);
  });

  it.each(rows)(
    'given the tests of rule $number, when looked up, then they are there under those words',
    ({ tests }) => {
      for (const { file, words } of named(tests)) {
        const text = readFileSync(path.join(ROOT, 'test', file), 'utf8');
        for (const each of words) expect([file, each, text.includes(each)]).toEqual([file, each, true]);
      }
    },
  );

  it('given what was broken on purpose, when looked up, then the tests that failed are there under those words', () => {
    expect(broken.length).toBeGreaterThan(30);
    for (const { what, tests } of broken) {
      expect([what, named(tests).flatMap(({ words }) => words).length > 0]).toEqual([what, true]);
      for (const { file, words } of named(tests)) {
        const text = readFileSync(path.join(ROOT, 'test', file), 'utf8');
        for (const each of words) expect([what, file, each, text.includes(each)]).toEqual([what, file, each, true]);
      }
    }
  });

  it.each(rows)('given the code of rule $number, when looked up, then it is there', ({ code }) => {
    let folder = '';
    for (const [, file] of code.matchAll(/`([\w./-]+\.ts)`/g)) {
      if (file!.includes('/')) folder = path.dirname(file!);
      const found = file!.includes('/') ? file! : path.join(folder, file!);
      expect([found, existsSync(path.join(ROOT, 'src', found))]).toEqual([found, true]);
    }
  });
});
