import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HOUR_MS } from '../../src/ingest/completeness-store.js';
import { chargeSucceeded } from '../fixtures/shop-events.js';
import { API_KEY, FakeStripe, type Json } from '../support/fake-stripe.js';
import { RunningService } from '../support/running-service.js';

const NOW = '2026-11-10T12:30:00.000Z';
const DAY = '2026-11-09';

let fake: FakeStripe;
let shop: RunningService;
let charges: Json[];

beforeAll(async () => {
  fake = await FakeStripe.start();
  shop = await RunningService.start({ now: NOW, settings: { STRIPE_API_KEY: API_KEY, STRIPE_API_BASE: fake.url } });
  charges = [8, 9, 9, 15].map((hour, index) =>
    chargeSucceeded(`${DAY}T${String(hour).padStart(2, '0')}:10:00Z`, `ch_${index}`, 1_000),
  );
  fake.events.push(...charges);
  await shop.stripeAll([charges[0]!]);
});
afterAll(async () => {
  await shop.stop();
  await fake.stop();
});

const range = `from=${DAY}&to=${DAY}`;
const revenue = async (): Promise<Json> => {
  await shop.catchUp();
  return (await shop.get(`/v1/metrics/revenue_gross?${range}`)) as Json;
};
const hours = () => shop.all(`/v1/completeness?${range}&limit=7`);

describe('a month in which webhooks were lost', () => {
  it('given hours that nobody has compared, then numbers of payments say so, and those of own events do not', async () => {
    await shop.service.ingest.completeness.care('stripe', new Date(`${DAY}T00:00:00Z`));
    const reply = await revenue();
    expect(reply).toMatchObject({ incomplete: true, data: [{ value: '1000', incomplete: true }] });
    expect(await shop.get(`/v1/metrics/signups?${range}`)).not.toHaveProperty('incomplete');
    expect(new Set((await hours()).map(({ status }) => status))).toEqual(new Set(['unchecked']));
  });

  it('when a backfill is asked for, then jobs fetch what is missing, and the number is whole and no longer marked', async () => {
    const { status, body } = await shop.send('POST', '/v1/backfills', {
      provider: 'stripe',
      from: DAY,
      to: '2026-11-10',
    });
    expect([status, body]).toEqual([202, { provider: 'stripe', hours: 36 }]);
    const due = () => shop.service.ingest.completeness.due('stripe', new Date(`${DAY}T00:00:00Z`), new Date(NOW));
    while ((await due()).length > 0) await new Promise((resolve) => setTimeout(resolve, 20));
    const reply = await revenue();
    expect(reply).not.toHaveProperty('incomplete');
    expect(reply['data']).toEqual([{ period: DAY, value: '4000', currency: 'USD' }]);
    const found = (await hours()).filter(({ listed }) => listed > 0);
    expect(
      found.map(({ hour, status: is, delivered, healed, missing }) => [hour, is, delivered, healed, missing]),
    ).toEqual([
      [`${DAY}T08:00:00.000Z`, 'complete', 1, 0, 0],
      [`${DAY}T09:00:00.000Z`, 'healed', 0, 2, 0],
      [`${DAY}T15:00:00.000Z`, 'healed', 0, 1, 0],
    ]);
    expect(found[1]!['healed_ids'].sort()).toEqual(['evt_ch_1', 'evt_ch_2']);
  });

  it('then every provider stands in the answer and in /metrics', async () => {
    const { providers } = await shop.get(`/v1/completeness?${range}`);
    expect(providers).toMatchObject([{ provider: 'stripe', missing: 0, healed: 3, unchecked_hours: 0, silent: false }]);
    const page = (await shop.get('/metrics')) as string;
    expect(page).toContain('truth_ledger_provider_events_healed{provider="stripe"} 3');
    expect(page).toContain('truth_ledger_provider_hours_unchecked{provider="stripe"} 0');
    expect(page).toContain('truth_ledger_provider_webhooks_given_up{provider="stripe"} 0');
  });

  it('given a second run of everything, then nothing is recorded twice', async () => {
    const before = await shop.service.ledger.head();
    await shop.service.ingest.backfill.request('stripe', { from: new Date(`${DAY}T00:00:00Z`), until: new Date(NOW) });
    const swept = await shop.service.ingest.backfill.sweep('stripe');
    expect([swept.listed, swept.recorded, await shop.service.ledger.head()]).toEqual([4, [], before]);
  });

  it.each([
    ['a provider without a list', { provider: 'square', from: DAY, to: DAY }, /API key is not set/],
    ['days that Stripe lists no more', { provider: 'stripe', from: '2026-09-01', to: DAY }, /last 30 days/],
    ['days to come', { provider: 'stripe', from: '2026-11-20', to: '2026-11-21' }, /has not begun/],
    ['days the wrong way round', { provider: 'stripe', from: '2026-11-09', to: '2026-11-08' }, /must not be after/],
    ['a member that is unknown', { provider: 'stripe', from: DAY, to: DAY, hours: 3 }, /no field "hours"/],
  ])('given %s, then the request is refused with the reason', async (_, request, reason) => {
    const { status, body } = await shop.send('POST', '/v1/backfills', request);
    expect([status, body.code]).toEqual([400, 'invalid_request']);
    expect(body.detail).toMatch(reason);
  });

  it('given a key without the scope, or a cursor of another list, then neither is taken', async () => {
    const nobody = await shop.send(
      'POST',
      '/v1/backfills',
      { provider: 'stripe', from: DAY, to: DAY },
      { authorization: 'Bearer no' },
    );
    expect(nobody.status).toBe(401);
    expect((await shop.send('GET', `/v1/completeness?${range}&cursor=7`)).status).toBe(400);
  });

  it('given deliveries, then they are counted by the hour they came in', async () => {
    await shop.stripeAll([charges[0]!, chargeSucceeded(NOW, 'ch_now', 700)]);
    await shop.service.ingest.stop();
    const now = new Date(Math.floor(Date.parse(NOW) / HOUR_MS) * HOUR_MS).toISOString();
    const today = await shop.all('/v1/completeness?from=2026-11-10&to=2026-11-10');
    expect(today.find(({ hour }) => hour === now)).toMatchObject({ deliveries: 3, status: 'unchecked' });
  });
});

describe('a webhook that is larger than an entry may be', () => {
  it('given one that lost more than texts, then it is listed and its numbers are marked, until a replay has fetched the rest', async () => {
    const pad = Array.from({ length: 1_200 }, () => 'p'.repeat(800));
    const large = chargeSucceeded(`${DAY}T20:00:00Z`, 'ch_large', 900, { pad });
    await shop.service.ingest.backfill.sweep('stripe');
    expect((await shop.stripe(large)).status).toBe(202);
    const [letter, ...others] = await shop.all('/v1/dead-letters?reason=truncated');
    expect([letter, others]).toMatchObject([{ origin_event_id: 'evt_ch_large', blocks: true, resolved_at: null }, []]);
    expect(await revenue()).toMatchObject({ incomplete: true, data: [{ incomplete: true }] });

    const replay = () => shop.send('POST', `/v1/dead-letters/${String(letter!['id'])}/replay`, {});
    const refused = await replay();
    expect([refused.status, refused.body]).toMatchObject([200, { outcome: 'rejected' }]);
    fake.events.push(large);
    expect((await replay()).body).toMatchObject({ outcome: 'recorded' });
    const after = await revenue();
    expect(after).not.toHaveProperty('incomplete');
    expect(after['data']).toEqual([{ period: DAY, value: '4900', currency: 'USD' }]);
    expect(await shop.all('/v1/dead-letters?reason=truncated&resolved=false')).toEqual([]);
    expect(await shop.service.projections.verify()).toMatchObject({ ok: true });
  });
});
