import type { BookProblem, Books, BooksQuery, BooksStatements } from '../../src/close/books/books.js';
import type { MappedAccount } from '../../src/close/journal/account-rules.js';
import type { PostingLine } from '../../src/close/journal/posting.js';

/** A line and the positions between which it is known; for ever without `until`. */
interface Known {
  line: PostingLine;
  from: number;
  until?: number;
}

/** Books as a test writes them. */
export class GivenBooks implements Books {
  readonly known: Known[] = [];
  trouble: BookProblem[] = [];
  settings = 'given';
  accounts: readonly MappedAccount[] = [];

  /** Where the books are. */
  head = Number.MAX_SAFE_INTEGER;

  catchUp = (): Promise<number> => Promise.resolve(this.head);

  /** Posts an entry of two lines: `amount` from one account to another. */
  post(entry: string, day: string, amount: bigint, given: Partial<PostingLine> & { position: number }): void {
    const at = Date.parse(`${day}T10:00:00Z`);
    const period = day.slice(0, 7);
    const like = { entry, period, day, at, currency: 'USD', kind: 'charge' as const, memo: entry, ...given };
    const accounts: [string, bigint][] = [
      ['1100', amount],
      ['4000', -amount],
    ];
    for (const [index, [account, value]] of accounts.entries())
      this.known.push({ line: { ...like, line: index + 1, account, amount: value }, from: given.position });
  }

  /** Takes an entry back from a position on. */
  retract(entry: string, position: number): void {
    for (const each of this.known) if (each.line.entry === entry) each.until ??= position;
  }

  async *lines({ from, to, upTo = Infinity }: BooksQuery): AsyncGenerator<PostingLine> {
    const shown = this.known
      .filter(({ line }) => line.day >= from && line.day <= to)
      .filter((each) => each.from <= upTo && (each.until === undefined || each.until > upTo))
      .map(({ line }) => line);
    const orderOf = ({ day, entry, line }: PostingLine): string => `${day} ${entry} ${line}`;
    yield* shown.sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1));
  }

  firstChange(since: number, upTo: number): Promise<string | undefined> {
    const between = (position = 0): boolean => position > since && position <= upTo;
    const days = this.known.filter(({ from, until }) => between(from) || between(until)).map(({ line }) => line.day);
    return Promise.resolve(days.sort()[0]);
  }

  /** What the accounts stand at; nothing of clearing accounts, nor of what was sold. */
  async statements({ to, upTo }: BooksQuery): Promise<BooksStatements> {
    const sums = new Map<string, { account: string; currency: string; amount: bigint }>();
    for await (const { account, currency, amount } of this.lines({
      from: '0001-01-01',
      to,
      ...(upTo ? { upTo } : {}),
    })) {
      const key = `${account} ${currency}`;
      sums.set(key, { account, currency, amount: (sums.get(key)?.amount ?? 0n) + amount });
    }
    return { closing: [...sums.values()], rollForward: [], steps: [], revenueAccounts: ['4000'] };
  }

  problems = (): Promise<BookProblem[]> => Promise.resolve(this.trouble);
}
