import type { Fact, Interpret, Node, Ref } from '../catalog/facts.js';
import type { Entry } from '../ledger/ledger.js';
import type { ApplyFact } from './fold.js';
import { Fold } from './fold.js';
import type { Contributions } from './contributions.js';
import type { ModelReader } from './model-store.js';
import { isRef } from './rows.js';
import { type Changes, NotLoaded, type Wanted, WorkingSet } from './working-set.js';

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

  constructor(
    store: ModelReader,
    contributions: Contributions,
    private readonly interpret: Interpret,
    applyFact: ApplyFact,
  ) {
    this.set = new WorkingSet(store);
    this.fold = new Fold(this.set, contributions, applyFact);
  }

  /** The changes that entries cause, in feed order. After it, either write them and call `written`, or call `forget`. */
  async project(entries: readonly Entry[]): Promise<{ changes: Changes; parked: Parked[] }> {
    const parked: Parked[] = [];
    const interpreted = this.interpretAll(entries, parked);
    const again: Again = { poisoned: new Set(), wanted: [] };
    while (!(await this.foldAll(interpreted.known, again, parked))) this.set.forget();
    for (const { entry } of interpreted.unknown) this.set.unknown(entry.type, entry.position);
    return { changes: this.set.takeChanges(), parked };
  }

  written(): void {
    this.set.trim();
  }

  forget(): void {
    this.set.forget();
  }

  private interpretAll(
    entries: readonly Entry[],
    parked: Parked[],
  ): { known: Interpreted[]; unknown: { entry: Entry }[] } {
    const known: Interpreted[] = [];
    const unknown: { entry: Entry }[] = [];
    for (const entry of entries) {
      if (entry.origin === OWN) continue;
      try {
        const facts = this.interpret({
          ...entry,
          occurredAt: entry.occurredAt.getTime(),
          body: JSON.parse(entry.body),
        });
        if (facts === undefined) unknown.push({ entry });
        else if (facts.length > 0) known.push({ entry, facts: checked(facts) });
      } catch (error) {
        parked.push({ entry, reason: 'not_interpretable', error: messageOf(error) });
      }
    }
    return { known, unknown };
  }

  /** False when an entry failed or met rows that were not at hand: the batch must be folded again, from clean rows. */
  private async foldAll(known: readonly Interpreted[], again: Again, parked: Parked[]): Promise<boolean> {
    const good = again.poisoned.size > 0 ? known.filter(({ entry }) => !again.poisoned.has(entry.id)) : known;
    for (const wanted of again.wanted) await this.set.prefetch(wanted);
    await this.set.prefetch(namedBy(good));
    for (const { entry, facts } of good) {
      try {
        this.fold.apply(entry.position, entry.id, facts);
      } catch (error) {
        if (error instanceof NotLoaded) again.wanted.push(error.wanted);
        else {
          again.poisoned.add(entry.id);
          parked.push({ entry, reason: 'projection_failed', error: messageOf(error) });
        }
        return false;
      }
    }
    return true;
  }
}

/** What the next attempt at a batch must know. */
interface Again {
  poisoned: Set<string>;
  wanted: Wanted[];
}

/** The subjects that facts speak of and name. */
function namedBy(interpreted: readonly Interpreted[]): Wanted {
  const refs = new Set<Ref>();
  const nodes = new Set<Node>();
  for (const { facts } of interpreted) {
    for (const fact of facts) {
      if (isRef(fact.subject)) refs.add(fact.subject);
      else nodes.add(fact.subject);
      for (const ref of fact.refs ?? []) refs.add(ref);
      for (const node of fact.nodes ?? []) nodes.add(node);
    }
  }
  return { refs: [...refs], nodes: [...nodes] };
}

/** The origin of our own decisions, which no projection of facts reads. */
const OWN = 'truth-ledger';

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
