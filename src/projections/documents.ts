import type { Contributed, Dimensions, HasContributed, Identifier, Part } from './rows.js';
import { newIdentifier } from './rows.js';

/*
 * The documents of parts and identifiers as tables hold them. Most of a document would be empty lists and the names of members, and every
 * byte is written, checked by the server and read again: so what is empty is left out, and contributions are rows of values.
 * `effects` is as the fold has it, because reports read it.
 */

type StoredContributed = readonly [
  metric: string,
  at: number,
  delta: string,
  currency: string,
  fact: string,
  entryId: string,
];
type StoredDimensions = [string, string, string, string | null, string, boolean];

interface StoredContributions {
  contributed?: readonly StoredContributed[];
  by?: StoredDimensions;
}

export type StoredPart = Pick<Part['doc'], 'links' | 'nodes' | 'effects'> &
  StoredContributions & { listed?: Part['doc']['listed'] };
export type StoredIdentifier = Partial<Omit<Identifier['doc'], keyof HasContributed>> & StoredContributions;

export function partText({ doc }: Part): string {
  const { links, nodes, effects, listed } = doc;
  const stored: StoredPart = { links, nodes, effects };
  if (listed !== undefined) stored.listed = listed;
  storeContributions(stored, doc);
  return JSON.stringify(stored);
}

export function partDoc({ links, nodes, effects, listed, contributed, by }: StoredPart): Part['doc'] {
  return { links, nodes, effects, listed, ...contributionsOf(contributed, by) };
}

export function identifierText({ doc }: Identifier): string {
  const stored: StoredIdentifier = {};
  if (doc.fixed.length > 0) stored.fixed = doc.fixed;
  if (doc.shared.length > 0) {
    stored.shared = doc.shared;
    stored.sharedBy = doc.sharedBy;
  }
  if (doc.moreShared > 0) stored.moreShared = doc.moreShared;
  if (doc.members.length > 0) stored.members = doc.members;
  for (const _ in doc.effects) {
    stored.effects = doc.effects;
    break;
  }
  if (doc.touches.length > 0) stored.touches = doc.touches;
  if (doc.unmarkedAt !== null) stored.unmarkedAt = doc.unmarkedAt;
  if (doc.stripped) stored.stripped = true;
  if (doc.sealed) stored.sealed = true;
  if (doc.decided !== undefined) stored.decided = doc.decided;
  if (doc.payments.length > 0) stored.payments = doc.payments;
  if (doc.morePayments > 0) stored.morePayments = doc.morePayments;
  if (doc.purchases > 0) stored.purchases = doc.purchases;
  storeContributions(stored, doc);
  return JSON.stringify(stored);
}

export function identifierDoc(node: string, { contributed, by, ...doc }: StoredIdentifier): Identifier['doc'] {
  // Only what is there already is set, so that all documents have the same fields in the same order.
  return Object.assign(newIdentifier(node).doc, doc, contributionsOf(contributed, by));
}

function storeContributions(stored: StoredContributions, { contributed, by }: HasContributed): void {
  if (by === undefined || contributed.length === 0) return;
  stored.contributed = contributed.map((each) => [
    each.metric,
    each.at,
    each.delta,
    each.currency,
    each.fact,
    each.entryId,
  ]);
  stored.by = [by.source, by.medium, by.campaign, by.reason, by.kind, by.present];
}

function contributionsOf(contributed: readonly StoredContributed[] = [], by?: StoredDimensions): HasContributed {
  return { contributed: contributed.map(contributedOf), by: by && dimensionsOf(by) };
}

const contributedOf = ([metric, at, delta, currency, fact, entryId]: StoredContributed): Contributed => {
  return { metric, at, delta, currency, fact, entryId };
};

const dimensionsOf = ([source, medium, campaign, reason, kind, present]: StoredDimensions): Dimensions => {
  return { source, medium, campaign, reason, kind, present };
};
