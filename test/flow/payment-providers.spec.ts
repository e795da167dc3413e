import { createHmac } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { anAuthorisation, aModification, DAY_MS, eur, T0 } from '../fixtures/adyen-items.js';
import {
  anApproval,
  aPayment,
  aSquareDispute,
  aSquareRefund,
  isoAt,
  squareBody,
  usd,
} from '../fixtures/square-events.js';
import { ADYEN, adyenDelivery, notification, signedItem, SQUARE, squareDelivery } from '../support/doors.js';
import { type Json, type Reply, RunningService } from '../support/running-service.js';

const env = {
  SQUARE_WEBHOOK_SIGNATURE_KEYS: SQUARE.keys.join(','),
  SQUARE_NOTIFICATION_URL: SQUARE.notificationUrl,
  ADYEN_HMAC_KEYS: ADYEN.keys.join(','),
  ADYEN_BASIC_AUTH: ADYEN.basicAuth,
};

let running: RunningService;
const started = async () => {
  running = await RunningService.start({ settings: env });
};
const stopped = () => running.stop();

async function deliver(where: 'square' | 'adyen', request: { body: Buffer; headers: Json }): Promise<Reply> {
  return running.send('POST', `/webhooks/${where}`, request.body.toString(), request.headers);
}
const square = (body: Json, headers: Json = {}) => deliver('square', squareDelivery(body, headers));
const adyen = (body: unknown, headers: Json = {}) => deliver('adyen', adyenDelivery(body, headers));
const refuse = (reply: Reply) => [reply.status, (reply.body as Json)['code']];

/** Money by metric, day and currency, as `revenue_gross 2026-10-03 EUR 4990`. */
async function money(): Promise<string[]> {
  await running.catchUp();
  const rows = await running.sql(
    `select metric, day::text, currency, sum(delta)::text as sum from model.contributions
     where metric in ('revenue_gross', 'refunds', 'disputes', 'payments') group by 1, 2, 3 having sum(delta) <> 0 order by 1, 2, 3`,
  );
  return rows.map(({ metric, day, currency, sum }) =>
    [metric, day, currency, sum].filter((part) => part !== '').join(' '),
  );
}

const at = (days: number): string => new Date(T0 + days * DAY_MS).toISOString();

describe('Square, through its door', () => {
  beforeAll(started);
  afterAll(stopped);

  it('given a life of a payment in the wrong order, when delivered, then it is answered and counted once', async () => {
    const dispute = { created_at: isoAt(2 * DAY_MS), updated_at: isoAt(9 * DAY_MS), state: 'LOST', version: 6 };
    const bodies = [
      squareBody('dispute.state.updated', 'dispute', aSquareDispute(dispute)),
      squareBody(
        'refund.updated',
        'refund',
        aSquareRefund({ status: 'COMPLETED', updated_at: isoAt(DAY_MS), version: 8 }),
      ),
      squareBody('payment.updated', 'payment', aPayment({ refunded_money: usd(1000), updated_at: isoAt(DAY_MS) })),
      squareBody('refund.created', 'refund', aSquareRefund()),
      squareBody('payment.updated', 'payment', aPayment()),
      squareBody('payment.created', 'payment', anApproval()),
      squareBody('dispute.created', 'dispute', aSquareDispute()),
    ].map((body, index) => ({ ...body, event_id: `flow-${index}` }));
    for (const body of bodies) expect((await square(body)).status).toBe(202);
    for (const body of bodies) expect((await square(body)).status).toBe(200);
    expect(await money()).toEqual([
      'disputes 2026-10-05 USD 4990',
      'payments 2026-10-03 1',
      'refunds 2026-10-04 USD 1000',
      'revenue_gross 2026-10-03 USD 4990',
    ]);
    const [payment] = await running.sql('select order_id, status, amount_minor::text from report.payments');
    expect(payment).toEqual({ order_id: 'o1', status: 'succeeded', amount_minor: '4990' });
    // Square's own order is none of the shop's.
    expect(await running.sql('select order_id from report.orders')).toEqual([{ order_id: 'o1' }]);
  });

  it('given what is not genuine, when delivered, then it is 401 and nothing is kept', async () => {
    const body = squareBody('payment.created', 'payment', aPayment({ id: 'FORGED' }));
    const wrong = { 'x-square-hmacsha256-signature': Buffer.alloc(32, 1).toString('base64') };
    expect(refuse(await square(body, wrong))).toEqual([401, 'bad_signature']);
    const spoofed = createHmac('sha256', SQUARE.keys[0]!)
      .update(`${running.url}/webhooks/square`)
      .update(JSON.stringify(body))
      .digest('base64');
    expect(refuse(await square(body, { 'x-square-hmacsha256-signature': spoofed }))).toEqual([401, 'bad_signature']);
    expect((await money()).length).toBe(4);
  });

  it('given the sandbox, when delivered, then it is kept, visible and in no number', async () => {
    const body = squareBody('payment.updated', 'payment', aPayment({ id: 'SANDBOXED' }), { id: 'sandboxed' });
    const reply = await square(body, { 'square-environment': 'Sandbox' });
    expect(reply.status).toBe(202);
    expect((await money()).length).toBe(4);
    const entry = await running.get(`/v1/ledger/entries/${(reply.body as Json)['entry_id']}`);
    expect(entry).toMatchObject({ type: 'square.payment.updated', origin: 'square', origin_event_id: 'sandboxed' });
  });

  it('given a service that calls itself Square, when it sends, then it may not', async () => {
    const event = { specversion: '1.0', id: '1', source: 'square', type: 'square.payment.updated', data: {} };
    const reply = await running.send('POST', '/v1/events', event, { 'content-type': 'application/cloudevents+json' });
    expect(reply.status).toBe(403);
  });
});

describe('Adyen, through its door', () => {
  beforeAll(started);
  afterAll(stopped);

  const accepted = async (...items: Json[]): Promise<void> => {
    const reply = await adyen(notification(items));
    expect([reply.status, reply.body]).toEqual([200, '[accepted]']);
  };
  const dated = (item: Json, days: number): Json => ({ ...item, eventDate: at(days) });

  it('given a life of a payment in the wrong order, when delivered, then it is accepted and counted once', async () => {
    const items = [
      dated(aModification('SECOND_CHARGEBACK', 'D1', { amount: eur(3000), originalReference: undefined }), 9),
      dated(aModification('CHARGEBACK_REVERSED', 'D1', { amount: eur(3000), originalReference: undefined }), 8),
      dated(aModification('CHARGEBACK', 'D1', { amount: eur(3000) }), 7),
      dated(aModification('NOTIFICATION_OF_CHARGEBACK', 'D1', { amount: eur(3000) }), 6),
      dated(aModification('REFUND_FAILED', 'R2', { amount: eur(100) }), 5),
      dated(aModification('REFUND', 'R2', { amount: eur(100) }), 4),
      dated(aModification('REFUND', 'R1', { amount: eur(500) }), 3),
      dated(aModification('CAPTURE_FAILED', 'C3', { amount: eur(990) }), 3),
      dated(aModification('CAPTURE', 'C3', { amount: eur(990) }), 2),
      dated(aModification('CAPTURE', 'C2', { amount: eur(1000) }), 2),
      dated(aModification('CAPTURE', 'C1', { amount: eur(3000) }), 1),
      dated(anAuthorisation(), 0),
    ];
    await accepted(...items.slice(0, 5));
    for (const item of items.slice(5)) await accepted(item);
    for (const item of items) await accepted({ ...item, eventDate: at(30) });
    expect(await money()).toEqual([
      'disputes 2026-10-10 EUR 3000',
      'disputes 2026-10-11 EUR -3000',
      'disputes 2026-10-12 EUR 3000',
      'payments 2026-10-04 1',
      'refunds 2026-10-06 EUR 500',
      'refunds 2026-10-07 EUR 100',
      'refunds 2026-10-08 EUR -100',
      'revenue_gross 2026-10-04 EUR 3000',
      'revenue_gross 2026-10-05 EUR 1000',
    ]);
    const [payment] = await running.sql('select order_id, status, amount_minor::text from report.payments');
    expect(payment).toEqual({ order_id: 'o1', status: 'succeeded', amount_minor: '4000' });
  });

  it('given an authorisation that was let go, then no money moved and it says so', async () => {
    await accepted(aModification('CANCELLATION', 'X9', { originalReference: 'PSP9' }));
    await accepted(anAuthorisation({ pspReference: 'PSP9', merchantReference: 'o9' }));
    await accepted(aModification('CANCEL_OR_REFUND', 'X8', { originalReference: 'PSP9' }));
    expect((await money()).length).toBe(9);
    const [payment] = await running.sql(`select status from report.payments where payment_id = 'PSP9'`);
    expect(payment).toEqual({ status: 'released' });
  });

  it('given a forged item among others, when delivered, then it is 401, the others are kept, and the door still opens', async () => {
    const body = notification([anAuthorisation({ pspReference: 'OK1' })]);
    const forged = signedItem(anAuthorisation({ pspReference: 'NO1' }), 'ff'.repeat(32));
    body.notificationItems.unshift({ NotificationRequestItem: forged });
    expect(refuse(await adyen(body))).toEqual([401, 'bad_signature']);
    await running.catchUp();
    const ids = await running.sql(`select payment_id from report.payments where payment_id in ('OK1', 'NO1')`);
    expect(ids).toEqual([{ payment_id: 'OK1' }]);
    await accepted(anAuthorisation({ pspReference: 'OK1' }));
  });

  it('given no password or another, when delivered, then it is 401', async () => {
    const body = notification([anAuthorisation({ pspReference: 'NO2' })]);
    for (const authorization of ['', 'Basic eDp5', `Bearer ${ADYEN.basicAuth}`])
      expect(refuse(await adyen(body, { authorization }))).toEqual([401, 'bad_signature']);
  });

  it('given the same reference with another amount, when delivered, then it is accepted, parked and listed', async () => {
    await accepted(anAuthorisation({ amount: eur(1) }));
    const { data } = await running.get('/v1/dead-letters?resolved=false');
    expect(data).toMatchObject([{ reason: 'conflict', origin: 'adyen', origin_event_id: 'AUTHORISATION:true:PSP1' }]);
  });
});

const folder = path.resolve(process.env['TRUTH_LEDGER_FIXTURES'] ?? '../shared/fixtures');
const filesIn = (...names: string[]): { file: string; body: Json }[] =>
  names.flatMap((name) => {
    const at = path.join(folder, name);
    if (!existsSync(at)) return [];
    const files = readdirSync(at).filter((file) => file.endsWith('.json'));
    return files.map((file) => ({ file, body: JSON.parse(readFileSync(path.join(at, file), 'utf8')) as Json }));
  });

const squareFiles = filesIn('square/webhook-examples');
const adyenFiles = filesIn('adyen/openapi-examples', 'adyen/node-mocks');

// They are not a part of the repository: where they are absent there is nothing to run.
if (squareFiles.length > 0 && adyenFiles.length > 0)
  describe('what the providers publish as examples', throughTheDoors);

function throughTheDoors(): void {
  beforeAll(started);
  afterAll(stopped);

  it(`given ${squareFiles.length} of Square, when delivered, then all are kept and none is a dead letter`, async () => {
    for (const [index, { file, body }] of squareFiles.entries()) {
      // Many share an id: each is given its own.
      const reply = await square({ ...body, event_id: `example-${index}` });
      expect([file, reply.status]).toEqual([file, 202]);
    }
    expect(await money()).toEqual([
      // A dispute was won on its first day: of what was withheld and given back nothing is left.
      'payments 2020-11-22 1',
      'refunds 2020-02-06 USD 1000',
      'revenue_gross 2020-11-22 USD 100',
    ]);
    expect((await running.get('/v1/dead-letters')).data).toEqual([]);
  });

  it(`given ${adyenFiles.length} of Adyen, when delivered as live, then all are kept and none is a dead letter`, async () => {
    const before = await money();
    for (const { file, body } of adyenFiles) {
      const reply = body['notificationItems'] ? await adyen(asLive(file, body)) : await platform(body);
      expect([file, reply.status, reply.body]).toEqual([file, 200, '[accepted]']);
    }
    const after = (await money()).filter((line) => !before.includes(line));
    expect(after).toEqual([
      'disputes 2021-01-01 EUR 1000', // taken, given back, taken again
      'payments 2017-01-25 1',
      'payments 2021-01-01 1',
      'refunds 2017-02-17 EUR 1500',
      'refunds 2021-01-01 EUR 2000', // with data, and cancelled or refunded; the failed ones are back on their day
      'revenue_gross 2017-01-25 USD 23623',
      'revenue_gross 2021-01-01 EUR 1000',
    ]);
    expect((await running.get('/v1/dead-letters')).data).toEqual([]);
  });

  it(`given them as they are, of the test environment but for a few, when delivered, then no number changes`, async () => {
    const before = await money();
    for (const { body } of adyenFiles.filter(({ body }) => body['live'] === 'false')) {
      const items = (body['notificationItems'] as Json[]).map((item) => item['NotificationRequestItem'] as Json);
      expect((await adyen(notification(items, 'false'))).status).toBe(200);
    }
    expect(await money()).toEqual(before);
  });

  /** Every example under a reference of its own: nearly all have the same. */
  function asLive(file: string, body: Json) {
    const items = (body['notificationItems'] as Json[]).map((item) => item['NotificationRequestItem'] as Json);
    return notification(items.map((item) => ({ ...item, pspReference: `EXAMPLE${file.replace('.json', '')}` })));
  }

  function platform(body: Json): Promise<Reply> {
    const text = JSON.stringify(body);
    const hmacsignature = createHmac('sha256', Buffer.from(ADYEN.keys[0]!, 'hex')).update(text).digest('base64');
    return adyen(text, { hmacsignature });
  }
}
