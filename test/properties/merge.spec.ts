import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Fact, type FactType, factTypes, type Scalar, stampOf } from '../../src/catalog/facts.js';
import { applyFact, type EffectRecord, effectOf, mergeEffect } from '../../src/catalog/merge-facts.js';

const types = Object.keys(factTypes) as FactType[];

const scalar = (field: string): fc.Arbitrary<Scalar> => {
  if (field === 'at' || field.endsWith('_at')) return fc.option(fc.integer({ min: 0, max: 4 }), { nil: null });
  return fc.constantFrom<Scalar>(null, true, false, '1', '2', 'USD', 3);
};

interface Arrival {
  fact: Fact;
  entryId: string;
}

// Few versions and event ids, so that stamps collide: also with other content, which must not matter either.
const arrivalOf = (type: FactType): fc.Arbitrary<Arrival> =>
  fc
    .record({
      rank: fc.integer({ min: 4, max: 6 }),
      version: fc.integer({ min: 0, max: 3 }),
      event: fc.constantFrom('evt_1', 'evt_2'),
      entryId: fc.constantFrom('entry-1', 'entry-2', 'entry-3'),
      fields: fc.record(Object.fromEntries(Object.keys(factTypes[type]).map((field) => [field, scalar(field)])), {
        requiredKeys: [],
      }),
    })
    .map(({ rank, version, event, entryId, fields }): Arrival => ({
      entryId,
      fact: {
        type,
        subject: 's:1',
        effect: 'e',
        stamp: stampOf(rank, version, event),
        fields: fields as Fact['fields'],
      },
    }));

const history = fc.constantFrom(...types).chain((type) => fc.array(arrivalOf(type), { minLength: 1, maxLength: 8 }));

const fold = (arrivals: readonly Arrival[]): EffectRecord | undefined =>
  arrivals.reduce<EffectRecord | undefined>(
    (known, { fact, entryId }) => applyFact(known, fact, entryId).effect,
    undefined,
  );

describe('merging effects', () => {
  it('given any history, when it is permuted and duplicated, then the effect is the same to the byte', () => {
    const shuffled = history.chain((arrivals) =>
      fc.tuple(
        fc.constant(arrivals),
        fc.shuffledSubarray([...arrivals, ...arrivals], {
          minLength: arrivals.length * 2,
          maxLength: arrivals.length * 2,
        }),
      ),
    );
    fc.assert(
      fc.property(shuffled, ([arrivals, others]) => {
        expect(JSON.stringify(fold(others))).toBe(JSON.stringify(fold(arrivals)));
      }),
      { numRuns: 2_000 },
    );
  });

  it('given any three effects, then merging is commutative, associative and idempotent', () => {
    const three = fc
      .constantFrom(...types)
      .chain((type) => fc.tuple(fc.constant(type), arrivalOf(type), arrivalOf(type), arrivalOf(type)));
    fc.assert(
      fc.property(three, ([type, ...arrivals]) => {
        const [a, b, c] = arrivals.map(({ fact, entryId }) => effectOf(fact, entryId)) as [
          EffectRecord,
          EffectRecord,
          EffectRecord,
        ];
        const merge = (x: EffectRecord, y: EffectRecord) => mergeEffect(type, x, y);
        expect(merge(a, b)).toEqual(merge(b, a));
        expect(merge(merge(a, b), c)).toEqual(merge(a, merge(b, c)));
        expect(merge(a, a)).toEqual(a);
      }),
      { numRuns: 2_000 },
    );
  });

  it('given any history, when a part of it arrives again, then nothing is said to change', () => {
    fc.assert(
      fc.property(history, (arrivals) => {
        const known = fold(arrivals);
        for (const { fact, entryId } of arrivals) expect(applyFact(known, fact, entryId).changed).toBe(false);
      }),
    );
  });
});
