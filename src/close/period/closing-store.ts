import type { Clock } from '../../kernel/clock.js';
import { decisionOf } from '../../ledger/decide-and-append.js';
import type { Ledger, Position } from '../../ledger/ledger.js';
import { decisionStream } from '../../ledger/streams.js';
import type { Database } from '../../storage/database.js';
import type { Day, Zone } from '../../kernel/day.js';
import { closedLines } from './closed-lines.js';
import type { Contents, Header } from './close-contents.js';
import { type FiscalCalendar, periodAfter } from '../fiscal-calendar.js';
import { assertCalendar } from './fixed-calendar.js';
import { CLOSING_COLUMNS as COLUMNS, deleteClosing, insertClosing, type MadeClose } from './insert-closing.js';
import type { JournalLine } from './journal-line.js';
import type { Closed, PeriodEvent } from '../period.js';
import type { PeriodStatements } from './period-statements.js';

/** A close as it was made; its rows are in the tables of schema `close`. */
export interface Closing {
  period: string;
  version: number;
  from: Day;
  to: Day;
  upTo: Position;
  digest: string;
  modelVersion: string;
  header: Header;
  closedPosition: Position;
  closedAt: Date;
  reopenedPosition: Position | null;
}

export const periodStream = (id: string): string => decisionStream('period', id);

const ANNOUNCED_MS = 3_600_000; // whoever announced a change so long ago and has not settled it is dead
const DIGEST_IN_NAME = 32; // hexadecimal digits

/** Where the contents of a close are: named after their digest, so that what was written by a close that died serves the next one. */
export const contentsStream = (period: string, digest: string, attempt = 1): string =>
  decisionStream('closing', `${period}.${digest.slice(0, DIGEST_IN_NAME)}${attempt === 1 ? '' : `.${attempt}`}`);

interface ClosingStoreDeps {
  database: Database;
  ledger: Ledger;
  clock: Clock;
  zone: Zone;
  calendar: FiscalCalendar;
}

/** Opens the store with every close that the ledger has. Throws SetupError where it has some of another calendar. */
export async function openClosings(deps: ClosingStoreDeps): Promise<ClosingStore> {
  const store = new ClosingStore(deps);
  await store.takeOverAll();
  return store;
}

/**
 * The closes that were made, read from tables that are a cache of the ledger. Whoever appends to a period's stream announces it before
 * (`announce`) and takes over what it appended afterwards (`settle`); where he died in between, the next reader does that.
 */
export class ClosingStore {
  private readonly headers = new Map<string, Header>();

  constructor(private readonly deps: ClosingStoreDeps) {}

  /** Closes in force now, or when the ledger ended at `at`, in order; those that share a day with the range where one is given. */
  async inForce({ from, to, at }: { from?: Day; to?: Day; at?: Position } = {}): Promise<Closing[]> {
    await this.takeOverPending();
    return this.select(
      'closings_in_force',
      `($1::date is null or to_day >= $1) and ($2::date is null or from_day <= $2)
       and ($3::bigint is null or closed_position <= $3)
       and (reopened_position is null or ($3::bigint is not null and reopened_position > $3))`,
      [from ?? null, to ?? null, at ?? null],
    );
  }

  /** The last close of a period, `2026-10`, or the one of a version, `2026-10@1`, whether in force or not. */
  async find(name: string): Promise<Closing | undefined> {
    await this.takeOverPending();
    const [period, version] = name.split('@');
    const values = [period, version ?? null];
    const found = await this.select('closings_named', 'period = $1 and ($2::int is null or version = $2)', values);
    return found.at(-1);
  }

  /** `name`: of the condition, for the statement to be planned once. */
  private async select(name: string, where: string, values: unknown[] = []): Promise<Closing[]> {
    const text = `select ${COLUMNS} from close.closings where ${where} order by from_day, version`;
    const { rows } = await this.deps.database.pool.query<Row>({ name, text, values });
    const missing = rows.filter((row) => !this.headers.has(nameOf(row)));
    if (missing.length > 0) await this.readHeaders(missing);
    return rows.map((row) => closingOf(row, this.headers.get(nameOf(row))!));
  }

  /** They are large and never change, so each is read once. */
  private async readHeaders(of: readonly Row[]): Promise<void> {
    const { rows } = await this.deps.database.pool.query<Row & { header: Header }>(
      'select period, version, header from close.closings where (period, version) in (select * from unnest($1::text[], $2::int[]))',
      [of.map(({ period }) => period), of.map(({ version }) => version)],
    );
    for (const row of rows) this.headers.set(nameOf(row), row.header);
  }

  async announce(period: string): Promise<void> {
    await this.deps.database.pool.query(
      'insert into close.pending (period, since) values ($1, $2) on conflict (period) do nothing',
      [period, this.deps.clock()],
    );
  }

  /** Takes over what the ledger says of a period that was announced. */
  async settle(period: string): Promise<void> {
    await this.takeOver(period);
    await this.deps.database.pool.query('delete from close.pending where period = $1', [period]);
  }

  private async takeOverPending(): Promise<void> {
    const { rows } = await this.deps.database.pool.query<{ period: string }>({
      name: 'closings_pending',
      text: 'select period from close.pending',
    });
    for (const { period } of rows) await this.takeOver(period);
  }

  /** The same of every period from the first that was ever closed. Throws SetupError. */
  async takeOverAll(): Promise<void> {
    const { calendar, clock, zone } = this.deps;
    const today = zone.dayOf(clock().getTime());
    const first = await assertCalendar(this.deps);
    for (let each = first; each && each.from <= today; each = periodAfter(calendar, each)) await this.takeOver(each.id);
    const dead = new Date(clock().getTime() - ANNOUNCED_MS);
    await this.deps.database.pool.query('delete from close.pending where since < $1', [dead]);
  }

  /** Reads the stream of a period into the tables: what is there already stays. Throws where contents have not the digest of their close. */
  async takeOver(period: string): Promise<void> {
    for (const made of await this.read(period)) {
      await this.takeOverClose(made);
      if (made.reopenedPosition !== null)
        await this.deps.database.pool.query(
          'update close.closings set reopened_position = $3 where period = $1 and version = $2 and reopened_position is null',
          [period, made.closed.version, made.reopenedPosition],
        );
    }
  }

  private async takeOverClose(made: MadeClose): Promise<void> {
    const { database, ledger } = this.deps;
    const { rowCount } = await database.pool.query('select from close.closings where period = $1 and version = $2', [
      made.closed.period,
      made.closed.version,
    ]);
    if (rowCount === 0) await database.transaction((client) => insertClosing(client, ledger, made));
  }

  /**
   * Reads the contents of every close again, checks their digests, and makes the tables anew from them; what the ledger does not have is taken
   * out. Returns how many closes it has.
   */
  async makeAnew(): Promise<number> {
    const { database, ledger } = this.deps;
    const all = await this.made();
    for (const { closed } of all) {
      await database.transaction(async (client) => {
        await deleteClosing(client, closed);
        // Read now, while nobody else can note in its row that it was reopened.
        const made = (await this.read(closed.period)).find((each) => nameOf(each.closed) === nameOf(closed))!;
        await insertClosing(client, ledger, made);
      });
      await this.takeOver(closed.period); // who noted it meanwhile noted it in the row that is no more
    }
    for (const unknown of await this.unknown(all))
      await database.transaction((client) => deleteClosing(client, unknown));
    this.headers.clear();
    return all.length;
  }

  /** Closes that the tables have and the ledger does not. `made`: those it was known to have when they were read. */
  async unknown(made: readonly MadeClose[]): Promise<Pick<Closing, 'period' | 'version'>[]> {
    const { rows } = await this.deps.database.pool.query<Pick<Closing, 'period' | 'version'>>(
      'select period, version from close.closings where (period, version) not in (select * from unnest($1::text[], $2::int[])) order by 1, 2',
      [made.map(({ closed }) => closed.period), made.map(({ closed }) => closed.version)],
    );
    const found: typeof rows = [];
    for (const row of rows) {
      const now = await this.read(row.period); // it may have been made meanwhile
      if (!now.some(({ closed }) => nameOf(closed) === nameOf(row))) found.push(row);
    }
    return found;
  }

  /** Every close that the ledger has, the first one first, and where it was reopened. Also those that somebody took out of the tables. */
  async made(): Promise<MadeClose[]> {
    const { calendar, clock, zone } = this.deps;
    const today = zone.dayOf(clock().getTime());
    const found: MadeClose[] = [];
    const first = await assertCalendar(this.deps);
    for (let each = first; each && each.from <= today; each = periodAfter(calendar, each))
      found.push(...(await this.read(each.id)));
    await this.takeOverPending(); // of whoever decided it just now, or died after that
    return found;
  }

  /** The closes of one period likewise. */
  async madeOf(period: string): Promise<MadeClose[]> {
    const found = await this.read(period);
    await this.takeOverPending();
    return found;
  }

  private async read(period: string): Promise<MadeClose[]> {
    const found: MadeClose[] = [];
    for (const entry of await this.deps.ledger.readStream(periodStream(period))) {
      const event = decisionOf<PeriodEvent>(entry);
      if (event.type === 'PeriodClosed') found.push({ entry, closed: event.data, reopenedPosition: null });
      if (event.type !== 'PeriodReopened') continue;
      const reopened = found.find(({ closed }) => closed.version === event.data.version);
      if (reopened) reopened.reopenedPosition ??= entry.position;
    }
    return found;
  }

  /** The statements that a close stored; undefined of one from before they were. */
  async statements({ period, version }: Pick<Closing, 'period' | 'version'>): Promise<PeriodStatements | undefined> {
    const { ledger } = this.deps;
    const closed = (await ledger.readStream(periodStream(period)))
      .map((entry) => decisionOf<PeriodEvent>(entry))
      .find(({ type, data }) => type === 'PeriodClosed' && data.version === version)?.data as Closed | undefined;
    if (!closed) return undefined;
    const { stream, entries } = closed.contents;
    const [last] = await ledger.readStream(stream, { from: entries - 1, limit: 1 });
    const contents = last && (JSON.parse(last.body) as Contents);
    if (contents?.part !== 'statements') return undefined;
    const { part: _part, ...statements } = contents;
    return statements;
  }

  /** The journal of a close, in its order, without the first so many lines. */
  lines({ period, version }: Pick<Closing, 'period' | 'version'>, skip = 0): AsyncGenerator<JournalLine> {
    const { pool } = this.deps.database;
    return closedLines(pool, 'period = $1 and version = $2 and ordinal >= $3', [period, version, skip], ['ordinal']);
  }

  /** What closes have booked of days, by origin day. */
  linesOf(days: { from: Day; to: Day }, closings: readonly Closing[]): AsyncGenerator<JournalLine> {
    return closedLines(
      this.deps.database.pool,
      'origin_day between $1 and $2 and (period, version) in (select * from unnest($3::text[], $4::int[]))',
      [days.from, days.to, closings.map(({ period }) => period), closings.map(({ version }) => version)],
      ['origin_day', 'period', 'version', 'ordinal'],
    );
  }
}

interface Row {
  period: string;
  version: number;
  from_day: Day;
  to_day: Day;
  up_to: bigint;
  digest: string;
  model_version: string;
  closed_position: bigint;
  closed_at: Date;
  reopened_position: bigint | null;
}

const nameOf = ({ period, version }: Pick<Row, 'period' | 'version'>): string => `${period}@${version}`;

const closingOf = (row: Row, header: Header): Closing => ({
  period: row.period,
  version: row.version,
  from: row.from_day,
  to: row.to_day,
  upTo: Number(row.up_to),
  header,
  digest: row.digest,
  modelVersion: row.model_version,
  closedAt: row.closed_at,
  closedPosition: Number(row.closed_position),
  reopenedPosition: row.reopened_position === null ? null : Number(row.reopened_position),
});
