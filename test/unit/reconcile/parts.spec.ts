import { describe, expect, it } from '@jest/globals';
import { figuresOf } from '../../../src/reconcile/gap.js';
import { idsOf, paid, purchase, sorted, tracked, truth } from './given.js';

const count = (items = sorted([], []).get('')!) => figuresOf(items, false);

describe('parts of counts', () => {
  it('given 10 missing and 10 duplicates, then the gap is 0 and both are shown', () => {
    const truths = Array.from({ length: 20 }, (_, n) => truth(`u${n}`));
    const events = truths.slice(0, 10).flatMap(({ id }) => [tracked(id), tracked(id)]);
    expect(count(sorted(truths, events).get(''))).toMatchObject({
      actual: 20,
      tracked: 20,
      tracked_unique: 10,
      gap: 0,
      gap_pct: 0,
      loss_pct: 50,
      overcount_pct: 50,
      missing: 10,
      duplicates: 10,
      matched: 10,
    });
  });

  it('given nothing at all, then one row of zeros whose shares are null', () => {
    expect(count()).toMatchObject({
      actual: 0,
      tracked: 0,
      gap: 0,
      gap_pct: null,
      loss_pct: null,
      overcount_pct: null,
    });
  });

  it('given only events, then the gap is negative and has no share', () => {
    const figures = count(sorted([], [tracked('x'), tracked('x'), tracked('y')]).get(''));
    expect(figures).toMatchObject({
      gap: -3,
      gap_pct: null,
      client_only: 2,
      duplicates: 1,
      overcount_pct: 100,
      tracked_unique: 2,
    });
  });

  it('given more events than truth, then the share keeps its sign', () => {
    expect(count(sorted([truth('a')], [tracked('a'), tracked('b')]).get('')).gap_pct).toBe(-100);
  });

  it('given truth that no browser could see, then it is beside the row and its event has nothing behind it', () => {
    const items = sorted([truth('a', { present: false }), truth('b')], [tracked('a')]).get('')!;
    expect(count(items)).toMatchObject({ actual: 1, not_trackable: 1, missing: 1, client_only: 1, tracked: 1 });
  });

  it('given truth too young to be judged, then it is expected and not missing', () => {
    const items = sorted([truth('a'), truth('b', { at: truth('a').at + 1 })], [], 'count', truth('a').at).get('')!;
    expect([idsOf(items, 'missing'), idsOf(items, 'expected')]).toEqual([['a'], ['b']]);
  });

  it('given an event on the next day, then each side lists it on its own day', () => {
    const [late, early] = [tracked('a', { day: '2026-10-04' }), tracked('b')];
    const truths = [truth('a'), truth('b', { day: '2026-10-02' })];
    const items = sorted(truths, [late, early]).get('')!;
    expect(idsOf(items, 'other_day')).toEqual(['a']);
    expect(idsOf(items, 'tracked_other_day')).toEqual([early.messageId]);
    expect(count(items)).toMatchObject({ actual: 1, tracked: 1, gap: 0, missing: 0, client_only: 0 });
  });

  it('given an event four days away, then it is not taken for the truth', () => {
    const items = sorted([truth('a', { day: '2026-09-29' })], [tracked('a')]).get('')!;
    expect(count(items)).toMatchObject({ client_only: 1, tracked_other_day: 0 });
  });

  it('given a second event on the day of its truth, then it is a duplicate even where another truth of the group lacks one', () => {
    const truths = [truth('p1', { group: 'g' }), truth('p2', { group: 'g', day: '2026-10-04' })];
    const items = sorted(truths, [tracked('g'), tracked('g')]).get('')!;
    expect(count(items)).toMatchObject({ matched: 1, duplicates: 1, tracked_other_day: 0 });
  });

  it('given a bot and a person, then the person is matched', () => {
    const bot = tracked('a', { isBot: true });
    const items = sorted([truth('a')], [bot, tracked('a', { at: bot.at + 5_000 })]).get('')!;
    expect(idsOf(items, 'duplicates')).toEqual([bot.messageId]);
  });

  it('given two orders of one purchase, then each takes the event that names it', () => {
    const truths = [truth('order:1', { group: 'g' }), truth('order:2', { group: 'g' })];
    const second = tracked('g', { refs: ['order:2'], at: 1 });
    const first = tracked('g', { refs: ['order:1'], at: 2 });
    const items = sorted(truths, [second, first]).get('')!;
    expect(items.map(({ id, tracked: event }) => [id, event?.messageId])).toEqual([
      ['order:1', first.messageId],
      ['order:2', second.messageId],
    ]);
  });
});

describe('parts of money', () => {
  const money = (currency: string, buckets: ReturnType<typeof sorted>) => figuresOf(buckets.get(currency)!, true);

  it('given currencies of zero, two and three decimals, then each is a row of its own in minor units', () => {
    const buckets = sorted(
      [paid('a', 1234n, 'USD'), paid('b', 1000n, 'JPY'), paid('c', 12_345n, 'BHD')],
      [purchase('a', 1234n, 'USD'), purchase('b', 1000n, 'JPY')],
      'money',
    );
    expect([...buckets.keys()]).toEqual(['BHD', 'JPY', 'USD']);
    expect(money('JPY', buckets)).toMatchObject({ actual: '1000', tracked: '1000', gap: '0', matched: 1 });
    expect(money('BHD', buckets)).toMatchObject({
      actual: '12345',
      tracked: '0',
      gap: '12345',
      gap_pct: 100,
      loss_pct: 100,
    });
  });

  it('given an amount beyond 2^53, then no digit is lost', () => {
    const buckets = sorted([paid('a', 9_007_199_254_740_993n)], [], 'money');
    expect(money('USD', buckets).gap).toBe('9007199254740993');
  });

  it('given another amount, then it is wrong and both amounts are shown', () => {
    const figures = money('USD', sorted([paid('a', 1000n)], [purchase('a', 900n)], 'money'));
    expect(figures).toMatchObject({ wrong_value: 1, matched: 0, gap: '100' });
    expect(figures.amounts!['wrong_value']).toEqual({ amount_actual: '1000', amount_tracked: '900' });
  });

  it('given another currency, then each row has its own side and amounts are never added', () => {
    const buckets = sorted([paid('a', 1000n, 'USD')], [purchase('a', 900n, 'EUR')], 'money');
    expect(money('USD', buckets)).toMatchObject({ actual: '1000', tracked: '0', wrong_currency: 1, missing: 0 });
    expect(money('EUR', buckets)).toMatchObject({ actual: '0', tracked: '900', wrong_currency: 1, client_only: 0 });
  });

  it('given a currency that does not exist, then the amount counts nowhere and the id is listed', () => {
    const event = purchase('a', null, null, { valueProblem: 'unknown_currency' });
    const buckets = sorted([paid('a', 1000n)], [event], 'money');
    expect([...buckets.keys()]).toEqual(['USD']);
    expect(money('USD', buckets)).toMatchObject({ wrong_currency: 1, tracked: '0', gap: '1000' });
  });

  it('given an event without truth and currency, then it is in the row of no currency', () => {
    const buckets = sorted([], [purchase('x', null, null, { valueProblem: 'missing_currency' })], 'money');
    expect(money('XXX', buckets)).toMatchObject({ client_only: 1, tracked: '0', actual: '0' });
  });

  it('given a net amount, then it is restated with tax and shipping before it is compared', () => {
    const net = purchase('a', 1000n, 'USD', { valueBasis: 'net' });
    const buckets = sorted([paid('a', 1250n, 'USD', { extras: 250n })], [net], 'money');
    expect(money('USD', buckets)).toMatchObject({ matched: 1, wrong_value: 0, tracked: '1250', gap: '0' });
  });

  it('given the same net amount called total, then it is wrong', () => {
    const buckets = sorted([paid('a', 1250n, 'USD', { extras: 250n })], [purchase('a', 1000n)], 'money');
    expect(money('USD', buckets)).toMatchObject({ matched: 0, wrong_value: 1, gap: '250' });
  });

  it('given no money on either side, then there is no row', () => expect(sorted([], [], 'money').size).toBe(0));

  it('given duplicates, then their amounts are on the tracked side only', () => {
    const figures = money('USD', sorted([paid('a', 1000n)], [purchase('a', 1000n), purchase('a', 1000n)], 'money'));
    expect(figures).toMatchObject({ tracked: '2000', gap: '-1000', gap_pct: -100, duplicates: 1, overcount_pct: 50 });
    expect(figures.amounts!['duplicates']).toEqual({ amount_actual: '0', amount_tracked: '1000' });
  });
});
