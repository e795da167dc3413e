import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { InterpretableEntry } from '../../../src/catalog/facts.js';
import { createInterpret, interpretersFor, versionOf } from '../../../src/ingest/interpret.js';
import type { SquarePlan } from '../../../src/ingest/providers/square/interpret/plan-value.js';
import { readSquarePlans } from '../../../src/ingest/providers/square/plan-settings.js';
import { aSquareSubscription, DAY_MS, isoAt, type Json, squareEntry } from '../../fixtures/square-events.js';
import { projected } from '../../support/memory-model.js';

const folder = mkdtempSync(path.join(os.tmpdir(), 'truth-ledger-plans-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function fileOf(given: unknown): string {
  const file = path.join(folder, 'plans.json');
  writeFileSync(file, typeof given === 'string' ? given : JSON.stringify(given));
  return file;
}

const usd = (amount: number): Json => ({ amount, currency: 'USD' });
const aPhase = (cadence: string, price: Json, more: Json = {}): Json => ({
  ...{ uid: 'PHASE1', ordinal: 0, cadence },
  pricing: { type: 'STATIC', price, price_money: price },
  ...more,
});
const aVariation = (id: string, ...phases: Json[]): Json => ({
  ...{ type: 'SUBSCRIPTION_PLAN_VARIATION', id, version: 1_790_000_000_000, is_deleted: false },
  subscription_plan_variation_data: { name: id, phases, subscription_plan_id: 'PLAN' },
});

const MONTHLY: SquarePlan = { id: 'PLAN1', cadence: 'MONTHLY', price: { amount: '1500', currency: 'USD' } };
const YEARLY: SquarePlan = { id: 'PLAN2', cadence: 'ANNUAL', price: { amount: '12000', currency: 'USD' } };
const known = createInterpret(interpretersFor({ squarePlans: [MONTHLY, YEARLY] }));

const told = (object: Json, more: Json = {}): InterpretableEntry =>
  squareEntry('subscription.updated', 'subscription', aSquareSubscription(object), more);
const fieldsOf = (object: Json): readonly Json[] => known(told(object))!.map(({ fields }) => fields as Json);

describe('plans as Square answers them', () => {
  it('given lists, single objects and plans that have variations, then each plan is found once', () => {
    const inner = aVariation('PLAN3', aPhase('WEEKLY', usd(700)));
    const { plans, mistakes } = readSquarePlans(
      fileOf([
        { objects: [aVariation('PLAN1', aPhase('MONTHLY', usd(1500), { periods: 12 })), { type: 'ITEM', id: 'X' }] },
        { object: aVariation('PLAN2', { cadence: 'ANNUAL', recurring_price_money: usd(12_000) }) },
        { type: 'SUBSCRIPTION_PLAN', id: 'PLAN', subscription_plan_data: { subscription_plan_variations: [inner] } },
        { objects: [aVariation('PLAN1', aPhase('MONTHLY', usd(1500), { periods: 12 }))] },
      ]),
    );
    expect(mistakes).toEqual([]);
    expect(plans).toEqual([
      MONTHLY,
      YEARLY,
      { id: 'PLAN3', cadence: 'WEEKLY', price: { amount: '700', currency: 'USD' } },
    ]);
  });

  it('given several phases, a price by items, or a cadence nobody knows yet, then the plan has no value and is no mistake', () => {
    const trial = aPhase('WEEKLY', usd(0), { periods: 2 });
    const objects = [
      aVariation('A', trial, aPhase('MONTHLY', usd(1500))),
      aVariation('B', { cadence: 'MONTHLY', pricing: { type: 'RELATIVE', discount_ids: ['D'] } }),
      aVariation('C', aPhase('EVERY_BLUE_MOON', usd(1))),
    ];
    expect(readSquarePlans(fileOf({ objects }))).toEqual({ plans: [], mistakes: [] });
  });

  it.each([
    ['{', ['SQUARE_PLANS is no JSON.']],
    [{ objects: [] }, ['SQUARE_PLANS has no object of the type SUBSCRIPTION_PLAN_VARIATION.']],
    [aVariation('P', { cadence: 'MONTHLY' }), ['SQUARE_PLANS: plan variation "P" has no price.']],
    [
      aVariation('P', aPhase('MONTHLY', { amount: 1.5, currency: 'USD' })),
      ['SQUARE_PLANS: plan variation "P" has a price that is no amount of minor units.'],
    ],
    [
      aVariation('P', aPhase('DAILY', usd(Number.MAX_SAFE_INTEGER))),
      ['SQUARE_PLANS: plan variation "P" has a price beyond measure.'],
    ],
    [
      [aVariation('P', aPhase('MONTHLY', usd(1))), aVariation('P', aPhase('MONTHLY', usd(2)))],
      ['SQUARE_PLANS: plan variation "P" is there twice, with two prices.'],
    ],
    [
      aVariation('P'),
      [expect.stringMatching(/^SQUARE_PLANS: plan variation "P", subscription_plan_variation_data\.phases: /)],
    ],
  ])('given %j, then that is a sentence', (given, mistakes) => {
    expect(readSquarePlans(fileOf(given))).toEqual({ plans: [], mistakes });
  });

  it('given a file that is not there, then that is a sentence', () => {
    const { mistakes } = readSquarePlans(path.join(folder, 'none.json'));
    expect(mistakes).toEqual(['SQUARE_PLANS cannot be read: ENOENT.']);
  });
});

describe('the value of a subscription at Square', () => {
  it('given a plan that is known, then it has the price and the length of a period, and its worth in a month', () => {
    const [changed, state] = fieldsOf({});
    expect(changed).toMatchObject({ amount: '1500', currency: 'USD', interval: 'month', interval_count: 1 });
    expect(state).toMatchObject({ mrr: '1500', currency: 'USD', unpriced: false });
  });

  it('given a price of its own, then that counts for each period of its plan', () => {
    const [changed, state] = fieldsOf({ plan_variation_id: 'PLAN2', price_override_money: usd(9999) });
    expect(changed).toMatchObject({ amount: '9999', interval: 'year' });
    expect(state).toMatchObject({ mrr: '833', currency: 'USD', unpriced: false }); // 9999 / 12 = 833.25
  });

  it.each([
    ['a plan that is not told', { plan_variation_id: 'OTHER' }, null],
    [
      'a price of its own in a plan that is not told',
      { plan_variation_id: 'OTHER', price_override_money: usd(1) },
      '1',
    ],
    ['no plan', { plan_variation_id: undefined }, null],
  ])('given %s, then its value is not told', (_, object, amount) => {
    const [changed, state] = fieldsOf(object);
    expect(changed).toMatchObject({ amount, interval: null });
    expect(state).toMatchObject({ mrr: '0', currency: null, unpriced: true });
  });

  it.each([
    ['DAILY', '3042'], // 100 × 365 / 12 = 3041.67
    ['WEEKLY', '433'],
    ['EVERY_TWO_WEEKS', '217'],
    ['THIRTY_DAYS', '101'],
    ['SIXTY_DAYS', '51'],
    ['NINETY_DAYS', '34'],
    ['MONTHLY', '100'],
    ['EVERY_TWO_MONTHS', '50'],
    ['QUARTERLY', '33'],
    ['EVERY_FOUR_MONTHS', '25'],
    ['EVERY_SIX_MONTHS', '17'],
    ['ANNUAL', '8'],
    ['EVERY_TWO_YEARS', '4'],
  ])('given 1.00 USD %s, then it is worth %s in a month', (cadence, mrr) => {
    const plan: SquarePlan = { id: 'PLAN1', cadence, price: { amount: '100', currency: 'USD' } };
    const [, state] = createInterpret(interpretersFor({ squarePlans: [plan] }))(told({}))!;
    expect(state!.fields['mrr']).toBe(mrr);
  });

  it('given other plans, then what entries mean has another version; given another order, the same', () => {
    const versions = [[], [MONTHLY], [YEARLY], [MONTHLY, YEARLY], [{ ...MONTHLY, cadence: 'WEEKLY' }]].map(
      (squarePlans) => versionOf(interpretersFor({ squarePlans })),
    );
    expect(new Set(versions).size).toBe(versions.length);
    expect(versionOf(interpretersFor({ squarePlans: [YEARLY, MONTHLY] }))).toBe(versions[3]);
  });

  it('given its life from trial of a price to another plan, a pause and its end, in any order and twice, then mrr moves as it happened', async () => {
    const life = [
      { status: 'PENDING', version: 1, updated_at: isoAt(0) },
      { status: 'ACTIVE', version: 2, updated_at: isoAt(DAY_MS) },
      { status: 'ACTIVE', version: 3, updated_at: isoAt(20 * DAY_MS), price_override_money: usd(1000) },
      { status: 'ACTIVE', version: 4, updated_at: isoAt(40 * DAY_MS), plan_variation_id: 'PLAN2' },
      { status: 'PAUSED', version: 5, updated_at: isoAt(60 * DAY_MS), plan_variation_id: 'PLAN2' },
      { status: 'ACTIVE', version: 6, updated_at: isoAt(70 * DAY_MS), plan_variation_id: 'PLAN2' },
      {
        status: 'CANCELED',
        version: 7,
        updated_at: isoAt(90 * DAY_MS),
        plan_variation_id: 'PLAN2',
        canceled_date: '2027-01-01',
      },
    ].map((object, nth) => ({ id: nth + 1, facts: known(told(object, { id: `life-${nth}` }))! }));
    const arrivals = fc.shuffledSubarray([...life, ...life], { minLength: 14, maxLength: 14 });
    await fc.assert(
      fc.asyncProperty(arrivals, async (order) => {
        const model = await projected(order.map((each) => [each]));
        const sums = (metric: string): number =>
          model.contributions
            .filter((each) => each.metric === metric)
            .reduce((sum, { delta }) => sum + Number(delta), 0);
        expect({
          ...{ new: sums('mrr_new'), contraction: sums('mrr_contraction'), reactivation: sums('mrr_reactivation') },
          ...{ churn: sums('mrr_churn'), unpriced: sums('unpriced_subscriptions_change') },
        }).toEqual({ new: 1500, contraction: 500, reactivation: 1000, churn: 2000, unpriced: 0 });
      }),
      { numRuns: 100 },
    );
  });
});
