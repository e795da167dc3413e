import type { Decision, Folding } from '../../ledger/decide-and-append.js';
import { decisionStream } from '../../ledger/streams.js';

/** By what somebody was asked for. */
export type AskedBy = 'customer' | 'user_id' | 'email';

/** The decision to erase a person. Its name and the fields of its data are the stored format; nothing in it is personal. */
export interface PersonErased extends Decision {
  type: 'PersonErased';
  data: {
    asked_by: AskedBy;
    /** Keyed tags of every identifier of the person; see `Vault.subjectTag`. */
    tags: readonly string[];
    /** Tags of devices that only a browser says are theirs: they reach what is kept beside the ledger, and nothing in it. */
    browser_tags: readonly string[];
    /** Entries of the person that carry none of the tags. */
    entry_ids: readonly string[];
    reason: string;
    /** The name of the key of whoever decided. */
    by: string;
  };
}

/** All erasures, one after the other. */
export const ERASURES_STREAM = decisionStream('erasure', 'people');

interface State {
  /** By tag or entry, the last erasure that reached it, counted from 0. Changed in place: the stream is long, and nobody keeps an earlier state. */
  reached: Map<string, number>;
  count: number;
}

/** How the state follows from the decisions; each folding has one of its own. */
export const erasing = (): Folding<State | undefined, PersonErased> => ({
  initial: undefined,
  evolve: (state, { data }) => {
    const { reached, count } = state ?? { reached: new Map<string, number>(), count: 0 };
    for (const each of reachOf(data)) reached.set(each, count);
    return { reached, count: count + 1 };
  },
});

/** The person is erased once: a second decision follows only where something of theirs is known that the earlier ones did not name. */
export const decideToErase =
  (data: PersonErased['data']) =>
  (state: State | undefined): readonly PersonErased[] =>
    reachOf(data).every((each) => state?.reached.has(each)) ? [] : [{ type: 'PersonErased', data }];

/** The last erasure that reached something of this. */
export const erasureOf = ({ reached }: State, data: PersonErased['data']): number =>
  Math.max(...reachOf(data).map((each) => reached.get(each) ?? -1));

const reachOf = ({ tags, browser_tags, entry_ids }: PersonErased['data']): string[] => [
  ...tags,
  ...browser_tags,
  ...entry_ids,
];
