import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Fact } from '../../src/catalog/facts.js';
import type { Metric } from '../../src/catalog/subjects.js';
import { contentsStream, openClosings } from '../../src/close/period/closing-store.js';
import { decisionEntry } from '../../src/ledger/decide-and-append.js';
import { calendarMonths, weeks445 } from '../../src/close/fiscal-calendar.js';
import { SetupError } from '../../src/kernel/errors.js';
import type { Entry, Ledger } from '../../src/ledger/ledger.js';
import { keepReportingZone } from '../../src/ledger/reporting-zone.js';
import { metrics } from '../../src/metrics/index.js';
import { ClosingScene, paid, person, refunded, signUp, subscribed, touched, ZONE } from '../support/closing-scene.js';

type Row = Record<string, any>;

const MONTHS = ['2026-08', '2026-09', '2026-10', '2026-11'];
const RANGE = { from: '2026-08-01', to: '2026-11-30' };
const ASKED = ['signups', 'revenue_net', 'mrr', 'unknown_share'];

let scene: ClosingScene;
beforeEach(async () => (scene = await ClosingScene.open()));
afterEach(() => scene.stop());

const metric = (name: string, more: object = {}) =>
  scene.report.metric(name, { ...RANGE, interval: 'month', ...more }) as Promise<Row>;

/** Every metric asked for, and attribution, as one text. */
async function answers(more: object): Promise<string> {
  const found: unknown[] = [];
  for (const name of ASKED) found.push(await metric(name, more), await metric(name, { ...more, group_by: ['source'] }));
  found.push(await scene.report.attribution({ metric: 'signups', ...RANGE, ...more }));
  return JSON.stringify(found);
}

const happening = fc
  .tuple(
    fc.constantFrom('sign up', 'touch', 'pay', 'refund', 'subscribe'),
    fc.constantFrom('u1', 'u2', 'u3'),
    fc.integer({ min: 0, max: 3 }),
    fc.integer({ min: 1, max: 28 }),
    fc.integer({ min: 1, max: 900 }),
  )
  .map(([what, user, month, date, amount]): Fact => {
    const day = `${MONTHS[month]}-${String(date).padStart(2, '0')}`;
    if (what === 'sign up') return signUp(user, day);
    if (what === 'touch') return touched(user, day, amount % 2 === 0 ? 'google' : 'linkedin');
    if (what === 'pay') return paid(user, `${user}.${date}`, day, amount);
    if (what === 'refund') return refunded(`${user}.${date}`, day, amount);
    return subscribed(user, day, amount);
  });
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.array(happening, { minLength: 1, maxLength: 6 }).map((facts) => ({ do: 'record' as const, facts })),
  },
  { weight: 3, arbitrary: fc.constant({ do: 'close' as const }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 3 }).map((month) => ({ do: 'reopen' as const, month })) },
);

describe('a closed number', () => {
  it('given any later history, then no close is answered otherwise by a byte, no as_of either, and every difference is explained', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 9 }), async (steps) => {
        await scene.stop();
        scene = await ClosingScene.open();
        const frozen = new Map<string, string>(); // what was answered, by `as_of`
        let closed: string[] = [];
        for (const each of [{ do: 'record' as const, facts: [paid('u1', 'p', '2026-08-03', 500)] }, ...steps]) {
          if (each.do === 'record') await scene.record(...each.facts.map((fact) => [fact]));
          const next = MONTHS[closed.length];
          if (each.do === 'close' && next !== undefined) {
            await scene.closes(next);
            closed.push(next);
            const { version } = (await scene.close.detail(next))!;
            frozen.set(`${next}@${version}`, await answers({ as_of: `${next}@${version}` }));
          }
          if (each.do === 'reopen' && closed[each.month] !== undefined) {
            await scene.reopens(closed[each.month]!);
            closed = closed.slice(0, each.month);
          }
          const position = String(await scene.at.ledger.head());
          frozen.set(position, await answers({ as_of: position }));
        }
        for (const [asOf, text] of frozen) expect([asOf, await answers({ as_of: asOf })]).toEqual([asOf, text]);
        const moments = [...frozen.keys()];
        for (const asOf of [moments[0]!, moments.at(-2)!, moments.find((name) => name.includes('@')) ?? moments[0]!])
          for (const name of ['revenue_net', 'mrr', 'unknown_share']) await isExplained(name, asOf);
      }),
      { numRuns: 4 },
    );
  });
});

/** Whether causes and rows, over pages, sum to the difference, and that to the difference of the two answers. */
async function isExplained(name: string, asOf: string): Promise<void> {
  const sums = (rows: readonly Row[], sign = 1): Map<string, number> => {
    const found = new Map<string, number>();
    const add = (key: string, value: number): void => void found.set(key, (found.get(key) ?? 0) + sign * value);
    for (const row of rows) {
      if (row['part_of']) add(row['part_of'], row['delta']);
      else if ('numerator' in row) for (const part of ['numerator', 'denominator']) add(part, row[part]);
      else add(row['currency'] ?? '', Number(row['delta'] ?? row['value']));
    }
    for (const [key, value] of found) if (value === 0) found.delete(key);
    return found;
  };
  const rows: Row[] = [];
  let page: Row;
  let cursor: string | undefined;
  do {
    page = (await scene.report.explainDiff(name, { ...RANGE, from_as_of: asOf, limit: 3, cursor })) as Row;
    rows.push(...page['data']);
    cursor = page['next_cursor'] ?? undefined;
  } while (cursor !== undefined);
  const moved = sums(page['difference']);
  expect([name, asOf, sums(page['causes'])]).toEqual([name, asOf, moved]);
  expect([name, asOf, sums(rows)]).toEqual([name, asOf, moved]);
  const both = [...page['after'], ...page['before'].map((row: Row) => negated(row))];
  expect([name, asOf, sums(both)]).toEqual([name, asOf, moved]);
}
const negated = (row: Row): Row =>
  'numerator' in row
    ? { numerator: -row['numerator'], denominator: -row['denominator'] }
    : { ...row, value: -Number(row['value']) };

describe('a later reading of the same entries', () => {
  beforeEach(async () => {
    await scene.record(
      [signUp('u1', '2026-08-03')],
      [paid('u1', 'p1', '2026-08-04', 500)],
      [subscribed('u1', '2026-08-05', 70)],
    );
    await scene.closes('2026-08');
  });
  const rebuilt = async (build: Parameters<ClosingScene['build']>[0]): Promise<void> => {
    await scene.projections.stop();
    await scene.build(build);
    await scene.projections.rebuild();
    await scene.projections.start();
  };
  const causes = async (): Promise<unknown[]> => {
    const { adjustments } = (await scene.close.detail('2026-09'))!;
    return adjustments.map(({ metric: name, cause, value }) => [name, cause, value]);
  };

  it('given another definition of a metric, then what was reported stays, and the difference is an adjustment that says so', async () => {
    const before = await answers({ as_of: '2026-08' });
    const gross = metrics.find(({ name }) => name === 'revenue_gross')!;
    const shape = gross.shape as Extract<Metric['shape'], { kind: 'flow' }>;
    const doubled = {
      ...gross,
      meaning: 'Twice what was captured.',
      shape: {
        ...shape,
        from: (state: never) => shape.from(state).map((each) => ({ ...each, delta: 2n * each.delta })),
      },
    };
    await rebuilt({ metrics: metrics.map((each) => (each === gross ? doubled : each)) });
    expect(await answers({ as_of: '2026-08' })).toBe(before);
    expect(await causes()).toEqual([['revenue_gross', 'definition_changed', '500']]);
    const [row] = (await metric('revenue_gross', { to: '2026-08-31' }))['data'];
    expect(row).toEqual({ period: '2026-08', value: '500', currency: 'USD', known: '1000', adjustment: '500' });
    const diff = await scene.report.explainDiff('revenue_net', { ...RANGE, from_as_of: '2026-08' });
    expect(diff?.causes).toEqual([{ cause: 'definition_changed', value: '500', currency: 'USD' }]);
    await scene.closes('2026-09');
    expect((await scene.close.detail('2026-10'))!.adjustments).toEqual([]);
  });

  it('given another interpreter, then the adjustment says that', async () => {
    const before = await answers({ as_of: '2026-08' });
    await rebuilt({
      interpreterVersion: '2',
      interpret: ({ body }) => (body as Fact[]).filter(({ type }) => type !== 'UserSignedUp'),
    });
    expect(await answers({ as_of: '2026-08' })).toBe(before);
    expect(await causes()).toContainEqual(['signups', 'interpreter_changed', -1]);
  });

  it('given a model that was rebuilt by another version between approval and close, then it has to be proposed again', async () => {
    const { proposal } = await scene.close.propose('2026-09', {}, person('Alice'));
    await scene.close.approve('2026-09', { digest: proposal!.digest }, person('Bob'));
    await rebuilt({ interpreterVersion: '3' });
    await expect(scene.close.close('2026-09', person('Alice'))).rejects.toMatchObject({ code: 'wrong_state' });
    await scene.closes('2026-09');
  });
});

describe('what comes late', () => {
  const rows = async (name: string, more: object = {}) =>
    (await metric(name, { to: '2026-10-31', ...more }))['data'].map((row: Row) => [
      row['value'],
      row['known'],
      row['adjustment'],
    ]);

  it('given a stock, then a closed end stays, and what came late is in it from the next period on', async () => {
    await scene.record([signUp('u1', '2026-08-03')], [subscribed('u1', '2026-08-05', 70)]);
    await scene.closes('2026-08');
    await scene.record([subscribed('u2', '2026-08-20', 30)], [subscribed('u3', '2026-09-10', 5)]);
    const open = [undefined, undefined];
    expect(await rows('mrr')).toEqual([
      ['70', '100', '30'],
      ['105', ...open],
      ['105', ...open],
    ]);
    expect(await rows('mrr_new')).toEqual([
      ['70', '100', '30'],
      ['5', ...open],
      ['0', ...open],
    ]);
    await scene.closes('2026-09');
    await scene.record([subscribed('u4', '2026-09-11', 1)]);
    expect(await rows('mrr')).toEqual([
      ['70', '100', '30'],
      ['105', '106', '1'],
      ['106', ...open],
    ]);
    expect(await rows('mrr', { from: '2026-09-15' })).toEqual([
      ['105', '106', '1'],
      ['106', ...open],
    ]);
    expect(await rows('mrr', { view: 'known' })).toEqual([
      ['100', ...open],
      ['106', ...open],
      ['106', ...open],
    ]);
    const days = await scene.report.contributions('mrr', { day: '2026-09-30' });
    expect(days!.data.reduce<number>((sum, row) => sum + Number((row as Row)['delta']), 0)).toBe(105);
  });

  it('given two moments the other way round, then what came between is taken back', async () => {
    await scene.record([paid('u1', 'p1', '2026-08-03', 500)]);
    await scene.closes('2026-08');
    await scene.record([refunded('p1', '2026-08-04', 200)]);
    const now = String(await scene.at.ledger.head());
    const back = { ...RANGE, from_as_of: now, to_as_of: '2026-08' };
    expect(await scene.report.explainDiff('revenue_net', back)).toMatchObject({
      difference: [{ value: '200', currency: 'USD' }],
      causes: [{ cause: 'late_fact', value: '200' }],
      data: [{ metric: 'refunds', delta: '200', taken_back: true }],
    });
  });
});

describe('two people', () => {
  it('given one name, written in another way by another key, then it is one person', async () => {
    await scene.record([signUp('u1', '2026-08-03')]);
    const { proposal } = await scene.close.propose('2026-08', {}, person('Zo\u00eb Li'));
    for (const again of ['Zoe\u0308 Li', ' ZO\u00cb  LI', 'Zo\u00eb\u00a0Li'])
      await expect(scene.close.approve('2026-08', { digest: proposal!.digest }, person(again))).rejects.toMatchObject({
        code: 'second_person',
      });
    await scene.close.approve('2026-08', { digest: proposal!.digest }, person('Zoe Li'));
  });
});

describe('what a close stored', () => {
  it('given a process that died between the ledger and the tables, then the next reader finds the close', async () => {
    await scene.record([signUp('u1', '2026-08-03')]);
    const { closings } = scene.deps;
    const dying = Object.assign(Object.create(closings) as typeof closings, {
      settle: () => Promise.reject(new Error('killed')),
    });
    await scene.build({ close: { closings: dying } });
    await expect(scene.closes('2026-08')).rejects.toThrow('killed');
    await scene.build();
    expect((await scene.close.detail('2026-08'))!.state).toBe('closed');
    expect((await metric('signups', { to: '2026-08-31', view: 'reported' }))['closes']).toMatchObject([
      { period: '2026-08' },
    ]);
  });

  it('given an attempt that wrote other numbers before it died, then they are left alone, and the close has what was approved', async () => {
    await scene.record([signUp('u1', '2026-08-03')]);
    const { proposal } = await scene.close.propose('2026-08', {}, person('Alice'));
    await scene.close.approve('2026-08', { digest: proposal!.digest }, person('Bob'));
    const { ledger, contentMac } = scene.deps;
    const stream = contentsStream('2026-08', proposal!.digest);
    const context = { now: new Date(0), actor: 'key:other', correlationId: 'test', contentMac };
    const other = decisionEntry(stream, 0, { type: 'CloseContents', data: { other: true } }, context);
    await ledger.append(stream, 'no_stream', [other]);
    await scene.close.close('2026-08', person('Alice'));
    await scene.build();
    const { closed } = (await scene.close.detail('2026-08'))!;
    expect([closed!.digest, closed!.contents.stream]).toEqual([proposal!.digest, `${stream}.2`]);
    expect(await metric('signups', { to: '2026-08-31', view: 'reported' })).toMatchObject({ data: [{ value: 1 }] });
  });

  it('given contents that are not what the close names, then nothing of them is answered', async () => {
    await scene.record([signUp('u1', '2026-08-03')]);
    await scene.closes('2026-08');
    const { database, ledger } = scene.at;
    await database.pool.query('truncate close.closings cascade');
    const forged: Ledger = Object.assign(Object.create(ledger) as Ledger, {
      readStream: async (...asked: Parameters<Ledger['readStream']>): Promise<Entry[]> =>
        (await ledger.readStream(...asked)).map((entry) => ({ ...entry, body: entry.body.replace('"1"]', '"2"]') })),
    });
    const open = (from: Ledger) =>
      openClosings({
        database,
        ledger: from,
        clock: () => new Date('2026-12-20'),
        zone: ZONE,
        calendar: calendarMonths,
      });
    await expect(open(forged)).rejects.toThrow(/not what it names/);
    expect((await database.pool.query('select from close.rows')).rowCount).toBe(0);
    expect(await (await open(ledger)).inForce()).toMatchObject([{ period: '2026-08', version: 1 }]);
  });

  it('given a period was closed, then neither the zone nor the calendar can be another', async () => {
    const { database, ledger } = scene.at;
    const clock = (): Date => new Date('2026-12-20');
    const zoneDeps = { ledger, database, clock, vault: { contentMac: scene.deps.contentMac } };
    await keepReportingZone(zoneDeps, 'UTC', false);
    await scene.closes('2026-08');
    const changed = keepReportingZone(zoneDeps, 'Europe/Berlin', true);
    await expect(changed).rejects.toThrow(SetupError);
    await expect(changed).rejects.toThrow(/a period was closed in it/);
    const weeks = openClosings({ database, ledger, clock, zone: ZONE, calendar: weeks445('2025-12-29') });
    await expect(weeks).rejects.toThrow(/FISCAL_CALENDAR is 4-4-5/);
  });
});
