import { createHmac, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { InterpretableEntry } from '../../src/catalog/facts.js';
import { applyFact } from '../../src/catalog/merge-facts.js';
import { ACCOUNTS } from '../../src/close/journal/chart-of-accounts.js';
import { BalanceLines } from '../../src/close/tie-out/balance-lines.js';
import { type Close, createClose } from '../../src/close/create-close.js';
import { createTieOuts, type TieOutStage } from '../../src/close/create-tie-outs.js';
import { openClosings } from '../../src/close/period/closing-store.js';
import { calendarMonths } from '../../src/close/fiscal-calendar.js';
import type { JournalLine } from '../../src/close/period/journal-line.js';
import { ProviderReports } from '../../src/close/tie-out/provider-reports.js';
import type { BalanceLine } from '../../src/ingest/balance-line.js';
import { CompletenessStore } from '../../src/ingest/completeness-store.js';
import { interpret, interpreterVersion } from '../../src/ingest/interpret.js';
import { isObject, type Json, objectIn } from '../../src/ingest/json-members.js';
import { balanceLine } from '../../src/ingest/providers/stripe/balance-lines.js';
import { canonicalJson } from '../../src/kernel/canonical-json.js';
import { addDays, Zone } from '../../src/kernel/day.js';
import { Problem } from '../../src/kernel/errors.js';
import { formatMajor } from '../../src/kernel/money.js';
import { metrics } from '../../src/metrics/index.js';
import { createProjections, FOLD_VERSION, type Projections } from '../../src/projections/create-projections.js';
import { stripeEntry } from '../fixtures/stripe-events.js';
import { keptBooks, type KeptBooks, statementOf } from '../support/books-given.js';
import { noSeal, person } from '../support/closing-scene.js';
import {
  august,
  ch7Settled,
  july,
  pending,
  po3,
  rates,
  september,
  statements,
  succeeded,
} from '../support/golden-quarter.js';

/*
 * The same quarter, closed month by month. The webhooks of the debit and of the dollars' payout are never delivered; the tie-out finds
 * what they would have told. The late refund, the tax of an order
 * and the failed payout are heard of when August is closed, and August is reopened for them.
 */

const zone = new Zone('Europe/Berlin');
const clock = (): Date => new Date('2026-12-01T00:00:00Z');
const contentMac = (value: unknown): Buffer => createHmac('sha256', 'test').update(canonicalJson(value)).digest();
const undelivered = new Set([pending, succeeded, po3]);
const delivered = (events: readonly InterpretableEntry[]) => events.filter((event) => !undelivered.has(event));

let kept: KeptBooks;
let projections: Projections;
let tieOuts: TieOutStage;
let close: Close;

const linesIn = (value: unknown): Json[] => {
  if (Array.isArray(value)) return value.flatMap(linesIn);
  if (!isObject(value)) return [];
  return value['object'] === 'balance_transaction' ? [value] : Object.values(value).flatMap(linesIn);
};

/** What Stripe states of its balance: every line that any event of the quarter carries, with the object that it is of. */
const statement: readonly BalanceLine[] = [...july, ...august, ...september].flatMap(({ body }) => {
  const object = objectIn(objectIn(objectIn(body)['data'])['object']);
  return linesIn(object).map((each) => balanceLine({ object: { ...each, source: object }, live: true }));
});

/** The debit as Stripe's list shows it in September. */
const readInSeptember = (): InterpretableEntry => {
  const object = objectIn(objectIn(succeeded.body)['data'])['object'] as Record<string, unknown>;
  const read = stripeEntry('object.charge', object, { created: Date.parse('2026-09-01T09:00:00Z') / 1000 });
  return { ...read, body: { ...objectIn(read.body), as_of: 'known' } };
};

beforeAll(async () => {
  kept = await keptBooks({ zone: zone.name, functionalCurrency: 'EUR' });
  const { books, context, database, ledger } = kept;
  for (const currency of ['EUR', 'USD'])
    await books.setOpeningBalance({ provider: 'stripe', currency, day: '2026-07-01', amount: 0n }, context);
  await books.recordRates(rates, context);
  projections = createProjections({
    ...{ ledger, database, applyFact, metrics, zone, holder: randomUUID(), interpret, interpreterVersion },
    ...{ park: () => Promise.resolve(), reparkAll: () => Promise.resolve(), log: () => undefined },
  });
  await projections.start();
  const shared = { database, ledger, clock, zone, contentMac };
  tieOuts = createTieOuts({
    ...{ ...shared, caughtUp: () => projections.catchUp() },
    reports: new ProviderReports({
      database,
      clock,
      kinds: [],
      vault: {} as never,
      keepObjects: () => Promise.resolve(),
    }),
    posted: () => books.catchUp(),
    async *statement(_, { from, until }) {
      await Promise.resolve();
      yield statement.filter(({ at }) => at >= from.getTime() && at < until.getTime());
    },
  });
  const closings = await openClosings({ ...shared, calendar: calendarMonths });
  close = createClose({
    ...{ ...shared, calendar: calendarMonths, metrics, books, tieOuts, closings, seal: noSeal },
    completeness: new CompletenessStore(database),
    versions: { model: projections.modelVersion, interpreters: interpreterVersion, fold: FOLD_VERSION },
    modelPosition: () => projections.currentPosition(),
    numbers: () => Promise.resolve([]), // of the metrics, which no statement here shows
  });
});
afterAll(async () => {
  await projections.stop();
  await kept.close();
});

const tell = async (...entries: readonly InterpretableEntry[]): Promise<void> => {
  await kept.tell(...entries);
  await projections.catchUp();
};
/** What the tie-out of a month finds: the kind of each difference, its line, and by how much of what. */
async function tiedOut(id: string): Promise<string[]> {
  const [result] = await tieOuts.run(id, { actor: 'key:Alice', correlationId: 'test' });
  await projections.catchUp();
  return result!.differences.map(({ kind, line, net, currency }) => `${kind} ${line} ${net} ${currency}`);
}
async function closes(id: string, force?: string): Promise<void> {
  const { proposal } = await close.propose(id, { force }, person('Alice'));
  await close.approve(id, { digest: proposal!.digest }, person('Bob'));
  await close.close(id, person('Alice'));
  await projections.catchUp();
}
/** The journal of a month: as a close stored it, the newest unless one is named, or as it is known while it is open. */
async function journal(id: string, version?: number): Promise<JournalLine[]> {
  const lines: JournalLine[] = [];
  for await (const each of (await close.lines(id, version))!.lines) lines.push(each);
  return lines;
}

const KEYS = new Map<string, string>(Object.entries(ACCOUNTS).map(([key, { code }]) => [code, key]));
/** What accounts stand at before or after a month, by the statements that its close stored, which leave nothing of revenue unexplained. */
async function stood(id: string, when: 'opening_minor' | 'closing_minor'): Promise<Record<string, string>> {
  const found = (await close.statements(id))!;
  expect(found.stored).toBe(true);
  expect(found.revenue.map(({ unexplained_minor: unexplained }) => unexplained)).toEqual(found.revenue.map(() => '0'));
  return Object.fromEntries(
    found.trial_balance
      .filter((row) => row[when] !== '0')
      .map((row) => [`${KEYS.get(row.account)} ${row.currency}`, formatMajor(BigInt(row[when]), row.currency)]),
  );
}

describe('the quarter, closed month by month', () => {
  it('July ties out to the cent, also the payment of its last half hour, and is closed', async () => {
    await tell(...delivered(july), ch7Settled);
    expect(await tiedOut('2026-07')).toEqual([]);
    await closes('2026-07');
    expect(statementOf(await journal('2026-07'))).toEqual(statements.july);
    expect(await stood('2026-07', 'closing_minor')).toEqual(statements.july);
  });

  it('August lacks what was never delivered: the tie-out names it, line by line, and nothing is closed', async () => {
    await tell(...delivered(august));
    expect(statementOf(await kept.lines('2026-07-01', '2026-08-31'))).toEqual(statements.augustUndelivered);
    expect(await tiedOut('2026-08')).toEqual([
      'missing_webhook txn_10 19965 EUR',
      'missing_webhook txn_16 -9680 USD',
      'timing txn_17 -500 EUR', // the refund of the 31st, whose payment is known
    ]);
    await expect(close.propose('2026-08', {}, person('Alice'))).rejects.toMatchObject({
      code: 'close_blocked',
      extra: {
        errors: [/fx_rate_missing/, /stripe EUR differs/, /stripe USD differs/].map((each) =>
          expect.stringMatching(each),
        ),
      },
    });
  });

  it('when both are fetched, the one as an object and the other as its event, then August is whole but for the refund', async () => {
    await tell(readInSeptember(), po3);
    expect(await tiedOut('2026-08')).toEqual(['timing txn_17 -500 EUR']);
    await closes('2026-08', 'the refund of 5.00 is on its way');
    expect(statementOf([...(await journal('2026-07')), ...(await journal('2026-08'))])).toEqual(statements.august);
    expect(await stood('2026-08', 'opening_minor')).toEqual(statements.july);
    expect(await stood('2026-08', 'closing_minor')).toEqual(statements.august);
  });

  it('what is heard of later changes no line of August, and is in September as adjustments', async () => {
    const reported = await journal('2026-08');
    await tell(...september);
    expect(await journal('2026-08')).toEqual(reported);
    const known = await journal('2026-09');
    const adjusting = known.filter(({ adjusts }) => adjusts === '2026-08');
    expect(new Set(adjusting.map(({ day, cause }) => `${day} ${cause}`))).toEqual(new Set(['2026-09-01 late_fact']));
    expect(statementOf(adjusting)).toEqual({
      ...{ 'bank EUR': '-100.00', 'bank_in_transit EUR': '100.00' },
      ...{ 'clearing.stripe EUR': '-5.00', 'refunds EUR': '5.00' },
      ...{ 'revenue EUR': '19.00', 'tax_payable EUR': '-19.00' },
    });
    expect(adjusting.filter(({ account }) => KEYS.get(account) === 'tax_payable')).toMatchObject([
      { originEntry: 'payment:ch_10', originDay: '2026-08-30', amount: -1_900n },
    ]);
    expect(statementOf([...(await journal('2026-07')), ...reported, ...known])).toEqual(statements.september);
  });

  it('September as it would be closed begins with what August reported, and its bridge has what it adjusts', async () => {
    const { stored, trial_balance: trial, roll_forward: rolls, bridge } = (await close.statements('2026-09'))!;
    const clearing = { account: ACCOUNTS['clearing.stripe'].code, currency: 'EUR' };
    expect(stored).toBe(false);
    expect(bridge).toContainEqual({ step: 'adjustments_of_2026-08', currency: 'EUR', amount_minor: '-1900', count: 1 });
    expect(trial).toContainEqual(
      expect.objectContaining({ ...clearing, opening_minor: '22425', closing_minor: '21000' }),
    );
    expect(rolls).toContainEqual(
      expect.objectContaining({
        ...{ ...clearing, opening_minor: '22425', adjustments_minor: '-500', closing_minor: '21000' },
        activity: expect.arrayContaining([expect.objectContaining({ kind: 'refund', net_minor: '-59500' })]),
      }),
    );
  });

  it('August is reopened by two people and closed anew, with nothing forced; the first close stays readable', async () => {
    const first = await journal('2026-08');
    await close.reopen('2026-08', { reason: 'a refund was missing' }, person('Alice'));
    await expect(close.reopen('2026-08', {}, person('Alice'))).rejects.toMatchObject({ code: 'second_person' });
    await close.reopen('2026-08', {}, person('Bob'));
    expect(await tiedOut('2026-08')).toEqual([]);
    await closes('2026-08');
    expect(statementOf([...(await journal('2026-07')), ...(await journal('2026-08'))])).toEqual(statements.augustLater);
    expect(await journal('2026-08', 1)).toEqual(first);
    expect(await close.lines('2026-08')).toMatchObject({ state: 'closed', version: 2 });
  });

  it('September ties out and is closed without an adjustment; the three closes are the quarter', async () => {
    expect(await tiedOut('2026-09')).toEqual([]);
    await closes('2026-09');
    const months = [await journal('2026-07'), await journal('2026-08'), await journal('2026-09')];
    expect(months.flat().filter(({ adjusts }) => adjusts !== undefined)).toEqual([]);
    expect(statementOf(months.flat())).toEqual(statements.september);
    expect(await stood('2026-09', 'opening_minor')).toEqual(statements.augustLater);
    expect(await stood('2026-09', 'closing_minor')).toEqual(statements.september);
  });

  it('lines of a balance are the same whether the books say which payments carry them, or all are looked through', async () => {
    const { database, books } = kept;
    const behind = () => Promise.reject(new Problem('unavailable', 'too far behind'));
    const answers = [undefined, () => books.catchUp(), behind].map(async (posted) => {
      const asked = await new BalanceLines(database, posted).asked();
      return asked.read(async (lines) => {
        const found: unknown[] = [await lines.find(['txn_10', 'txn_14', 'txn_none'])];
        for (const [from, to] of [
          ['2026-07-01', '2026-07-31'],
          ['2026-08-01', '2026-08-31'],
          ['2026-09-01', '2026-09-30'],
        ] as const) {
          const within = await lines.within(zone.startOf(from), zone.startOf(addDays(to, 1)));
          found.push(within.get('stripe'), await lines.moneyOf(within, { from, to }));
        }
        return found;
      });
    });
    const [whole, bounded, fallenBack] = await Promise.all(answers);
    expect(whole!.map((each) => (each as Map<string, unknown>).size)).toEqual([2, 9, 1, 9, 1, 4, 1]);
    expect(bounded).toEqual(whole);
    expect(fallenBack).toEqual(whole);
    const broken = new BalanceLines(database, () => Promise.reject(new Error('broken')));
    await expect(broken.asked()).rejects.toThrow('broken');
  });
});
