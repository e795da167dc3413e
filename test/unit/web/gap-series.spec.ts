import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Row } from '../../../web/src/api.ts';
import { hasNotes, notesOf, pointsOf, seriesOf } from '../../../web/src/views/gap/series.ts';

const row = (day: string, given: Partial<Row>): Row =>
  ({
    ...{ day: `2026-10-0${day}`, source: 'collector', metric: 'orders', matched_by: 'id' },
    ...{ actual: null, tracked: null, gap: null, comparable: true, provisional: false },
    ...given,
  }) as Row;
const compared = (day: string, actual: number, tracked: number, given: Partial<Row> = {}): Row =>
  row(day, { actual, tracked, gap: actual - tracked, ...given });
const notMapped = (day: string, actual: number): Row => row(day, { actual, comparable: false, status: 'not_mapped' });
const failed = (day: string): Row => row(day, { comparable: false, status: 'failed' });

it('given a metric that a source never sent, then there is the true number, and nothing beside it', () => {
  const [series] = seriesOf([notMapped('1', 9_000), notMapped('2', 214)]);
  expect(series).toMatchObject({ actual: '9214', tracked: null, gap: null, uncompared: 2 });
  expect([hasNotes(series!), notesOf(series!)]).toEqual([true, '0 of 2 days compared']);
});

it('given a range that begins before the source sent anything, then its sums are of the days that were compared', () => {
  const [series] = seriesOf([compared('3', 10, 7), notMapped('1', 50), compared('2', 20, 20, { provisional: true })]);
  expect(series).toMatchObject({ actual: '30', tracked: '27', gap: '3' });
  expect(series!.rows.map(({ day, gap }) => [day, gap])).toEqual([
    ['2026-10-01', null],
    ['2026-10-02', 0],
    ['2026-10-03', 3],
  ]);
  expect(notesOf(series!)).toBe('2 of 3 days compared, 1 provisional');
});

it('given a source that failed on a day, then the day is missing in every currency that it would have had', () => {
  const money = { actual: '500', tracked: '400', gap: '100' };
  const series = seriesOf([
    ...[row('1', { ...money, currency: 'EUR' }), row('1', { ...money, currency: 'USD' })],
    ...[failed('2'), row('3', { ...money, currency: 'USD' })],
  ]);
  expect(series.map((each) => [each.currency, each.gap, notesOf(each)])).toEqual([
    ['EUR', '100', '1 of 2 days compared'],
    ['USD', '200', '2 of 3 days compared'],
  ]);
});

it('given days without a row between others, then the chart has them, and no number on them', () => {
  const [series] = seriesOf([compared('1', 3, 2), failed('3'), compared('4', 5, 0)]);
  expect(pointsOf(series!).map(({ day, actual, tracked }) => [day, actual, tracked])).toEqual([
    ['2026-10-01', 3, 2],
    ['2026-10-02', null, null],
    ['2026-10-03', null, null],
    ['2026-10-04', 5, 0],
  ]);
  expect(pointsOf({ rows: [], days: new Set(), currency: undefined })).toEqual([]);
});

it('given money, then a day that was compared and on which nothing was sold is a zero, and one of a source that failed is no number', () => {
  const money = { metric: 'revenue_gross', currency: 'EUR', actual: '500', tracked: '400', gap: '100' };
  const [, series] = seriesOf([
    ...[row('1', money), compared('1', 1, 1), compared('2', 0, 0), failed('3'), row('4', money), compared('4', 1, 1)],
  ]);
  expect(pointsOf(series!).map(({ actual, tracked }) => [actual, tracked])).toEqual([
    ['500', '400'],
    ['0', '0'],
    [null, null],
    ['500', '400'],
  ]);
});

it('given days that were all compared, then there is nothing to note', () => {
  const [series] = seriesOf([compared('1', 3, 2)]);
  expect([hasNotes(series!), notesOf(series!)]).toEqual([false, '1 day compared']);
});

it('given any days, then what is told of them adds up', () => {
  const day = fc.oneof(
    fc.tuple(fc.nat(99), fc.nat(99)).map(([actual, tracked]) => compared('1', actual, tracked)),
    fc.nat(99).map((actual) => notMapped('1', actual)),
    fc.constant(failed('1')),
  );
  fc.assert(
    fc.property(fc.array(day, { maxLength: 8 }), (rows) => {
      for (const { actual, tracked, gap, compared: of, uncompared } of seriesOf(rows)) {
        expect(of.length + uncompared).toBe(rows.length);
        if (gap === null) expect([tracked, of.length]).toEqual([null, 0]);
        else expect(BigInt(actual) - BigInt(tracked!)).toBe(BigInt(gap));
      }
    }),
  );
});
