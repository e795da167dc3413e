import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { lineageOf } from '../../src/catalog/lineage.js';
import { Zone } from '../../src/kernel/day.js';
import { windowOf } from '../../src/reconcile/load/load-day.js';
import type { Truth } from '../../src/reconcile/match.js';
import { dayIn, instantFrom, instantOf, wallClock } from '../../src/reconcile/pull/zoned-time.js';
import { countedRows } from '../../src/reconcile/compare/counted-rows.js';
import { reconciledMetrics } from '../../src/reconcile/reconciled-metrics.js';

const zones = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'America/Santiago',
];
const zone = fc.constantFrom(...zones);
// Around the days on which clocks change, and any other.
const instant = fc.oneof(
  fc.integer({ min: Date.UTC(2026, 2, 27), max: Date.UTC(2026, 3, 6) }),
  fc.integer({ min: Date.UTC(2026, 9, 23), max: Date.UTC(2026, 10, 3) }),
  fc.integer({ min: Date.UTC(2024, 0), max: Date.UTC(2027, 0) }),
);

describe('days of a source and of ours', () => {
  it('the clock of an instant leads back to it, but in the hour that is shown twice', () => {
    fc.assert(
      fc.property(zone, instant, (name, at) => {
        const wall = wallClock(name, at);
        const back = instantOf(name, wall);
        expect(wallClock(name, back)).toBe(wall);
        expect(back).toBeLessThanOrEqual(at); // the first of two
        expect(at - back).toBeLessThanOrEqual(3_600_000);
      }),
    );
  });

  it('a day is the one that the reporting zone has it on', () => {
    fc.assert(fc.property(zone, instant, (name, at) => expect(dayIn(name, at)).toBe(new Zone(name).dayOf(at))));
  });

  it('every instant is in exactly one day of our zone, however the source counts its hours', () => {
    fc.assert(
      fc.property(zone, zone, instant, (ours, theirs, at) => {
        const reporting = new Zone(ours);
        const text = new Date(wallClock(theirs, at)).toISOString().slice(0, 23).replace('T', ' ');
        const read = instantFrom(text, theirs)!;
        const day = reporting.dayOf(read);
        const { from, to } = windowOf(reporting, day, 0);
        expect(read >= from && read < to).toBe(true);
      }),
    );
  });

  it.each([
    ['2026-03-29 02:30:00', 'Europe/Berlin', '2026-03-29T01:30:00Z'], // skipped: the hour after it
    ['2026-10-25 02:30:00', 'Europe/Berlin', '2026-10-25T00:30:00Z'], // twice: the first
    ['2026-10-03 23:59:59.999', 'America/New_York', '2026-10-04T03:59:59.999Z'],
    ['2026-10-03 10:00:00 UTC', 'America/New_York', '2026-10-03T10:00:00Z'],
    ['2026-10-03T10:00:00+02:00', 'UTC', '2026-10-03T08:00:00Z'],
    [1_791_021_600, 'UTC', '2026-10-03T10:00:00Z'],
    [1_791_021_600_000, 'UTC', '2026-10-03T10:00:00Z'],
    [1_791_021_600_000_000n, 'UTC', '2026-10-03T10:00:00Z'],
    [1_791_021_600_000_000_000n, 'UTC', '2026-10-03T10:00:00Z'],
    ['1791021600000000000', 'UTC', '2026-10-03T10:00:00Z'],
    ['2026-10-03 10:00:00+0530', 'UTC', '2026-10-03T04:30:00Z'],
    ['2026-10-03T10:00:00.123456Z', 'UTC', '2026-10-03T10:00:00.123Z'],
    ['2026-10-03', 'Europe/Berlin', '2026-10-02T22:00:00Z'],
  ])('%s of %s is %s', (text, name, expected) => expect(instantFrom(text, name)).toBe(Date.parse(expected)));

  it.each([
    ...['', 'yesterday', -1, Number.NaN, null, {}, '2026-13-45 00:00:00', '2026-02-30', '2026-10-03T25:00'],
    ...['Oct 3, 2026', '10/03/2026', '3 October 2026 10:00', '2026', 'order 7', '2026-10-03T10:00:00 CEST'],
  ])('%p is no time', (value) => expect(instantFrom(value, 'UTC')).toBeUndefined());
});

describe('counts side by side', () => {
  const orders = reconciledMetrics.find(({ name }) => name === 'orders')!;
  const revenue = reconciledMetrics.find(({ name }) => name === 'revenue_gross')!;
  const truth = (value: bigint, currency: string, present: boolean): Truth => ({
    id: 'x',
    group: 'x',
    day: '2026-10-03',
    at: 0,
    currency,
    value,
    present,
    source: '',
  });
  const truths = fc.array(
    fc.record({
      value: fc.bigInt({ min: -1_000n, max: 10n ** 12n }),
      currency: fc.constantFrom('EUR', 'USD'),
      present: fc.boolean(),
    }),
  );

  it('actual and not_trackable are the metric, and the gap is actual − tracked', () => {
    fc.assert(
      fc.property(truths, fc.nat(1_000), (given, count) => {
        const [row] = countedRows(
          orders,
          given.map((each) => truth(1n, '', each.present)),
          { count, amounts: new Map() },
          new Map(),
        );
        expect((row!.actual as number) + (row!.not_trackable as number)).toBe(given.length);
        expect(row!.gap).toBe((row!.actual as number) - count);
      }),
    );
  });

  it('money is summed per currency, and is comparable only where nothing was converted or left out', () => {
    fc.assert(
      fc.property(truths, fc.bigInt({ min: 0n, max: 10n ** 12n }), fc.boolean(), (given, minor, net) => {
        const amounts = new Map([['EUR', { minor, basis: net ? ('net' as const) : ('total' as const) }]]);
        const rows = countedRows(
          revenue,
          given.map(({ value, currency, present }) => truth(value, currency, present)),
          { count: 0, amounts },
          new Map([['EUR', 5n]]),
        );
        for (const row of rows) {
          const own = given.filter(({ currency }) => currency === row.currency);
          const sum = own.reduce((total, { value }) => total + value, 0n);
          expect(BigInt(row.actual as string) + BigInt(row.not_trackable as string)).toBe(sum);
          expect(BigInt(row.actual as string) - BigInt(row.tracked as string)).toBe(BigInt(row.gap as string));
          const converted = given.some(({ currency }) => currency === 'USD');
          expect(row.comparable).toBe(!converted && !(net && row.currency === 'EUR'));
        }
      }),
    );
  });
});

describe('lineage', () => {
  it.each([
    [{}, undefined, 'client'],
    [{ $lib: 'web' }, undefined, 'client'],
    [{ $lib: 'posthog-ios' }, undefined, 'client'],
    [{ mp_lib: 'swift' }, undefined, 'client'],
    [{}, 'amplitude-ts/2.1', 'client'],
    [{}, '@segment/analytics-next', 'client'],
    [{ $lib: 'posthog-node' }, undefined, 'server'],
    [{ mp_lib: 'python' }, undefined, 'server'],
    [{ $is_server: true }, undefined, 'server'],
    [{ is_server: true }, undefined, 'server'],
    [{}, '@segment/analytics-node', 'server'],
    [{}, 'analytics-ruby', 'server'],
    [{}, 'amplitude-node-ts/1.5', 'server'],
    [{ truth_ledger_origin: 'r', $lib: 'posthog-node' }, undefined, 'ledger'],
  ])('%p sent by %s is of a %s', (properties, library, expected) =>
    expect(lineageOf(properties, library)).toBe(expected),
  );
});
