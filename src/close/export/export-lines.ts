import { Problem } from '../../kernel/errors.js';
import type { PostingLine } from '../journal/posting.js';

/** A line with what is known of the ledger entry it follows from. */
export interface ExportLine extends PostingLine {
  /** When that entry was recorded. */
  receivedAt?: Date;
  /** The id that its sender gave it. */
  originEventId?: string;
  /** Of a line that adjusts a closed period: why, the day it belongs to, and the journal entry it corrects. */
  cause?: string | undefined;
  originDay?: string;
  originEntry?: string | undefined;
}

/** The lines of one currency. An entry balances in each, so what is left still does. */
export async function* inCurrency<L extends PostingLine>(lines: AsyncIterable<L>, currency: string): AsyncIterable<L> {
  for await (const line of lines) if (line.currency === currency) yield line;
}

/** An amount of a line in the currency that a file is kept in. */
export interface HomeAmount {
  amount: bigint;
  currency: string;
}

/**
 * Amounts for programs that know one currency: the functional one, or without it the one that all lines have. Throws Problem for lines
 * that cannot be said so.
 */
export function homeAmounts(functionalCurrency: string | undefined): (line: PostingLine) => HomeAmount {
  let seen: string | undefined;
  return ({ entry, amount, currency, functional }) => {
    if (functionalCurrency !== undefined) {
      if (functional !== undefined) return { amount: functional, currency: functionalCurrency };
      if (currency === functionalCurrency) return { amount, currency };
      throw new Problem('invalid_request', `Journal entry ${entry} has no amount in ${functionalCurrency}.`);
    }
    seen ??= currency;
    if (currency === seen) return { amount, currency };
    throw new Problem(
      'invalid_request',
      `This format knows one currency, and the journal has ${seen} and ${currency}: set FUNCTIONAL_CURRENCY, or ask for one with currency=.`,
    );
  };
}

/** Gathers the lines of one journal entry, which follow one another, and hands them on together. */
export class EntryGatherer<L extends PostingLine = ExportLine> {
  private gathered: L[] = [];

  /** The lines of the entry before, once a line of the next one comes. */
  next(line: L): L[] | undefined {
    const first = this.gathered[0];
    if (!first || (first.entry === line.entry && first.day === line.day && first.period === line.period)) {
      this.gathered.push(line);
      return undefined;
    }
    return this.swap([line]);
  }

  /** The lines of the last entry. */
  rest(): L[] | undefined {
    return this.gathered.length > 0 ? this.swap([]) : undefined;
  }

  private swap(next: L[]): L[] {
    const whole = this.gathered;
    this.gathered = next;
    return whole;
  }
}

/** An entry taken apart by currency, in the order they appear in; each part balances. Throws Problem where one does not: no program would take it. */
export function byCurrency<L extends PostingLine>(lines: readonly L[]): L[][] {
  const parts = new Map<string, L[]>();
  for (const line of lines) {
    const part = parts.get(line.currency);
    if (part) part.push(line);
    else parts.set(line.currency, [line]);
  }
  for (const [currency, part] of parts) {
    const rest = part.reduce((sum, { amount }) => sum + amount, 0n);
    if (rest !== 0n) throw unbalanced(part[0]!.entry, rest, currency);
  }
  return [...parts.values()];
}

export const unbalanced = (entry: string, rest: bigint, currency: string): Problem =>
  new Problem(
    'invalid_request',
    `Journal entry ${entry} does not balance: ${rest} minor units of ${currency} are left.`,
  );

/** Text on one line: control characters and line ends become one space. */
export const onOneLine = (text: string): string => text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();

/** The lines that move an amount: a difference of worth alone has neither a debit nor a credit in its own currency. */
export const moved = <L extends PostingLine>(lines: readonly L[]): L[] => lines.filter(({ amount }) => amount !== 0n);
