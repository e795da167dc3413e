import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addDays } from '../../../src/kernel/day.js';
import type { ReconciliationRow } from '../../../src/reconcile/gap.js';
import type { ComparedDay } from '../../../src/reconcile/report/compared-days.js';
import { type GapReport, mondayOf, weekOf, weekRows } from '../../../src/reconcile/report/gap-report.js';
import { gapReportHtml, gapReportMarkdown } from '../../../src/reconcile/report/gap-report-text.js';

const MONDAY = '2026-09-28';
const row = (day: string, given: Partial<ReconciliationRow> = {}): ReconciliationRow =>
  ({
    ...{
      day,
      source: 'collector',
      metric: 'orders',
      actual: 10,
      tracked: 8,
      gap: 2,
      missing: 3,
      duplicates: 1,
      client_only: 0,
    },
    ...{ causes: { bot: 0, client_never_seen: 2 }, unexplained: 1, comparable: true, provisional: false, reasons: [] },
    ...given,
  }) as unknown as ReconciliationRow;

/** The days that these rows are of; `compared` gave none. */
const days = (rows: ReconciliationRow[], compared: string[] = []): ComparedDay[] =>
  [...new Set([...rows.map(({ day }) => day), ...compared])].map((day) => ({
    ...{ day, source: 'collector', metric: rows[0]!.metric },
    rows: rows.filter((each) => each.day === day),
  }));

describe('weeks', () => {
  it.each([
    ['2026-W01', '2025-12-29'],
    ['2026-W40', MONDAY],
    ['2026-W53', '2026-12-28'],
    ['2027-W01', '2027-01-04'],
  ])('%s begins on %s', (week, monday) => expect([mondayOf(week), weekOf(addDays(monday, 6))]).toEqual([monday, week]));
  it.each(['2027-W53', '2026-W00', '2026-40', '2026-W54'])('%s is none', (week) =>
    expect(mondayOf(week)).toBeUndefined(),
  );
  it('given any day, then it is in the week that begins on its Monday', () =>
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 20_000 }), (offset) => {
        const day = addDays('1999-01-01', offset);
        const monday = mondayOf(weekOf(day))!;
        expect(monday <= day && day <= addDays(monday, 6)).toBe(true);
      }),
    ));
});

describe('the rows of a week', () => {
  it('given two weeks, then the days of the second are summed and held against the first', () => {
    const [week] = weekRows(
      days([row('2026-09-25', { actual: 10, tracked: 9 }), row(MONDAY), row('2026-09-29')]),
      MONDAY,
    );
    expect(week).toMatchObject({ days: 2, actual: 20, tracked: 16, gap: 4, gap_pct: 20, gap_pct_before: 10 });
    expect(week).toMatchObject({ missing: 6, causes: { client_never_seen: 4 }, unexplained: 2 });
    expect(Object.keys(week!.left_out)).toHaveLength(5);
  });

  it('given days that cannot be compared, then they are left out and said so', () => {
    const failed = row('2026-09-29', { gap: null, comparable: false, reasons: ['source_failed: quota'] });
    const young = row('2026-09-30', { provisional: true, reasons: ['provisional: …'] });
    const [week] = weekRows(days([row(MONDAY), failed, young]), MONDAY);
    expect([week!.days, week!.left_out['2026-09-29'], week!.left_out['2026-10-01']]).toEqual([
      1,
      'source_failed: quota',
      'not compared',
    ]);
  });

  it('given money in two currencies, then they stay apart and exact', () => {
    const usd = { currency: 'USD', actual: '90071992547409930', tracked: '1', gap: '90071992547409929' };
    const weeks = weekRows(days([row(MONDAY, usd), row(MONDAY, { ...usd, currency: 'JPY' })]), MONDAY);
    expect(weeks.map(({ currency, gap }) => [currency, gap])).toEqual([
      ['JPY', '90071992547409929'],
      ['USD', '90071992547409929'],
    ]);
  });

  it('given days that were compared and had nothing of a currency, then they count as nothing of it; days that failed are left out of each', () => {
    const money = { metric: 'revenue_gross', actual: '500', tracked: '500', gap: '0' };
    const failed = { metric: 'revenue_gross', gap: null, comparable: false, reasons: ['source_failed: quota'] };
    const weeks = weekRows(
      days(
        [
          row(MONDAY, { ...money, currency: 'EUR' }),
          row('2026-09-29', { ...money, currency: 'USD' }),
          row('2026-09-30', failed),
        ],
        ['2026-10-01'],
      ),
      MONDAY,
    );
    const left = {
      '2026-09-30': 'source_failed: quota',
      ...{ '2026-10-02': 'not compared', '2026-10-03': 'not compared', '2026-10-04': 'not compared' },
    };
    expect(weeks.map(({ currency, actual, days: summed, left_out }) => [currency, actual, summed, left_out])).toEqual([
      ['EUR', '500', 3, left],
      ['USD', '500', 3, left],
    ]);
  });

  it('given a ratio, then it is in no row', () => {
    const ratio = { metric: 'attribution_mismatch_pct', value: 12, gap: null };
    expect(
      weekRows(
        days([row(MONDAY, ratio), row('2026-09-29', { metric: 'attribution_mismatch_pct', gap: null })]),
        MONDAY,
      ),
    ).toEqual([]);
  });

  it('given a ratio that was never compared, then it is in no row either', () =>
    expect(weekRows(days([row(MONDAY, { metric: 'attribution_mismatch_pct', gap: null })]), MONDAY)).toEqual([]));

  it('given counts without ids, then nothing is said of ids', () => {
    const counted = { missing: null, duplicates: null, client_only: null };
    expect(weekRows(days([row(MONDAY, counted)]), MONDAY)[0]).toMatchObject(counted);
  });
});

describe('the report in words', () => {
  const report: GapReport = {
    ...{ week: '2026-W40', from: MONDAY, to: '2026-10-04', time_zone: 'UTC', published_at: '2026-10-05T07:00:00.000Z' },
    rows: weekRows(
      days([row(MONDAY, { currency: 'USD', metric: 'revenue_gross', actual: '123450', tracked: '-5', gap: '123455' })]),
      MONDAY,
    ),
    drift: [
      {
        ...{ source: 'collector', metric: 'signups', figure: 'loss_pct', day: '2026-10-04', value: 40, baseline: 10 },
        ...{ moved: 'up', shift: null },
        causes: [{ part: 'missing', cause: 'script_blocked', before_pct: 2, after_pct: 30, points: 28 }],
        concentrated_in: { day: '2026-10-04', dimension: 'browser', value: 'firefox', lost: 9, of: 10 },
      },
      {
        ...{ source: 'collector', metric: 'orders', figure: 'gap_pct', day: '2026-10-04', value: 9, baseline: 1 },
        ...{ moved: 'up', shift: null }, // as an earlier version published it
      },
    ],
    markers: [{ at: '2026-09-28T08:00:00.000Z', kind: 'release', title: 'Shop <1.5> | beta' }],
    came_from: [
      { metric: 'revenue_gross', currency: 'USD', channel: 'paid_search', value: '6000', share: 0.6, bounds: [0.6, 1] },
      { metric: 'signups', channel: 'unknown', value: 3, share: 0.3, reasons: { no_touch: 2, consent_withheld: 1 } },
    ],
  };

  it('of no day that counts tells no zeros', () => {
    const failed = row(MONDAY, { gap: null, comparable: false, reasons: ['source_failed: down'] });
    const text = gapReportMarkdown({ ...report, rows: weekRows(days([failed]), MONDAY) });
    expect(text).toContain('| – | – | – | – | – | – | – | – | 0 of 7 |');
  });

  it('as Markdown has its tables, with amounts in major units', () => {
    const text = gapReportMarkdown(report);
    expect(text).toContain('# Gap report 2026-W40 (2026-09-28 to 2026-10-04, UTC)');
    expect(text).toContain(
      '| collector | revenue_gross | 1234.50 USD | -0.05 USD | 1234.55 USD | 100 % | – | 3 | 1 | 0 | 1 of 7 |',
    );
    expect(text).toContain('| collector | revenue_gross USD | client_never_seen | 2 |');
    expect(text).toContain(
      '- loss_pct of signups at collector went up: 40 on 2026-10-04, usually 10; missing script_blocked +28 points; browser firefox: 9 of 10 lost on 2026-10-04\n',
    );
    expect(text).toContain('- gap_pct of orders at collector went up: 9 on 2026-10-04, usually 1\n');
    expect(text).toContain('| revenue_gross USD | paid_search | 60.00 USD | 60 % | 60 % and 100 % |');
    expect(text).toContain('| signups | unknown | 3 | 30 % | no_touch: 2, consent_withheld: 1 |');
    const { came_from: _, ...earlier } = report;
    expect(gapReportMarkdown(earlier)).toContain('## Where they came from\n\nNothing.');
    expect(gapReportMarkdown({ ...report, drift: [] })).toContain('## What is not what it usually is\n\nNothing.');
  });

  it('as HTML holds what was told as text and no script', () => {
    const page = gapReportHtml(report);
    expect(page).toContain('Shop &lt;1.5&gt; | beta');
    expect(page).not.toMatch(/<script|<1\.5>/);
  });
});
