import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { exportChunks, exportFormat } from '../../../src/close/export-journal.js';
import type { PostingLine } from '../../../src/close/journal/posting.js';
import { accountOf, DIGITS, journals, minor, streamed, sums } from '../../support/journals.js';
import { describeWhere } from '../../support/where.js';

// Programs that others wrote read what we export: they accept it, and their trial balance is ours.

const folder = mkdtempSync(path.join(os.tmpdir(), 'truth-ledger-export-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
// Both read files in the encoding of the locale, and what runs the tests may have none.
const env = { ...process.env, LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8' };
const isThere = (program: string): boolean => spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0;

/** A few hundred entries, the same in every run. */
const lines = fc.sample(journals(300), { seed: 7, numRuns: 3 }).sort((a, b) => b.length - a.length)[0]!;

async function file(format: string, given: readonly PostingLine[], functionalCurrency?: string): Promise<string> {
  let text = '';
  const options = { period: '2026-10', account: accountOf, functionalCurrency };
  for await (const chunk of exportChunks(exportFormat(format), streamed(given), options)) text += String(chunk);
  const name = path.join(folder, `${format}.${exportFormat(format).extension}`);
  writeFileSync(name, text);
  return name;
}

function run(program: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', env, timeout: 60_000 });
  expect({ program, status, stderr }).toEqual({ program, status: 0, stderr: '' });
  return stdout;
}

const codeIn = (name: string): string => (/9\W+odd/.test(name) ? '9 odd;code' : /\d{4}/.exec(name)![0]);
const cell = (account: string, currency: string, amount: string) => ({
  ...{ account: codeIn(account), currency, amount: minor(amount, DIGITS[currency]!) },
});

it('the journal under test has every currency and hundreds of lines', () => {
  expect(new Set(lines.map(({ currency }) => currency)).size).toBe(5);
  expect(lines.length).toBeGreaterThan(500);
});

describeWhere(isThere('hledger'))('hledger', () => {
  it('given our journal, then it accepts it strictly and has our trial balance', async () => {
    const journal = await file('hledger', lines, 'EUR');
    run('hledger', ['-f', journal, 'check', '--strict']);
    const rows: string[][] = parse(run('hledger', ['-f', journal, 'balance', '--flat', '-N', '-O', 'csv']));
    const theirs = rows
      .slice(1)
      .flatMap(([account, amounts]) =>
        [...amounts!.matchAll(/(-?[\d.]+) ([A-Z]{3})/g)].map(([, amount, currency]) =>
          cell(account!, currency!, amount!),
        ),
      );
    expect(sums(theirs)).toEqual(sums(lines));
  });

  it('given a journal with one unit more on one side, then it refuses it', async () => {
    const wrong = lines.map((line, at) => (at === 3 ? { ...line, amount: line.amount + 1n } : line));
    const { status, stderr } = spawnSync('hledger', ['-f', await file('hledger', wrong), 'check', '--strict'], { env });
    expect(status).not.toBe(0);
    expect(String(stderr)).toMatch(/balance/i);
  });
});

describeWhere(isThere('bean-check') && isThere('bean-query'))('Beancount', () => {
  it('given our journal, then it accepts it and has our trial balance', async () => {
    const journal = await file('beancount', lines, 'EUR');
    run('bean-check', [journal]);
    // As text: a column of numbers is shown with the digits that most of them have.
    const query = 'select account, currency, str(sum(number)) as total group by account, currency';
    const rows: string[][] = parse(run('bean-query', ['-f', 'csv', journal, query]), { trim: true });
    const theirs = rows
      .slice(1)
      .map(([account, currency, total]) => cell(account!, currency!, /-?[\d.]+/.exec(total!)![0]));
    expect(sums(theirs)).toEqual(sums(lines));
  });

  it('given a journal with one unit more on one side, then it refuses it', async () => {
    const at = lines.findIndex(({ currency }) => currency === 'USD');
    const wrong = lines.map((line, index) => (index === at ? { ...line, amount: line.amount + 1n } : line));
    expect(spawnSync('bean-check', [await file('beancount', wrong)], { env }).status).not.toBe(0);
  });
});
