// Journals that we export are read by programs that others wrote. Where they are not here and Debian's can be had, they are installed once.
import { installForTests } from './install-for-tests.mjs';

/** Never fails a run: the suites that want them are skipped without, and named. */
export function installBookkeeping() {
  installForTests('hledger', ['hledger']);
  installForTests('beancount', ['bean-check', 'bean-query']);
}
