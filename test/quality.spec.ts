import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { describe, it } from '@jest/globals';

const root = path.dirname(import.meta.dirname);

/** Runs a script of the repository; fails with what it printed. */
function passes(...args: string[]): void {
  const tool = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  if (tool.status !== 0)
    throw new Error(`${args.join(' ')} ended with ${tool.status ?? tool.signal}:\n${tool.stdout}${tool.stderr}`);
}

describe('the quality of the sources', () => {
  // Syntax trees and types of all sources at once need more than a small machine gives a process.
  it(
    'passes the type checker and the linter',
    () => passes('--max-old-space-size=4096', 'scripts/check-sources.mjs'),
    600_000,
  );
  // Young garbage is most of what a formatter makes: with more room for it, less is moved about.
  it('is formatted', () =>
    passes('--max-semi-space-size=128', 'node_modules/prettier/bin/prettier.cjs', '--check', '.'));
});
