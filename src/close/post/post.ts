import type { Ref } from '../../catalog/facts.js';
import type { Day } from '../../kernel/day.js';
import type { Position } from '../../ledger/ledger.js';
import type { JournalEntry } from '../journal/journal-entry.js';
import { learn, type MoneyNews, type MoneyObject, refsOf, soldWith } from '../journal/money-objects.js';
import { wantedEntries } from './wanted-entries.js';

/** A journal entry that begins (`sign` 1) or ceases (-1) to stand in the books at a position. */
export interface Posting {
  position: Position;
  /** The ledger entry that made it so. */
  entryId: string;
  sign: 1 | -1;
  entry: JournalEntry;
}

/** News of one ledger entry. */
export type News = MoneyNews & { position: Position; entryId: string };

/**
 * Takes in ledger entries one after the other and says what that changes in the journal. Each leaves the books as they must be at its
 * position, whatever the batches were. Holds the objects that it was given or that news made.
 */
export class Poster {
  private readonly changed = new Map<Ref, MoneyObject>();

  /** `objects`: everything that news of the batch speaks of, and all that is linked with it. */
  constructor(
    private readonly objects: Map<Ref, MoneyObject>,
    private readonly dayOf: (at: number) => Day,
  ) {}

  /** What an entry changes; retractions come first. */
  take(news: News): Posting[] {
    const refs = refsOf(news);
    if (refs.length === 0) return [];
    const { seen, entries: before } = this.entriesAround(refs);
    for (const object of learn(this.known, news, news.entryId)) {
      this.objects.set(object.ref, object);
      this.changed.set(object.ref, object);
    }
    const { position, entryId } = news;
    const stamp = (sign: 1 | -1) => (entry: JournalEntry) => ({ position, entryId, sign, entry });
    // What was sold together before may no longer be so: an order that one more payment names is of too many.
    const { entries: after } = this.entriesAround([...refs, ...seen]);
    const { gone, fresh } = difference(before, after);
    return [...gone.map(stamp(-1)), ...fresh.map(stamp(1))];
  }

  /** What must be stored. */
  get changes(): Iterable<MoneyObject> {
    return this.changed.values();
  }

  private readonly known = (ref: Ref): MoneyObject | undefined => this.objects.get(ref);

  /** The entries of all sales that objects are of, and every object of those. */
  private entriesAround(refs: readonly Ref[]): { seen: ReadonlySet<Ref>; entries: JournalEntry[] } {
    const seen = new Set<Ref>();
    const entries = refs.flatMap((ref) => {
      if (seen.has(ref)) return [];
      const objects = soldWith(this.known, ref);
      for (const object of objects) seen.add(object.ref);
      return wantedEntries(objects, this.dayOf);
    });
    return { seen, entries };
  }
}

/** Entries that are no longer wanted, and those that are wanted now: one that changed in anything is both. */
export function difference(
  before: readonly JournalEntry[],
  after: readonly JournalEntry[],
): { gone: JournalEntry[]; fresh: JournalEntry[] } {
  const had = new Map(before.map((entry) => [textOf(entry), entry]));
  const fresh = after.filter((entry) => !had.delete(textOf(entry)));
  return { gone: [...had.values()], fresh };
}

const textOf = ({
  entry,
  day,
  until,
  rateDay,
  at,
  kind,
  provider,
  object,
  matter,
  memo,
  lines,
}: JournalEntry): string =>
  JSON.stringify([
    entry,
    day,
    until ?? '',
    rateDay ?? '',
    at,
    kind,
    provider ?? '',
    object ?? '',
    matter ?? '',
    memo,
    ...lines.flatMap(({ account, amount, currency }) => [account, String(amount), currency]),
  ]);
