import { describe, expect, it } from '@jest/globals';
import { keepSealing, Sealer } from '../../../src/ledger/seal.js';
import { entryAt, type Rows, sealsOf, signingKey } from '../../support/memory-ledger.js';

/** The sizes that are sealed before each wait, where `perStep` entries come during every step and 40 are there at first. */
async function sizesBeforeWaits(perStep: number, waits: number): Promise<number[][]> {
  const rows: Rows = { entries: [], head: 0, checkpoints: [], leaves: [], nodes: [], witness: [] };
  const come = (count: number): void => {
    for (let n = 0; n < count; n += 1) rows.entries.push(entryAt(rows.entries.length + 1));
  };
  come(40);
  const store = sealsOf(rows);
  const sealer = new Sealer({
    store: {
      ...store,
      save: (...seal) => {
        if (rows.entries.length < 100) come(perStep); // or one that never waits would never end
        return store.save(...seal);
      },
    },
    ...{ origin: 'ledger.test', signingKey, stepMax: 16 },
  });
  const stopping = new AbortController();
  const sealed: number[][] = [];
  await keepSealing(sealer, {
    ...{
      clock: () => new Date(0),
      signal: stopping.signal,
      failed: (error) => {
        throw error;
      },
    },
    wait: () => {
      sealed.push(rows.checkpoints.splice(0).map(({ size }) => size));
      if (sealed.length === waits) stopping.abort();
      return Promise.resolve();
    },
  });
  return sealed;
}

describe('sealing that goes on', () => {
  it('given entries that come without an end, then each wait is followed by one step of all that came', async () => {
    expect(await sizesBeforeWaits(3, 3)).toEqual([[16, 32, 46], [49], [52]]);
  });

  it('given more than a step may have, then it goes on without waiting until it is no longer behind', async () => {
    expect(await sizesBeforeWaits(0, 2)).toEqual([[16, 32, 40], []]);
  });
});
