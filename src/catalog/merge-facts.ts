import { type Fact, type FactType, factTypes, type Merge, type Scalar } from './facts.js';

/**
 * One effect on a subject: what all entries that restate it say together.
 *
 * `stamps` is one text when every stamped field (`latest`, `first`) has the greatest stamp seen; otherwise an object with the greatest
 * under `''` and the stamps of the fields that have another. `entryId` is the entry of the greatest stamp.
 */
export interface EffectRecord {
  type: FactType;
  fields: Record<string, Scalar>;
  stamps: string | Record<string, string>;
  entryId: string;
}

const fieldsOf = Object.fromEntries(
  Object.entries(factTypes).map(([type, fields]) => [type, Object.entries(fields) as [string, Merge][]]),
) as Record<FactType, [string, Merge][]>;

/** What one fact says of its effect. Fields that its type does not declare are left out. */
export function effectOf(fact: Fact, entryId: string): EffectRecord {
  const fields: Record<string, Scalar> = {};
  for (const [field] of fieldsOf[fact.type]) {
    const value = fact.fields[field];
    if (value !== undefined) fields[field] = value;
  }
  return { type: fact.type, fields, stamps: fact.stamp, entryId };
}

/** Adds a fact to what is known of its effect. `changed` is false, and `effect` the known one, when it says nothing new. */
export function applyFact(
  known: EffectRecord | undefined,
  fact: Fact,
  entryId: string,
): { effect: EffectRecord; changed: boolean } {
  const arrived = effectOf(fact, entryId);
  if (!known) return { effect: arrived, changed: true };
  if (known.type !== fact.type) {
    throw new TypeError(`effect ${fact.effect} of ${fact.subject} is a ${known.type} and cannot be a ${fact.type}`);
  }
  const effect = mergeEffect(fact.type, known, arrived);
  return same(known, effect) ? { effect: known, changed: false } : { effect, changed: true };
}

/** Two records of one effect as one. Commutative, associative and idempotent, and equal results are equal in text too. */
export function mergeEffect(type: FactType, a: EffectRecord, b: EffectRecord): EffectRecord {
  const [topA, topB] = [topStamp(a), topStamp(b)];
  const top = topA > topB ? topA : topB;
  const fields: Record<string, Scalar> = {};
  let others: Record<string, string> | undefined;
  for (const [field, merge] of fieldsOf[type]) {
    const [inA, inB] = [a.fields[field], b.fields[field]];
    if (inA === undefined && inB === undefined) continue;
    if (merge !== 'latest' && merge !== 'first') {
      fields[field] = inA === undefined ? inB! : inB === undefined ? inA : byValue(merge, inA, inB);
      continue;
    }
    const takesA = inB === undefined || (inA !== undefined && prevails(merge, a, b, field));
    fields[field] = takesA ? inA! : inB;
    const stamp = stampIn(takesA ? a : b, field);
    if (stamp !== top) (others ??= { '': top })[field] = stamp;
  }
  return { type, fields, stamps: others ?? top, entryId: topEntry(a, topA, b, topB) };
}

const topStamp = ({ stamps }: EffectRecord): string => (typeof stamps === 'string' ? stamps : stamps['']!);

const stampIn = ({ stamps }: EffectRecord, field: string): string =>
  typeof stamps === 'string' ? stamps : (stamps[field] ?? stamps['']!);

function topEntry(a: EffectRecord, topA: string, b: EffectRecord, topB: string): string {
  if (topA !== topB) return topA > topB ? a.entryId : b.entryId;
  return a.entryId > b.entryId ? a.entryId : b.entryId;
}

/** Whether the value of `a` wins. Equal stamps are copies of one event; should they differ all the same, the value decides. */
function prevails(merge: 'latest' | 'first', a: EffectRecord, b: EffectRecord, field: string): boolean {
  const [stampA, stampB] = [stampIn(a, field), stampIn(b, field)];
  const isGreater = stampA === stampB ? precedes(b.fields[field]!, a.fields[field]!) : stampA > stampB;
  return merge === 'latest' ? isGreater : !isGreater;
}

function byValue(merge: 'lowest' | 'highest' | 'any', a: Scalar, b: Scalar): Scalar {
  if (a === null || b === null) return a ?? b;
  if (merge === 'any') return a === true || b === true;
  return precedes(a, b) === (merge === 'lowest') ? a : b;
}

const precedes = (a: Scalar, b: Scalar): boolean => {
  if (typeof a === 'number' && typeof b === 'number') return a < b;
  return typeof a === typeof b ? String(a) < String(b) : typeof a < typeof b;
};

function same(a: EffectRecord, b: EffectRecord): boolean {
  return a.entryId === b.entryId && sameMembers(a.fields, b.fields) && sameStamps(a.stamps, b.stamps);
}

const sameStamps = (a: EffectRecord['stamps'], b: EffectRecord['stamps']): boolean =>
  typeof a === 'string' || typeof b === 'string' ? a === b : sameMembers(a, b);

function sameMembers(a: Record<string, Scalar>, b: Record<string, Scalar>): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}
