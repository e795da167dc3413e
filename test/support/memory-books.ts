import type { Fact, InterpretableEntry, Ref } from '../../src/catalog/facts.js';
import type { JournalEntry } from '../../src/close/journal/journal-entry.js';
import type { MoneyObject } from '../../src/close/journal/money-objects.js';
import { Poster, type Posting } from '../../src/close/post/post.js';
import { interpret } from '../../src/ingest/interpret.js';
import { Zone } from '../../src/kernel/day.js';

/** The books in memory: what is posted of entries, in the order in which they are told. */
export class MemoryBooks {
  readonly objects = new Map<Ref, MoneyObject>();
  readonly postings: Posting[] = [];
  private readonly poster: Poster;
  private position = 0;

  constructor(zone = 'UTC') {
    const days = new Zone(zone);
    this.poster = new Poster(this.objects, (at) => days.dayOf(at));
  }

  tell(...entries: readonly InterpretableEntry[]): this {
    for (const entry of entries) this.learn(interpret(entry) ?? [], entry);
    return this;
  }

  /** Facts as an entry of a provider would mean them. */
  learn(
    facts: readonly Fact[],
    { id, origin }: { id: string; origin: string } = { id: 'entry', origin: 'stripe' },
  ): this {
    this.position += 1;
    this.postings.push(...this.poster.take({ position: this.position, entryId: id, provider: origin, facts }));
    return this;
  }

  /** What stands, each entry once, as text. Throws where one is retracted that does not stand, or asserted twice. */
  get standing(): string[] {
    const standing = new Set<string>();
    for (const { sign, entry } of this.postings) {
      const text = textOf(entry);
      if (standing.has(text) === (sign === 1))
        throw new Error(`${sign === 1 ? 'asserted twice' : 'never stood'}: ${text}`);
      if (sign === 1) standing.add(text);
      else standing.delete(text);
    }
    return [...standing].sort();
  }

  /** Entries that stand, by name. */
  get entries(): Map<string, JournalEntry> {
    const standing = new Map<string, JournalEntry>();
    for (const { sign, entry } of this.postings) {
      if (sign === 1) standing.set(entry.entry, entry);
      else if (standing.get(entry.entry) === entry || textOf(standing.get(entry.entry)!) === textOf(entry))
        standing.delete(entry.entry);
    }
    return standing;
  }

  /** Sum of an account by currency, what is spread whole. */
  balance(account: string): Record<string, string> {
    const sums = new Map<string, bigint>();
    for (const { sign, entry } of this.postings)
      for (const line of entry.lines)
        if (line.account === account)
          sums.set(line.currency, (sums.get(line.currency) ?? 0n) + BigInt(sign) * line.amount);
    return Object.fromEntries([...sums].filter(([, sum]) => sum !== 0n).map(([key, sum]) => [key, String(sum)]));
  }
}

const textOf = (entry: JournalEntry): string =>
  JSON.stringify(entry, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));

/** The lines of an entry as people write them: `clearing.stripe 941 EUR`. */
export const linesOf = (entry: JournalEntry | undefined): string[] =>
  (entry?.lines ?? []).map(({ account, amount, currency }) => `${account} ${amount} ${currency}`);
