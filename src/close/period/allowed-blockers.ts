import { Problem } from '../../kernel/errors.js';
import type { Blocker } from './blockers.js';
import type { BlockerNote, Proposal } from '../period.js';

/** Blockers as a period keeps them. */
export const noted = (blockers: readonly Blocker[]): BlockerNote[] =>
  blockers.map(({ kind, detail }) => ({ kind, detail }));

/** The blockers that a reason closes in spite of. Throws Problem `close_blocked` where there are others, or no reason. */
export function allowed(blockers: readonly Blocker[], force: string | undefined): BlockerNote[] {
  const inTheWay = force === undefined ? blockers : blockers.filter(({ forceable }) => !forceable);
  if (inTheWay.length === 0) return noted(blockers);
  const errors = inTheWay.map(({ kind, detail, link }) => `${kind}: ${detail} See ${link}`);
  const things = errors.length === 1 ? 'One thing is' : `${errors.length} things are`;
  throw new Problem('close_blocked', `${things} in the way.`, { errors });
}

/** The same at the close: only what was in the way when it was proposed was approved with it. */
export function approved(blockers: readonly Blocker[], { force, blockers: known }: Proposal): BlockerNote[] {
  const kinds = new Set(known.map(({ kind }) => kind));
  const those = blockers.map((blocker) => ({ ...blocker, forceable: blocker.forceable && kinds.has(blocker.kind) }));
  return allowed(those, force ?? undefined);
}
