import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PackedIds, eachLine } from '../../../src/reconcile/packed-ids.js';
import { type LinesOfDay, Pile, type TruthsOfDay } from '../../../src/reconcile/pile.js';

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

/**
 * A pile of what happened; rows of events are numbered from 10^10 on, as wide as they may become. `around`: before a day is added, all but so
 * many of those before are forgotten.
 */
function pileOf(
  truths: readonly Happened[],
  events: readonly Happened[],
  { plainUntil = Infinity, around = DAYS } = {},
): Pile {
  const pile = new Pile((_, at) => at < plainUntil);
  for (let nth = 0; nth < DAYS; nth += 1) {
    pile.forget(nth - around);
    const own = (all: readonly Happened[], odd: boolean) =>
      all.map((each, place) => ({ ...each, place })).filter((each) => each.nth === nth && each.odd === odd);
    const plain = own(truths, false);
    const odd = own(truths, true).map(({ id }) => id);
    if (odd.length > 0) pile.addOddTruths({ nth, ...join(odd) });
    if (plain.length > 0) {
      const times = wide(plain.map(({ place }) => place * 1_000_500));
      pile.addTruths({ nth, ...join(plain.map(({ id }) => id)), times });
    }
    for (const isOdd of [true, false]) {
      const some = own(events, isOdd);
      if (some.length === 0) continue;
      const rows = wide(some.map(({ place }) => 10 ** 10 + place));
      if (isOdd) pile.addOddEvents({ nth, ...join(some.map(({ id }) => id)), rows });
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
  const lines = (days: readonly LinesOfDay[]): string[] =>
    days
      .flatMap(({ nth, text, places, at }) =>
        at.map((time, index) => `${nth} ${text.slice(places[2 * index], places[2 * index + 1])} ${time}`),
      )
      .sort();
  return { loose: loose.sort(), truths: named(truths), rows: rows.sort(), unseen: lines(unseen), plain: lines(plain) };
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

  it('given that days are forgotten, then those left say what they say alone, but for ids that also a forgotten day names', () =>
    fc.assert(
      fc.property(happened, happened, (truths, events) => {
        const since = (all: readonly Happened[]) => all.filter(({ nth }) => nth >= DAYS - 2);
        const gone = new Set<string>([...truths, ...events].filter(({ nth }) => nth < DAYS - 2).map(({ id }) => id));
        const pile = pileOf(truths, events, { around: 1 });
        const { loose } = expected(since(truths), since(events));
        const both = [pile, pileOf(since(truths), since(events))].map((each) => said(each));
        // Places number what happened, so only ids are compared.
        const ids = (lines: readonly string[]) =>
          lines.map((line) => line.split(' ')[1]!.split('\x1f')[0]).filter((id) => !gone.has(id!));
        for (const part of ['truths', 'unseen', 'plain'] as const)
          expect(ids(both[0]![part])).toEqual(ids(both[1]![part]));
        expect(both[0]!.loose.filter((id) => !gone.has(id))).toEqual(loose.filter((id) => !gone.has(id)));
        expect(both[0]!.loose).toEqual(expect.arrayContaining(loose));
        const left = new Set<string>([...since(truths), ...since(events)].map(({ id }) => id));
        expect(both[0]!.loose.filter((id) => !left.has(id))).toEqual([]);
        // Of an id that needs looking at, all events that are left are read, also of one whose truth was forgotten.
        const read = both[0]!.rows.map((row) => events[Number(row) - 10 ** 10]!);
        expect(read.filter(({ id }) => loose.includes(id)).length).toBe(
          since(events).filter(({ id }) => loose.includes(id)).length,
        );
        expect(read.filter(({ nth }) => nth < DAYS - 2)).toEqual([]);
      }),
    ));

  it('given ids of truths, then it is told of each whether it is one, also when they were forgotten since', () => {
    const pile = new Pile();
    const add = (nth: number, ids: readonly string[]): void =>
      pile.addTruths({ nth, ...join(ids), times: wide(ids.map(() => 0)) });
    add(0, ['order:old']);
    add(1, ['order:a', 'order:b']);
    pile.forget(1);
    const { knows } = pile;
    expect(['order:a', 'order:old', 'order:x'].map(knows)).toEqual([true, false, false]);
    add(
      2,
      Array.from({ length: 9 }, (_, n) => `order:${n}`),
    );
    pile.forget(2);
    expect(['order:a', 'order:b'].map(knows)).toEqual([true, true]);
    expect(['order:a', 'order:3'].map(pile.knows)).toEqual([false, true]);
  });

  it('given a pair whose truth happened when none can, then its id needs looking at', () => {
    const pair = [{ nth: 1, id: 'order:o1', odd: false }];
    expect(said(pileOf(pair, pair, { plainUntil: 0 }))).toEqual({
      ...{ loose: ['order:o1'], truths: [`1 order:o1 ${timeOf(0)}`], rows: ['10000000000'], unseen: [], plain: [] },
    });
  });

  it('given an id that holds what lies between ids, then it is an error', () => {
    const pile = new Pile();
    expect(() => pile.addOddTruths({ nth: 0, text: 'a\x1eb', count: 1 })).toThrow('holds what lies between packed ids');
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

  it('given the same id again, then it is found under its last number, and the one before is told', () => {
    const packed = new PackedIds();
    expect([7, 7, 7].map((hash) => packed.add('a', 0, 1, hash))).toEqual([-1, 0, 1]);
    expect(packed.find('a', 0, 1, 7)).toBe(2);
  });

  it('given ids that are forgotten, then the others keep their numbers, marks and texts, however many come', () => {
    const packed = new PackedIds();
    const idOf = (n: number): string => `order:${n % 700}`; // each comes again later
    for (let n = 0; n < 5_000; n += 1) {
      eachLine(idOf(n), '', (start, _, end, hash) => {
        const before = packed.add(idOf(n), start, end, hash);
        expect(before).toBe(n >= 700 && n - 700 >= packed.begin ? n - 700 : -1);
      });
      packed.mark(n, n % 3);
      if (n % 50 === 0) packed.forget(n - 600 - (n % 7));
    }
    for (let n = packed.begin; n < packed.end; n += 1)
      expect([packed.textOf(n), packed.markOf(n), packed.numberOf(idOf(n))]).toEqual([
        idOf(n),
        n % 3,
        n + 700 < 5_000 ? n + 700 : n,
      ]);
    expect(packed.begin).toBeGreaterThan(4_000);
  });

  it('given ids of one hash, then each keeps its number', () => {
    const packed = new PackedIds();
    for (const id of ['a', 'b', 'ab']) packed.add(id, 0, id.length, 7);
    expect(['a', 'b', 'ab', 'b', 'c'].map((id) => packed.find(id, 0, id.length, 7))).toEqual([0, 1, 2, 1, -1]);
    expect(packed.add('b', 0, 1, 7)).toBe(1);
  });
});
