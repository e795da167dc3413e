import { addDays } from '../../kernel/day.js';
import { exponentOf } from '../../kernel/money.js';
import type { Position } from '../../ledger/ledger.js';
import { Problem } from '../../kernel/errors.js';
import { accountsByCode, type MappedAccount } from '../journal/account-rules.js';
import { PATIENCE_MS } from './books.js';
import type { JournalBooks, LinePlace } from '../create-books.js';
import { assertInYears } from '../fiscal-calendar.js';
import type { PostingLine } from '../journal/posting.js';
import type { AccountBalance, Activity, StatementRange } from './statements.js';

/** Days, and the ledger position that is asked for: the newest without one. */
export interface RangeAsked {
  from: string;
  to: string;
  as_of?: number | undefined;
}

export interface LinesAsked extends RangeAsked {
  limit: number;
  cursor?: string | undefined;
}

/** Statements of the books as JSON: snake_case, amounts as texts of minor units, debits positive. */
export function booksReport(books: JournalBooks) {
  const rangeOf = (asked: RangeAsked) => askedOf(books, asked);
  const byCode = accountsByCode(books.accounts);
  const account = (code: string) => {
    const { name, type } = byCode.get(code)!;
    return { account: code, name, type };
  };
  return {
    async trialBalance(asked: RangeAsked) {
      const range = await rangeOf(asked);
      const rows = await books.codedBalance(range);
      const { functionalCurrency } = books;
      return {
        ...said(range),
        data: rows.map((row) => ({ account: row.account, name: row.name, type: row.type, ...textsOf(row) })),
        ...(functionalCurrency === undefined ? {} : { functional: await functionalBalance(books, range, account) }),
      };
    },

    async rollForward(asked: RangeAsked) {
      const range = await rangeOf(asked);
      const rows = await books.rollForward(range);
      return {
        ...said(range),
        data: rows.map(({ account: key, currency, opening, activity, closing }) => ({
          ...account(books.accountOf({ account: key, currency }).code),
          currency,
          opening: String(opening),
          activity: activity.map(activityJson),
          closing: String(closing),
        })),
      };
    },

    async bridge(asked: RangeAsked) {
      const range = await rangeOf(asked);
      const { steps, revenue } = await books.bridge(range);
      return {
        ...said(range),
        data: steps.map(({ step, currency, amount, count }) => ({ step, currency, amount: String(amount), count })),
        revenue: revenue.map(({ currency, bridged, journal, unexplained }) => ({
          currency,
          bridged: String(bridged),
          journal: String(journal),
          unexplained: String(unexplained),
        })),
      };
    },

    async lines({ limit, cursor, ...asked }: LinesAsked) {
      const after = cursor === undefined ? undefined : placeIn(cursor);
      const range = await rangeOf(after ? { ...asked, as_of: asked.as_of ?? after.upTo } : asked);
      const found = await books.page(range, after?.place, limit + 1);
      const data = found.slice(0, limit);
      const last = data.at(-1);
      return {
        ...said(range),
        data: data.map(lineJson),
        next_cursor: found.length > limit && last ? cursorOf(range.upTo, last) : null,
      };
    },

    async problems(asked: RangeAsked) {
      const range = await rangeOf(asked);
      const data = await books.problems(range);
      return { ...said(range), data: data.map(({ amount, ...row }) => ({ ...row, ...amountText(amount) })) };
    },

    /** Codes and names, and what each is for; then the rules, in the order in which they are looked at. */
    chart: () => ({ data: books.accounts.map(accountJson) }),
  };
}

/** The days at the position that is asked for. Throws Problem `invalid_request` where there are none, `unavailable` of books that are behind. */
async function askedOf(books: JournalBooks, { from, to, as_of: asOf }: RangeAsked): Promise<StatementRange> {
  assertInYears(from, to);
  const position = await books.catchUp(AbortSignal.timeout(PATIENCE_MS));
  if (asOf !== undefined && asOf > position)
    throw new Problem('invalid_request', `as_of ${asOf} is beyond position ${position}, the last of the ledger`);
  return { from, to, upTo: asOf ?? position };
}

export type BooksReport = ReturnType<typeof booksReport>;

const accountJson = ({ key, code, name, type, when }: MappedAccount) => ({
  key,
  account: code,
  name,
  type,
  ...(when ? { when } : {}),
});

const activityJson = ({ kind, gross, fees, net, count }: Activity) => ({
  kind,
  gross: String(gross),
  fees: String(fees),
  net: String(net),
  count,
});

const said = ({ from, to, upTo }: StatementRange) => ({ from, to, as_of: upTo });

const textsOf = ({ currency, opening, debits, credits, closing }: Omit<AccountBalance, 'account'>) => ({
  currency,
  exponent: exponentOf(currency),
  opening: String(opening),
  debits: String(debits),
  credits: String(credits),
  closing: String(closing),
});

const amountText = (amount: bigint | undefined) => (amount === undefined ? {} : { amount: String(amount) });

/** The same balance in the functional currency; `missing`: lines that have no rate, which it leaves out. */
async function functionalBalance(
  books: JournalBooks,
  range: StatementRange,
  named: (code: string) => Record<string, string>,
) {
  const before = await books.functionalAt(addDays(range.from, -1), range.upTo);
  const { sums, missing } = (await books.functionalAt(range.to, range.upTo)) ?? {
    sums: new Map<string, bigint>(),
    missing: 0,
  };
  const data = [...new Set([...(before?.sums.keys() ?? []), ...sums.keys()])].sort().flatMap((code) => {
    const [opening, closing] = [before?.sums.get(code) ?? 0n, sums.get(code) ?? 0n];
    if (opening === 0n && closing === opening) return [];
    const amounts = { opening: String(opening), moved: String(closing - opening), closing: String(closing) };
    return [{ ...named(code), ...amounts }];
  });
  return { currency: books.functionalCurrency, missing, data };
}

const lineJson = (line: PostingLine) => ({
  entry: line.entry,
  line: line.line,
  period: line.period,
  day: line.day,
  at: new Date(line.at).toISOString(),
  account: line.account,
  amount: String(line.amount),
  currency: line.currency,
  ...(line.functional === undefined ? {} : { functional: String(line.functional) }),
  ...(line.rate === undefined ? {} : { rate: line.rate }),
  kind: line.kind,
  object: line.object ?? null,
  entry_id: line.entryId ?? null,
  position: line.position ?? null,
  memo: line.memo,
});

/** The position is in the cursor, so that all pages are of one state of the books. */
const cursorOf = (upTo: Position, { day, line, entry }: LinePlace): string => `${upTo}.${day}.${line}.${entry}`;

function placeIn(cursor: string): { upTo: Position; place: LinePlace } {
  const [, upTo, day, line, entry] = /^(\d{1,15})\.(\d{4}-\d{2}-\d{2})\.(\d{1,6})\.(.+)$/s.exec(cursor) ?? [];
  if (entry === undefined) throw new Problem('invalid_request', 'the cursor is not one of this list');
  return { upTo: Number(upTo), place: { day: day!, line: Number(line), entry } };
}
