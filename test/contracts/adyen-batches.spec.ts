import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Problem } from '../../src/kernel/errors.js';
import { anAuthorisation, aModification, type Json } from '../fixtures/adyen-items.js';
import { ADYEN, adyenDelivery, type Doors, notification, openDoors, signedItem } from '../support/doors.js';

let doors: Doors;
beforeAll(async () => {
  doors = await openDoors();
});
afterAll(() => doors.close());

const send = (body: unknown, headers = {}) => doors.ingest.webhook('adyen', adyenDelivery(body, headers));
const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'none',
    (error: unknown) => (error instanceof Problem ? error.code : String(error)),
  );
const forgedItem = (item: Json): Json => ({ NotificationRequestItem: signedItem(item, 'ff'.repeat(32)) });

describe('a delivery of several items', () => {
  it('given three, when received, then each is an entry of its own, and a delivery of one as it was sent', async () => {
    const items = [
      anAuthorisation({ pspReference: 'B1' }),
      aModification('CAPTURE', 'B2'),
      aModification('REFUND', 'B3'),
    ];
    const signed = notification(items);
    // White space, a member nobody knows, odd spellings: everything stays as it is.
    const texts = signed.notificationItems.map((item) =>
      JSON.stringify(item, null, 1).replace('"visa"', '"v\\u0069sa"'),
    );
    const outcomes = await send(
      `{ "live" : "true","notificationItems": [${texts.join(' ,\n')}], "odd":{"a":[1,"]"]} }`,
    );
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['recorded', 'recorded', 'recorded']);
    for (const [index, { entryId }] of outcomes.entries()) {
      const entry = (await doors.ledger.find(entryId!))!;
      expect(entry.originEventId).toBe(`${items[index]!['eventCode']}:true:${items[index]!['pspReference']}`);
      expect(await doors.vault.unseal(entry.body, entry.keyId)).toBe(
        `{"live" : "true","odd":{"a":[1,"]"]},"notificationItems":[${texts[index]}]}`,
      );
    }
    // Alone and in another company they are the same events.
    expect(await send(notification([items[1]!]))).toMatchObject([{ outcome: 'duplicate' }]);
    expect((await send(notification([items[2]!, items[0]!]))).map(({ outcome }) => outcome)).toEqual([
      'duplicate',
      'duplicate',
    ]);
  });

  it('given one event twice in it, when received, then it is one entry', async () => {
    const item = anAuthorisation({ pspReference: 'TWICE' });
    expect((await send(notification([item, item]))).map(({ outcome }) => outcome).sort()).toEqual([
      'duplicate',
      'recorded',
    ]);
  });

  it('given one that is forged among others, when received, then the others are kept and it is not', async () => {
    const body = notification([anAuthorisation({ pspReference: 'G1' }), anAuthorisation({ pspReference: 'G2' })]);
    body.notificationItems.splice(1, 0, forgedItem(anAuthorisation({ pspReference: 'F1' })) as never);
    const before = await doors.ledger.head();
    const outcomes = await send(body);
    expect(outcomes.map(({ outcome, code }) => [outcome, code])).toEqual([
      ['recorded', undefined],
      ['rejected', 'bad_signature'],
      ['recorded', undefined],
    ]);
    expect(await doors.ledger.head()).toBe(before + 2);
    // Sent again because it was not accepted: nothing more of it.
    expect((await send(body)).map(({ outcome }) => outcome)).toEqual(['duplicate', 'rejected', 'duplicate']);
    expect(await doors.ledger.head()).toBe(before + 2);
  });

  it('given none that is genuine, when received, then it is refused', async () => {
    const items = ['F2', 'F3'].map((pspReference) => forgedItem(anAuthorisation({ pspReference })));
    expect(await codeOf(send({ live: 'true', notificationItems: items }))).toBe('bad_signature');
  });

  it.each([
    ['a list that is none', { live: 'true', notificationItems: 'x' }, 'bad_signature'],
    ['items that are none', { live: 'true', notificationItems: [1, null] }, 'bad_signature'],
    ['no JSON', '{', 'unreadable_body'],
    [
      'two lists',
      `{"notificationItems":[1,2],"notificationItems":${JSON.stringify(notification([anAuthorisation(), anAuthorisation()]).notificationItems)}}`,
      'unreadable_body',
    ],
    ['a list under an escaped name', '{"\\u006eotificationItems":[1,2]}', 'unreadable_body'],
  ])('given %s, when received, then it is refused', async (_what, body, code) => {
    expect(await codeOf(send(body))).toBe(code);
  });
});

describe('identity of an item', () => {
  it('given one reference with another event and another success, when received, then they are three events', async () => {
    const items = [
      aModification('REFUND', 'I1'),
      aModification('REFUND', 'I1', { success: 'false' }),
      aModification('REFUND_FAILED', 'I1'),
    ];
    for (const item of items) expect(await send(notification([item]))).toMatchObject([{ outcome: 'recorded' }]);
  });

  it.each([
    ['true', '', 'true'],
    [true, '', 'true'],
    ['false', ':test', 'false'],
    [false, ':test', 'false'],
    [null, ':test', 'false'],
    ['TRUE', ':test', 'false'],
  ])('given live is %j, when received, then the account ends in "%s"', async (live, suffix, livemode) => {
    const item = anAuthorisation({ pspReference: `LIVE${JSON.stringify(live)}` });
    const [outcome] = await send(notification([item], live));
    const entry = (await doors.ledger.find(outcome!.entryId!))!;
    expect([entry.account, entry.attributes['livemode']]).toEqual([`HarbourShopECOM${suffix}`, livemode]);
  });

  it('given a genuine item without a reference, when received, then it is kept under its content', async () => {
    const item = anAuthorisation({ pspReference: '' });
    const [outcome] = await send(notification([item]));
    expect(await doors.ledger.find(outcome!.entryId!)).toMatchObject({ type: 'adyen.unreadable' });
    expect(await send(notification([item]))).toMatchObject([{ outcome: 'duplicate' }]);
  });
});

describe('a webhook of a platform', () => {
  const body = JSON.stringify({
    ...{ type: 'balancePlatform.accountHolder.created', environment: 'live', timestamp: '2026-10-03T09:00:00Z' },
    data: { balancePlatform: 'Harbour', accountHolder: { contactDetails: { email: 'iris.lund@example.com' } } },
  });
  const signature = createHmac('sha256', Buffer.from(ADYEN.keys[1]!, 'hex')).update(body).digest('base64');

  it('given its signature over the body, when received, then it is kept under its content', async () => {
    const [outcome] = await send(body, { hmacsignature: signature });
    const entry = (await doors.ledger.find(outcome!.entryId!))!;
    expect(entry).toMatchObject({
      ...{ type: 'adyen.balancePlatform.accountHolder.created', account: 'Harbour' },
      occurredAt: new Date('2026-10-03T09:00:00Z'),
    });
    expect(entry.body).not.toContain('iris.lund');
    expect(await send(body, { hmacsignature: signature })).toMatchObject([{ outcome: 'duplicate' }]);
    const other = body.replace('Harbour', 'Harbor');
    expect(await codeOf(send(other, { hmacsignature: signature }))).toBe('bad_signature');
    expect(await codeOf(send(body))).toBe('bad_signature');
  });
});

describe('the door without a password', () => {
  it('given none is set, when a signed item comes without one, then it is recorded; an unsigned one is not', async () => {
    const { adyen } = await import('../../src/ingest/providers/adyen/adyen.js');
    const settings = { keys: ADYEN.keys };
    const request = adyenDelivery(notification([anAuthorisation()]), { authorization: undefined });
    expect(adyen.verify(request, settings, new Date(0))).toBe('verified');
    expect(adyen.verifyEvent!(request, JSON.parse(request.body.toString()), settings)).toBe('verified');
    expect(adyen.verifyEvent!(request, {}, settings)).toBe('bad_signature');
    expect(adyen.verify(request, { ...settings, basicAuth: ADYEN.basicAuth }, new Date(0))).toBe('bad_signature');
  });
});
