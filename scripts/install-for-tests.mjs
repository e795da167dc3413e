// Some suites want programs of the system. Where they are missing and Debian's can be had, they are installed once: scripts/with-deps.mjs does it while npm
// installs packages. Never fails a run: the suites that want a program are skipped without it, and named. Plain JavaScript without dependencies.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const MINUTES = 5;

const has = (program) => spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0;

// By the name of their package.
const WANTED = {
  'redis-server': () => has('redis-server'), // the suites of the job queue run on PostgreSQL and on Redis
  hledger: () => has('hledger'), // journals that we export are read by programs that others wrote
  beancount: () => has('bean-check') && has('bean-query'),
  chromium: () => existsSync('/usr/bin/google-chrome') || has('chromium'), // the dashboard is tested in a real browser
};

// RUNLEVEL: a package would start its server at the usual port, and the tests start their own.
const aptGet = (...args) =>
  spawnSync('apt-get', ['-q', ...args], {
    stdio: 'ignore',
    timeout: MINUTES * 60_000,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' },
  }).status === 0;
const install = (names) => aptGet('install', '-y', '--no-install-recommends', ...names);

const missing = Object.keys(WANTED).filter((name) => !WANTED[name]());
if (missing.length > 0) installMissing();

function installMissing() {
  const names = missing.join(', ');
  if (process.platform !== 'linux' || process.getuid() !== 0 || !existsSync('/etc/debian_version') || !has('apt-get')) {
    console.log(`Not here, and not installed without being asked: ${names}. The suites that want them are skipped.`);
    return;
  }
  console.log(`Installing for the tests (once): ${names} ...`);
  if (install(missing) || (aptGet('update') && install(missing))) return;
  // One that this Debian does not have keeps the others away.
  for (const name of missing)
    if (!install([name])) console.log(`${name} could not be installed: its suites are skipped.`);
}
