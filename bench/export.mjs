// How fast a journal is exported, and in how much memory: node bench/export.mjs [--lines 1000000] [--format csv]. Wanted: at least 30 % of
// the rate of COPY … TO, and no more memory for ten times the lines. Both read the same table; the export reads it in pages, as the close
// does, and writes every column. Each is taken by a fifth of the lines first, uncounted.
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { build } from '../scripts/build.mjs';
import { taken } from './bulk-ledger.mjs';
import { loadAverage } from './machine.mjs';
import { dist } from './service-in-process.mjs';

const { values } = parseArgs({
  options: { lines: { type: 'string', default: '1000000' }, format: { type: 'string', default: 'csv' } },
});
const lines = Number(values.lines);
const PAGE = 5_000;
const COLUMNS = 'n, entry, line, day, at, account, amount, currency, kind, object, entry_id, position, memo';

build();
const { openDatabase } = await import(`${dist}/storage/database.js`);
const { copyOut } = await import(`${dist}/storage/copy-out.js`);
const { exportChunks, exportFormat } = await import(`${dist}/close/export-journal.js`);
const dataDir = mkdtempSync(path.join(os.tmpdir(), 'truth-ledger-export-'));
chmodSync(dataDir, 0o755); // the database's own user must get in
const database = await openDatabase({ dataDir });
try {
  await database.pool.query(
    `create table journal as select n, 'stripe:txn_' || (n / 2) as entry, (n % 2 + 1)::int as line, '2026-10-03'::text as day,
       1790000000000 + n as at, case when n % 2 = 0 then '1100' else '4000' end as account, case when n % 2 = 0 then 1234 else -1234 end::bigint as amount,
       'EUR'::text as currency, 'charge'::text as kind, 'stripe:txn_' || (n / 2) as object, gen_random_uuid()::text as entry_id, n as position,
       'Charge ch_' || n || ', "paid"' as memo from generate_series(0, ${lines - 1}) as n`,
  );
  await database.pool.query('alter table journal add primary key (n)');
  await copied(lines / 5);
  await exported(lines / 5);
  const before = process.memoryUsage().rss;
  const copy = await taken(lines, () => copied(lines));
  const file = await taken(lines, () => exported(lines));
  console.log(
    JSON.stringify({
      ...{ lines, format: values.format, bytes: file.result.bytes, copy_per_s: copy.perS, export_per_s: file.perS },
      ratio: Math.round((100 * file.perS) / copy.perS) / 100,
      ...{
        export_cpu_us: file.cpuUs,
        rss_before_mb: mb(before),
        rss_most_mb: mb(file.result.most),
        load: loadAverage()[0],
      },
    }),
  );
} finally {
  await database.close();
  rmSync(dataDir, { recursive: true, force: true });
}

function mb(bytes) {
  return Math.round(bytes / 1024 / 1024);
}

async function copied(count) {
  const client = await database.pool.connect();
  let bytes = 0;
  try {
    await copyOut(
      client,
      `copy (select ${COLUMNS} from journal where n < ${count} order by n) to stdout (format csv)`,
      (row) => (bytes += row.length),
    );
  } finally {
    client.release();
  }
  return { bytes };
}

async function exported(count) {
  let bytes = 0;
  let most = 0;
  const options = { period: '2026-10', account: () => undefined };
  for await (const chunk of exportChunks(exportFormat(values.format), linesUpTo(count), options)) {
    bytes += chunk.length;
    most = Math.max(most, process.memoryUsage.rss());
  }
  return { bytes, most };
}

async function* linesUpTo(count) {
  for (let after = -1; ;) {
    const { rows } = await database.pool.query({
      name: 'page',
      text: `select ${COLUMNS} from journal where n > $1 and n < $2 order by n limit ${PAGE}`,
      values: [after, count],
    });
    for (const { n, entry_id: entryId, amount, at, position, ...row } of rows)
      yield {
        ...row,
        entryId,
        amount: BigInt(amount),
        at: Number(at),
        position: Number(position),
        period: '2026-10',
        n,
      };
    if (rows.length < PAGE) return;
    after = rows.at(-1).n;
  }
}
