import type pg from 'pg';
import type { Day } from '../../kernel/day.js';
import type { Position } from '../../ledger/ledger.js';

/** What something of the books came to after a day. */
export interface Standing<State> {
  day: Day;
  /** Plain JSON. */
  state: State;
}

interface StandingsDeps {
  pool: pg.Pool;
  /** What it is of, with all settings that it depends on. */
  kind: string;
  /** Of the books: what another one posted is not kept. */
  version: string;
  /** Whether exchange rates of a day change what it comes to. */
  withRates?: boolean;
}

/** Standings of one kind. They are a cache: what is not there is added up from an earlier one, or from the beginning. */
export class BookStandings<State> {
  /** Whether everything up to the position was posted before it was added up: of books that are begun anew, a part is nothing to keep. */
  private posted = false;

  constructor(private readonly deps: StandingsDeps) {}

  /** The last one of a day before another that holds at a position. */
  async before(day: Day, upTo: Position): Promise<Standing<State> | undefined> {
    const { pool, kind, version, withRates = false } = this.deps;
    const checkpoint = await pool.query('select from books.checkpoint where version = $1 and position >= $2', [
      version,
      upTo,
    ]);
    this.posted = checkpoint.rowCount === 1;
    const { rows } = await pool.query<Standing<State>>({
      name: 'books_standing',
      text: `select s.day, s.state from books.standings s
        where s.kind = $1 and s.day < $2
          and not exists (select from books.lines l where ${between('l')} and l.day <= s.day)
          and not ($4 and exists (select from books.fx_rates r where ${between('r')} and r.day <= s.day))
        order by s.day desc limit 1`,
      values: [kind, day, upTo, withRates],
    });
    return rows[0];
  }

  /** Keeps what was added up at a position since `before`, in place of what was at earlier ones. */
  async keep(upTo: Position, standings: readonly Standing<State>[]): Promise<void> {
    if (!this.posted || standings.length === 0) return;
    const { pool, kind, version } = this.deps;
    const states = standings.map(({ state }) => JSON.stringify(state));
    await pool.query(
      `insert into books.standings (kind, day, position, state)
       select $1, s.day, $2, s.state from unnest($3::date[], $4::json[]) as s(day, state)
       where exists (select from books.checkpoint where version = $5 and position >= $2)
       on conflict (kind, day) do update set position = excluded.position, state = excluded.state
         where books.standings.position < excluded.position`,
      [kind, upTo, standings.map(({ day }) => day), states, version],
    );
  }
}

/** Whether a row was posted between a standing and the position that is asked for. */
const between = (row: string): string =>
  `${row}.position > least(s.position, $3::bigint) and ${row}.position <= greatest(s.position, $3::bigint)`;
