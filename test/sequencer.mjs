// Long suites first: one that begins last would run alone, beside idle processors. A fresh machine has no times from an earlier run to go by.
import { createRequire } from 'node:module';
import path from 'node:path';

const require = createRequire(import.meta.url);
const fromJest = createRequire(require.resolve('jest'));
const { default: Sequencer } = createRequire(fromJest.resolve('@jest/core'))('@jest/test-sequencer');

const LONG = [
  ...['quality', 'faults/older-postgres', 'faults/kill-nine', 'faults/job-workers', 'faults/power-cut'],
  ...['faults/projector-handover', 'faults/kurrentdb-traps', 'faults/several-processes', 'faults/kurrentdb-outages'],
  ...['web/dashboard', 'faults/shutdown', 'faults/database-outage', 'faults/kurrentdb-mishaps'],
  ...['flow/ledger-copy', 'flow/demo', 'flow/fuzz-doors', 'faults/embedded-postgres', 'flow/bad-transport'],
  ...['faults/ledger-without-postgres', 'properties/payment-histories', 'flow/reconcile-jobs', 'faults/background'],
  ...['properties/pack-tampering', 'properties/stripe-histories', 'properties/ledger-tampering', 'flow/equivalence'],
];
const tests = import.meta.dirname;

/** Its place among the long ones; behind them all for any other. */
function placeOf({ path: file }) {
  const place = LONG.indexOf(
    path
      .relative(tests, file)
      .split(path.sep)
      .join('/')
      .replace(/\.spec\.ts$/, ''),
  );
  return place < 0 ? LONG.length : place;
}

export default class LongFirst extends Sequencer {
  sort(given) {
    return super.sort(given).sort((a, b) => placeOf(a) - placeOf(b));
  }
}
