import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { describe, it } from '@jest/globals';

const root = path.dirname(import.meta.dirname);

/** Runs a tool of node_modules; fails with what it printed. */
function passes(script: string, ...args: string[]): void {
  const tool = spawnSync(process.execPath, [path.join(root, 'node_modules', script), ...args], {
    cwd: root,
    encoding: 'utf8',
  });
  if (tool.status !== 0)
    throw new Error(`${path.basename(script)} ended with ${tool.status ?? tool.signal}:\n${tool.stdout}${tool.stderr}`);
}

describe('the quality of the sources', () => {
  it('passes the linter', () => passes('eslint/bin/eslint.js', '.', '--max-warnings=0'), 300_000);
  it('is formatted', () => passes('prettier/bin/prettier.cjs', '--check', '.'), 120_000);
  it(
    'passes the type checker for the dashboard',
    () => passes('typescript/bin/tsc', '-p', 'web/tsconfig.json'),
    300_000,
  );
  it('passes the type checker', () => passes('typescript/bin/tsc', '--noEmit', '--incremental', 'false'), 300_000);
});
