// Commands of the service, as an operator types them beside it.
import { spawnSync } from 'node:child_process';
import path from 'node:path';

/** What a command prints as JSON. */
export function command({ dataDir, zone }, root, ...args) {
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, DATA_DIR: dataDir, REPORTING_TIME_ZONE: zone };
  const done = spawnSync(process.execPath, [path.join(root, 'dist', 'cli.js'), ...args, '--json'], {
    env,
    encoding: 'utf8',
  });
  if (done.status !== 0) throw new Error(`truth-ledger ${args.join(' ')} failed: ${done.stderr}`);
  return JSON.parse(done.stdout);
}
