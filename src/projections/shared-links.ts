import type { Ref } from '../catalog/facts.js';
import { canShare, share } from './people.js';
import { peopleOf, purchaseAround } from './purchases.js';
import type { Identifier } from './rows.js';
import type { WorkingSet } from './working-set.js';

/**
 * The links of an identifier by purchases, made anew from every purchase that names it: when some were only counted, because there were
 * too many, and so few are left that all have room. By links of parts and nothing else, so it may be asked while parties still change.
 */
export function refillShared(set: WorkingSet, identifier: Identifier): void {
  const { node, doc } = identifier;
  const naming = set.partsNaming(node);
  doc.shared = [];
  doc.sharedBy = [];
  doc.moreShared = 0;
  const seen = new Set<Ref>();
  for (const { ref } of naming) {
    if (seen.has(ref)) continue;
    const parts = purchaseAround(set, ref);
    for (const each of parts) seen.add(each.ref);
    const people = peopleOf(parts);
    if (!people.includes(node)) continue;
    for (const other of people) if (canShare(node, other)) share(identifier, other, 1);
  }
  set.changedIdentifier(identifier);
}
