import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { concentration, FALSE_FINDINGS, type Observed } from '../../../src/reconcile/drift/concentration.js';
import { fisherAtLeast, newcombe, wilson } from '../../../src/reconcile/drift/statistics.js';
import { randomFrom } from '../../support/random.js';
import { sayFigures } from '../../support/say.js';

const DIMENSIONS = {
  browser: ['chrome', 'safari', 'firefox', 'edge'],
  country: ['DE', 'US', 'GB', 'FR', 'NL', 'PL'],
  release: ['1.4', '1.5'],
  hour: Array.from({ length: 24 }, (_, hour) => String(hour)),
  payment_method: ['card', 'paypal', 'sepa_debit'],
};

/** A day in which each truth is lost with the probability that `risk` gives it. */
function day(seed: number, size: number, risk: (dimensions: Record<string, string>) => number): Observed[] {
  const random = randomFrom(seed);
  return Array.from({ length: size }, () => {
    const dimensions: Record<string, string> = {};
    for (const [name, values] of Object.entries(DIMENSIONS))
      dimensions[name] = values[Math.floor(random() ** 2 * values.length)]!; // the first are the most frequent
    return { lost: random() < risk(dimensions), dimensions };
  });
}

describe('what a loss concentrates in', () => {
  it('given one browser that loses three times as much, then it is ranked first, every time', () => {
    for (let seed = 1; seed <= 25; seed += 1) {
      const found = concentration(day(seed, 3_000, ({ browser }) => (browser === 'firefox' ? 0.3 : 0.1)));
      expect(found.verdict).toBe('concentrated');
      expect(found.findings[0]).toMatchObject({ dimension: 'browser', value: 'firefox' });
      expect(found.findings[0]!.difference[0]).toBeGreaterThan(0);
    }
  });

  it('given a release after which everything is lost at one country, then both are found', () => {
    const found = concentration(
      day(7, 5_000, ({ country, release }) => (country === 'PL' ? 0.5 : release === '1.5' ? 0.2 : 0.05)),
    );
    expect(found.findings.map(({ dimension, value }) => `${dimension} ${value}`).sort()).toEqual([
      'country PL',
      'release 1.5',
    ]);
  });

  it('given losses that fall on everybody alike, then at most one day in a hundred is called concentrated', () => {
    const days = 300;
    let concentrated = 0;
    for (let seed = 1; seed <= days; seed += 1) {
      if (concentration(day(1_000 + seed, 800, () => 0.12)).verdict === 'concentrated') concentrated += 1;
    }
    sayFigures('uniform days called concentrated', { concentrated, of: days, 'at most': FALSE_FINDINGS * days });
    expect(concentrated).toBeLessThanOrEqual(FALSE_FINDINGS * days);
    expect(concentration(day(3, 800, () => 0.12)).verdict).toBe('uniform');
  });

  it('given few losses, or a dimension that is known of few of them, then it does not tell', () => {
    expect(concentration(day(1, 60, () => 0.1)).verdict).toBe('too_few');
    const observed = day(1, 2_000, () => 0.1).map(({ lost, dimensions: { browser, country } }, index) => ({
      lost: lost || browser === 'firefox',
      dimensions: { country: country!, ...(lost && index % 3 > 0 ? {} : { browser: browser! }) },
    }));
    const unknown = concentration(observed.map((each) => (each.lost ? { ...each, dimensions: {} } : each)));
    expect([unknown.verdict, unknown.known['browser']]).toEqual(['too_few', 0]);
  });

  it('given the same observations in another order, then it says the same', () => {
    const observed = day(5, 1_000, ({ hour }) => (hour === '3' ? 0.6 : 0.1));
    expect(concentration([...observed].reverse())).toEqual(concentration(observed));
  });

  it('given any day, then a finding counts what it is made from', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10_000 }),
        fc.double({ min: 0.05, max: 0.9, noNaN: true }),
        (seed, share) => {
          const observed = day(seed, 400, ({ country }) => (country === 'US' ? share : 0.1));
          for (const { dimension, value, lost, of } of concentration(observed).findings) {
            const here = observed.filter(({ dimensions }) => dimensions[dimension] === value);
            expect([here.filter((each) => each.lost).length, here.length]).toEqual([lost, of]);
          }
        },
      ),
      { numRuns: 30, seed: 1 },
    );
  });
});

describe('the statistics', () => {
  it('of Fisher, then those of the tea-tasting lady and of R', () => {
    expect(fisherAtLeast(3, 4, 4, 8)).toBeCloseTo(17 / 70, 10);
    expect(fisherAtLeast(10, 13, 12, 30)).toBeCloseTo(0.0004652, 7); // his convicted twins
  });
  it('of Wilson and Newcombe, then those of their papers', () => {
    // Newcombe (1998): 56/70 against 48/80, method 10 gives 0.0524 to 0.3339
    const [low, high] = newcombe({ part: 56, whole: 70 }, { part: 48, whole: 80 }, 1.959964);
    expect([low.toFixed(4), high.toFixed(4)]).toEqual(['0.0524', '0.3339']);
    // Newcombe (1998a): 81/263, Wilson without correction gives 0.2553 to 0.3662
    expect(wilson(81, 263, 1.959964).map((each) => each.toFixed(4))).toEqual(['0.2553', '0.3662']);
  });
});
