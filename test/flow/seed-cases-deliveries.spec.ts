import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { chargeSucceeded } from '../fixtures/shop-events.js';
import { RunningService, secrets } from '../support/running-service.js';

const HOUR_MS = 3_600_000;

let shop: RunningService;
beforeAll(async () => {
  shop = await RunningService.start({ now: '2026-11-08T12:00:00Z' });
});
afterAll(() => shop.stop());

describe('given a rotation of the webhook secret', () => {
  it('then both secrets are valid, and no other one', async () => {
    const event = chargeSucceeded('2026-10-28T10:00:00Z', 'ch_rot', 1000);
    expect((await shop.stripe(event, 'whsec_of_somebody_else')).status).toBe(401);
    expect((await shop.stripe(event, secrets.stripeBefore)).status).toBe(202);
    expect((await shop.stripe(event, secrets.stripe)).status).toBe(200);
    expect(await shop.count('payments', '2026-10-28')).toBe(1);
  });
});

describe('given a delivery that is repeated the next minute, after 8 days and after 40 days', () => {
  it('then each is answered 2xx, and it is one entry and one payment', async () => {
    const event = chargeSucceeded('2026-10-29T10:00:00Z', 'ch_again', 1000);
    const statuses = [(await shop.stripe(event)).status];
    for (const days of [1 / 1440, 8, 40]) {
      shop.time.pass(days * 24 * HOUR_MS);
      statuses.push((await shop.stripe({ ...event, pending_webhooks: 0 })).status);
    }
    expect(statuses).toEqual([202, 200, 200, 200]);
    expect(await shop.count('payments', '2026-10-29')).toBe(1);
    const entries = await shop.all('/v1/ledger/entries?type=stripe.charge.succeeded&limit=1000');
    expect(entries.filter(({ origin_event_id }) => origin_event_id === 'evt_ch_again')).toHaveLength(1);
  });
});

describe('given a writer of the ledger that loses its database between claim and commit', () => {
  it('then the event is neither lost nor doubled', async () => {
    const event = chargeSucceeded('2026-10-30T10:00:00Z', 'ch_torn', 1000);
    const first = await shop.service.database.transaction(async (holder) => {
      await holder.query('select position from ledger.head for update'); // nobody commits while this is held
      const reply = shop.stripe(event);
      const waiting = `select pg_terminate_backend(pid) from pg_stat_activity
        where wait_event_type = 'Lock' and pid <> pg_backend_pid() and query ilike '%ledger.%'`;
      while ((await shop.sql(waiting)).length === 0);
      return { reply };
    });
    const statuses = [(await first.reply).status];
    while (statuses.at(-1)! === 503) statuses.push((await shop.stripe(event)).status);
    expect([200, 202]).toContain(statuses.at(-1));
    expect((await shop.stripe(event)).status).toBe(200);
    expect(await shop.count('payments', '2026-10-30')).toBe(1);
  });
});
