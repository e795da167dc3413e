import type pg from 'pg';
import type { Entry, Ledger, Position } from '../../ledger/ledger.js';
import { type Contents, ContentsDigest, type LineJson, storedAdjustment, sumOf } from './close-contents.js';
import type { Closed } from '../period.js';

/** Of the table of closes, in the order in which they are put there. */
export const CLOSING_COLUMNS =
  'period, version, from_day, to_day, up_to, digest, model_version, closed_position, closed_at, reopened_position';

const ENTRIES_PER_PAGE = 8; // of half a megabyte each

/** A close as the ledger has it. */
export interface MadeClose {
  entry: Entry;
  closed: Closed;
  reopenedPosition: Position | null;
}

/**
 * Reads the entries of a close, checks that they are what it names, and puts their rows into the tables of a schema, a close that was reopened
 * as such: nobody finds it in force in between. All or nothing.
 */
export async function insertClosing(
  client: pg.ClientBase,
  ledger: Pick<Ledger, 'readStream'>,
  { entry, closed, reopenedPosition }: MadeClose,
  schema = 'close',
): Promise<void> {
  const { period, version, contents } = closed;
  const digest = new ContentsDigest();
  const next = { adjustments: 0, lines: 0 };
  for await (const body of bodiesOf(ledger, contents.stream)) {
    digest.addBody(body);
    const part = JSON.parse(body) as Contents;
    if (part.part !== 'header') {
      await insertPart(client, schema, [period, version], part, next);
      continue;
    }
    const { part: _part, ...header } = part;
    const { rowCount } = await client.query(
      `insert into ${schema}.closings (${CLOSING_COLUMNS}, header) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
       on conflict do nothing`,
      [
        period,
        version,
        closed.from,
        closed.to,
        closed.up_to,
        closed.digest,
        closed.model_version,
        entry.position,
        entry.recordedAt,
        reopenedPosition,
        JSON.stringify(header),
      ],
    );
    if (rowCount === 0) return; // somebody else was first
  }
  if (digest.entries !== contents.entries || digest.hex() !== closed.digest)
    throw new ContentsChanged(
      `The contents of the close ${period} version ${version} are not what it names: ${closed.digest}.`,
    );
}

/** What the ledger has of a close does not give the digest that it names. */
export class ContentsChanged extends Error {
  override readonly name = 'ContentsChanged';
}

/** Takes a close out of the tables. */
export async function deleteClosing(
  client: pg.ClientBase,
  { period, version }: Pick<Closed, 'period' | 'version'>,
): Promise<void> {
  for (const table of ['rows', 'adjustments', 'lines', 'closings'])
    await client.query(`delete from close.${table} where period = $1 and version = $2`, [period, version]);
}

/** Bodies of a stream, a few at a time. */
async function* bodiesOf(ledger: Pick<Ledger, 'readStream'>, stream: string): AsyncGenerator<string> {
  for (let from = 0; ;) {
    const entries = await ledger.readStream(stream, { from, limit: ENTRIES_PER_PAGE });
    for (const { body } of entries) yield body;
    from += entries.length;
    if (entries.length < ENTRIES_PER_PAGE) return;
  }
}

const SUM_COLUMNS =
  'metric, day, currency, source, medium, campaign, unknown_reason, customer_kind, customer_present, value';
const SUM_TYPES =
  'metric text, day date, currency text, source text, medium text, campaign text, unknown_reason text, customer_kind text, customer_present boolean, value bigint';

async function insertPart(
  client: pg.ClientBase,
  schema: string,
  key: [period: string, version: number],
  part: Contents,
  next: { adjustments: number; lines: number },
): Promise<void> {
  if (part.part === 'sums')
    await client.query(
      `insert into ${schema}.rows (period, version, ${SUM_COLUMNS})
       select $1, $2, ${SUM_COLUMNS} from jsonb_to_recordset($3::jsonb) as r(${SUM_TYPES})`,
      [...key, JSON.stringify(part.rows.map(sumOf))],
    );
  if (part.part === 'adjustments') {
    await client.query(
      `insert into ${schema}.adjustments (period, version, ordinal, adjusts, cause, entries, entry_ids, ${SUM_COLUMNS})
       select $1, $2, r.ordinal, r.adjusts, r.cause, r.entries, array(select jsonb_array_elements_text(r.entry_ids))::uuid[], ${SUM_COLUMNS}
       from jsonb_to_recordset($3::jsonb) as r(ordinal int, adjusts text, cause text, entries int, entry_ids jsonb, ${SUM_TYPES})`,
      [
        ...key,
        JSON.stringify(part.rows.map((row, i) => ({ ordinal: next.adjustments + i, ...storedAdjustment(row) }))),
      ],
    );
    next.adjustments += part.rows.length;
  }
  if (part.part === 'journal') {
    const lines = part.lines as LineJson[];
    await client.query(
      `insert into ${schema}.lines (period, version, ordinal, origin_day, line)
       select $1, $2, $3 + o - 1, coalesce(line ->> 'origin_day', line ->> 'day')::date, line
       from jsonb_array_elements($4::jsonb) with ordinality as t(line, o)`,
      [...key, next.lines, JSON.stringify(lines)],
    );
    next.lines += lines.length;
  }
}
