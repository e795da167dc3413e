// The suites of the job queue run on PostgreSQL and on Redis. Where there is no Redis and Debian's can be had, it is installed once.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const MINUTES = 3;

/** Never fails a run: the suites that want a Redis are skipped without one, and named. */
export function installRedis() {
  if (has('redis-server')) return;
  if (process.platform !== 'linux' || process.getuid() !== 0 || !existsSync('/etc/debian_version') || !has('apt-get')) {
    console.log('There is no redis-server here, and it is not installed without being asked: its suites are skipped.');
    return;
  }
  console.log('Installing redis-server for the tests (once) ...');
  const install = ['install', '-y', '--no-install-recommends', 'redis-server'];
  const done = aptGet(install) || (aptGet(['update']) && aptGet(install));
  if (!done) console.log('redis-server could not be installed: its suites are skipped.');
}

const has = (program) => spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0;

// RUNLEVEL: the package would start a server at its usual port, and the tests start their own.
const aptGet = (args) =>
  spawnSync('apt-get', ['-q', ...args], {
    stdio: 'ignore',
    timeout: MINUTES * 60_000,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' },
  }).status === 0;
