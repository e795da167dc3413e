import type { Fact, InterpretableEntry } from '../catalog/facts.js';

/**
 * One meaning: which entries it reads and the facts they state. Pure. Raise `version` with every change of what it says, so that a
 * read model can tell that it was built by another one.
 */
export interface Interpreter {
  /** `stripe/charge`, `domain/orders`. */
  name: string;
  version: number;
  /** Entry types, in full. No two interpreters read one type. */
  reads: readonly string[];
  /** Whether it reads decisions of our own, which no key may write, instead of what comes in. */
  own?: true;
  /** Of entries whose type nobody reads: whether it reads this one all the same. */
  readsOther?: (entry: InterpretableEntry) => boolean;
  /** Throws RangeError or TypeError for an entry that cannot be what its type says; the entry is then parked. */
  interpret(entry: InterpretableEntry): readonly Fact[];
}
