import { addDays, type Day, periodOf } from '../../kernel/day.js';
import { type Facets, facetText } from '../journal/account-rules.js';
import type { AccountKey } from '../journal/chart-of-accounts.js';
import { calendarMonths, type FiscalCalendar } from '../fiscal-calendar.js';
import { type HoldingJson, Holdings } from './holdings.js';
import type { PostingKind } from '../journal/posting.js';
import { convertedTogether, type Rate, type Rates } from './rates.js';
import type { StoredLine } from '../journal/read-lines.js';

/** A line with what it is worth in the functional currency; undefined where a rate is missing. */
export type ValuedLine = Omit<StoredLine, 'entryId' | 'position' | 'rateDay'> & {
  entryId?: string;
  position?: number;
  functional?: bigint;
  rate?: string;
  /** The operator's account, of a line that measures what is held in that. */
  code?: string | undefined;
};

/** Money that is still to come in or to be paid: worth what the day says. Everything else keeps the rate of its own day. */
export const isMonetary = (account: string): boolean => account.startsWith('clearing.') || MONETARY.has(account);
const MONETARY: ReadonlySet<string> = new Set<AccountKey>([
  'receivable',
  'bank_in_transit',
  'payments_in_process',
  'dispute_receivable',
  'reserve',
  'refunds_due',
  'customer_balance',
  'batch_transfers',
]);

/** A line that measures a balance, as a state keeps it. */
type Measured = Omit<ValuedLine, 'amount' | 'functional' | 'entryId' | 'position'> & { functional: string };

/** Where a valuation is at the end of a period, in plain JSON; amounts are decimal texts of minor units. */
export interface ValuationState {
  holdings: HoldingJson[];
  measured: Measured[];
  /** By `facetText`. */
  sums: Record<string, string>;
  missing: number;
}

/**
 * Values the journal in the functional currency, in one pass from its beginning or from the end of a period on, in memory that does not grow
 * with it.
 *
 * A line has the rate of its day. What leaves a monetary account leaves at what it is carried at, on average, and the difference to the
 * rate of the day is realised. At the end of each period what is left is measured at that day's rate, and that is taken back on the next day.
 * Where rules divide an account by more than currency, each of the operator's accounts has an average of its own.
 */
export class Valuation {
  private readonly holdings: Holdings;
  /** Lines of the last period's end, to be taken back on the day after it. */
  private measured: ValuedLine[] = [];
  private day: Day | undefined;
  /** What each account is worth after all lines so far, by `facetText`: what decides in which account of the operator's it stands. */
  readonly sums = new Map<string, bigint>();
  /** Lines so far that no rate is recorded for. */
  missing = 0;
  /** The ends of periods that it went over, with its state after each. */
  readonly ends: { day: Day; state: ValuationState }[] = [];

  /**
   * `begun`: goes on after the end of a period. `heldIn`: the operator's account of a line, where rules divide ours by more than currency.
   */
  constructor(
    private readonly rates: Rates,
    private readonly at: (day: Day) => number,
    private readonly calendar: Pick<FiscalCalendar, 'periodOf'> = calendarMonths,
    begun?: { day: Day; state: ValuationState },
    private readonly heldIn: (line: Facets) => string | undefined = () => undefined,
  ) {
    this.holdings = new Holdings(begun?.state.holdings);
    if (!begun) return;
    const { measured, sums, missing } = begun.state;
    this.day = addDays(begun.day, 1);
    this.measured = measured.map(({ functional, ...line }) => ({
      ...line,
      amount: 0n,
      functional: BigInt(functional),
    }));
    for (const [facets, sum] of Object.entries(sums)) this.sums.set(facets, BigInt(sum));
    this.missing = missing;
  }

  /**
   * What the days before one ask for, once all their lines were valued: measurements at the ends of periods, and their reversals. `isLast`: no
   * line follows, so that it is over with the last rate, however far the day is.
   */
  *before(day: Day, isLast = false): Generator<ValuedLine> {
    let isOver = false;
    for (let last = this.day ?? day; last < day;) {
      const { from, to } = this.calendar.periodOf(last);
      if (last === from) yield* this.counted(this.takeBack(last));
      if (to >= day || isOver) break;
      isOver = isLast && to > this.rates.until;
      yield* this.counted(this.measure(to));
      last = addDays(to, 1);
      this.ends.push({ day: to, state: this.state() });
    }
    this.day = day;
  }

  /** The lines of one entry. */
  entry(lines: readonly StoredLine[]): ValuedLine[] {
    return [...this.counted(this.valuedEntry(lines))];
  }

  private valuedEntry(lines: readonly StoredLine[]): ValuedLine[] {
    const valued = this.atRates(lines);
    if (!valued) return lines.map(plain);
    const relieved = valued.map((line) => this.hold(line));
    const realised = relieved.reduce((sum, line, index) => sum + valued[index]!.functional! - line.functional!, 0n);
    const conversion = relieved
      .filter(({ account }) => account === 'conversion')
      .reduce((sum, { functional }) => sum + functional!, 0n);
    return [...relieved, ...differences(relieved, realised, conversion, this.rates.functional)];
  }

  private *counted(lines: Iterable<ValuedLine>): Generator<ValuedLine> {
    for (const line of lines) {
      const { functional } = line;
      const facets = facetText(line);
      if (functional === undefined) this.missing += 1;
      else this.sums.set(facets, (this.sums.get(facets) ?? 0n) + functional);
      yield line;
    }
  }

  private state(): ValuationState {
    return {
      holdings: this.holdings.json(),
      measured: this.measured.map(({ amount: _, functional, ...line }) => ({
        ...line,
        functional: String(functional),
      })),
      sums: Object.fromEntries([...this.sums].map(([facets, sum]) => [facets, String(sum)])),
      missing: this.missing,
    };
  }

  private atRates(lines: readonly StoredLine[]): ValuedLine[] | undefined {
    const valued = new Map<number, ValuedLine>();
    const keep = (group: readonly StoredLine[], rate: Rate | undefined): void => {
      const amounts = group.map(({ amount }) => amount);
      const functional = rate ? convertedTogether(amounts, rate) : amounts;
      group.forEach((line, index) =>
        valued.set(line.line, { ...plain(line), functional: functional[index]!, ...(rate ? { rate: rate.text } : {}) }),
      );
    };
    const without: StoredLine[][] = [];
    for (const currency of new Set(lines.map((line) => line.currency))) {
      const group = lines.filter((line) => line.currency === currency);
      const isOwn = currency === this.rates.functional;
      const rate = isOwn ? undefined : this.rates.of(currency, group[0]!.rateDay);
      if (isOwn || rate) keep(group, rate);
      else without.push(group);
    }
    const [asked, ...others] = without;
    if (asked) {
      if (others.length > 0 || !isTaxAlone(asked)) return undefined;
      keep(asked, settledRate(asked, [...valued.values()]));
    }
    return lines.map(({ line }) => valued.get(line)!);
  }

  /** Adds a line to what is held; where it takes from it, at the average that it is carried at. */
  private hold(line: ValuedLine): ValuedLine {
    const { account, currency, amount } = line;
    if (!isMonetary(account) || currency === this.rates.functional) return line;
    const place = { account, currency, code: this.heldIn(line) };
    return { ...line, functional: this.holdings.move(place, amount, line.functional!) };
  }

  private *measure(day: Day): Generator<ValuedLine> {
    for (const { account, currency, code, gain, rate } of this.holdings.gains((each) => this.rates.of(each, day))) {
      const about = { day, at: this.at(day), kind: 'remeasurement' as PostingKind, rate: rate.text };
      const entry = ['valuation', account, currency, ...(code === undefined ? [] : [code]), day].join(':');
      const lines = this.pair(entry, { account, currency, code }, gain, about);
      this.measured.push(...lines);
      yield* lines;
    }
  }

  private *takeBack(day: Day): Generator<ValuedLine> {
    const lines = this.measured.splice(0);
    for (const line of lines)
      yield {
        ...line,
        entry: `${line.entry}:reversed`,
        day,
        at: this.at(day),
        period: periodOf(day, 'month'),
        functional: -line.functional!,
        memo: 'measured at the end of the period, taken back',
      };
  }

  private pair(
    entry: string,
    held: Pick<ValuedLine, 'account' | 'currency' | 'code'>,
    gain: bigint,
    about: Pick<ValuedLine, 'day' | 'at' | 'kind' | 'rate'>,
  ): ValuedLine[] {
    const memo = `${held.currency} at the rate of the period's end`;
    const common = {
      entry,
      amount: 0n,
      provider: undefined,
      object: undefined,
      memo,
      period: periodOf(about.day, 'month'),
      ...about,
    };
    return [
      { ...common, line: 1, ...held, functional: gain },
      { ...common, line: 2, account: 'fx_unrealised', currency: this.rates.functional, functional: -gain },
    ];
  }
}

/** Accounts of what a sale that was settled in another currency has in the currency that was paid. */
export const OF_TAX_ALONE: readonly AccountKey[] = ['tax_payable', 'conversion'];
const isTaxAlone = (lines: readonly StoredLine[]): boolean =>
  lines.every(({ account }) => OF_TAX_ALONE.includes(account));

/**
 * The rate that a sale was settled at, for its tax where none is recorded: the part of what was settled that is tax, for the tax as it was paid.
 * So both sides of the conversion are worth the same, and nothing is left over.
 */
function settledRate(tax: readonly StoredLine[], settled: readonly ValuedLine[]): Rate {
  const inConversion = <Line extends { account: string }>(lines: readonly Line[], of: (line: Line) => bigint): bigint =>
    lines.filter(({ account }) => account === 'conversion').reduce((sum, line) => sum + of(line), 0n);
  const paid = inConversion(tax, ({ amount }) => amount);
  const worth = -inConversion(settled, ({ functional }) => functional!);
  const numerator = paid < 0n ? -worth : worth;
  return { numerator, denominator: paid === 0n ? 1n : abs(paid), text: 'as settled' };
}

/** What an entry realised, and the difference between the rates of its two currencies: a unit of it is rounding. */
function differences(
  lines: readonly ValuedLine[],
  realised: bigint,
  conversion: bigint,
  currency: string,
): ValuedLine[] {
  const { entry, period, day, at, provider, object, entryId, position } = lines[0]!;
  const about = {
    entry,
    period,
    day,
    at,
    provider,
    object,
    entryId,
    position,
    amount: 0n,
    currency,
    kind: 'fx' as const,
  };
  const isRounding = abs(conversion) <= 1n;
  const extra: [AccountKey, bigint, string][] = [
    ['fx_realised', realised, 'exchange difference realised'],
    ['conversion', -conversion, 'two currencies converted'],
    [isRounding ? 'rounding' : 'fx_realised', conversion, isRounding ? 'rounding' : "against the provider's rate"],
  ];
  return extra
    .filter(([, functional]) => functional !== 0n)
    .map(([account, functional, memo], index) => ({
      ...about,
      line: lines.length + index + 1,
      account,
      functional,
      memo,
    }));
}

/** Values a stream of lines in the order of days and entries; `from` is the first day whose lines are wanted, `to` the last. */
export async function* valued(
  lines: AsyncIterable<StoredLine>,
  valuation: Valuation,
  { from, to }: { from: Day; to: Day },
): AsyncGenerator<ValuedLine> {
  let entry: StoredLine[] = [];
  const isWanted = ({ day }: ValuedLine): boolean => day >= from && day <= to;
  for await (const line of lines) {
    const [first] = entry;
    if (first && (first.entry !== line.entry || first.day !== line.day)) {
      yield* valuation.entry(entry).filter(isWanted);
      entry = [];
    }
    if (entry.length === 0) for (const extra of valuation.before(line.day)) if (isWanted(extra)) yield extra;
    entry.push(line);
  }
  if (entry.length > 0) yield* valuation.entry(entry).filter(isWanted);
  for (const extra of valuation.before(addDays(to, 1), true)) if (isWanted(extra)) yield extra;
}

/** The line without a value, as it is where no functional currency is set. */
export const plain = ({ rateDay: _, ...line }: StoredLine): ValuedLine => line;

const abs = (amount: bigint): bigint => (amount < 0n ? -amount : amount);
