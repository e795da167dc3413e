import type { Day, Zone } from '../kernel/day.js';
import { Problem } from '../kernel/errors.js';
import type { DecisionContext } from '../ledger/decide-and-append.js';
import type { Ledger, Position } from '../ledger/ledger.js';
import { bookProblems } from './book-problems.js';
import type { Books, BooksQuery } from './books.js';
import { ratesUntil, readCheckpoint } from './books-store.js';
import { beginBooks, catchUp, type CatchUpDeps } from './catch-up.js';
import type { Chart } from './chart-of-accounts.js';
import type { FiscalCalendar } from './fiscal-calendar.js';
import { plain, Valuation, valued, type ValuedLine } from './functional.js';
import { type RateToRecord, recordRates } from './fx-rates.js';
import { type OpeningBalance, setOpeningBalance } from './opening-balances.js';
import type { PostingLine } from './posting.js';
import { Rates } from './rates.js';
import { firstLines, readLines } from './read-lines.js';
import { RECIPES_VERSION } from './recipes-version.js';
import { revenueBridge, rollForward, type StatementRange, trialBalance } from './statements.js';
import type { PeriodDays } from './tie-outs.js';

export interface BooksDeps extends Omit<CatchUpDeps, 'ledger' | 'version'> {
  ledger: Ledger;
  zone: Zone;
  chart: Chart;
  /** At the ends of its periods foreign money is measured. */
  calendar: FiscalCalendar;
  /** ISO 4217; lines carry no functional amounts without one. */
  functionalCurrency?: string;
  /** Of the interpreters: books of another are posted again. */
  interpreterVersion: string;
}

const BEGINNING = '0001-01-01';

/** The books: what the facts of the ledger mean in double entry. */
export class JournalBooks implements Books {
  private readonly catchUpDeps: CatchUpDeps;
  private lastPeriod: PeriodDays;

  constructor(private readonly deps: BooksDeps) {
    const version = `${deps.interpreterVersion} ${RECIPES_VERSION} ${deps.zone.name}`;
    this.catchUpDeps = { ...deps, version };
    this.lastPeriod = deps.calendar.periodOf('2026-01-01');
  }

  get functionalCurrency(): string | undefined {
    return this.deps.functionalCurrency;
  }

  get chart(): Chart {
    return this.deps.chart;
  }

  /** Posts everything, anew where another version had; to be called once, at the start of a process that may. */
  begin(signal: AbortSignal): Promise<void> {
    return beginBooks(this.catchUpDeps, signal);
  }

  async catchUp(within?: AbortSignal): Promise<Position> {
    const position = await catchUp(this.catchUpDeps, within);
    if (within?.aborted)
      throw new Problem('unavailable', `The books are posted up to position ${position} so far.`, { retryAfterS: 10 });
    return position;
  }

  async *lines(query: BooksQuery): AsyncGenerator<PostingLine> {
    const range = await this.rangeOf(query);
    for await (const line of this.valuedLines(range)) yield this.named(line);
  }

  async problems(query: BooksQuery) {
    const range = await this.rangeOf(query);
    const rates = await this.ratesAt(range.upTo);
    return bookProblems(this.pool, range, rates && { rates, calendar: this.deps.calendar });
  }

  /** Lines after one, at most so many; undefined functional amounts where no functional currency is set. */
  async page(range: StatementRange, after: PostingLine | LinePlace | undefined, limit: number): Promise<PostingLine[]> {
    if (this.deps.functionalCurrency === undefined) {
      const lines = await firstLines(this.pool, { ...range, ...(after ? { after } : {}) }, limit);
      return lines.map((line) => this.named(plain(line)));
    }
    // What a line is worth depends on what came before it, so that a page is read from the beginning.
    const found: PostingLine[] = [];
    for await (const line of this.valuedLines(range)) {
      if (after && !isAfter(line, after)) continue;
      found.push(this.named(line));
      if (found.length >= limit) break;
    }
    return found;
  }

  async *valuedLines(range: StatementRange): AsyncGenerator<ValuedLine> {
    const rates = await this.ratesAt(range.upTo);
    if (!rates) {
      for await (const line of readLines(this.pool, range)) yield plain(line);
      return;
    }
    const all = readLines(this.pool, { ...range, from: BEGINNING });
    yield* valued(all, new Valuation(rates, (day) => this.deps.zone.startOf(day), this.deps.calendar), range);
  }

  trialBalance(range: StatementRange) {
    return trialBalance(this.pool, range);
  }

  rollForward(range: StatementRange) {
    return rollForward(this.pool, range);
  }

  bridge(range: StatementRange) {
    return revenueBridge(this.pool, range);
  }

  setOpeningBalance(balance: OpeningBalance, context: DecisionContext): Promise<Position> {
    return setOpeningBalance(this.deps.ledger, balance, context);
  }

  recordRates(rates: readonly RateToRecord[], context: DecisionContext): Promise<number> {
    return recordRates(this.deps.ledger, rates, context);
  }

  private get pool() {
    return this.deps.database.pool;
  }

  private async rangeOf({ from, to, upTo }: BooksQuery): Promise<StatementRange> {
    return { from, to, upTo: upTo ?? (await readCheckpoint(this.pool)).position };
  }

  private async ratesAt(upTo: Position): Promise<Rates | undefined> {
    const { functionalCurrency } = this.deps;
    return functionalCurrency === undefined
      ? undefined
      : new Rates(functionalCurrency, await ratesUntil(this.pool, upTo));
  }

  private named({ account, ...line }: ValuedLine): PostingLine {
    return { ...line, period: this.periodOn(line.day), account: this.deps.chart[account].code };
  }

  /** The name of the period of a day. Lines come in the order of days. */
  private periodOn(day: Day): string {
    const { from, to } = this.lastPeriod;
    if (day < from || day > to) this.lastPeriod = this.deps.calendar.periodOf(day);
    return this.lastPeriod.id;
  }
}

/** Where a line stands in the order of days, entries and lines. */
export interface LinePlace {
  day: string;
  entry: string;
  line: number;
}

const isAfter = (line: LinePlace, { day, entry, line: number }: LinePlace): boolean =>
  line.day !== day ? line.day > day : line.entry !== entry ? line.entry > entry : line.line > number;

export const createBooks = (deps: BooksDeps): JournalBooks => new JournalBooks(deps);
