import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readConfig } from '../../src/config.js';
import { openService } from '../../src/service.js';
import { aSquareSubscription, DAY_MS, isoAt, type Json, squareBody, usd } from '../fixtures/square-events.js';
import { SQUARE, squareDelivery } from '../support/doors.js';
import { RunningService } from '../support/running-service.js';

const NOW = '2026-12-01T12:00:00Z';
const folder = mkdtempSync(path.join(os.tmpdir(), 'truth-ledger-square-'));
const dataDir = path.join(folder, 'data');
const PLANS = path.join(folder, 'plans.json');
const settings = {
  SQUARE_WEBHOOK_SIGNATURE_KEYS: SQUARE.keys.join(','),
  SQUARE_NOTIFICATION_URL: SQUARE.notificationUrl,
};

let shop: RunningService;
beforeAll(async () => {
  const phase = { cadence: 'ANNUAL', ordinal: 0, pricing: { type: 'STATIC', price_money: usd(12_000) } };
  writeFileSync(
    PLANS,
    JSON.stringify({
      objects: [
        {
          ...{ type: 'SUBSCRIPTION_PLAN_VARIATION', id: 'PLAN1' },
          subscription_plan_variation_data: { name: 'Berth', phases: [phase] },
        },
      ],
    }),
  );
  shop = await RunningService.start({ now: NOW, settings, dataDir });
});
afterAll(async () => {
  await shop.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function deliver(event: string, subscription: Json): Promise<void> {
  const body = squareBody(`subscription.${event}`, 'subscription', aSquareSubscription(subscription), {
    id: `${String(subscription['id'])}-${event}`,
  });
  const { body: bytes, headers } = squareDelivery(body);
  const reply = await shop.send('POST', '/webhooks/square', bytes.toString(), headers as Record<string, string>);
  expect(reply.status).toBe(202);
}

/** What a metric is at the end of November. */
async function atTheEnd(metric: string): Promise<unknown[]> {
  await shop.catchUp();
  const { data } = await shop.get(`/v1/metrics/${metric}?from=2026-11-01&to=2026-11-30&interval=month`);
  return (data as Json[]).map(({ value, currency }) => [value, ...(currency === undefined ? [] : [currency])]);
}

describe('subscriptions at Square', () => {
  it('given plans that nobody told, then they are active and their value is counted as not known', async () => {
    await deliver('created', { id: 'SUB1' });
    await deliver('created', { id: 'SUB2', price_override_money: usd(6_000) });
    await deliver('created', { id: 'SUB3', plan_variation_id: 'OTHER', price_override_money: usd(1) });
    await deliver('updated', { id: 'SUB1', status: 'PAUSED', version: 1_790_000_000_001, updated_at: isoAt(DAY_MS) });
    expect([await atTheEnd('active_subscriptions'), await atTheEnd('unpriced_subscriptions')]).toEqual([[[2]], [[2]]]);
    expect(await atTheEnd('mrr')).toEqual([]);
  });

  it('given their catalog, when a rebuild is tried, then it tells what that would change and switches nothing', async () => {
    const config = readConfig({ DATA_DIR: dataDir, ...settings, SQUARE_PLANS: PLANS });
    const other = await openService(config, () => new Date(NOW), { attach: 'only' });
    const { differences, liveVersion, rebuiltVersion } = await other.projections.dryRun();
    await other.stop();
    expect(liveVersion).not.toBe(rebuiltVersion);
    expect(
      differences.map(({ metric, day, currency, live, rebuilt }) => [metric, day, currency, live, rebuilt]),
    ).toEqual([
      ['mrr_churn', '2026-10-04', 'USD', 0n, 1_000n],
      ['mrr_new', '2026-10-03', 'USD', 0n, 1_500n], // 120.00 and 60.00 a year
      ['unpriced_subscriptions_change', '2026-10-03', '', 3n, 1n],
      ['unpriced_subscriptions_change', '2026-10-04', '', -1n, 0n],
    ]);
    expect(await atTheEnd('mrr')).toEqual([]);
  });

  it('when the service is started with it, then the read model is built anew, and the value of what is known counts', async () => {
    await shop.stop();
    shop = await RunningService.start({ now: NOW, settings: { ...settings, SQUARE_PLANS: PLANS }, dataDir });
    await shop.service.projections.whenCurrent();
    expect(await atTheEnd('mrr')).toEqual([['500', 'USD']]);
    expect([await atTheEnd('active_subscriptions'), await atTheEnd('unpriced_subscriptions')]).toEqual([[[2]], [[1]]]);
    expect(await shop.service.projections.verify()).toMatchObject({ ok: true });
  });
});
