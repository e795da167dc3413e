import type { Database } from '../storage/database.js';

/** How far reading something got. */
export interface ImportProgress {
  cursor: string | null;
  listed: number;
  recorded: number;
  startedAt: Date;
  doneAt: Date | null;
  error: string | null;
}

interface Row {
  cursor: string | null;
  listed: string;
  recorded: string;
  started_at: Date;
  done_at: Date | null;
  error: string | null;
}

/** Where reading of lists and files stands, by key: a cursor is kept only when everything before it is durable. */
export class ImportStore {
  constructor(private readonly database: Pick<Database, 'pool'>) {}

  async find(key: string): Promise<ImportProgress | undefined> {
    const { rows } = await this.database.pool.query<Row>('select * from ingest.imports where key = $1', [key]);
    const [row] = rows;
    return (
      row && {
        cursor: row.cursor,
        startedAt: row.started_at,
        doneAt: row.done_at,
        error: row.error,
        listed: Number(row.listed),
        recorded: Number(row.recorded),
      }
    );
  }

  /** When the last sweep that came to its end had begun. */
  async sweptUntil(key: string): Promise<Date | undefined> {
    const { rows } = await this.database.pool.query<{ swept_at: Date | null }>(
      'select swept_at from ingest.imports where key = $1',
      [key],
    );
    return rows[0]?.swept_at ?? undefined;
  }

  /** Goes on with what was begun and not finished; otherwise begins. */
  async begin(key: string, now: Date): Promise<ImportProgress> {
    const known = await this.find(key);
    if (known && known.doneAt === null) return known;
    await this.database.pool.query(
      `insert into ingest.imports (key, started_at) values ($1, $2) on conflict (key) do update
       set cursor = null, listed = 0, recorded = 0, started_at = excluded.started_at, done_at = null, error = null`,
      [key, now],
    );
    return { cursor: null, listed: 0, recorded: 0, startedAt: now, doneAt: null, error: null };
  }

  /** Adds what a page came to. `done`: it was the last. */
  async advance(
    key: string,
    page: { cursor: string | null; listed: number; recorded: number; done?: Date },
  ): Promise<void> {
    await this.database.pool.query(
      `update ingest.imports set cursor = $2, listed = listed + $3, recorded = recorded + $4, done_at = $5, error = null,
         swept_at = case when $5::timestamptz is null then swept_at else started_at end
       where key = $1`,
      [key, page.cursor, page.listed, page.recorded, page.done ?? null],
    );
  }

  async failed(key: string, error: string): Promise<void> {
    await this.database.pool.query('update ingest.imports set error = $2 where key = $1', [key, error]);
  }
}
