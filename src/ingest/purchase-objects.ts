import type { Vault } from '../ledger/vault.js';
import { cleanText } from './clear-text.js';

/** Kinds of references by which an entry may be found that names nobody; as facts write them. */
export const OBJECT_KINDS = ['order', 'checkout', 'session', 'intent', 'payment', 'invoice'] as const;
export type ObjectKind = (typeof OBJECT_KINDS)[number];

/** A part of a purchase, as its sender calls it: `payment` and `ch_1`. */
export interface PurchaseObject {
  kind: ObjectKind;
  id: string;
}

const ID_MAX = 512; // characters; as facts carry ids

/** What members of a body name; nothing for one that holds no id. */
export function objectsNamed(members: readonly (readonly [kind: ObjectKind, value: unknown])[]): PurchaseObject[] {
  return members.flatMap(([kind, value]) => {
    const id = cleanText(typeof value === 'number' ? String(value) : value, ID_MAX);
    return id === undefined ? [] : [{ kind, id }];
  });
}

/** The tag of a part of a purchase, by its reference in the read model: `payment:ch_1`. */
export const objectTag = (vault: Pick<Vault, 'subjectTag'>, ref: string): string => vault.subjectTag('p', ref);

/** The same for what a sender calls it; an id that is an e-mail address is one in facts too, as its hash. */
export const objectTags = (vault: Pick<Vault, 'subjectTag' | 'safeId'>, objects: readonly PurchaseObject[]): string[] =>
  objects.map(({ kind, id }) => objectTag(vault, `${kind}:${vault.safeId(id)}`));
