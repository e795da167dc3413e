import type { Day, Zone } from '../kernel/day.js';
import { Problem } from '../kernel/errors.js';
import type { DecisionContext } from '../ledger/decide-and-append.js';
import type { Ledger, Position } from '../ledger/ledger.js';
import { bookProblems } from './books/book-problems.js';
import { BookStandings } from './books/book-standings.js';
import { BookWorth, digestOf, type FunctionalBalance } from './books/book-worth.js';
import { type Books, type BooksQuery, type BooksStatements, PATIENCE_MS } from './books/books.js';
import { readCheckpoint } from './post/books-store.js';
import { beginBooks, catchUp, type CatchUpDeps } from './post/catch-up.js';
import { AccountMapping, type AccountRule, type MappedAccount } from './journal/account-rules.js';
import type { Account, AccountKey, Chart } from './journal/chart-of-accounts.js';
import type { FiscalCalendar } from './fiscal-calendar.js';
import { plain, type ValuedLine } from './books/functional.js';
import { type RateToRecord, recordRates } from './post/fx-rates.js';
import { type OpeningBalance, setOpeningBalance } from './post/opening-balances.js';
import type { PostingLine } from './journal/posting.js';
import { firstLines } from './journal/read-lines.js';
import { RECIPES_VERSION } from './post/recipes-version.js';
import {
  type AccountBalance,
  type BalancePart,
  balanceParts,
  type Balances,
  revenueBridge,
  rollForward,
  type StatementRange,
  summedBy,
  trialBalance,
} from './books/statements.js';
import type { PeriodDays } from './tie-outs.js';

export interface BooksDeps extends Omit<CatchUpDeps, 'ledger' | 'version'> {
  ledger: Ledger;
  zone: Zone;
  chart: Chart;
  /** Which lines stand in other accounts of the operator's. */
  rules?: readonly AccountRule[];
  /** At the ends of its periods foreign money is measured. */
  calendar: FiscalCalendar;
  /** ISO 4217; lines carry no functional amounts without one. */
  functionalCurrency?: string;
  /** Of the interpreters: books of another are posted again. */
  interpreterVersion: string;
}

/** The books: what the facts of the ledger mean in double entry. */
export class JournalBooks implements Books {
  private readonly catchUpDeps: CatchUpDeps;
  private readonly mapping: AccountMapping;
  private readonly worth: BookWorth;
  private lastPeriod: PeriodDays;

  constructor(private readonly deps: BooksDeps) {
    const version = `${deps.interpreterVersion} ${RECIPES_VERSION} ${deps.zone.name}`;
    this.catchUpDeps = { ...deps, version };
    this.mapping = new AccountMapping(deps.chart, deps.rules);
    this.worth = new BookWorth({ ...deps, version, mapping: this.mapping });
    this.lastPeriod = deps.calendar.periodOf('2026-01-01');
  }

  get settings(): string {
    const { chart, rules = [], calendar } = this.deps;
    const codes = {
      ...Object.fromEntries(Object.entries(chart).map(([key, { code }]) => [key, code])),
      ...(rules.length > 0 ? { rules: rules.map(({ account, when, to }) => ({ account, when, code: to.code })) } : {}),
    };
    const days = [calendar.name, calendar.start ?? null];
    return digestOf({ codes, functionalCurrency: this.worth.settings, calendar: days });
  }

  get functionalCurrency(): string | undefined {
    return this.deps.functionalCurrency;
  }

  /** The chart and its rules, in plain JSON. */
  get accounts(): readonly MappedAccount[] {
    return this.mapping.accounts;
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
    for await (const line of this.worth.lines(range)) yield this.named(line);
  }

  async problems(query: BooksQuery) {
    const range = await this.rangeOf(query);
    const rates = await this.worth.ratesAt(range.upTo);
    const balances = async (asked: StatementRange) => heldBalance(await this.parts(asked), this.mapping);
    return bookProblems(this.pool, range, balances, rates && { rates, calendar: this.deps.calendar });
  }

  /** Lines after one, at most so many; undefined functional amounts where no functional currency is set. */
  async page(range: StatementRange, after: PostingLine | LinePlace | undefined, limit: number): Promise<PostingLine[]> {
    if (this.deps.functionalCurrency === undefined) {
      const lines = await firstLines(this.pool, { ...range, ...(after ? { after } : {}) }, limit);
      return lines.map((line) => this.named(plain(line)));
    }
    // What a line is worth depends on what came before it, so that a page is read from the first day on.
    const found: PostingLine[] = [];
    for await (const line of this.worth.lines(range)) {
      if (after && !isAfter(line, after)) continue;
      found.push(this.named(line));
      if (found.length >= limit) break;
    }
    return found;
  }

  /** What every account is worth in the functional currency after a day; undefined where there is none. */
  functionalAt(day: Day, upTo: Position): Promise<FunctionalBalance | undefined> {
    return this.worth.at(day, upTo);
  }

  async trialBalance(range: StatementRange): Promise<AccountBalance[]> {
    return trialBalance(await this.parts(range));
  }

  /** The trial balance in the accounts of the operator, whose codes are each of one of ours. */
  async codedBalance(range: StatementRange) {
    return summedBy(await this.parts(range), (part) => {
      const { code, name, type } = this.mapping.of(part);
      return { name: code, as: { account: code, name, type } };
    });
  }

  private async parts(range: StatementRange): Promise<BalancePart[]> {
    const { calendar, database } = this.deps;
    const standings = new BookStandings<Balances['state']>({
      pool: database.pool,
      version: this.catchUpDeps.version,
      kind: 'balances',
    });
    const rows = await balanceParts(this.pool, range, await standings.before(range.from, range.upTo));
    if (calendar.periodOf(range.to).to === range.to) {
      const state = rows.map(({ account, currency, kind, provider, closing }) => ({
        account,
        currency,
        kind,
        provider,
        amount: String(closing),
      }));
      await standings.keep(range.upTo, [{ day: range.to, state }]);
    }
    return rows;
  }

  async rollForward(range: StatementRange) {
    return rollForward(this.pool, range, await this.trialBalance(range));
  }

  /** What a provider's clearing account stands at after a day, by currency, where its opening balance was set. */
  async clearing(provider: string, day: Day): Promise<ReadonlyMap<string, bigint>> {
    const upTo = await this.catchUp(AbortSignal.timeout(PATIENCE_MS));
    const { rows } = await this.pool.query<{ account: string; currency: string }>(
      'select account, currency from books.openings where account = $1 and position <= $2',
      [`clearing.${provider}`, upTo],
    );
    const set = new Set(rows.map(({ currency }) => currency));
    const balances = await this.trialBalance({ from: day, to: day, upTo });
    return new Map(
      balances
        .filter(({ account, currency }) => account === `clearing.${provider}` && set.has(currency))
        .map(({ currency, closing }) => [currency, closing]),
    );
  }

  bridge(range: StatementRange) {
    return revenueBridge(this.pool, range);
  }

  async statements(query: BooksQuery): Promise<BooksStatements> {
    const range = await this.rangeOf(query);
    const closing = (await this.codedBalance(range)).map(({ account, currency, closing: amount }) => ({
      account,
      currency,
      amount,
    }));
    const rollForward = (await this.rollForward(range)).map((row) => ({ ...row, account: this.accountOf(row).code }));
    const { steps } = await this.bridge(range);
    return {
      closing,
      rollForward,
      steps,
      revenueAccounts: this.mapping.codesOf('revenue'),
      ...(await this.functionalClosing(range)),
    };
  }

  /** Of days before the first one that something was posted or a rate recorded for, the lines stay as they were. */
  async firstChange(since: Position, upTo: Position): Promise<Day | undefined> {
    const { rows } = await this.pool.query<{ day: Day | null }>(
      `select least((select min(day) from books.lines where position > $1 and position <= $2),
         (select min(day) from books.fx_rates where position > $1 and position <= $2)) as day`,
      [since, upTo],
    );
    return rows[0]!.day ?? undefined;
  }

  setOpeningBalance(balance: OpeningBalance, context: DecisionContext): Promise<Position> {
    return setOpeningBalance(this.deps.ledger, balance, context);
  }

  recordRates(rates: readonly RateToRecord[], context: DecisionContext): Promise<number> {
    return recordRates(this.deps.ledger, rates, context);
  }

  private async functionalClosing({ to, upTo }: StatementRange): Promise<Pick<BooksStatements, 'functional'>> {
    const { functionalCurrency: currency } = this.deps;
    const worth = await this.functionalAt(to, upTo);
    if (!worth || currency === undefined) return {};
    return { functional: { currency, missing: worth.missing, closing: worth.sums } };
  }

  /** The operator's account of a clearing account in a currency, which nothing else divides. */
  accountOf({ account, currency }: { account: AccountKey; currency: string }): Account {
    return this.mapping.of({ account, currency });
  }

  private get pool() {
    return this.deps.database.pool;
  }

  private async rangeOf({ from, to, upTo }: BooksQuery): Promise<StatementRange> {
    return { from, to, upTo: upTo ?? (await readCheckpoint(this.pool)).position };
  }

  private named({ provider, code, ...line }: ValuedLine): PostingLine {
    const account = this.mapping.of({ ...line, provider, code }).code;
    return { ...line, period: this.periodOn(line.day), account, key: line.account };
  }

  /** The name of the period of a day. Lines come in the order of days. */
  private periodOn(day: Day): string {
    const { from, to } = this.lastPeriod;
    if (day < from || day > to) this.lastPeriod = this.deps.calendar.periodOf(day);
    return this.lastPeriod.id;
  }
}

/** The trial balance in our accounts, those that rules divide in their parts. */
const heldBalance = (parts: readonly BalancePart[], mapping: AccountMapping): AccountBalance[] =>
  summedBy(parts, (part) => ({
    name: `${part.account} ${mapping.heldIn(part) ?? ''}`,
    as: { account: part.account },
  }));

/** Where a line stands in the order of days, entries and lines. */
export interface LinePlace {
  day: string;
  entry: string;
  line: number;
}

const isAfter = (line: LinePlace, { day, entry, line: number }: LinePlace): boolean =>
  line.day !== day ? line.day > day : line.entry !== entry ? line.entry > entry : line.line > number;

export const createBooks = (deps: BooksDeps): JournalBooks => new JournalBooks(deps);
