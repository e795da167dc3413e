import type pg from 'pg';
import type { Ref } from '../../catalog/facts.js';
import type { Position } from '../../ledger/ledger.js';
import { type MoneyObject, saleOf } from '../journal/money-objects.js';
import type { Posting } from './post.js';

/** Where posting got to, of which version. */
export interface Checkpoint {
  position: Position;
  version: string;
}

export interface FxRate {
  position: Position;
  source: string;
  base: string;
  quote: string;
  day: string;
  rate: string;
}

type Querier = Pick<pg.ClientBase, 'query'>;

export async function readCheckpoint(client: Querier): Promise<Checkpoint> {
  const { rows } = await client.query<{ position: bigint; version: string }>(
    'select position, version from books.checkpoint',
  );
  return { position: Number(rows[0]!.position), version: rows[0]!.version };
}

/** Holds the checkpoint for the rest of the transaction; false when somebody else moved it. */
export async function holdCheckpoint(client: pg.ClientBase, { position, version }: Checkpoint): Promise<boolean> {
  const { rowCount } = await client.query(
    'select 1 from books.checkpoint where position = $1 and version = $2 for update',
    [position, version],
  );
  return rowCount === 1;
}

export async function moveCheckpoint(client: pg.ClientBase, { position, version }: Checkpoint): Promise<void> {
  await client.query('update books.checkpoint set position = $1, version = $2', [position, version]);
}

/** Begins the books anew: everything in them follows from the ledger. */
export async function emptyBooks(client: pg.ClientBase): Promise<void> {
  await client.query('truncate books.objects, books.lines, books.fx_rates, books.openings, books.standings');
}

/** Objects and all that links join with them. */
export async function loadObjects(client: Querier, refs: Iterable<Ref>): Promise<Map<Ref, MoneyObject>> {
  const found = new Map<Ref, MoneyObject>();
  const asked = new Set<Ref>();
  for (let wanted = [...new Set(refs)]; wanted.length > 0;) {
    for (const ref of wanted) asked.add(ref);
    const { rows } = await client.query<{ doc: MoneyObject }>({
      name: 'books_objects',
      text: 'select doc from books.objects where ref = any($1)',
      values: [wanted],
    });
    for (const { doc } of rows) found.set(doc.ref, doc);
    wanted = [...new Set(rows.flatMap(({ doc }) => [...doc.links, ...saleOf(doc)]))].filter((ref) => !asked.has(ref));
  }
  return found;
}

export async function storeObjects(client: Querier, objects: Iterable<MoneyObject>): Promise<void> {
  const all = [...objects];
  if (all.length === 0) return;
  await client.query(
    `insert into books.objects (ref, doc) select * from unnest($1::text[], $2::json[])
     on conflict (ref) do update set doc = excluded.doc`,
    [all.map(({ ref }) => ref), all.map((object) => JSON.stringify(object))],
  );
}

const COLUMNS = [
  'position bigint',
  'ordinal int',
  'sign smallint',
  'entry text',
  'line int',
  'day date',
  'until date',
  'rate_day date',
  'at bigint',
  'account text',
  'amount bigint',
  'currency text',
  'kind text',
  'object text',
  'matter text',
  'memo text',
  'entry_id uuid',
  'provider text',
].map((column) => column.split(' ') as [name: string, type: string]);

/** Appends the lines of postings, in their order. */
export async function appendLines(client: Querier, postings: readonly Posting[]): Promise<void> {
  const rows = rowsOf(postings);
  if (rows.length === 0) return;
  const names = COLUMNS.map(([name]) => name).join(', ');
  const lists = COLUMNS.map(([, type], index) => `$${index + 1}::${type}[]`).join(', ');
  await client.query(
    `insert into books.lines (${names}) select * from unnest(${lists})`,
    COLUMNS.map((_, index) => rows.map((row) => row[index])),
  );
}

function rowsOf(postings: readonly Posting[]): unknown[][] {
  const ordinals = new Map<Position, number>();
  return postings.flatMap(({ position, entryId, sign, entry: posted }) =>
    posted.lines.map(({ account, amount, currency }, index) => {
      const ordinal = ordinals.get(position) ?? 0;
      ordinals.set(position, ordinal + 1);
      const { entry, day, until, rateDay, at, kind, object, matter, memo, provider } = posted;
      return [
        position,
        ordinal,
        sign,
        entry,
        index + 1,
        day,
        until,
        rateDay,
        at,
        account,
        String(amount),
        currency,
        kind,
        object,
        matter,
        memo,
        entryId,
        provider,
      ];
    }),
  );
}

/** Rates are never restated: of one source, pair and day the first counts. */
export async function storeRates(client: Querier, rates: readonly FxRate[]): Promise<void> {
  for (const { position, source, base, quote, day, rate } of rates) {
    await client.query(
      `insert into books.fx_rates (position, source, base, quote, day, rate) values ($1, $2, $3, $4, $5, $6)
       on conflict do nothing`,
      [position, source, base, quote, day, rate],
    );
  }
}

/** Notes for which clearing accounts an opening balance was set. */
export async function storeOpenings(
  client: Querier,
  openings: readonly { position: Position; account: string; currency: string }[],
): Promise<void> {
  for (const { position, account, currency } of openings)
    await client.query('insert into books.openings (position, account, currency) values ($1, $2, $3)', [
      position,
      account,
      currency,
    ]);
}

/** The rates recorded until a position, in the order of the ledger. */
export async function ratesUntil(client: Querier, upTo: Position): Promise<FxRate[]> {
  const { rows } = await client.query<Omit<FxRate, 'position'> & { position: bigint }>(
    `select position, source, base, quote, day, rate from books.fx_rates where position <= $1 order by position`,
    [upTo],
  );
  return rows.map((row) => ({ ...row, position: Number(row.position) }));
}
