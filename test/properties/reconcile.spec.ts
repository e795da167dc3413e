import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addDays } from '../../src/kernel/day.js';
import { figuresOf } from '../../src/reconcile/gap.js';
import { pair, type Tracked, type Truth } from '../../src/reconcile/match.js';
import {
  type Buckets,
  type Item,
  type Part,
  sortIntoParts,
  trackedParts,
  truthParts,
} from '../../src/reconcile/parts.js';

const DAY = '2026-10-03';
const DAY_MS = 86_400_000;
const NOON = Date.parse(`${DAY}T12:00:00Z`);
const day = fc.constantFrom(-6, -4, -3, -1, 0, 0, 0, 1, 3, 4);
const group = fc.constantFrom('g1', 'g2', 'g3', 'g4', 'g5');
const currency = fc.constantFrom('USD', 'EUR', 'JPY');
const amount = fc.bigInt({ min: 1n, max: 10n ** 15n });
const few = fc.constantFrom(100n, 200n);

interface Given {
  truths: Truth[];
  events: Tracked[];
  unit: 'count' | 'money';
  settledBefore: number;
}

const truthOf = fc.record({
  group,
  offset: day,
  currency,
  value: fc.oneof(amount, few),
  present: fc.constantFrom(true, true, true, false),
  second: fc.nat(3600),
});
const eventOf = fc.record({
  group,
  offset: day,
  currency: fc.option(currency),
  value: fc.option(fc.oneof(amount, few)),
  basis: fc.constantFrom('total' as const, 'net' as const),
  problem: fc.constantFrom(null, null, null, 'missing_currency' as const, 'not_a_number' as const),
  isBot: fc.boolean(),
  second: fc.nat(3600),
});

const given: fc.Arbitrary<Given> = fc
  .record({
    truths: fc.array(truthOf, { maxLength: 14 }),
    events: fc.array(eventOf, { maxLength: 18 }),
    unit: fc.constantFrom('count' as const, 'money' as const),
    young: fc.nat(3600),
  })
  .map(({ truths, events, unit, young }) => ({
    unit,
    settledBefore: NOON + young * 1000,
    truths: truths.map((each, n) => ({
      id: `payment:${n}`,
      group: each.group,
      day: addDays(DAY, each.offset),
      at: NOON + each.offset * DAY_MS + each.second * 1000,
      currency: unit === 'money' ? each.currency : '',
      value: unit === 'money' ? each.value : 1n,
      present: each.present,
      source: 'google',
      extras: 25n,
    })),
    events: events.map((each, n) => ({
      id: String(n).padStart(4, '0'),
      messageId: `m${n}`,
      group: each.group,
      day: addDays(DAY, each.offset),
      userId: null,
      anonymousId: null,
      refs: n % 3 === 0 ? [`payment:${n % 5}`] : [],
      valueMinor: each.problem === null ? each.value : null,
      valueBasis: each.basis,
      currency: each.problem === 'missing_currency' ? null : each.currency,
      valueProblem: each.problem,
      at: NOON + each.offset * DAY_MS + each.second * 1000,
      receivedAt: NOON,
      deliveries: 1,
      isBot: each.isBot,
      source: null,
    })),
  }));

const sorted = ({ truths, events, unit, settledBefore }: Given): Buckets =>
  sortIntoParts({ day: DAY, unit, truths, tracked: events, pairing: pair(truths, events), settledBefore });

const shape = (buckets: Buckets): unknown =>
  [...buckets].map(([name, items]) => [
    name,
    items
      .map(
        (item) =>
          `${item.part} ${item.id} ${item.truth?.id} ${item.tracked?.id} ${item.amountActual} ${item.amountTracked}`,
      )
      .sort(),
  ]);

const ofParts = (items: readonly Item[], names: readonly Part[]): Item[] =>
  items.filter(({ part }) => names.includes(part));

describe('reconciling any truth with any events', () => {
  it('every truth of the day is in one part of the truth side, and every event of it in one of the tracked side', () => {
    fc.assert(
      fc.property(given, (input) => {
        const items = [...sorted(input).values()].flat();
        const truths = ofParts(items, [...truthParts, 'not_trackable']).flatMap(({ part, truth, amountActual }) =>
          truth && (part !== 'wrong_currency' || amountActual > 0n) ? [truth.id] : [],
        );
        expect(truths.sort()).toEqual(
          input.truths
            .filter((truth) => truth.day === DAY)
            .map(({ id }) => id)
            .sort(),
        );
        const messages = new Set(ofParts(items, trackedParts).flatMap(({ tracked }) => tracked?.messageId ?? []));
        expect([...messages].sort()).toEqual(
          input.events
            .filter((event) => event.day === DAY)
            .map(({ messageId }) => messageId)
            .sort(),
        );
      }),
      { numRuns: 400 },
    );
  });

  it('parts sum to actual and to tracked, as ids and as amounts', () => {
    fc.assert(
      fc.property(given, (input) => {
        for (const [name, items] of sorted(input)) {
          const figures = figuresOf(items, input.unit === 'money');
          if (input.unit === 'count') {
            expect(truthParts.reduce((sum, part) => sum + figures[part], 0)).toBe(figures.actual);
            expect(trackedParts.reduce((sum, part) => sum + figures[part], 0)).toBe(figures.tracked);
            continue;
          }
          const amounts = figures.amounts!;
          const truth = input.truths.filter((each) => each.day === DAY && each.present && each.currency === name);
          expect(BigInt(figures.actual)).toBe(truth.reduce((sum, { value }) => sum + value, 0n));
          expect(truthParts.reduce((sum, part) => sum + BigInt(amounts[part]!.amount_actual), 0n)).toBe(
            BigInt(figures.actual),
          );
          expect(trackedParts.reduce((sum, part) => sum + BigInt(amounts[part]!.amount_tracked), 0n)).toBe(
            BigInt(figures.tracked),
          );
          expect(BigInt(figures.gap)).toBe(BigInt(figures.actual) - BigInt(figures.tracked));
        }
      }),
      { numRuns: 400 },
    );
  });

  it('the tracked money of a currency is what its events say, restated where they are net', () => {
    fc.assert(
      fc.property(given, (input) => {
        const money = {
          ...input,
          unit: 'money' as const,
          truths: input.truths.map((truth) => ({ ...truth, currency: truth.currency || 'USD', extras: 0n })),
        };
        for (const [name, items] of sorted(money)) {
          const said = money.events.filter((event) => event.day === DAY && event.currency === name);
          expect(figuresOf(items, true).tracked).toBe(
            String(said.reduce((sum, { valueMinor }) => sum + (valueMinor ?? 0n), 0n)),
          );
        }
      }),
    );
  });

  it('the order of the input does not matter', () => {
    fc.assert(
      fc.property(
        given.chain((input) =>
          fc.tuple(
            fc.constant(input),
            fc.shuffledSubarray(input.truths, { minLength: input.truths.length }),
            fc.shuffledSubarray(input.events, { minLength: input.events.length }),
          ),
        ),
        ([input, truths, events]) => {
          expect(shape(sorted({ ...input, truths, events }))).toEqual(shape(sorted(input)));
        },
      ),
      { numRuns: 400 },
    );
  });

  it('no truth has two events, no event two truths, and both are within reach', () => {
    fc.assert(
      fc.property(given, ({ truths, events }) => {
        const { trackedOf, truthOf, repeats } = pair(truths, events);
        expect(new Set(trackedOf.values()).size).toBe(trackedOf.size);
        for (const [truth, event] of trackedOf) {
          expect(truthOf.get(event)).toBe(truth);
          expect(repeats.has(event)).toBe(false);
          expect(truth.group).toBe(event.group);
          expect(Math.abs(Date.parse(truth.day) - Date.parse(event.day))).toBeLessThanOrEqual(3 * DAY_MS);
        }
      }),
    );
  });
});
