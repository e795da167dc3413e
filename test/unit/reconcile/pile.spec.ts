import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { IdFilter, IdTable } from '../../../src/reconcile/sift/id-table.js';
import { endOf, hashOf, type Lines, linesOf } from '../../../src/reconcile/sift/lines.js';
import { type LinesOfDay, Pile, type TruthsOfDay } from '../../../src/reconcile/sift/pile.js';

interface Happened {
  nth: number;
  id: string;
  odd: boolean;
}

const DAYS = 4;
const EPOCH_2000_MS = Date.UTC(2000, 0, 1);

const wide = (numbers: readonly number[]): DataView => {
  const packed = new DataView(new ArrayBuffer(8 * numbers.length));
  for (const [index, number] of numbers.entries()) packed.setBigInt64(8 * index, BigInt(number));
  return packed;
};

/** `separator`: what ends the id of each, where it says more. */
const join = (all: readonly string[], separator = ''): { lines: Lines } => ({
  lines: linesOf(all.join('\x1e'), all.length, separator)!,
});
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
        pile.addEvents({ nth, context: 'c', resent: 0, ...join(lines, '\x1f'), rows });
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

  it('given more ids than the filter was made for, then one of any day is still known, and found on another', () => {
    const pile = new Pile();
    const add = (nth: number, ids: readonly string[]): void =>
      pile.addTruths({ nth, ...join(ids), times: wide(ids.map(() => 0)) });
    const many = (nth: number) => Array.from({ length: 1_500 }, (_, n) => `order:${nth}-${n}`);
    for (const nth of [0, 1, 2]) add(nth, many(nth)); // an empty filter has room for 2,048
    const { knows } = pile;
    expect([0, 1, 2].map((nth) => many(nth).filter(knows).length)).toEqual([1_500, 1_500, 1_500]);
    add(3, ['order:0-7', 'order:1-7', 'order:2-7', 'order:new']);
    const { loose, unseen } = pile.sorted();
    expect(loose.sort()).toEqual(['order:0-7', 'order:1-7', 'order:2-7']);
    expect(unseen.map(({ at }) => at.length)).toEqual([1_499, 1_499, 1_499, 1]);
  });

  it('given more events without a truth than their filter was made for, then a truth that comes later knows of each', () => {
    const pile = new Pile();
    const ids = Array.from({ length: 5_000 }, (_, n) => `order:${n}`);
    for (const nth of [0, 1]) {
      const some = ids.slice(2_500 * nth, 2_500 * (nth + 1));
      const lines = some.map((id) => `${id}\x1fm`);
      pile.addEvents({ nth, context: '', resent: 0, ...join(lines, '\x1f'), rows: wide(some.map(() => 0)) });
    }
    pile.addTruths({ nth: 2, ...join([...ids, 'order:new']), times: wide([...ids, ''].map(() => 0)) });
    const { unseen, truths } = pile.sorted();
    expect(truths.flatMap((day) => day.ids)).toEqual(ids);
    expect(unseen.map(({ at }) => at.length)).toEqual([1]);
  });

  it('given a pair whose truth happened when none can, then its id needs looking at', () => {
    const pair = [{ nth: 1, id: 'order:o1', odd: false }];
    expect(said(pileOf(pair, pair, { plainUntil: 0 }))).toEqual({
      ...{ loose: ['order:o1'], truths: [`1 order:o1 ${timeOf(0)}`], rows: ['10000000000'], unseen: [], plain: [] },
    });
  });
});

describe('lines of a text', () => {
  const anyId = fc.string({ unit: fc.constantFrom('a', 'b', 'é', '漢', '\u{1f600}'), maxLength: 4 });

  it('given any ids with what is told of each, then each line is found where it lies', () =>
    fc.assert(
      fc.property(fc.array(fc.tuple(anyId, anyId), { minLength: 1, maxLength: 6 }), (all) => {
        const lines = linesOf(all.map((each) => each.join('\x1f')).join('\x1e'), all.length, '\x1f')!;
        const told = all.map((_, line) => [
          lines.text.slice(lines.starts[line], lines.idEnds[line]),
          lines.text.slice(lines.idEnds[line]! + 1, endOf(lines, line)),
        ]);
        expect(told).toEqual(all);
        expect([...lines.hashes]).toEqual(all.map(([id]) => hashOf(id)));
        expect(lines.irregular).toBe(0);
      }),
    ));

  it.each([
    ['a\x1fb\x1fc', 1],
    ['a', 1],
    ['a\x1fb\x1ec', 1],
    ['a\x1fb\x1fc\x1ed', 2],
  ])('given %j, then it is told that what ends an id is not there once in each line', (text, irregular) => {
    expect(linesOf(text, text.split('\x1e').length, '\x1f')!.irregular).toBe(irregular);
  });

  it('given more or fewer lines than were packed, then there are none', () => {
    const of = (text: string, count: number) => linesOf(text, count, '')?.count;
    expect([of('a\x1eb', 1), of('a\x1eb', 2), of('a\x1eb', 3), of('', 1), of('', 2), of('a\x1e', 1)]).toEqual([
      undefined,
      2,
      undefined,
      1,
      undefined,
      undefined,
    ]);
  });
});

describe('a table of ids', () => {
  it('given many ids in one text, then each is found by its line, and no other', () => {
    const ids = Array.from({ length: 5_000 }, (_, n) => `order:${n * n}`);
    const { lines } = join(ids);
    const table = new IdTable(lines);
    const find = (id: string): number => table.find(id, 0, id.length, hashOf(id));
    expect(find('order:4')).toBe(-1);
    expect(ids.every((_, line) => table.add(line) === -1)).toBe(true);
    expect(ids.map(find)).toEqual(ids.map((_, line) => line));
    expect(['order:2', 'order:', 'order:41'].map(find)).toEqual([-1, -1, -1]);
  });

  it('given the same id again, then it is found by its last line, and the one before is told', () => {
    const table = new IdTable(join(['a', 'b', 'a', 'a']).lines);
    expect([0, 1, 2, 3].map((line) => table.add(line))).toEqual([-1, -1, 0, 2]);
    expect(table.find('xa', 1, 2, hashOf('a'))).toBe(3);
  });

  it('given so many ids of one hash that each would take long to find, then it says so', () => {
    const ids = Array.from({ length: 1_100 }, (_, n) => `order:${n}`);
    const table = new IdTable({ ...join(ids).lines, hashes: new Int32Array(ids.length).fill(7) });
    const add = () => ids.map((_, line) => table.add(line));
    expect(add).toThrow('Too many ids of a day have hashes that are alike.');
  });

  it('given ids of one hash, then each is found', () => {
    const ids = ['a', 'b', 'ab'];
    const lines = { ...join(ids).lines, hashes: new Int32Array([7, 7, 7]) };
    const table = new IdTable(lines);
    expect(ids.map((_, line) => table.add(line))).toEqual([-1, -1, -1]);
    expect([...ids, 'c'].map((id) => table.find(id, 0, id.length, 7))).toEqual([0, 1, 2, -1]);
  });
});

describe('a filter of ids', () => {
  const hashesOf = (from: number, count: number): Int32Array =>
    Int32Array.from({ length: count }, (_, n) => hashOf(`order:${from + n}`));

  it('given ids that were added, also when it was begun with some, then it knows each, and few others', () => {
    const filter = new IdFilter([hashesOf(0, 20_000)]);
    for (const hash of hashesOf(20_000, 20_000)) filter.add(hash);
    expect(hashesOf(0, 40_000).every((hash) => filter.has(hash))).toBe(true);
    expect(hashesOf(1_000_000, 10_000).filter((hash) => filter.has(hash)).length).toBeLessThan(500);
  });

  it('given one that is full, then it says so', () => {
    const filter = new IdFilter();
    expect([filter.fits(2_048), filter.fits(2_049)]).toEqual([true, false]);
    for (const hash of hashesOf(0, 2_000)) filter.add(hash);
    expect([filter.fits(48), filter.fits(49)]).toEqual([true, false]);
    expect(new IdFilter([hashesOf(0, 2_000)]).fits(2_000)).toBe(true);
  });
});
