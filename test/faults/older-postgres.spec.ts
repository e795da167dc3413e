import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';

const ROOT = path.resolve(import.meta.dirname, '../..');
/** Where Debian keeps its versions. */
const binOf = (version: number): string => `/usr/lib/postgresql/${version}/bin`;
const installed = [14, 15, 16, 17].filter((version) => existsSync(path.join(binOf(version), 'postgres')));

// What speaks to PostgreSQL itself, once: migrations, the ledger, projections and their rebuild, the books and the close with its seal.
const SUITES = [
  'unit/storage/migrate',
  'contracts/ledger',
  'flow/projections',
  'rules/rule-09',
  'flow/close.spec',
  'flow/reconcile.spec',
];

// The contract of the ledger is kept by other engines too, which are the same whatever PostgreSQL is beside them.
const OF_POSTGRES = '--testNamePattern=^(?!kurrentdb)';

/** The suites on a cluster of another version, in a run of their own. Resolves with its exit code and what it said. */
function suitesOn(version: number): Promise<{ code: number | null; said: string }> {
  const jest = path.join(ROOT, 'node_modules/jest/bin/jest.js');
  const child = spawn(
    process.execPath,
    [...['--experimental-vm-modules', jest, '--maxWorkers=1', OF_POSTGRES], ...SUITES.map((suite) => `test/${suite}`)],
    { cwd: ROOT, env: { ...process.env, TEST_POSTGRES_BIN: binOf(version) }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (said += text.toString()));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, said })));
}

describe('a PostgreSQL older than the embedded one', () => {
  if (installed.length > 0) {
    it.each(installed)(
      'given version %i, then migrations, ledger and projections do there what they do on 18',
      async (version) => {
        const { code, said } = await suitesOn(version);
        expect([code, code === 0 ? '' : said.slice(-8_000)]).toEqual([0, '']);
        expect(said).toMatch(/Tests:.* [1-9]\d* passed/);
      },
      600_000,
    );
  } else {
    it('was not tested: none of the versions 14 to 17 is installed here', () => {
      expect(installed).toEqual([]);
    });
  }
});
