import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { inBatches, shuffled } from '../support/histories.js';
import { projected } from '../support/memory-model.js';

describe('given any history of facts', () => {
  it('then every order, duplication and batching of it gives the same state', async () => {
    await fc.assert(
      fc.asyncProperty(shuffled, async ({ entries, order, cut }) => {
        const straight = await projected([entries]);
        const other = await projected(inBatches(order, cut));
        expect(await other.state()).toEqual(await straight.state());
      }),
      { numRuns: 500 },
    );
  });

  it('then the contributions of every position are the same however the feed was cut into batches', async () => {
    await fc.assert(
      fc.asyncProperty(shuffled, async ({ entries, cut }) => {
        const straight = await projected([entries]);
        const other = await projected(inBatches(entries, cut));
        expect(other.contributions).toEqual(straight.contributions);
      }),
      { numRuns: 300 },
    );
  });
});
