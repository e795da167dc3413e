import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PackedIds, eachLine } from '../../../src/reconcile/packed-ids.js';
import { Pile, type TruthsOfDay } from '../../../src/reconcile/pile.js';

interface Happened {
  nth: number;
  id: string;
  odd: boolean;
}

const DAYS = 4;
const EPOCH_2000_MS = Date.UTC(2000, 0, 1);

const wide = (numbers: readonly number[]): Buffer => {
  const packed = Buffer.alloc(8 * numbers.length);
  for (const [index, number] of numbers.entries()) packed.writeBigInt64BE(BigInt(number), 8 * index);
  return packed;
};

const join = (all: readonly string[]) => ({ text: all.join('\x1e'), count: all.length });
/** When the truth happened whose place among all is this, in milliseconds. */
const timeOf = (place: number): number => EPOCH_2000_MS + place * 1_000.5;

/** A pile of what happened; rows of events are numbered from 10^10 on, as wide as they may become. */
function pileOf(truths: readonly Happened[], events: readonly Happened[], plainUntil = Infinity): Pile {
  const pile = new Pile((_, at) => at < plainUntil);
  for (let nth = 0; nth < DAYS; nth += 1) {
    const own = (all: readonly Happened[], odd: boolean) =>
      all.map((each, place) => ({ ...each, place })).filter((each) => each.nth === nth && each.odd === odd);
    const plain = own(truths, false);
    const odd = own(truths, true).map(({ id }) => id);
    if (odd.length > 0) pile.addOddTruths(join(odd));
    if (plain.length > 0) {
      const times = wide(plain.map(({ place }) => place * 1_000_500));
      pile.addTruths({ nth, ...join(plain.map(({ id }) => id)), times });
    }
    for (const isOdd of [true, false]) {
      const some = own(events, isOdd);
      if (some.length === 0) continue;
      const rows = wide(some.map(({ place }) => 10 ** 10 + place));
      if (isOdd) pile.addOddEvents({ ...join(some.map(({ id }) => id)), rows });
      else {
        const lines = some.map(({ id, place }) => `${id}\x1fm${place}`);
        pile.addEvents({ nth, context: 'c', resent: 0, ...join(lines), rows });
      }
    }
  }
  return pile;
}

/** The same by its meaning, id by id. */
function expected(truths: readonly Happened[], events: readonly Happened[]) {
  const of = (all: readonly Happened[], id: string) =>
    all.map((each, place) => ({ ...each, place })).filter((each) => each.id === id);
  const found: Record<'loose' | 'truths' | 'rows' | 'unseen' | 'plain', string[]> = {
    ...{ loose: [], truths: [], rows: [], unseen: [], plain: [] },
  };
  for (const id of new Set([...truths, ...events].map((each) => each.id))) {
    const [its, named] = [of(truths, id), of(events, id)];
    const single = its.length === 1 && !its[0]!.odd ? its[0] : undefined;
    const told = single && `${single.nth} ${id} ${timeOf(single.place)}`;
    if (told && named.length === 0) found.unseen.push(told);
    else if (single && named.length === 1 && !named[0]!.odd && named[0]!.nth === single.nth)
      found.plain.push(`${single.nth} ${id}\x1fm${named[0]!.place} ${timeOf(single.place)}`);
    else {
      found.loose.push(id);
      if (told) found.truths.push(told);
      found.rows.push(...named.map(({ place }) => String(10 ** 10 + place)));
    }
  }
  for (const list of Object.values(found)) list.sort();
  return found;
}

function said(pile: Pile) {
  const { loose, truths, rows, unseen, plain } = pile.sorted();
  const named = (days: readonly TruthsOfDay[]): string[] =>
    days.flatMap(({ nth, ids, at }) => ids.map((id, index) => `${nth} ${id} ${at[index]}`)).sort();
  const lines = plain.flatMap(({ nth, text, places, at }) =>
    at.map((time, index) => `${nth} ${text.slice(places[2 * index], places[2 * index + 1])} ${time}`),
  );
  return { loose: loose.sort(), truths: named(truths), rows: rows.sort(), unseen: named(unseen), plain: lines.sort() };
}

const happened = fc.array(
  fc.record({
    nth: fc.integer({ min: 0, max: DAYS - 1 }),
    id: fc.constantFrom('order:o1', 'order:o2', 'order:o11', 'order:', 'user:é', 'user:漢字', ''),
    odd: fc.constantFrom(false, false, false, true),
  }),
  { maxLength: 8 },
);

describe('a pile of days', () => {
  it('given any truths and events, then each id is where its own say', () =>
    fc.assert(
      fc.property(happened, happened, (truths, events) => {
        expect(said(pileOf(truths, events))).toEqual(expected(truths, events));
      }),
    ));

  it('given a pair whose truth happened when none can, then its id needs looking at', () => {
    const pair = [{ nth: 1, id: 'order:o1', odd: false }];
    expect(said(pileOf(pair, pair, 0))).toEqual({
      ...{ loose: ['order:o1'], truths: [`1 order:o1 ${timeOf(0)}`], rows: ['10000000000'], unseen: [], plain: [] },
    });
  });

  it('given an id that holds what lies between ids, then it is an error', () => {
    const pile = new Pile();
    expect(() => pile.addOddTruths({ text: 'a\x1eb', count: 1 })).toThrow('holds what lies between packed ids');
  });
});

describe('packed ids', () => {
  it('given many ids in one text, then each is found under its number, and no other', () => {
    const ids = Array.from({ length: 5_000 }, (_, n) => `order:${n * n}`);
    const packed = new PackedIds();
    const text = ids.join('\x1e');
    eachLine(text, '', (start, _, end, hash) => expect(packed.add(text, start, end, hash)).toBe(-1));
    expect(ids.map((id) => packed.numberOf(id))).toEqual(ids.map((_, n) => n));
    expect(packed.numberOf('order:2')).toBe(-1);
  });

  it('given ids of one hash, then each keeps its number', () => {
    const packed = new PackedIds();
    for (const id of ['a', 'b', 'ab']) packed.add(id, 0, id.length, 7);
    expect(['a', 'b', 'ab', 'b', 'c'].map((id) => packed.find(id, 0, id.length, 7))).toEqual([0, 1, 2, 1, -1]);
    expect(packed.add('b', 0, 1, 7)).toBe(1);
  });
});
