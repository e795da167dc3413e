// Builds, runs the tests and closes with one line that says how they went. Arguments go to Jest: `npm test -- test/unit`.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { buildAll } from './build.mjs';

const root = path.dirname(import.meta.dirname);
const at = (...parts) => path.join(root, ...parts);
const node = (args) => spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' }).status ?? 1;

const built = buildAll({ typesChecked: false }); // test/quality.spec.ts checks those of all sources
if (built !== 0) {
  console.error('The build failed, so no test ran.');
  process.exit(built);
}
process.exit(runTests());

function runTests() {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'truth-ledger-test-'));
  const results = path.join(folder, 'results.json');
  try {
    const status = node([
      '--experimental-vm-modules',
      '--disable-warning=ExperimentalWarning',
      at('node_modules/jest/bin/jest.js'),
      '--json',
      `--outputFile=${results}`,
      ...process.argv.slice(2),
    ]);
    if (existsSync(results)) report(JSON.parse(readFileSync(results, 'utf8')));
    else console.log('0 passed, 1 failed (Jest gave no results)');
    return status;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function report({ numPassedTests, numFailedTests, numPendingTests, numRuntimeErrorTestSuites, testResults }) {
  for (const suite of testResults) {
    const skipped = suite.assertionResults.filter((test) => test.status === 'pending');
    if (skipped.length > 0 && skipped.length === suite.assertionResults.length)
      console.log(`Skipped: ${path.relative(root, suite.name)}`);
    else for (const test of skipped) console.log(`Skipped: ${path.relative(root, suite.name)}: ${test.fullName}`);
  }
  // A suite that could not even start is a failure that no test of it can tell.
  const failed = numFailedTests + numRuntimeErrorTestSuites;
  console.log(`${numPassedTests} passed, ${failed} failed${numPendingTests > 0 ? `, ${numPendingTests} skipped` : ''}`);
}
