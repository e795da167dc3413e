import { readFileSync } from 'node:fs';
import type { Clock } from '../kernel/clock.js';
import { SetupError } from '../kernel/errors.js';
import type { DecisionContext } from '../ledger/decide-and-append.js';
import { booksReport } from './books/books-report.js';
import { accountRules, accountsByCode } from './journal/account-rules.js';
import { chartOfAccounts } from './journal/chart-of-accounts.js';
import { type BooksDeps, createBooks } from './create-books.js';
import type { RateToRecord } from './post/fx-rates.js';
import type { OpeningBalance } from './post/opening-balances.js';

interface Settings {
  functionalCurrency?: string;
  /** Path of a JSON file. */
  chartOfAccounts?: string;
}

type Deps = Omit<BooksDeps, 'chart' | 'functionalCurrency'> & {
  clock: Clock;
  /** The vault's keyed hash. */
  contentMac: DecisionContext['contentMac'];
};

type Decider = Pick<DecisionContext, 'actor' | 'correlationId'>;

/** The books with the operator's settings, and what people decide for them. Throws SetupError for a chart of accounts that is wrong. */
export function openBooks(settings: Settings, { clock, contentMac, ...deps }: Deps) {
  const { functionalCurrency } = settings;
  const file = chartFile(settings.chartOfAccounts);
  const chart = chartOfAccounts(file);
  const books = createBooks({
    ...deps,
    chart,
    rules: accountRules(file, chart),
    ...(functionalCurrency === undefined ? {} : { functionalCurrency }),
  });
  const context = ({ actor, correlationId }: Decider): DecisionContext => ({
    now: clock(),
    actor,
    correlationId,
    contentMac,
    authenticatedBy: 'api-key',
  });
  const byCode = accountsByCode(books.accounts);
  const stopping = new AbortController();
  let posting: Promise<void> = Promise.resolve();
  return {
    /** Posts what is there, in the background. */
    start(failed: (error: unknown) => void): void {
      posting = books.begin(stopping.signal).catch(failed);
    },
    async stop(): Promise<void> {
      stopping.abort();
      await posting;
    },
    /** The account of a code in the chart. */
    account: (code: string) => byCode.get(code),
    functionalCurrency,
    catchUp: (within?: AbortSignal) => books.catchUp(within),
    lines: books.lines.bind(books),
    problems: books.problems.bind(books),
    statements: books.statements.bind(books),
    settings: books.settings,
    accounts: books.accounts,
    clearing: books.clearing.bind(books),
    firstChange: books.firstChange.bind(books),
    report: booksReport(books),
    setOpeningBalance: (balance: OpeningBalance, decider: Decider) =>
      books.setOpeningBalance(balance, context(decider)),
    recordRates: (rates: readonly RateToRecord[], decider: Decider) => books.recordRates(rates, context(decider)),
  };
}

/** The books of this service, rather than those of a test. */
export type OwnBooks = ReturnType<typeof openBooks>;

function chartFile(path: string | undefined): { path: string; text: string } | undefined {
  if (path === undefined) return undefined;
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : 'it cannot be read';
    throw new SetupError(`CHART_OF_ACCOUNTS names ${path}, but ${reason}.`);
  }
  return { path, text };
}
