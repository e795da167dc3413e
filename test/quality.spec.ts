import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import ts from 'typescript';
import { IN_SCRIPTS, IN_SOURCES, OF_THE_COMPILER } from './support/lint-samples.js';

const root = path.dirname(import.meta.dirname);
const LINTER = 'node_modules/oxlint/bin/oxlint';
const SETTINGS = path.join(root, '.oxlintrc.json');

const run = (...args: string[]) => spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8', maxBuffer: 1e8 });

/** Runs a tool of the repository; fails with what it printed. */
function passes(...args: string[]): void {
  const tool = run(...args);
  if (tool.status !== 0)
    throw new Error(`${args.join(' ')} ended with ${tool.status ?? tool.signal}:\n${tool.stdout}${tool.stderr}`);
}

describe('the quality of the sources', () => {
  // Some seconds by itself; a machine that runs other suites beside it takes many times as long.
  it('passes the type checker and the linter', () => passes(LINTER), 600_000);
  // Young garbage is most of what a formatter makes: with more room for it, less is moved about.
  it('is formatted', () =>
    passes('--max-semi-space-size=128', 'node_modules/prettier/bin/prettier.cjs', '--check', '.'));
});

describe('the linter', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'truth-ledger-lint-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const found = new Set<string>(); // names of files, each with a rule that found something there
  const nameOf = (rule: string, ending: string): string => `${rule.replace('/', '.')}.${ending}`;

  beforeAll(() => {
    const write = (name: string, text: string): void => writeFileSync(path.join(folder, name), `${text}\n`);
    const options = { strict: true, lib: ['ES2024'], types: [], module: 'NodeNext' };
    write('tsconfig.json', JSON.stringify({ compilerOptions: options }));
    for (const [rule, text] of Object.entries({ ...IN_SOURCES, ...OF_THE_COMPILER })) write(nameOf(rule, 'ts'), text);
    for (const [rule, text] of Object.entries(IN_SCRIPTS)) write(nameOf(rule, 'mjs'), text);
    const linted = run(LINTER, '--config', SETTINGS, '--format', 'json', folder);
    const { diagnostics } = JSON.parse(linted.stdout) as { diagnostics: { filename: string; code?: string }[] };
    for (const { filename, code } of diagnostics)
      found.add(`${path.basename(filename)} ${/\((.+)\)/.exec(code ?? '')?.[1]}`);
  });

  it.each([
    ...Object.keys({ ...IN_SOURCES, ...OF_THE_COMPILER }).map((rule) => [rule, nameOf(rule, 'ts')]),
    ...Object.keys(IN_SCRIPTS).map((rule) => [rule, nameOf(rule, 'mjs')]),
  ])('finds %s in %s', (rule, file) => expect([...found]).toContain(`${file} ${rule.split('/').at(-1)}`));

  it('is shown to find whatever it is to look for', () => {
    const { config } = ts.parseConfigFileTextToJson(SETTINGS, readFileSync(SETTINGS, 'utf8'));
    type Rules = Record<string, unknown>;
    const { rules, overrides } = config as { rules: Rules; overrides: { rules: Rules }[] };
    const named = [rules, ...overrides.map((some) => some.rules)].flatMap((some) => Object.keys(some));
    const shown = Object.keys({ ...IN_SOURCES, ...IN_SCRIPTS });
    // The lengths are limits of some folders only; test/tidy.spec.ts shows them.
    expect(named.filter((rule) => !shown.includes(rule) && !rule.startsWith('max-lines'))).toEqual([]);
  });
});
