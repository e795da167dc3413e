import { createHash } from 'node:crypto';
import { canonicalJson } from '../../kernel/canonical-json.js';
import { addDays, type Day, type Zone } from '../../kernel/day.js';
import type { Position } from '../../ledger/ledger.js';
import type { Database } from '../../storage/database.js';
import { type AccountMapping, facetsIn } from '../journal/account-rules.js';
import { BookStandings } from './book-standings.js';
import { ratesUntil } from '../post/books-store.js';
import type { FiscalCalendar } from '../fiscal-calendar.js';
import { plain, Valuation, type ValuationState, valued, type ValuedLine } from './functional.js';
import { Rates } from './rates.js';
import { readLines } from '../journal/read-lines.js';
import type { StatementRange } from './statements.js';
import { VALUATION_VERSION } from './valuation-version.js';

const BEGINNING = '0001-01-01';

/** What accounts are worth in the functional currency, by code; `missing` lines have no rate and are in none. */
export interface FunctionalBalance {
  sums: ReadonlyMap<string, bigint>;
  missing: number;
}

interface WorthDeps {
  database: Pick<Database, 'pool'>;
  zone: Pick<Zone, 'startOf'>;
  calendar: FiscalCalendar;
  /** ISO 4217; nothing is worth anything without one. */
  functionalCurrency?: string;
  mapping: AccountMapping;
  /** Of the books: sums of another are not gone on from. */
  version: string;
}

/** What the journal is worth in the functional currency. */
export class BookWorth {
  constructor(private readonly deps: WorthDeps) {}

  /** All that decides what a line is worth but the rates, in plain JSON; null where no functional currency is set. */
  get settings(): readonly unknown[] | null {
    const { functionalCurrency, mapping } = this.deps;
    if (functionalCurrency === undefined) return null;
    const { divisions } = mapping;
    return [functionalCurrency, VALUATION_VERSION, ...(divisions.length > 0 ? [divisions] : [])];
  }

  /** Undefined where no functional currency is set. */
  async ratesAt(upTo: Position): Promise<Rates | undefined> {
    const { functionalCurrency, database } = this.deps;
    return functionalCurrency === undefined
      ? undefined
      : new Rates(functionalCurrency, await ratesUntil(database.pool, upTo));
  }

  /** The lines of a range, with their worth where there is a functional currency. */
  async *lines(range: StatementRange): AsyncGenerator<ValuedLine> {
    const rates = await this.ratesAt(range.upTo);
    if (rates) yield* this.valuing(range, rates).lines;
    else for await (const line of readLines(this.deps.database.pool, range)) yield plain(line);
  }

  /** What every account is worth after a day; undefined where there is no functional currency. */
  async at(day: Day, upTo: Position): Promise<FunctionalBalance | undefined> {
    const rates = await this.ratesAt(upTo);
    if (!rates) return undefined;
    const { lines, end } = this.valuing({ from: addDays(day, 1), to: day, upTo }, rates);
    for await (const _ of lines);
    const { sums: parts, missing } = end();
    const sums = new Map<string, bigint>();
    for (const [facets, sum] of parts) {
      const { code } = this.deps.mapping.of(facetsIn(facets));
      sums.set(code, (sums.get(code) ?? 0n) + sum);
    }
    return { sums, missing };
  }

  /** The lines of a range with their worth, from the last end of a period before it on; and where that came to, once they are read. */
  private valuing(range: StatementRange, rates: Rates) {
    const { calendar, zone, database, mapping } = this.deps;
    const standings = this.standings();
    let valuation: Valuation;
    const lines = async function* (): AsyncGenerator<ValuedLine> {
      const begun = await standings.before(range.from, range.upTo);
      const [startOf, heldIn] = [zone.startOf.bind(zone), mapping.heldIn.bind(mapping)];
      valuation = new Valuation(rates, startOf, calendar, begun, heldIn);
      const stored = readLines(database.pool, { ...range, from: begun ? addDays(begun.day, 1) : BEGINNING });
      try {
        yield* valued(stored, valuation, range);
      } finally {
        await standings.keep(range.upTo, valuation.ends);
      }
    };
    return { lines: lines(), end: () => valuation };
  }

  private standings(): BookStandings<ValuationState> {
    const { calendar, database, functionalCurrency, mapping, version } = this.deps;
    const divided = mapping.divisions.length === 0 ? '' : digestOf(mapping.divisions);
    const kind = ['valuation', VALUATION_VERSION, functionalCurrency, calendar.name, calendar.start, divided];
    return new BookStandings({ pool: database.pool, version, withRates: true, kind: kind.filter(Boolean).join(' ') });
  }
}

/** A short digest of what settings say. */
export const digestOf = (value: unknown): string =>
  createHash('sha256').update(canonicalJson(value)).digest('hex').slice(0, 16);
