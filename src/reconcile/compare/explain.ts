import type { Cause, Evidence } from '../cause.js';
import type { Buckets, Item } from '../parts.js';

/** Gives every id its primary cause: the first of the list that explains it. What none explains keeps none. */
export function explain(buckets: Buckets, causes: readonly Cause[], evidence: Evidence): void {
  for (const items of buckets.values()) for (const item of items) explainItem(item, causes, evidence);
}

function explainItem(item: Item, causes: readonly Cause[], evidence: Evidence): void {
  for (const cause of causes) {
    if (!cause.parts.includes(item.part)) continue;
    const explanation = cause.explain(item, evidence);
    if (explanation === undefined) continue;
    item.cause = cause.name;
    item.confidence = explanation.confidence;
    item.evidence = explanation.proof;
    return;
  }
}
