import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { HOUR_MS } from '../../src/ingest/completeness-store.js';
import { ACCESS_TOKEN, FakeSquare } from '../support/fake-square.js';
import { NOW, openDoors, squareDelivery, type Doors } from '../support/doors.js';

type Json = Record<string, any>;

let fake: FakeSquare;
let doors: Doors;
beforeAll(async () => {
  fake = await FakeSquare.start();
  fake.pageSize = 2;
  doors = await openDoors({}, { square: { apiKey: ACCESS_TOKEN, apiBase: fake.url } });
});
afterEach(() => doors.setNow(NOW));
afterAll(async () => {
  await doors.close();
  await fake.stop();
});

let made = 0;
/** A notification of an hour after now, that Square lists; more members where it should be larger. */
function happened(hoursLater: number, more: Json = {}): Json {
  const at = new Date(NOW.getTime() + hoursLater * HOUR_MS + ++made).toISOString();
  const payment = {
    id: `PAY${made}`,
    status: 'COMPLETED',
    total_money: { amount: 700, currency: 'USD' },
    version: 1,
    updated_at: at,
  };
  const event = {
    ...{ merchant_id: 'MERCHANT1', type: 'payment.updated', event_id: `ev-${made}`, created_at: at },
    data: { type: 'payment', id: `PAY${made}`, object: { payment: { ...payment, ...more } } },
  };
  fake.events.push(event);
  return event;
}
const deliver = async (event: Json) =>
  (await doors.ingest.webhook('square', squareDelivery(event, { 'square-version': '2025-01-23' })))[0]!.outcome;
const { backfill, completeness } = {
  backfill: () => doors.ingest.backfill,
  completeness: () => doors.ingest.completeness,
};
const later = (hours: number): void => doors.setNow(new Date(NOW.getTime() + hours * HOUR_MS));

describe('events of Square that no webhook brought', () => {
  it('given a list that has only what was made since it was switched on, then it is switched on, and no hour before is called complete', async () => {
    expect([fake.enabled, await backfill().sweep('square')]).toEqual([false, expect.objectContaining({ hours: 0 })]);
    later(2);
    expect(await backfill().sweep('square')).toMatchObject({ hours: 2, listed: 0 });
    expect(fake.enabled).toBe(true);
    const hours = await completeness().hours({ from: new Date(NOW.getTime() - 3 * HOUR_MS), until: NOW, limit: 9 });
    expect(hours.map(({ ours }) => ours)).toEqual([false, false, false, true]);
  });

  it('given webhooks of which some were lost, then they are fetched once, whatever the order, and each hour says what it was', async () => {
    const [first, lost, late] = [happened(3), happened(3), happened(4)];
    const others = [happened(3), happened(3), happened(5)];
    for (const event of [first, ...others]) expect(await deliver(event)).toBe('recorded');
    later(6);
    fake.troubles.push({ status: 429, headers: { 'retry-after': '1' } }, { status: 503 });
    const swept = await backfill().sweep('square');
    expect([swept.listed, [...swept.recorded].sort(), swept.missing]).toEqual([
      6,
      [lost, late].map(({ event_id: id }) => String(id)),
      [],
    ]);
    // The webhook comes after all: another rendering of the same event.
    expect([await deliver(lost), await deliver(late)]).toEqual(['duplicate', 'duplicate']);
    const entries = await doors.entries();
    expect(entries.map(({ account, authenticatedBy }) => `${account} ${authenticatedBy}`).sort()).toEqual([
      ...Array<string>(2).fill('MERCHANT1 square-api'),
      ...Array<string>(4).fill('MERCHANT1 square-hmacsha256'),
    ]);
    const hours = await completeness().hours({
      from: new Date(NOW.getTime() + 3 * HOUR_MS),
      until: new Date(NOW.getTime() + 6 * HOUR_MS),
      limit: 9,
    });
    expect(hours.map(({ listed, delivered, healed }) => [listed, delivered, healed]).slice(0, 3)).toEqual([
      [4, 3, 1],
      [1, 0, 1],
      [1, 1, 0],
    ]);
    expect(await doors.ingest.backfill.fetchUndelivered('square')).toMatchObject({ listed: 0 });
  });

  it('given a notification that is larger than an entry may be, then it is completed from the list', async () => {
    const event = happened(7, { note: 'n'.repeat(970_000) });
    later(8);
    expect(await deliver(event)).toBe('recorded');
    expect(await doors.ingest.completion.sweep()).toEqual({ completed: 1, left: 0 });
    const kept = (await doors.entries()).filter(({ originEventId }) =>
      originEventId.startsWith(String(event['event_id'])),
    );
    expect(kept.map(({ attributes }) => attributes['truncated'] ?? attributes['piece'] ?? 'whole').slice(0, 3)).toEqual(
      [...['texts', 'whole', expect.stringMatching(/^1\//)]],
    );
  });

  it('given a token that Square refuses, then that is said, and where people look', async () => {
    later(12);
    fake.troubles.push({ status: 401 });
    await expect(backfill().sweep('square')).rejects.toMatchObject({
      detail: 'Square refuses SQUARE_ACCESS_TOKEN, or the key may not do this.',
    });
    expect(await completeness().providers(NOW)).toMatchObject([
      { provider: 'square', error: expect.stringMatching(/^Square refuses/) },
    ]);
  });
});
