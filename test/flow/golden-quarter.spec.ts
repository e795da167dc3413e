import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { chargeEvent, keptBooks, type KeptBooks, line, orderEvent, statementOf } from '../support/books-given.js';
import { august, july, rates, september, statements } from '../support/golden-quarter.js';

let kept: KeptBooks;
let julyIs = 0;
let augustIs = 0;

beforeAll(async () => {
  kept = await keptBooks({ zone: 'Europe/Berlin', functionalCurrency: 'EUR' });
  const { books, context } = kept;
  for (const currency of ['EUR', 'USD'])
    await books.setOpeningBalance({ provider: 'stripe', currency, day: '2026-07-01', amount: 0n }, context);
  await books.recordRates(rates, context);
  for (const event of july) julyIs = await kept.tell(event); // each by itself, as they come
  augustIs = await kept.tell(...august);
  await kept.tell(...september);
  await kept.project();
});
afterAll(() => kept.close());

const BEGINNING = '2026-01-01';
const statement = async (to: string, upTo?: number) => statementOf(await kept.lines(BEGINNING, to, upTo));

describe('a quarter', () => {
  it('July, as it was known when it ended', async () => {
    expect(await statement('2026-07-31', julyIs)).toEqual(statements.july);
  });

  it('August, as it was known when it ended', async () => {
    expect(await statement('2026-08-31', augustIs)).toEqual(statements.august);
  });

  it('August, as it is known in September: a refund and the tax of an order came late, and a payout never arrived', async () => {
    expect(await statement('2026-08-31')).toEqual(statements.augustLater);
    expect(await statement('2026-07-31')).toEqual(await statement('2026-07-31', julyIs));
  });

  it('September', async () => {
    expect(await statement('2026-09-30')).toEqual(statements.september);
  });

  it("the clearing account rolls forward to the provider's balance, month by month", async () => {
    const rows = [];
    for (const [from, to] of [
      ['2026-07-01', '2026-07-31'],
      ['2026-08-01', '2026-08-31'],
      ['2026-09-01', '2026-09-30'],
    ] as const) {
      const [eur] = await kept.books.rollForward({ from, to, upTo: await kept.books.catchUp() });
      rows.push([eur!.opening, Object.fromEntries(eur!.activity.map(({ kind, net }) => [kind, net])), eur!.closing]);
    }
    expect(rows).toEqual([
      [0n, { charge: 143_185n, refund: -5_380n, payout: -130_000n }, 7_805n],
      [
        7_805n,
        { charge: 33_620n, dispute: -17_000n, dispute_reversal: 8_000n, payout: -10_000n, refund: -500n },
        21_925n,
      ],
      [21_925n, { charge: 98_575n, payout: -50_000n, payout_reversal: 10_000n, refund: -59_500n }, 21_000n],
    ]);
  });

  it('in euros: dollars are measured at the end of July, and what the bank got of them is realised', async () => {
    const lines = await kept.lines('2026-07-01', '2026-09-30');
    const worth = (of: typeof lines) =>
      statementOf(of.map(({ account, functional }) => ({ account, amount: functional!, currency: 'EUR' })));
    const inDollars = lines.filter(
      ({ currency, kind }) => currency === 'USD' || kind === 'fx' || kind === 'remeasurement',
    );
    expect(worth(inDollars)).toEqual({
      'bank EUR': '90.99', // 96.80 at 0.94
      'fees EUR': '2.88',
      'revenue EUR': '-90.00',
      'fx_realised EUR': '-3.87', // 87.12 became 91.96 on the way, and 90.99 at the bank
    });
    const measured = lines.filter(({ kind, account }) => kind === 'remeasurement' && account === '1100');
    expect(measured.map(({ day, functional }) => [day, functional])).toEqual([
      ['2026-07-31', 194n],
      ['2026-08-01', -194n],
    ]);
    expect(lines.reduce((sum, { functional }) => sum + functional!, 0n)).toBe(0n);
  });

  it('from revenue_gross to the revenue of the journal, and nothing is unexplained', async () => {
    const bridge = await kept.books.bridge({ from: '2026-07-01', to: '2026-09-30', upTo: await kept.books.catchUp() });
    expect(bridge.steps.map(({ step, currency, amount }) => `${step} ${currency} ${amount}`)).toEqual([
      'revenue_gross EUR 274850',
      'revenue_gross USD 15000',
      'paid_by_invoice EUR -119000',
      'tax_kept_apart EUR -2850',
      'paid_in_this_currency_settled_in_another USD -5000',
      'release EUR 17410',
      'settled_in_this_currency_paid_in_another EUR 4500',
    ]);
    expect(bridge.revenue).toEqual([
      { currency: 'EUR', bridged: 174_910n, journal: 174_910n, unexplained: 0n },
      { currency: 'USD', bridged: 10_000n, journal: 10_000n, unexplained: 0n },
    ]);
  });

  it('in July alone 9.50 of what was sold are kept apart as tax; of what August sold nobody knows any until September', async () => {
    const taxOf = async (from: string, to: string, upTo: number) =>
      (await kept.books.bridge({ from, to, upTo })).steps.filter(({ step }) => step === 'tax_kept_apart');
    expect(await taxOf('2026-07-01', '2026-07-31', julyIs)).toEqual([
      { step: 'tax_kept_apart', currency: 'EUR', amount: -950n, count: 1 },
    ]);
    expect(await taxOf('2026-08-01', '2026-08-31', augustIs)).toEqual([]);
    expect(await taxOf('2026-08-01', '2026-08-31', await kept.books.catchUp())).toMatchObject([{ amount: -1_900n }]);
  });

  it('the plan ends as it was billed: what was not credited is earned, to the cent', async () => {
    const lines = (await kept.lines('2026-07-01', '2027-12-31')).filter(({ account }) => account === '2200');
    expect(lines.filter(({ kind }) => kind === 'release')).toHaveLength(365);
    expect(statementOf(lines)).toEqual({});
    expect(lines.at(-1)).toMatchObject({
      entry: 'release:invoice:in_1:2026-07-20..2027-07-19:2026-09-15:2027-07-19',
      amount: 111n,
    });
  });

  it('nothing keeps the quarter from being closed, and posted again it is the same to the byte', async () => {
    const range = { from: '2026-07-01', to: '2026-09-30' };
    expect(await kept.books.problems(range)).toEqual([]);
    const before = await kept.lines('2026-07-01', '2027-12-31');
    await kept.database.pool.query(`update books.checkpoint set version = 'another'`);
    const [one, other] = [kept.another('EUR'), kept.another('EUR')];
    await expect(one.catchUp()).rejects.toMatchObject({ code: 'unavailable' }); // else two versions would take turns for ever
    const { signal } = new AbortController();
    await Promise.all([one.begin(signal), other.begin(signal)]);
    expect(await kept.lines('2026-07-01', '2027-12-31')).toEqual(before);
    expect(await statement('2026-08-31', augustIs)).toMatchObject({ 'bank EUR': '1400.00' });
  });

  /** Everything that is added up from ends of months, of each month as it is known at each position; `anew`: each from the beginning. */
  async function addedUp(anew: boolean, ...positions: number[]): Promise<unknown[]> {
    const { books, database } = kept;
    const answers: unknown[] = [];
    const ask = async (question: () => Promise<unknown>): Promise<void> => {
      if (anew) await database.pool.query('truncate books.standings');
      answers.push(await question());
    };
    for (const upTo of positions)
      for (const [from, to] of [
        ['2026-07-01', '2026-07-31'],
        ['2026-08-01', '2026-08-31'],
        ['2026-08-20', '2026-09-30'],
      ] as const) {
        await ask(() => kept.lines(from, to, upTo));
        await ask(() => books.trialBalance({ from, to, upTo }));
        await ask(() => books.rollForward({ from, to, upTo }));
        await ask(() => books.functionalAt(to, upTo));
        await ask(() => books.problems({ from, to, upTo }));
      }
    return answers;
  }

  it('what another version of the valuation came to is not gone on from', async () => {
    const { books, database } = kept;
    const upTo = await books.catchUp();
    const worth = await books.functionalAt('2026-09-30', upTo);
    const nothing = { holdings: [], measured: [], sums: {}, missing: 0 };
    const { rowCount } = await database.pool.query(
      String.raw`update books.standings set kind = regexp_replace(kind, '^valuation \d+', 'valuation 0'), state = $1
        where kind like 'valuation%'`,
      [JSON.stringify(nothing)],
    );
    expect(rowCount).toBeGreaterThanOrEqual(2);
    expect(await books.functionalAt('2026-09-30', upTo)).toEqual(worth);
  });

  it('from the end of a month before it is the same as from the beginning, at every position, whatever comes late', async () => {
    const positions = [await kept.books.catchUp(), julyIs, augustIs];
    const warm = [await addedUp(false, ...positions), await addedUp(false, ...positions)];
    const { rows } = await kept.database.pool.query('select distinct kind, day from books.standings');
    expect(rows.length).toBeGreaterThanOrEqual(6);
    expect(warm).toEqual([await addedUp(true, ...positions), warm[0]]);
    await addedUp(false, ...positions);
    const yen = { currency: 'jpy' };
    const sold = line('txn_yen', '2026-07-05T10:00:00Z', 'charge', 700, 7, yen);
    const late = await kept.tell(chargeEvent('ch_yen', '2026-07-05T10:00:00Z', 700, sold, yen));
    const known = await addedUp(false, late);
    expect(known).toEqual(await addedUp(true, late));
    await kept.books.recordRates(
      [{ source: 'ECB', base: 'JPY', quote: 'EUR', day: '2026-07-05', rate: '0.01' }],
      kept.context,
    );
    const rated = await kept.books.catchUp();
    expect(await addedUp(false, rated)).toEqual(await addedUp(true, rated));
    expect(await addedUp(false, rated)).not.toEqual(known);
    expect(await addedUp(false, late)).toEqual(known);
  });

  it('a sale of which a tax is told that cannot be is revenue, and counted in the bridge', async () => {
    const sold = line('txn_odd', '2026-09-21T10:00:00Z', 'charge', 1_000);
    await kept.tell(
      orderEvent('o_odd', '2026-09-21T09:00:00Z', 1_000, { tax: '1000' }, { payment_id: 'ch_odd' }),
      chargeEvent('ch_odd', '2026-09-21T10:00:00Z', 1_000, sold),
    );
    await kept.project();
    const upTo = await kept.books.catchUp();
    const { steps, revenue } = await kept.books.bridge({ from: '2026-09-21', to: '2026-09-21', upTo });
    expect(steps).toContainEqual({ step: 'tax_not_kept_apart', currency: 'EUR', amount: 0n, count: 1 });
    expect(revenue).toMatchObject([{ currency: 'EUR', unexplained: 0n }]);
  });
});
