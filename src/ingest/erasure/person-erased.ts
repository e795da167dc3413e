import type { Decision, Folding } from '../../ledger/decide-and-append.js';
import { decisionStream } from '../../ledger/streams.js';

/** By what somebody was asked for. */
export type AskedBy = 'customer' | 'user_id' | 'email';

/** Everything under which a person is known. */
export interface PersonFound {
  tags: string[];
  browserTags: string[];
  /** Of parts of their purchases. */
  objectTags: string[];
  /** Entries of theirs that carry none of the tags. */
  entryIds: string[];
}

/** The decision to erase a person. Its name and the fields of its data are the stored format; nothing in it is personal. */
export interface PersonErased extends Decision {
  type: 'PersonErased';
  data: {
    asked_by: AskedBy;
    /** Keyed tags of every identifier of the person; see `Vault.subjectTag`. */
    tags: readonly string[];
    /** Tags of devices that only a browser says are theirs: they reach what is kept beside the ledger, and nothing in it. */
    browser_tags: readonly string[];
    /** Tags of parts of their purchases, which entries carry that name nobody. Decisions of before there were any have none. */
    object_tags?: readonly string[];
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

const reachOf = ({ tags, browser_tags, object_tags = [], entry_ids }: PersonErased['data']): string[] => [
  ...tags,
  ...browser_tags,
  ...object_tags,
  ...entry_ids,
];

/** What one decision may name: a tag is said twice in its entry, in 54 bytes, so that the entry is within 0.9 MiB. */
const NAMED_MAX = 16_000;

/**
 * What the decisions say by which a person is erased: one, or several for somebody with so many purchases that an entry cannot hold them. The
 * identifiers are in the first; each stands by itself.
 */
export function decisionsOn(
  { tags, browserTags, objectTags, entryIds }: PersonFound,
  said: Pick<PersonErased['data'], 'asked_by' | 'reason' | 'by'>,
): PersonErased['data'][] {
  const named = { tags, browser_tags: browserTags, object_tags: objectTags, entry_ids: entryIds };
  const all = Object.entries(named).flatMap(([list, values]) => values.map((value) => [list, value] as const));
  const decisions: PersonErased['data'][] = [];
  for (let at = 0; at === 0 || at < all.length; at += NAMED_MAX) {
    const some = all.slice(at, at + NAMED_MAX);
    const of = (list: keyof typeof named): string[] => some.flatMap(([name, value]) => (name === list ? [value] : []));
    decisions.push({
      tags: of('tags'),
      browser_tags: of('browser_tags'),
      object_tags: of('object_tags'),
      entry_ids: of('entry_ids'),
      ...said,
    });
  }
  return decisions;
}
