// Programs of Debian that some suites want.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const MINUTES = 3;

/** Installs a package when its programs are missing and that can be done without asking. Says what it does, and never fails. */
export function installForTests(name, programs) {
  if (programs.every(has)) return;
  if (process.platform !== 'linux' || process.getuid() !== 0 || !existsSync('/etc/debian_version') || !has('apt-get')) {
    console.log(`There is no ${name} here, and it is not installed without being asked: its suites are skipped.`);
    return;
  }
  console.log(`Installing ${name} for the tests (once) ...`);
  const install = ['install', '-y', '--no-install-recommends', name];
  const done = aptGet(install) || (aptGet(['update']) && aptGet(install));
  if (!done) console.log(`${name} could not be installed: its suites are skipped.`);
}

const has = (program) => spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0;

// RUNLEVEL: a package would start its server at the usual port, and the tests start their own.
const aptGet = (args) =>
  spawnSync('apt-get', ['-q', ...args], {
    stdio: 'ignore',
    timeout: MINUTES * 60_000,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' },
  }).status === 0;
