import { accountsByCode, type MappedAccount } from '../journal/account-rules.js';
import type { AccountKey } from '../journal/chart-of-accounts.js';
import type { Closing } from './closing-store.js';
import type { JournalLine } from './journal-line.js';

type Charted = Pick<Closing, 'period' | 'header'>;

/**
 * Lines that closes stored, each with the account of ours that it is of. A line that corrects an earlier close names it by itself; of the
 * others, the accounts that were kept with its close know it. Lines that were stored before either have none. It is for adding up: what a close
 * is answered with, its digest and a pack are held against, has only what it stored.
 */
export async function* keyed(
  lines: AsyncIterable<JournalLine>,
  closings: readonly Charted[],
): AsyncGenerator<JournalLine> {
  const keys = closings.map(({ period, header }) => ({ period, of: keysIn(header.accounts) }));
  for await (const line of lines) {
    const own = keys.findIndex(({ period }) => period === line.period);
    const known = keys.slice(0, own + 1).findLast(({ of }) => of.has(line.account));
    line.key ??= known?.of.get(line.account);
    yield line;
  }
}

const keysIn = (accounts: readonly MappedAccount[] = []): ReadonlyMap<string, AccountKey> =>
  new Map(accounts.map(({ code, key }) => [code, key]));

/** Accounts that earlier closes kept and a later one has not: what lines that correct them stand in. The newest that has a code names it. */
export function earlierAccounts(
  own: readonly MappedAccount[] | undefined,
  closings: readonly Charted[],
): readonly MappedAccount[] {
  const known = new Set(accountsByCode(own ?? []).keys());
  return closings.toReversed().flatMap(({ header: { accounts = [] } }) => {
    const fresh = accounts.filter(({ code }) => !known.has(code));
    for (const { code } of fresh) known.add(code);
    return fresh;
  });
}
