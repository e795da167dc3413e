import { setImmediate } from 'node:timers/promises';
import type { Interpret } from '../catalog/facts.js';
import type { Entry, Position } from '../ledger/ledger.js';
import type { Contributions } from './contributions.js';
import { type FactPage, type Meaning, messageOf, PageMaker, type Parked } from './fact-pages.js';
import type { ApplyFact } from './fold.js';
import { Fold } from './fold.js';
import type { ModelReader } from './model-store.js';
import { NotLoaded, type Wanted } from './wanted.js';
import type { Changes } from './changes.js';
import { WorkingSet } from './working-set.js';

export type { Parked } from './fact-pages.js';

/** An entry whose facts could not be folded, and why. */
export interface Failed {
  id: string;
  position: Position;
  error: string;
}

export interface Folded {
  changes: Changes;
  failed: Failed[];
  position: Position;
}

export interface Projected {
  changes: Changes;
  parked: Parked[];
  position: Position;
}

/** Turns pages of the feed into changes of the read model. Holds the working set; writes nothing itself. */
export class Projector {
  private readonly set: WorkingSet;
  private readonly foldFacts: Fold;
  /** Rows that the next attempt must bring in first. */
  private wanted: Wanted[] = [];

  constructor(
    store: ModelReader,
    contributions: Contributions,
    private readonly interpret: Interpret,
    applyFact: ApplyFact,
  ) {
    this.set = new WorkingSet(store);
    this.foldFacts = new Fold(this.set, contributions, applyFact);
  }

  /** Interprets entries and folds them; see `fold`. */
  async project(entries: readonly Entry[]): Promise<Projected> {
    const page = interpretAll(entries, this.interpret);
    const { changes, failed, position } = await this.fold(page, 0);
    const entryOf = new Map(entries.map((entry) => [entry.id, entry]));
    const parked = page.parked.filter(({ entry }) => entry.position <= position);
    for (const { id, error } of failed) parked.push({ entry: entryOf.get(id)!, reason: 'projection_failed', error });
    return { changes, parked, position };
  }

  /**
   * The changes that the entries of a page after a position cause, up to `position`: usually the last of them, earlier when an entry
   * met rows that nothing had announced. Then either write the changes and call `written`, or call `forget`; go on after `position`.
   * `writing` is the write of earlier changes, where it may still go on: rows are read anew only when it is done.
   */
  async fold(page: FactPage, after: Position, writing: Promise<void> = Promise.resolve()): Promise<Folded> {
    const failed: Failed[] = [];
    const misses = new Map<string, number>();
    let until = page.last;
    for (;;) {
      const stopped = await this.foldAll(page, after, until, failed);
      if (!stopped) break;
      const { first, meaning, error } = stopped;
      await writing;
      this.set.forget();
      const missed = (misses.get(meaning.id) ?? 0) + 1;
      misses.set(meaning.id, missed);
      if (error instanceof NotLoaded && missed <= MISSES_MAX) {
        this.wanted.push(error.wanted);
        if (meaning.position !== first) until = meaning.position - 1;
      } else {
        failed.push({ id: meaning.id, position: meaning.position, error: messageOf(error) });
      }
    }
    if (until === page.last) this.wanted = [];
    for (const { type, position } of page.unknown)
      if (position > after && position <= until) this.set.unknown(type, position);
    return {
      changes: this.set.takeChanges(),
      failed: failed.filter(({ position }) => position <= until),
      position: until,
    };
  }

  /** Whether so many rows are at hand that they should be forgotten once all changes are written. */
  isFull(): boolean {
    return this.set.isFull();
  }

  written(): void {
    this.set.trim();
  }

  forget(): void {
    this.set.forget();
  }

  /** Folds entries one after the other. Where one stops it, everything folded since the last write must be forgotten. */
  private async foldAll(
    page: FactPage,
    after: Position,
    until: Position,
    failed: readonly Failed[],
  ): Promise<{ first: Position; meaning: Meaning; error: unknown } | undefined> {
    for (const wanted of this.wanted) await this.set.prefetch(wanted);
    await this.set.prefetch(page.wanted);
    let first: Position | undefined;
    let sinceTurn = 0;
    for (const meaning of page.known) {
      const { position, id, facts } = meaning;
      if (position <= after) continue;
      if (position > until) break;
      if (++sinceTurn > ENTRIES_PER_TURN) {
        await setImmediate();
        sinceTurn = 1;
      }
      if (failed.length > 0 && failed.some((each) => each.id === id)) continue;
      first ??= position;
      try {
        this.foldFacts.apply(position, id, facts);
      } catch (error) {
        return { first, meaning, error };
      }
    }
    return undefined;
  }
}

/** Entries after which others have their turn: requests, and the write of the page before, which is fed to the database meanwhile. */
const ENTRIES_PER_TURN = 100;
/** Rounds of missing rows that one entry may have; more means that it can never be folded. */
const MISSES_MAX = 100;

/** Entries as a page of facts. */
export function interpretAll(entries: readonly Entry[], interpret: Interpret): FactPage & { parked: Parked[] } {
  const maker = new PageMaker(interpret);
  for (const entry of entries) maker.add(entry);
  const page = maker.page();
  return { ...page, parked: [...page.parked] };
}
