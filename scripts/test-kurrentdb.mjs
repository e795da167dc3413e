// The contract of the ledger and the protocol's own specs against a real KurrentDB: KURRENTDB_URL=kurrentdb://host:2113?tls=false npm run test:kurrentdb
// They write to streams of their own names and delete some of those; use a server for tests. Arguments go to Jest.
import { spawnSync } from 'node:child_process';
import path from 'node:path';

const root = path.dirname(import.meta.dirname);

/** Each runs everything against the double too, so that what differs is seen beside it. */
const SUITES = [
  'test/contracts/ledger.contract.spec.ts',
  'test/contracts/kurrentdb-append.spec.ts',
  'test/contracts/kurrentdb-read.spec.ts',
];

if (!process.env.KURRENTDB_URL) {
  console.log('KURRENTDB_URL is not set, so nothing runs against a real server. It would be these:');
  for (const suite of SUITES) console.log(`Skipped: ${suite}`);
  process.exit(0);
}
const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
const jest = path.join(root, 'node_modules/jest/bin/jest.js');
const { status } = spawnSync(
  process.execPath,
  [...flags, jest, ...(process.argv.length > 2 ? process.argv.slice(2) : SUITES)],
  {
    cwd: root,
    stdio: 'inherit',
  },
);
process.exit(status ?? 1);
