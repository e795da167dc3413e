import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { copySeals } from '../../../src/ledger/copy/vault-and-seals.js';
import { testDatabase, type TestDatabase } from '../../support/database.js';

// One more than are copied at once, of each kind.
const NODES = 10_001;
const CHECKPOINTS = 10_001;
const LEAVES = 9;

let from: TestDatabase;
let to: TestDatabase;
beforeAll(async () => {
  [from, to] = await Promise.all([testDatabase(), testDatabase()]);
  await from.database.pool.query(
    `insert into ledger.seal_nodes (level, index, hash) select n % 3, n, sha256(n::text::bytea) from generate_series(1, ${NODES}) n;
     insert into ledger.seal_checkpoints (size, root, origin, signed_at, signature)
       select n, sha256(n::text::bytea), 'here', '2026-11-08T12:00:00.123Z', sha256('s') || sha256('s') from generate_series(1, ${CHECKPOINTS}) n;
     insert into ledger.seal_leaves (size, after, hashes) select n, n - 1, sha256(n::text::bytea) from generate_series(1, ${LEAVES}) n`,
  );
});
afterAll(() => Promise.all([from.drop(), to.drop()]));

it('given more seals than are copied at once, when they are copied, also a second time, then all are there as they were', async () => {
  await copySeals(from.database, to.database);
  await copySeals(from.database, to.database);
  for (const table of ['seal_nodes', 'seal_checkpoints', 'seal_leaves']) {
    const whole = `select count(*)::int as rows, md5(string_agg(t::text, ';' order by t::text)) as content from ledger.${table} t`;
    const [wanted, found] = await Promise.all([from, to].map(({ database }) => database.pool.query(whole)));
    expect([table, found!.rows]).toEqual([table, wanted!.rows]);
  }
});
