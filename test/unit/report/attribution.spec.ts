import { describe, expect, it } from '@jest/globals';
import { defaultChannels } from '../../../src/catalog/channels.js';
import { definitionOf } from '../../../src/catalog/metric-definition.js';
import { Zone } from '../../../src/kernel/day.js';
import { metrics } from '../../../src/metrics/index.js';
import type { ClosedDays } from '../../../src/report/closed-days.js';
import { createReport, type ReportDeps } from '../../../src/report/create-report.js';

/** A report over nothing but one close, and the statements that it asked. */
function reportOver(closing: ClosedDays) {
  const asked: string[] = [];
  const query = (sql: string) => {
    asked.push(sql);
    const rows = /from model\.checkpoint/.test(sql) ? [{ position: 90n, version: 'UTC v' }] : [];
    // Several statements at once have several answers.
    const answers = sql.split(';').map(() => ({ rows }));
    return Promise.resolve(answers.length === 1 ? answers[0] : answers);
  };
  const pool = { connect: () => Promise.resolve({ query, release: () => undefined }) };
  const closings = { inForce: () => Promise.resolve([closing]), find: () => Promise.resolve(closing) };
  const now = { zone: new Zone('UTC'), clock: () => new Date('2026-11-02T00:00:00Z') };
  const deps = { database: { pool }, closings, metrics, modelVersion: 'UTC v', channels: defaultChannels, ...now };
  return { report: createReport(deps as unknown as ReportDeps), asked };
}

const OCTOBER: ClosedDays = {
  ...{ period: '2026-10', version: 1, from: '2026-10-01', to: '2026-10-31' },
  ...{ upTo: 80, digest: 'd', modelVersion: 'UTC v', closedPosition: 81 },
  header: { metrics: Object.fromEntries(metrics.map((metric) => [metric.name, definitionOf(metric)])) },
};

describe('the attribution of a closed month', () => {
  it('when what is known stands beside it, then it is asked for first touches, and for no other that nobody is told', async () => {
    const { report, asked } = reportOver(OCTOBER);
    const answer = await report.attribution({ metric: 'signups', from: '2026-10-01', to: '2026-10-31' });
    expect(answer).toMatchObject({ closes: [{ period: '2026-10' }], data: [], last_touch: null });
    const tables = asked.map((sql) => /from\s+((?:model|close)\.\w+)/.exec(sql)?.[1]).filter(Boolean);
    expect(tables).toEqual(['model.checkpoint', 'close.rows', 'model.daily']);
  });
});
