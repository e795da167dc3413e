import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Zone } from '../../src/kernel/day.js';
import { causes } from '../../src/reconcile/causes/index.js';
import type { Concentration } from '../../src/reconcile/drift/concentration.js';
import type { Reconcile } from '../../src/reconcile/create-reconcile.js';
import { createPulls } from '../../src/reconcile/pull/create-pulls.js';
import { readSources } from '../../src/reconcile/pull/source-settings.js';
import { sourceTypes } from '../../src/reconcile/sources/index.js';
import { wilson } from '../../src/reconcile/drift/statistics.js';
import { sayFigures } from '../support/say.js';
import { LabelledTraffic } from './labelled-traffic.js';
import { Shop, ZONE } from './reconcile-given.js';

const DAY = '2026-10-03';
/** What is promised of every cause on this traffic: of what it explains, and of what it should. */
const PRECISION_MIN = 0.85;
const RECALL_MIN = 0.85;
const Z_95 = 1.96; // of the intervals that are printed

interface Explained {
  id: string;
  part: string;
  cause: string;
  confidence: string | null;
  label: string;
}

const folder = mkdtempSync(path.join(tmpdir(), 'truth-ledger-causes-'));
let shop: Shop;
let traffic: LabelledTraffic;
const rows = new Map<string, Record<string, unknown>>();
const explained: Explained[] = [];

/** The reconciliation as it is set up with the access log of the shop. */
function reconcileWithLog(): Reconcile {
  const log = { name: 'shop_log', type: 'access_log', format: 'cloudflare', path: path.join(folder, '{day}.log') };
  const SOURCES = JSON.stringify([
    { ...log, extra_fields: ['aid', 'Sec-Purpose'], anonymous_id: 'aid', purpose: 'Sec-Purpose' },
  ]);
  const vault = { safeId: (id: string) => id, contentMac: (value: unknown) => Buffer.from(JSON.stringify(value)) };
  const pulls = createPulls({
    ...{ database: shop.database, vault, clock: () => shop.now, zone: new Zone(ZONE), spoolFolder: folder },
    sources: readSources({ SOURCES }, sourceTypes).settings.sources,
  });
  return shop.reconcile({ pulls, sources: pulls.sources });
}

/** Every id of the parts that need explaining, page by page. */
async function explainedIn(metric: string): Promise<Explained[]> {
  const found: Explained[] = [];
  for (const part of ['missing', 'client_only', 'duplicates']) {
    const answer = await reconcileWithLog().detail(DAY, 'collector', metric, { part, limit: 1_000 });
    const ids = (answer as unknown as { ids: Record<string, (Omit<Explained, 'part'> & { cause: string | null })[]> })
      .ids;
    for (const { id, cause, confidence } of ids[part] ?? [])
      found.push({ id, part, cause: cause ?? 'unexplained', confidence, label: traffic.labels.get(id) ?? 'nothing' });
  }
  return found;
}

beforeAll(async () => {
  shop = await Shop.open();
  traffic = new LabelledTraffic(shop, DAY);
  await traffic.plant();
  writeFileSync(path.join(folder, `${DAY}.log`), traffic.pages.join('\n'));
  const reconcile = reconcileWithLog();
  for (const metric of ['signups', 'orders']) {
    const { data } = await reconcile.now({ from: DAY, to: DAY, metrics: [metric] }, 'test');
    rows.set(metric, data[0] as unknown as Record<string, unknown>);
    explained.push(...(await explainedIn(metric)));
  }
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await shop.close();
});

const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);

function scores(): { cause: string; planted: number; explained: number; precision: number; recall: number }[] {
  const names = [...new Set(explained.flatMap(({ label, cause }) => [label, cause]))].sort();
  return names.map((name) => {
    const planted = explained.filter(({ label }) => label === name);
    const told = explained.filter(({ cause }) => cause === name);
    const right = told.filter(({ label }) => label === name).length;
    const [precision, recall] = [share(right, told.length), share(right, planted.length)];
    return { cause: name, planted: planted.length, explained: told.length, precision, recall };
  });
}

describe('causes of labelled traffic', () => {
  it('are told as they were planted, above the stated precision and recall', () => {
    const table = scores();
    for (const { cause, planted, explained: told, precision, recall } of table) {
      const of = (share: number, whole: number): string =>
        `${share.toFixed(2)} (${wilson(Math.round(share * whole), whole, Z_95)
          .map((bound) => bound.toFixed(2))
          .join('–')})`;
      sayFigures(cause, { planted, explained: told, precision: of(precision, told), recall: of(recall, planted) });
    }
    expect(explained.filter(({ label }) => label === 'nothing')).toEqual([]);
    const below = table.filter(({ precision, recall }) => precision < PRECISION_MIN || recall < RECALL_MIN);
    expect(below).toEqual([]);
  });

  it('are all there, but for the two of amounts', () => {
    const planted = new Set(traffic.labels.values());
    expect(causes.map(({ name }) => name).filter((name) => !planted.has(name))).toEqual([
      'invalid_currency',
      'invalid_value',
    ]);
  });

  it('sum with the unexplained to what is missing, invented and repeated', () => {
    for (const row of rows.values()) {
      const byPart = row['causes_by_part'] as Record<string, Record<string, number>>;
      for (const part of ['missing', 'client_only', 'duplicates'])
        expect(Object.values(byPart[part] ?? {}).reduce((sum, count) => sum + count, 0)).toBe(row[part]);
    }
    expect(explained.filter(({ part }) => part === 'missing')).toHaveLength(rows.get('signups')!['missing'] as number);
  });

  it('say how sure they are, and the certain ones are right', () => {
    for (const { cause, confidence } of explained) expect(confidence === null).toBe(cause === 'unexplained');
    expect(explained.filter((each) => each.confidence === 'certain' && each.label !== each.cause)).toEqual([]);
  });
});

describe('what the losses of a day have in common', () => {
  const day = '2026-08-03';
  const at = `${day}T10:00:00Z`;
  const found = async (on: string, metric: string): Promise<Concentration> => {
    await shop.reconcile().now({ from: on, to: on, metrics: [metric] }, 'test');
    const answer: object | undefined = await shop.reconcile().detail(on, 'collector', metric, {});
    return (answer as { concentration: Concentration }).concentration;
  };

  it('given one browser and one payment method that lose their events, then the answer names both, and how much they explain', async () => {
    for (let n = 0; n < 120; n += 1) {
      const [user, order] = [`c${n}`, `order:c${n}`];
      const [firefox, paypal] = [n % 4 === 0, n % 5 === 0];
      await shop.signup(user, day, { at });
      await shop.tracks(null, at, { user_id: user, browser: firefox ? 'firefox' : 'chrome' });
      if (!firefox) await shop.tracks('signup', at, { user_id: user, browser: 'chrome' });
      await shop.purchase([order, `payment:c${n}`], {
        effects: { p: { type: 'PaymentCaptured', fields: { method: paypal ? 'paypal' : 'card' } } },
      });
      await shop.contributes('orders', order, day, { at });
      if (!paypal) await shop.tracks('order_completed', at, { refs: [order], value: 1, currency: 'USD' });
    }
    const signups = await found(day, 'signups');
    sayFigures('sign-ups of firefox lost beyond those of others, in points', {
      'at least': signups.findings[0]!.difference[0],
      'at most': signups.findings[0]!.difference[1],
    });
    expect(signups.findings[0]!.difference[0]).toBeGreaterThan(50);
    expect(signups.findings[0]).toMatchObject({ dimension: 'browser', value: 'firefox', lost: 30, of: 30, excess: 30 });
    const orders = await found(day, 'orders');
    expect(orders.findings[0]).toMatchObject({ dimension: 'payment_method', value: 'paypal', lost: 24, of: 24 });
    const { data } = await shop.reconcile().list({ from: day, to: day });
    expect(data[0]).not.toHaveProperty('concentration');
  });

  it('given one in four of every browser that loses its events, then the answer is that they are uniform', async () => {
    const other = '2026-08-17';
    const noon = `${other}T10:00:00Z`;
    for (let n = 0; n < 120; n += 1) {
      const [user, browser] = [`v${n}`, ['firefox', 'chrome', 'safari'][n % 3]!];
      await shop.signup(user, other, { at: noon });
      await shop.tracks(null, noon, { user_id: user, browser });
      if (n % 4 > 0) await shop.tracks('signup', noon, { user_id: user, browser });
    }
    expect(await found(other, 'signups')).toMatchObject({ verdict: 'uniform', findings: [] });
  });
});
