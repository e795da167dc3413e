import { describe, expect, it } from '@jest/globals';
import { concentrationOf } from '../../../src/reconcile/compare/dimensions.js';
import { figuresOf } from '../../../src/reconcile/gap.js';
import { type IdList, listOf, unpacked } from '../../../src/reconcile/compare/outcome.js';
import type { Item } from '../../../src/reconcile/parts.js';
import { HOUR_ZERO, type PlainPairs } from '../../../src/reconcile/sift/sift.js';
import type { TrackedContext } from '../../../src/reconcile/source.js';
import { at, sorted, tracked, truth } from './given.js';

const contexts: Record<string, TrackedContext> = { a: { browser: 'Safari', country: 'DE' }, b: { browser: 'Chrome' } };
const names = Array.from({ length: 60 }, (_, n) => `order:o${String(n).padStart(2, '0')}`);
const contextOf = (n: number): string => (n % 3 === 0 ? 'a' : 'b');
const hourOf = (n: number): number => at(`${String(n % 24).padStart(2, '0')}:30:00`);
const card = { payment_method: 'card', country: 'FR' };
const payments = new Map(names.filter((_, n) => n % 2 === 0).map((name) => [name, card]));

/** Sixty orders: every fourth is missing, mostly those of Chrome; of the others each has its event. */
const seen = names.filter((_, n) => n % 4 !== 1);
const messageOf = (name: string): string => `m-${name}`;
const items = sorted(
  names.map((name, n) => truth(name, { at: hourOf(n) })),
  seen.map((name) => tracked(name, { messageId: messageOf(name), context: contexts[contextOf(names.indexOf(name))] })),
).get('')!;
const missing = items.filter(({ part }) => part === 'missing');
const plain: PlainPairs[] = ['b', 'a'].map((context) => {
  const own = seen.filter((name) => contextOf(names.indexOf(name)) === context);
  return {
    context,
    resent: 0,
    count: own.length,
    lines: own.map((name) => `${name}\x1f${messageOf(name)}`),
    hours: own.map((name) => String.fromCharCode(HOUR_ZERO + (names.indexOf(name) % 24))).join(''),
  };
});
const count = plain.reduce((sum, each) => sum + each.count, 0);

describe('plain pairs', () => {
  it('given instead of their items, then the figures are the same', () => {
    expect(figuresOf(missing, false, count)).toEqual(figuresOf(items, false));
  });

  it('given instead of their items, then the list is the same', () => {
    const listed = (list: IdList): IdList => ({ ...list, matched: list.matched.toSorted() });
    expect(listed(listOf(missing, plain))).toEqual(listed(listOf(items, [])));
    expect(listed(listOf(items, [])).matched.map((line) => unpacked(line).evidence)).toEqual(
      seen.map((name) => ({ message_id: messageOf(name) })),
    );
  });

  it('given instead of their items, then the loss concentrates in the same', () => {
    const evidence = { contextOf: ({ id }: { id: string }) => contexts[contextOf(names.indexOf(id))] };
    const found = (of: readonly Item[], pairs: readonly PlainPairs[]) =>
      concentrationOf(of, {
        dayFrom: at('00:00:00'),
        evidence,
        payments,
        plain: { pairs, payments, readContext: (text) => contexts[text] },
      });
    expect(found(missing, plain)).toEqual(found(items, []));
    expect(found(items, []).verdict).not.toBe('too_few');
  });

  it('given a message that is called like the truth, then it is not named twice', () => {
    expect(unpacked('order:o1\x1forder:o1')).toMatchObject({ part: 'matched', id: 'order:o1', evidence: {} });
  });

  it('given more kinds of client than a call takes arguments, then all their pairs are listed', () => {
    const plain = Array.from({ length: 130_000 }, (_, n) => ({
      context: `c${n}`,
      count: 1,
      lines: [`order:o${n}\x1fm${n}`],
      hours: 'a',
      resent: 0,
    }));
    expect(listOf([], plain).matched).toHaveLength(130_000);
  });
});
