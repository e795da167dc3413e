import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { Ledger } from '../../src/ledger/ledger.js';
import { decisions, received, tell, times, type LedgerFixture } from './ledger-entries.js';

/** An append that was written, and its answer lost: sent again, it is recognised. */
export function lostAnswerCases(fixture: () => LedgerFixture): void {
  let lossy: { ledger: Ledger; loseNextAnswer(): void };
  beforeEach(async () => {
    lossy = await fixture().openLossy();
  });
  afterEach(async () => lossy.ledger.close());

  it('given an event whose answer is lost, then it is told as recorded, and is there once', async () => {
    lossy.loseNextAnswer();
    expect(await tell(lossy.ledger, received('e1'))).toEqual({ outcome: 'recorded', position: 1 });
    expect(await tell(lossy.ledger, received('e1'))).toEqual({ outcome: 'duplicate', position: 1 });
    await fixture().settled();
    expect(await lossy.ledger.head()).toBe(1);
  });

  it('given a repeat whose answer is lost, then it is told as a duplicate', async () => {
    await tell(lossy.ledger, received('e1'));
    lossy.loseNextAnswer();
    expect((await tell(lossy.ledger, received('e1'))).outcome).toBe('duplicate');
  });

  it('given many events of which one loses its answer, then each is there once', async () => {
    const { ledger } = lossy;
    lossy.loseNextAnswer();
    const told = await Promise.all(times(50, (index) => ledger.record(received(`e${index}`))));
    expect(told.map(({ outcome }) => outcome)).toEqual(times(50, () => 'recorded'));
    await fixture().settled();
    expect(await ledger.head()).toBe(50);
  });

  it('given decisions whose answer is lost, then they are there once, at their place', async () => {
    const stream = 'period-2026-10';
    lossy.loseNextAnswer();
    expect(await lossy.ledger.append(stream, 'no_stream', decisions(stream, 0, ['a', 'b']))).toEqual({
      revision: 1,
      position: 2,
    });
    expect(await lossy.ledger.readStream(stream)).toHaveLength(2);
  });
}
