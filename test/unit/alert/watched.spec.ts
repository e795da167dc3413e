import { describe, expect, it } from '@jest/globals';
import { lookAround, type WatchedParts } from '../../../src/jobs/watched.js';

const drifting = {
  ...{
    source: 'collector',
    metric: 'revenue_gross',
    currency: 'USD',
    figure: 'loss_pct',
    day: '2026-10-19',
    value: 30,
  },
  ...{ baseline: 10, moved: 'up', alarming: true, interval: [25, 35], basis: 'weekday', verdict: 'up' },
  shift: { day: '2026-10-18', direction: 'up', before: 10, after: 29 },
  causes: [
    { part: 'missing', cause: 'script_blocked', before_pct: 4, after_pct: 22.5, points: 18.5 },
    { part: 'missing', cause: 'lost_event', before_pct: 6, after_pct: 5, points: -1 },
  ],
  concentrated_in: { day: '2026-10-19', dimension: 'browser', value: 'firefox', lost: 30, of: 31 },
  markers: [{ id: 'm1', at: '2026-10-17T08:00:00.000Z', kind: 'release', title: '1.5.0' }],
};
const provider = {
  ...{ provider: 'stripe', silent: true, missing: 2, unchecked: 0, last_delivery_at: null, error: null },
  ...{ shortened: 3, given_up: 1 },
};

const missing = {
  ...{ provider: 'adyen', account: 'Harbour', name: 'batch_7.csv', announcedAt: new Date('2026-10-18T06:00:00Z') },
  error: 'Adyen answered 403.',
};

const parts = (given: Partial<Record<keyof WatchedParts, unknown>> = {}): WatchedParts =>
  ({
    reconcile: {
      drift: () => Promise.resolve([drifting, { ...drifting, figure: 'overcount_pct', alarming: false }]),
      failing: () => Promise.resolve([]),
      uncheckedDays: () => Promise.resolve(['2026-10-12', '2026-10-14']),
    },
    completeness: { providers: () => Promise.resolve([provider]) },
    deadLetters: {
      counts: () =>
        Promise.resolve([
          { reason: 'conflict', unresolved: 1 },
          { reason: 'job_failed', unresolved: 0 },
        ]),
    },
    verification: { standing: () => Promise.resolve({ overdue: false }) },
    announced: { missing: () => Promise.resolve([]) },
    clock: () => new Date('2026-10-20T00:00:00Z'),
    failed: () => undefined,
    ...given,
  }) as unknown as WatchedParts;

describe('looking around', () => {
  it('given drift, conflicts and a silent provider, then each is a condition with a key of its own and its figures', async () => {
    const watched = await lookAround(parts());
    expect(watched.map(({ part, conditions }) => [part, conditions.map(({ key }) => key)])).toEqual([
      ['drift', ['drift.collector.revenue_gross.USD.loss_pct']],
      ['source', []],
      ['days', ['days.unchecked']],
      ['dead_letters', ['dead_letters.conflict']],
      ['verification', []],
      ['reports', []],
      ['provider', ['provider.stripe.silent', 'provider.stripe.incomplete', 'provider.stripe.shortened']],
    ]);
    expect(watched[0]!.conditions[0]).toMatchObject({
      severity: 'critical',
      title:
        'loss_pct of revenue_gross at collector went up: 30 on 2026-10-19, usually 10, about 29 instead of 10 since 2026-10-18',
      detail: {
        causes: ['missing script_blocked +18.5 points', 'missing lost_event -1 points'],
        in_common: 'browser firefox: 30 of 31 lost on 2026-10-19',
        markers: ['2026-10-17T08:00:00.000Z release 1.5.0'],
      },
    });
    expect(watched.at(-1)!.conditions.at(-1)!.detail).toEqual({ given_up: 1, shortened: 3 });
    expect(watched[2]!.conditions[0]!.title).toBe(
      '2 days from 2026-10-12 to 2026-10-14 were not compared with every source',
    );
  });

  it('given a part that cannot be looked at, then it is left out, so that nothing of it recovers', async () => {
    const failed: string[] = [];
    const watched = await lookAround(
      parts({
        completeness: { providers: () => Promise.reject(new Error('no connection')) },
        failed: (part: string) => failed.push(part),
      }),
    );
    expect([watched.map(({ part }) => part), failed]).toEqual([
      ['drift', 'source', 'days', 'dead_letters', 'verification', 'reports'],
      ['provider'],
    ]);
  });

  it('given the last verification is bad, or none came for long, then each of it is a condition of its own', async () => {
    const findings = ['edit', 'edit', 'truncation'].map((verdict, position) => ({ verdict, position, detail: '' }));
    const verification = (ledgerOk: boolean, modelOk: boolean) => ({
      ...{ ok: ledgerOk && modelOk, finished_at: '2026-10-19T04:15:00.000Z', position: 9 },
      ledger: { ok: ledgerOk, findings: ledgerOk ? [] : findings, count: 3 },
      model: { ok: modelOk, differences: {} },
    });
    const conditions = async (last: unknown, overdue = false) => {
      const watched = await lookAround(parts({ verification: { standing: () => Promise.resolve({ last, overdue }) } }));
      const found = watched.find(({ part }) => part === 'verification')!.conditions;
      return found.map(({ key, severity, title }) => [key, severity, title]);
    };
    const edited = ['verification.ledger', 'critical', 'The ledger is not as it was written: edit, truncation'];
    const differs = ['verification.model', 'critical', 'The read model is not what the ledger says'];
    const overdue = ['verification.overdue', 'critical', 'Nothing was verified for two days'];
    expect(await conditions(verification(true, true))).toEqual([]);
    expect(await conditions(verification(false, false))).toEqual([edited, differs]);
    expect(await conditions(verification(true, false))).toEqual([differs]);
    expect(await conditions(verification(false, true), true)).toEqual([overdue, edited]);
    expect(await conditions(undefined, true)).toEqual([overdue]);
    expect(await conditions(undefined)).toEqual([]);
  });

  it('given reports that were announced and are not here after a day, then one condition names them', async () => {
    const fresh = { ...missing, name: 'batch_8.csv', announcedAt: new Date('2026-10-19T06:00:00Z'), error: null };
    const conditions = async (...found: unknown[]) =>
      (await lookAround(parts({ announced: { missing: () => Promise.resolve(found) } }))).find(
        ({ part }) => part === 'reports',
      )!.conditions;
    const forgotten = { ...missing, announcedAt: new Date('2026-08-01T06:00:00Z') };
    expect(await conditions(fresh, forgotten)).toEqual([]);
    expect(await conditions(missing, fresh)).toMatchObject([
      {
        ...{ key: 'reports.adyen', severity: 'warning' },
        detail: { count: 1, reports: ['Harbour/batch_7.csv: Adyen answered 403.'] },
      },
    ]);
  });

  it('names every condition by its part and a dot, by which it is found again when it is over', async () => {
    const findings = [{ verdict: 'edit', position: 1, detail: '' }];
    const last = {
      ledger: { ok: false, findings, count: 1 },
      model: { ok: false, differences: {} },
    };
    const failing = [{ source: 'ga4', day: '2026-10-19', reason: 'quota' }];
    const watched = await lookAround(
      parts({
        verification: { standing: () => Promise.resolve({ last, overdue: true }) },
        reconcile: { drift: () => Promise.resolve([drifting]), failing: () => Promise.resolve(failing) },
        announced: { missing: () => Promise.resolve([missing]) },
      }),
    );
    for (const { part, conditions } of watched) {
      expect([part, conditions.length]).not.toEqual([part, 0]);
      for (const { key } of conditions) expect(key).toMatch(new RegExp(`^${part}\\.`));
    }
  });
});
