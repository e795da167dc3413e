import { describe, expect, it } from '@jest/globals';
import { percent } from '../../../src/reconcile/gap.js';

describe('percent', () => {
  it.each([
    [1n, 3n, 33.3],
    [2n, 3n, 66.7],
    [1n, 8n, 12.5],
    [1n, 16n, 6.3], // 6.25: halves go away from zero, as in SQL
    [-1n, 16n, -6.3],
    [3633n, 12_847n, 28.3],
    [-3633n, 9214n, -39.4],
    [0n, 7n, 0],
    [1n, 1_000_000n, 0],
    [-1n, 1_000_000n, 0],
    [10n ** 30n, 3n * 10n ** 30n, 33.3],
  ])('%s of %s is %s', (part, whole, expected) => expect(percent(part, whole)).toBe(expected));

  it('of nothing is not known', () => expect(percent(5n, 0n)).toBeNull());
});
