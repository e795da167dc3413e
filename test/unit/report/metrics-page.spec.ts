import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { metrics } from '../../../src/metrics/index.js';
import { metricsPage } from '../../../src/report/metrics-page.js';

describe('docs/reference/metrics.md', () => {
  it('given the measurement contract, when the page is made of it, then it is the page in the repository', () => {
    expect(readFileSync('docs/reference/metrics.md', 'utf8')).toBe(metricsPage(metrics));
  });
});

describe('the measurement contract', () => {
  it('given a metric made of others, then each of them is there, and is a flow of the same unit', () => {
    for (const { name, unit, shape } of metrics) {
      if (shape.kind !== 'stock' && shape.kind !== 'sum') continue;
      const terms = shape.terms.map(({ metric }) => metrics.find((other) => other.name === metric));
      expect([name, terms.map((term) => [term?.shape.kind, term?.unit])]).toEqual([
        name,
        terms.map(() => ['flow', unit]),
      ]);
    }
  });
});
