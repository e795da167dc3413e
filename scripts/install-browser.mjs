// The dashboard is tested in a real browser. Where there is none and Debian's can be had, it is installed once.
import { existsSync } from 'node:fs';
import { installForTests } from './install-for-tests.mjs';

/** Never fails a run: the suites that want a browser are skipped without one, and named. */
export function installBrowser() {
  if (existsSync('/usr/bin/google-chrome')) return;
  installForTests('chromium', ['chromium']);
}
