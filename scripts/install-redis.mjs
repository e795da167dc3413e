// The suites of the job queue run on PostgreSQL and on Redis. Where there is no Redis and Debian's can be had, it is installed once.
import { installForTests } from './install-for-tests.mjs';

/** Never fails a run: the suites that want a Redis are skipped without one, and named. */
export const installRedis = () => installForTests('redis-server', ['redis-server']);
