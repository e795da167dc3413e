import { canonicalJson } from '../kernel/canonical-json.js';
import { decisionId } from '../kernel/entry-id.js';
import { Problem } from '../kernel/errors.js';
import type { Entry, Ledger, NewEntry, Position, Revision, StreamName } from './ledger.js';

/** A decision of ours: past tense, its data plain JSON. */
export interface Decision {
  type: string;
  data: unknown;
  schemaVersion?: number;
}

/** Why nothing was decided: a value, not an exception. */
export interface Refusal {
  refused: string;
  detail?: string;
}

export const refused = (reason: string, detail?: string): Refusal => ({ refused: reason, detail });

/** What a pure `decide` returns: decisions to append, none when there is nothing to say, or a refusal. */
export type Decided<Event extends Decision> = readonly Event[] | Refusal;

/** How the state of a stream follows from its decisions. Pure. */
export interface Folding<State, Event extends Decision> {
  initial: State;
  evolve(state: State, event: Event): State;
}

/** Who decides, when, and in what connection: the same for all decisions of one call. */
export interface DecisionContext {
  now: Date;
  /** Who is answerable: `key:<id>`, `system`. */
  actor: string;
  correlationId: string;
  causationId?: string;
  /** `api-key`, `none`. */
  authenticatedBy?: string;
  /** Tags of the persons it is about. */
  subjects?: readonly string[];
  /** The vault's keyed hash of the data. */
  contentMac(value: unknown): Buffer;
}

/** What came of it: the decisions and where the stream is now (position 0 and revision -1 while it has no entries). */
export interface Appended<State, Event extends Decision> {
  events: readonly Event[];
  state: State;
  revision: Revision;
  position: Position;
}

/** Our own origin, which no API key may write. */
export const OWN_ORIGIN = 'truth-ledger';

/**
 * Loads a stream, decides, and appends at exactly the revision it was loaded at. When somebody else was first, loads and decides
 * again, `attempts` times in all. Throws Problem `wrong_expected_revision` after the last, `unavailable` when it cannot be durable.
 */
export async function decideAndAppend<State, Event extends Decision>(
  ledger: Ledger,
  stream: StreamName,
  folding: Folding<State, Event>,
  decide: (state: State) => Decided<Event>,
  context: DecisionContext,
  attempts = 5,
): Promise<Appended<State, Event> | Refusal> {
  for (let attempt = 1; ; attempt += 1) {
    const loaded = await loadStream(ledger, stream, folding);
    const decided = decide(loaded.state);
    if ('refused' in decided) return decided;
    if (decided.length === 0) return { ...loaded, events: [] };
    const entries = decided.map((event, index) => decisionEntry(stream, loaded.revision + 1 + index, event, context));
    try {
      const at = await ledger.append(stream, loaded.revision < 0 ? 'no_stream' : loaded.revision, entries);
      return {
        ...at,
        events: decided,
        state: decided.reduce((state, event) => folding.evolve(state, event), loaded.state),
      };
    } catch (error) {
      const lostRace = error instanceof Problem && error.code === 'wrong_expected_revision';
      if (!lostRace || attempt >= attempts) throw error;
    }
  }
}

/** The folded state of a stream and where it ends: revision -1 and position 0 when it does not exist. */
export async function loadStream<State, Event extends Decision>(
  ledger: Ledger,
  stream: StreamName,
  { initial, evolve }: Folding<State, Event>,
): Promise<{ state: State; revision: Revision; position: Position }> {
  const entries = await ledger.readStream(stream);
  const last = entries.at(-1);
  const state = entries.reduce((folded, entry) => evolve(folded, decisionOf<Event>(entry)), initial);
  return { state, revision: last?.revision ?? -1, position: last?.position ?? 0 };
}

/** A decision as it was appended. */
export const decisionOf = <Event extends Decision>(entry: Entry): Event =>
  ({ type: entry.type, data: JSON.parse(entry.body) as unknown, schemaVersion: entry.schemaVersion }) as Event;

/** The entry of a decision at its place in the stream. Its body is the canonical JSON of its data, which must hold nothing personal. */
export function decisionEntry(
  stream: StreamName,
  revision: Revision,
  event: Decision,
  context: DecisionContext,
): NewEntry {
  const id = decisionId(stream, revision);
  return {
    id,
    stream,
    type: event.type,
    schemaVersion: event.schemaVersion ?? 1,
    origin: OWN_ORIGIN,
    account: OWN_ORIGIN,
    originEventId: id,
    occurredAt: context.now,
    correlationId: context.correlationId,
    causationId: context.causationId,
    actor: context.actor,
    authenticatedBy: context.authenticatedBy ?? 'none',
    subjects: context.subjects ?? [],
    attributes: {},
    body: canonicalJson(event.data),
    contentMac: context.contentMac({ type: event.type, data: event.data }),
  };
}
