import type { Fact, Node, Ref, Scalar } from './facts.js';
import { present } from './identifiers.js';

/** The parts of a fact, some of which an entry may not know. */
export type FactParts = Pick<Fact, 'type' | 'subject' | 'effect' | 'stamp'> & {
  fields?: Readonly<Record<string, Scalar | undefined>>;
  refs?: readonly (Ref | undefined)[];
  nodes?: readonly (Node | undefined)[];
};

/** A fact without the fields, refs and nodes that are not known. */
export function makeFact(parts: FactParts): Fact {
  const fields: Record<string, Scalar> = {};
  for (const name in parts.fields) {
    const value = parts.fields[name];
    if (value !== undefined) fields[name] = value;
  }
  const { type, subject, effect, stamp } = parts;
  const fact: Fact = { type, subject, effect, stamp, fields };
  const refs = present(parts.refs ?? []);
  const nodes = present(parts.nodes ?? []);
  if (refs.length > 0) fact.refs = refs;
  if (nodes.length > 0) fact.nodes = nodes;
  return fact;
}
