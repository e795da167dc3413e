import type { Fact, Interpret, Node, Ref } from '../catalog/facts.js';
import type { Entry, Position } from '../ledger/ledger.js';
import type { ApplyFact } from './fold.js';
import { Fold } from './fold.js';
import type { Contributions } from './contributions.js';
import type { ModelReader } from './model-store.js';
import { isRef } from './rows.js';
import { NotLoaded, type Wanted } from './wanted.js';
import { type Changes, WorkingSet } from './working-set.js';

/** An entry that could not be projected, and why. Everything else goes on. */
export interface Parked {
  entry: Entry;
  reason: 'not_interpretable' | 'projection_failed';
  error: string;
}

interface Interpreted {
  entry: Entry;
  facts: readonly Fact[];
}

/** Turns pages of the feed into changes of the read model. Holds the working set; writes nothing itself. */
export class Projector {
  private readonly set: WorkingSet;
  private readonly fold: Fold;
  /** Rows that the next attempt must bring in first. */
  private wanted: Wanted[] = [];

  constructor(
    store: ModelReader,
    contributions: Contributions,
    private readonly interpret: Interpret,
    applyFact: ApplyFact,
  ) {
    this.set = new WorkingSet(store);
    this.fold = new Fold(this.set, contributions, applyFact);
  }

  /**
   * The changes that entries cause, in feed order, up to `position`: usually the last of them, earlier when an entry met rows that
   * nothing had announced. Then either write the changes and call `written`, or call `forget`; go on after `position`.
   * `writing` is the write of earlier changes, where it may still go on: rows are read anew only when it is done.
   */
  async project(entries: readonly Entry[], writing: Promise<void> = Promise.resolve()): Promise<Projected> {
    const { known, unknown, parked } = this.interpretAll(entries);
    const poisoned = new Set<string>();
    const misses = new Map<string, number>();
    let until = entries.at(-1)!.position;
    for (;;) {
      const good = known.filter(({ entry }) => entry.position <= until && !poisoned.has(entry.id));
      const stopped = await this.foldAll(good);
      if (!stopped) break;
      await writing;
      this.set.forget();
      const missed = (misses.get(stopped.entry.id) ?? 0) + 1;
      misses.set(stopped.entry.id, missed);
      if (stopped.error instanceof NotLoaded && missed <= MISSES_MAX) {
        this.wanted.push(stopped.error.wanted);
        if (stopped.entry !== good[0]!.entry) until = stopped.entry.position - 1;
      } else {
        poisoned.add(stopped.entry.id);
        parked.push({ entry: stopped.entry, reason: 'projection_failed', error: messageOf(stopped.error) });
      }
    }
    if (until === entries.at(-1)!.position) this.wanted = [];
    for (const entry of unknown) if (entry.position <= until) this.set.unknown(entry.type, entry.position);
    return {
      changes: this.set.takeChanges(),
      parked: parked.filter(({ entry }) => entry.position <= until),
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

  private interpretAll(entries: readonly Entry[]): { known: Interpreted[]; unknown: Entry[]; parked: Parked[] } {
    const all = { known: [] as Interpreted[], unknown: [] as Entry[], parked: [] as Parked[] };
    for (const entry of entries) {
      if (entry.origin === OWN) continue;
      try {
        const body: unknown = JSON.parse(entry.body);
        const facts = this.interpret({ ...entry, occurredAt: entry.occurredAt.getTime(), body });
        if (facts === undefined) all.unknown.push(entry);
        else if (facts.length > 0) all.known.push({ entry, facts: checked(facts) });
      } catch (error) {
        all.parked.push({ entry, reason: 'not_interpretable', error: messageOf(error) });
      }
    }
    return all;
  }

  /** Folds entries one after the other. Where one stops it, everything folded since the last write must be forgotten. */
  private async foldAll(interpreted: readonly Interpreted[]): Promise<{ entry: Entry; error: unknown } | undefined> {
    for (const wanted of this.wanted) await this.set.prefetch(wanted);
    await this.set.prefetch(namedBy(interpreted));
    for (const { entry, facts } of interpreted) {
      try {
        this.fold.apply(entry.position, entry.id, facts);
      } catch (error) {
        return { entry, error };
      }
    }
    return undefined;
  }
}

export interface Projected {
  changes: Changes;
  parked: Parked[];
  position: Position;
}

/** The subjects that facts speak of and name, and the persons about whom something new may be said. */
function namedBy(interpreted: readonly Interpreted[]): Wanted {
  const refs = new Set<Ref>();
  const nodes = new Set<Node>();
  const persons = new Map<Node, number>();
  let paidFrom = Infinity;
  for (const { facts } of interpreted) {
    for (const { subject, type, fields, refs: others, nodes: people } of facts) {
      const paidAt = type === 'PaymentCaptured' ? (fields['at'] ?? fields['provisional_at']) : undefined;
      if (typeof paidAt === 'number' && paidAt < paidFrom) paidFrom = paidAt;
      if (isRef(subject)) refs.add(subject);
      else {
        nodes.add(subject);
        const at = type === 'TouchRecorded' && typeof fields['at'] === 'number' ? fields['at'] : 0;
        persons.set(subject, Math.min(at, persons.get(subject) ?? at));
      }
      if (others) for (const ref of others) refs.add(ref);
      if (people) for (const node of people) nodes.add(node);
    }
  }
  return { refs: [...refs], nodes: [...nodes], persons, paidFrom };
}

/** The origin of our own decisions, which no projection of facts reads. */
const OWN = 'truth-ledger';

/** Rounds of missing rows that one entry may have; more means that it can never be folded. */
const MISSES_MAX = 100;
const ID_LENGTH_MAX = 512;

/** Facts whose ids and texts the database can hold; throws for others, so that one entry is parked and not a whole batch. */
function checked(facts: readonly Fact[]): readonly Fact[] {
  for (const { subject, effect, refs, nodes, fields } of facts) {
    for (const text of [subject, effect, ...(refs ?? []), ...(nodes ?? []), ...Object.values(fields)]) {
      if (typeof text !== 'string') continue;
      if (text.length > ID_LENGTH_MAX) throw new RangeError(`an id or text has more than ${ID_LENGTH_MAX} characters`);
      if (text.includes('\0') || !text.isWellFormed())
        throw new RangeError('an id or text has characters that cannot be stored');
    }
  }
  return facts;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
