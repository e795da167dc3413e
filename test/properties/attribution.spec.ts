import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { attributionOf } from '../../src/catalog/attribution.js';
import { defaultChannels } from '../../src/catalog/channels.js';
import { claimedSource } from '../../src/reconcile/compare/attribution.js';
import { type Claim, confusionTable, verdictOf } from '../../src/reconcile/report/confusion.js';
import { type Attributed, attributionRows } from '../../src/metrics/attribution-rows.js';
import { bridge, type BridgeGroup } from '../../src/report/bridge-report.js';

const SOURCES = ['google', 'linkedin', 'newsletter'];
const currency = fc.constantFrom('', 'EUR', 'USD');
const value = fc.bigInt({ min: 1n, max: 1_000_000n });

/** Parts of which the truth is known, and some of them told as unknown. */
const planted = fc.array(
  fc.record({
    ...{ truly: fc.constantFrom(...SOURCES), currency, value },
    reason: fc.constantFrom('', '', 'no_touch', 'no_marker', 'consent_withheld'),
  }),
  { minLength: 1, maxLength: 30 },
);

const told = ({ truly, currency, value, reason }: { truly: string; currency: string; value: bigint; reason: string }) =>
  ({ source: reason ? 'unknown' : truly, medium: '', campaign: '', currency, value, reason }) satisfies Attributed;

const total = (parts: readonly { value: bigint }[]): bigint => parts.reduce((sum, part) => sum + part.value, 0n);

describe('given touches of which some are unknown', () => {
  it('then the true share of a source is within its bounds, reasons sum to the unknown, and rows to the whole', () => {
    fc.assert(
      fc.property(planted, (parts) => {
        const { data, sources, channels } = attributionRows(parts.map(told), defaultChannels);
        for (const of of new Set(parts.map((part) => part.currency))) {
          const mine = parts.filter((part) => part.currency === of);
          const isMine = (row: { currency?: string }): boolean => (row.currency ?? '') === of;
          for (const rows of [data, sources, channels])
            expect(total(rows.filter(isMine).map((row) => ({ value: BigInt(row.value) })))).toBe(total(mine));
          for (const row of sources.filter(isMine)) {
            if (row.source === 'unknown') {
              const reasons = Object.values(row.reasons!).map((each) => ({ value: BigInt(each) }));
              expect(total(reasons)).toBe(BigInt(row.value));
              continue;
            }
            const truth = Number(total(mine.filter(({ truly }) => truly === row.source))) / Number(total(mine));
            expect(row.bounds![0]).toBeLessThanOrEqual(truth);
            expect(row.bounds![1]).toBeGreaterThanOrEqual(truth);
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  it('then bounds are rounded outwards and are as far apart as the unknown is large', () => {
    const part = (source: string, amount: bigint, reason = ''): Attributed => {
      return { source, medium: 'cpc', campaign: '', currency: '', value: amount, reason };
    };
    const { sources } = attributionRows(
      [part('google', 1n), part('bing', 1n), part('unknown', 1n, 'no_touch')],
      defaultChannels,
    );
    expect(sources.map(({ source, share, bounds }) => [source, share, bounds])).toEqual([
      ['google', 0.333, [0.333, 0.667]],
      ['bing', 0.333, [0.333, 0.667]],
      ['unknown', 0.333, undefined],
    ]);
  });
});

describe('given what clients claim of anything', () => {
  const claim: fc.Arbitrary<Claim> = fc.record({
    server: fc.constantFrom('google', 'linkedin', 'unknown'),
    channel: fc.constantFrom('paid_search', 'social', 'unknown'),
    client: fc.constantFrom('google', 'linkedin', 'direct', 'not_seen', 'not_trackable'),
    ...{ currency, value },
  });

  it('then cells and verdicts sum to the whole of each currency', () => {
    fc.assert(
      fc.property(fc.array(claim, { maxLength: 40 }), (claims) => {
        const { data, totals } = confusionTable(claims, defaultChannels.paid);
        for (const of of totals) {
          const mine = claims.filter((each) => each.currency === (of.currency ?? ''));
          const verdicts = [
            'agreed',
            'neither_knows',
            'server_only',
            'client_only',
            'different',
            'not_seen',
            'not_trackable',
          ] as const;
          expect(verdicts.reduce((sum, verdict) => sum + BigInt(of[verdict]), 0n)).toBe(total(mine));
          expect(BigInt(of.value)).toBe(total(mine));
          const cells = data.filter((cell) => (cell.currency ?? '') === (of.currency ?? ''));
          expect(total(cells.map((cell) => ({ value: BigInt(cell.value) })))).toBe(total(mine));
          const direct = mine.filter(({ channel, client }) => channel === 'paid_search' && client === 'direct');
          expect(BigInt(of.paid.called_direct)).toBe(total(direct));
        }
      }),
      { numRuns: 200 },
    );
  });

  it.each(['', 'Direct', '(none)', 'not set', '(Not set)', 'null', 'undefined', ' unknown '])(
    'then %j names no source, whether a client says so or a touch',
    (source) => expect([claimedSource(source), attributionOf({ source }).source]).toEqual([undefined, null]),
  );

  it.each([
    ['google', 'google', 'agreed'],
    ['google', 'direct', 'server_only'],
    ['unknown', 'direct', 'neither_knows'],
    ['unknown', 'google', 'client_only'],
    ['google', 'bing', 'different'],
    ['google', 'not_seen', 'not_seen'],
  ])('then server %s and client %s are %s', (server, client, verdict) =>
    expect(verdictOf({ server, client })).toBe(verdict),
  );
});

describe('given customers of every kind', () => {
  const group: fc.Arbitrary<BridgeGroup> = fc
    .record({
      signed_up: fc.constantFrom<BridgeGroup['signed_up'][]>('in', 'before', 'after', 'never'),
      ...{ later: fc.boolean(), earlier: fc.boolean() },
      customers: fc.integer({ min: 0, max: 50 }),
      share: fc.integer({ min: 0, max: 100 }),
      more: fc.integer({ min: 0, max: 9 }),
    })
    .map(({ share, more, ...rest }) => {
      const converted = Math.floor((rest.customers * share) / 100);
      return { ...rest, converted, subscriptions: converted === 0 ? 0 : converted + more };
    });

  it('then the rows of the bridge sum to the new subscriptions', () => {
    fc.assert(
      fc.property(fc.array(group, { maxLength: 20 }), (groups) => {
        const { rows, signups, new_subscriptions: subscriptions } = bridge(groups);
        expect(rows[0]).toEqual({ step: 'signups', count: signups });
        expect(rows.reduce((sum, { count }) => sum + count, 0)).toBe(subscriptions);
        expect(subscriptions).toBe(groups.reduce((sum, each) => sum + each.subscriptions, 0));
        expect(signups).toBe(groups.reduce((sum, each) => sum + (each.signed_up === 'in' ? each.customers : 0), 0));
      }),
      { numRuns: 200 },
    );
  });
});
