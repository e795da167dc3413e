import type { Node } from '../catalog/facts.js';
import type { Contributing } from './contributions.js';
import { type Customer, type Identifier, isGuest, type Part, type TouchRow } from './rows.js';

/** Rows to insert, and rows that are stored in an older form. */
export interface Rows<T> {
  added: T[];
  changed: T[];
}

export interface Changes {
  parts: Rows<Part>;
  identifiers: Rows<Identifier>;
  removedIdentifiers: Node[];
  customers: Rows<Customer>;
  removedCustomers: Node[];
  contributions: Contributing[];
  touches: TouchRow[];
  unknownTypes: { type: string; entries: number; position: number }[];
}

/** A guest is gone when its purchase has found somebody. */
export const isGone = ({ node, doc }: Identifier): boolean => isGuest(node) && doc.purchases === 0;

/** Sorts rows into new and stored ones; from now on all count as stored. */
export function sorted<T>(rows: Iterable<T>, stored: Set<string>, keyOf: (row: T) => string): Rows<T> {
  const added: T[] = [];
  const changed: T[] = [];
  for (const row of rows) {
    const key = keyOf(row);
    if (stored.has(key)) changed.push(row);
    else added.push(row);
    stored.add(key);
  }
  return { added, changed };
}
