import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Fact, stampOf } from '../../src/catalog/facts.js';
import { projectedLedger, type ProjectedLedger } from '../support/projected-ledger.js';

const DAY = Date.UTC(2026, 9, 1, 12);
const DAY_MS = 86_400_000;

const payment = (n: number, amount: string): Fact => ({
  ...{ type: 'PaymentCaptured', subject: `payment:ch_${n}`, effect: 'captured', stamp: stampOf(5, n, `evt_${n}`) },
  ...{ fields: { at: DAY + n * DAY_MS, amount, currency: 'USD' }, nodes: [`user:u${n}`] },
});
/** Reads the same entries with another meaning: amounts of the second payment are tenfold. */
const mended = ({ body }: { body: unknown }): readonly Fact[] =>
  (body as Fact[]).map((fact) =>
    fact.subject === 'payment:ch_2'
      ? { ...fact, fields: { ...fact.fields, amount: `${fact.fields['amount']}0` } }
      : fact,
  );

let at: ProjectedLedger;
beforeEach(async () => {
  at = await projectedLedger();
  await at.record([payment(1, '100')], [payment(2, '200')]);
  const live = at.make();
  await live.start();
  await live.catchUp();
});
afterEach(() => at.close());

describe('a rebuild that is only tried', () => {
  it('given the same meaning, then no number differs', async () => {
    const tried = await at.make().dryRun();
    expect(tried).toMatchObject({ position: 2, differences: [], parked: 0 });
    expect(tried.liveVersion).toBe(tried.rebuiltVersion);
  });

  it('given another meaning, then it tells each number that would change, and switches nothing', async () => {
    const tried = await at.make({ interpret: mended, interpreterVersion: 2 }).dryRun();
    expect(tried.differences).toEqual([
      { metric: 'revenue_gross', day: '2026-10-03', currency: 'USD', live: 200n, rebuilt: 2000n },
    ]);
    expect(tried.liveVersion).not.toBe(tried.rebuiltVersion);
    expect(await at.total('revenue_gross')).toBe(300);
    const { rows } = await at.database.pool.query(`select 1 from pg_namespace where nspname = 'model_next'`);
    expect(rows).toEqual([]);
  });

  it('given a meaning that cannot be taken in, then it says how many entries would be parked', async () => {
    const broken = ({ body }: { body: unknown }): readonly Fact[] => {
      if ((body as Fact[])[0]!.subject === 'payment:ch_2') throw new TypeError('what is this');
      return body as Fact[];
    };
    const tried = await at.make({ interpret: broken, interpreterVersion: 3 }).dryRun();
    expect(tried.parked).toBe(1);
    expect(tried.differences).toContainEqual({
      ...{ metric: 'payments', day: '2026-10-03', currency: '', live: 1n, rebuilt: 0n },
    });
  });
});
