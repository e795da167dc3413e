import type { Entry, Erased, Ledger, Position, Tagged } from './ledger.js';

const FOUND_AT_ONCE = 20_000; // positions that a backend looks through without bodies
const READ_AT_ONCE = 1_000;

/**
 * Goes through the feed after a position, up to another: the entries that have a key and carry one of the tags, and how far that is. An erasure
 * is rare, and an index on tags would cost at each append.
 */
export async function* taggedEntries(
  ledger: Pick<Ledger, 'readFeed' | 'findTagged'>,
  after: Position,
  upTo: Position,
  tags: readonly string[],
): AsyncGenerator<{ found: Tagged[]; upTo: Position }> {
  const wanted = new Set(tags);
  const isFound = ({ keyId, subjects }: Tagged): boolean =>
    keyId !== undefined && subjects.some((tag) => wanted.has(tag));
  for (let from = after; from < upTo;) {
    const page = ledger.findTagged
      ? await found(from, upTo, (limit) => ledger.findTagged!(from, limit, tags))
      : await read(ledger, from, upTo, (entries) => entries.filter(isFound));
    yield page;
    from = page.upTo;
  }
}

/**
 * The same for all erasures that stand. `erasuresOf` tells which of them have one of some tags; asked where the entries are not beside the table
 * of these.
 */
export async function* erasedEntries(
  ledger: Pick<Ledger, 'readFeed' | 'findErased'>,
  erasuresOf: (tags: readonly string[]) => Promise<readonly { tag: string; number: number }[]>,
  after: Position,
  upTo: Position,
): AsyncGenerator<{ found: readonly Erased[]; upTo: Position }> {
  const compared = async (entries: readonly Entry[]): Promise<Erased[]> => {
    const keyed = entries.filter(({ keyId }) => keyId !== undefined);
    const numbers = new Map<string, number[]>();
    for (const { tag, number } of await erasuresOf([...new Set(keyed.flatMap(({ subjects }) => subjects))]))
      numbers.set(tag, [...(numbers.get(tag) ?? []), number]);
    return keyed.flatMap(({ keyId, subjects }) =>
      [...new Set(subjects.flatMap((tag) => numbers.get(tag) ?? []))].map((erasure) => ({ keyId: keyId!, erasure })),
    );
  };
  for (let from = after; from < upTo;) {
    const page = ledger.findErased
      ? await found(from, upTo, (limit) => ledger.findErased!(from, limit))
      : await read(ledger, from, upTo, compared);
    yield page;
    from = page.upTo;
  }
}

async function found<T>(from: Position, upTo: Position, find: (limit: number) => Promise<T[]>) {
  const limit = Math.min(FOUND_AT_ONCE, upTo - from);
  return { found: await find(limit), upTo: from + limit };
}

async function read<T>(
  ledger: Pick<Ledger, 'readFeed'>,
  from: Position,
  upTo: Position,
  select: (entries: readonly Entry[]) => T[] | Promise<T[]>,
) {
  const { entries } = await ledger.readFeed(from, Math.min(READ_AT_ONCE, upTo - from));
  return { found: await select(entries), upTo: entries.at(-1)?.position ?? upTo };
}
