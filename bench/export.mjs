// How fast the journal of a closed period is exported, and in how much memory: node bench/export.mjs [--lines 1000000] [--format csv]. Wanted:
// at least 30 % of the rate of COPY … TO, and no more memory for ten times the lines. Both read the same table; the export is the one that
// people download: it reads the lines in pages, asks the ledger when the entry of each was received, and writes every column. Each is taken
// once before, uncounted.
import { parseArgs } from 'node:util';
import { build } from '../scripts/build.mjs';
import { bulkLedger, taken } from './bulk-ledger.mjs';
import { loadAverage } from './machine.mjs';
import { dist } from './service-in-process.mjs';

const { values } = parseArgs({
  options: { lines: { type: 'string', default: '1000000' }, format: { type: 'string', default: 'csv' } },
});
const lines = Number(values.lines);
const LINES_PER_ENTRY = 4;
const PERIOD = '2026-10';
// A charge with its fee: as many debits as credits.
const ACCOUNTS = `(array['1100', '4000', '6100', '1100'])`;
const AMOUNTS = `(array[1234, -1234, 61, -61])`;

build();
const { copyOut } = await import(`${dist}/storage/copy-out.js`);
const { exportFormat, exportJournal } = await import(`${dist}/close/export-journal.js`);
const { ClosingStore } = await import(`${dist}/close/period/closing-store.js`);
const { database, ledger, close } = await bulkLedger(Math.ceil(lines / LINES_PER_ENTRY));
try {
  await closed();
  await copied();
  const seen = (await exported(counted)).lines;
  if (seen !== lines) throw new Error(`${seen} lines were exported of ${lines}`);
  const before = process.memoryUsage().rss;
  const copy = await taken(lines, copied);
  const file = await taken(lines, exported);
  console.log(
    JSON.stringify({
      ...{ lines, format: values.format, bytes: file.result.bytes, copy_per_s: copy.perS, export_per_s: file.perS },
      ratio: Math.round((100 * file.perS) / copy.perS) / 100,
      ...{
        export_cpu_us: file.cpuUs,
        export_postgres_cpu_us: file.postgresCpuUs,
        copy_cpu_us: copy.cpuUs,
        copy_postgres_cpu_us: copy.postgresCpuUs,
        rss_before_mb: mb(before),
        rss_most_mb: mb(file.result.most),
        load: loadAverage()[0],
      },
    }),
  );
} finally {
  await close();
}

function mb(bytes) {
  return Math.round(bytes / 1024 / 1024);
}

/** A closed period with so many lines. */
async function closed() {
  await database.pool.query(
    `insert into close.closings (period, version, from_day, to_day, up_to, digest, model_version, header, closed_position, closed_at)
     values ('${PERIOD}', 1, '2026-10-01', '2026-10-31', 1, 'bench', 'bench', '{}', 1, now())`,
  );
  await database.pool.query(
    `insert into close.lines (period, version, ordinal, origin_day, line)
     select '${PERIOD}', 1, n, '2026-10-03', jsonb_build_object(
       'entry', 'stripe:txn_' || position, 'line', n % ${LINES_PER_ENTRY} + 1, 'period', '${PERIOD}', 'day', '2026-10-03',
       'at', to_char(recorded_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'account', ${ACCOUNTS}[n % 4 + 1],
       'amount_minor', ${AMOUNTS}[n % 4 + 1]::text, 'currency', 'EUR', 'kind', 'charge', 'object', 'stripe:txn_' || position,
       'entry_id', id, 'position', position, 'memo', 'Charge ch_' || position || ', "paid"')
     from generate_series(0, ${lines - 1}) as n join ledger.entries on position = n / ${LINES_PER_ENTRY} + 1`,
  );
  await database.pool.query('vacuum analyze close.lines');
}

async function copied() {
  const client = await database.pool.connect();
  let bytes = 0;
  try {
    await copyOut(
      client,
      `copy (select ordinal, origin_day, line from close.lines where period = '${PERIOD}' and version = 1 order by ordinal)
       to stdout (format csv)`,
      (row) => (bytes += row.length),
    );
  } finally {
    client.release();
  }
  return { bytes };
}

async function exported(watched = (journal) => journal) {
  const result = { bytes: 0, most: 0, lines: 0 };
  const journal = watched(new ClosingStore({ database, ledger }).lines({ period: PERIOD, version: 1 }), result);
  const options = { period: PERIOD, account: () => undefined };
  for await (const chunk of exportJournal({ format: exportFormat(values.format) }, journal, ledger, options)) {
    result.bytes += chunk.length;
    result.most = Math.max(result.most, process.memoryUsage.rss());
  }
  return result;
}

async function* counted(journal, result) {
  for await (const line of journal) {
    result.lines += 1;
    yield line;
  }
}
