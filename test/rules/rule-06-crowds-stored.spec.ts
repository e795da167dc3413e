import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Fact, stampOf } from '../../src/catalog/facts.js';
import { projectedLedger, type ProjectedLedger } from '../support/projected-ledger.js';

const T0 = Date.UTC(2026, 9, 1, 12);
const payment = (n: number, nodes: string[], refs: string[] = []): Fact => ({
  ...{ type: 'PaymentCaptured', subject: `payment:ch_${n}`, effect: 'captured', stamp: stampOf(5, n, `evt_${n}`) },
  ...{ fields: { at: T0 + n, amount: '1000', currency: 'USD' }, refs, nodes },
});

describe('a crowd that turns out to be none, in PostgreSQL', () => {
  let at: ProjectedLedger;
  beforeAll(async () => (at = await projectedLedger()));
  afterAll(() => at.close());

  const partsOf = async (party: string): Promise<string[]> => {
    const { rows } = await at.database.pool.query<{ ref: string }>(
      'select ref from model.parts where party = $1 order by ref',
      [party],
    );
    return rows.map(({ ref }) => ref);
  };

  it('given a user who shares an order id with a hundred others, when that id is known as crowded, then all is as a rebuild says', async () => {
    const shared = Array.from({ length: 30 }, (_, n) => [payment(n, [`stripe:cus_${n}`], ['order:test'])]);
    await at.record(...shared, [payment(31, ['user:u1'], ['order:test'])], [payment(32, ['user:u1'])]);
    const first = at.make();
    await first.start();
    await first.catchUp();
    expect(await partsOf('user:u1')).toEqual([]); // so far a crowd
    await first.stop();
    await at.record(...Array.from({ length: 72 }, (_, n) => [payment(40 + n, [], ['order:test'])]));
    const second = at.make(); // knows nothing of the rows but what is stored
    await second.start();
    await second.catchUp();
    expect(await partsOf('user:u1')).toEqual(['payment:ch_31', 'payment:ch_32']);
    expect(await second.verify()).toMatchObject({ ok: true, findings: [] });
  });
});
