import {
  DECISIONS_WITH_FACTS,
  type Fact,
  type Interpret,
  type InterpretableEntry,
  type Node,
  type Ref,
} from '../catalog/facts.js';
import type { Position } from '../ledger/ledger.js';
import { isRef } from './rows.js';
import type { Wanted } from './wanted.js';

/** An entry as it is read for its meaning: its body is still text, its time a date or epoch milliseconds. */
export type ReadEntry = Omit<InterpretableEntry, 'body' | 'occurredAt'> & { body: string; occurredAt: number | Date };

/** What an entry means. */
export interface Meaning {
  position: Position;
  id: string;
  facts: readonly Fact[];
}

/** An entry that no number shows, as a dead letter names it. */
export type Passed = Pick<ReadEntry, 'id' | 'position' | 'type' | 'origin' | 'account' | 'originEventId'>;

/** An entry that could not be projected, and why. Everything else goes on. */
export interface Parked {
  entry: Passed;
  reason: 'not_interpretable' | 'projection_failed';
  error: string;
}

/** A stretch of the feed up to position `last`, interpreted. */
export interface FactPage {
  last: Position;
  /** Entries with facts, in order; can be gone through several times. */
  known: Iterable<Meaning>;
  /** What the facts name. */
  wanted: Wanted;
  /** Entries of types that no interpreter knows. */
  unknown: readonly { type: string; position: Position }[];
  parked: readonly Parked[];
}

/** Interprets the feed from a position up to another, page by page. */
export type ReadFacts = (after: Position, until: Position) => AsyncIterable<FactPage>;

/** The origin of our own decisions, of which few mean something here. */
const OWN = 'truth-ledger';

/** Collects the meaning of entries, which come in order, into a page. */
export class PageMaker {
  readonly known: Meaning[] = [];
  last: Position = 0;
  entries = 0;
  private readonly unknown: { type: string; position: Position }[] = [];
  private readonly parked: Parked[] = [];
  private readonly refs = new Set<Ref>();
  private readonly nodes = new Set<Node>();
  private readonly persons = new Map<Node, number>();
  private paidFrom = Infinity;

  constructor(private readonly interpret: Interpret) {}

  add(entry: ReadEntry): void {
    this.last = entry.position;
    this.entries += 1;
    if (entry.origin === OWN && !DECISIONS_WITH_FACTS.has(entry.type)) return;
    try {
      const { position, id, type, schemaVersion, origin, account, originEventId, attributes } = entry;
      const body: unknown = JSON.parse(entry.body);
      const occurredAt = Number(entry.occurredAt);
      const open = { id, position, type, schemaVersion, origin, account, originEventId, occurredAt, attributes, body };
      const facts = this.interpret(open);
      if (facts === undefined) this.unknown.push({ type: entry.type, position });
      else if (facts.length > 0) this.known.push({ position, id, facts: this.named(facts) });
    } catch (error) {
      const { id, position, type, origin, account, originEventId } = entry;
      const passed = { id, position, type, origin, account, originEventId };
      this.parked.push({ entry: passed, reason: 'not_interpretable', error: messageOf(error) });
    }
  }

  page(): FactPage {
    const { last, known, unknown, parked, persons, paidFrom } = this;
    const wanted = { refs: [...this.refs], nodes: [...this.nodes], persons: [...persons], paidFrom };
    return { last, known, wanted, unknown, parked };
  }

  /** Notes the subjects that facts speak of and name, and the persons about whom something new may be said. */
  private named(facts: readonly Fact[]): readonly Fact[] {
    for (const fact of facts) assertStorable(fact);
    for (const { subject, type, fields, refs, nodes } of facts) {
      const paidAt = type === 'PaymentCaptured' ? (fields['at'] ?? fields['provisional_at']) : undefined;
      if (typeof paidAt === 'number' && paidAt < this.paidFrom) this.paidFrom = paidAt;
      if (isRef(subject)) this.refs.add(subject);
      else {
        this.nodes.add(subject);
        const at = type === 'TouchRecorded' && typeof fields['at'] === 'number' ? fields['at'] : 0;
        this.persons.set(subject, Math.min(at, this.persons.get(subject) ?? at));
      }
      if (refs) for (const ref of refs) this.refs.add(ref);
      if (nodes) for (const node of nodes) this.nodes.add(node);
    }
    return facts;
  }
}

const ID_LENGTH_MAX = 512;

/** Throws for a fact whose ids and texts the database cannot hold, so that one entry is parked and not a whole batch. */
function assertStorable({ subject, effect, refs, nodes, fields }: Fact): void {
  assertText(subject);
  assertText(effect);
  if (refs) for (const ref of refs) assertText(ref);
  if (nodes) for (const node of nodes) assertText(node);
  for (const name in fields) {
    const value = fields[name];
    if (typeof value === 'string') assertText(value);
  }
}

function assertText(text: string): void {
  if (text.length > ID_LENGTH_MAX) throw new RangeError(`an id or text has more than ${ID_LENGTH_MAX} characters`);
  if (text.includes('\0') || !text.isWellFormed())
    throw new RangeError('an id or text has characters that cannot be stored');
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
