import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { interpret } from '../../../src/ingest/interpret.js';
import type { Provider } from '../../../src/ingest/provider.js';
import { adyen } from '../../../src/ingest/providers/adyen/adyen.js';
import { adyenObjects } from '../../../src/ingest/providers/adyen/objects.js';
import { squareObjects } from '../../../src/ingest/providers/square/objects.js';
import { square } from '../../../src/ingest/providers/square/square.js';
import { stripeObjects } from '../../../src/ingest/providers/stripe/objects.js';
import { stripe } from '../../../src/ingest/providers/stripe/stripe.js';
import { OBJECT_KINDS, objectTags } from '../../../src/ingest/purchase-objects.js';
import { disputeEvent, refundCreated, stripeEvent } from '../../fixtures/shop-events.js';
import type { Json } from '../../support/running-service.js';

const AT = '2026-10-03T09:00:00Z';
const named = (provider: Pick<Provider, 'objects'>, body: unknown): string[] =>
  provider.objects(body).map(({ kind, id }) => `${kind}:${id}`);
const ofStripe = (object: Json): Json => ({ data: { object } });
const ofSquare = (kind: string, object: Json): Json => ({ data: { type: kind, object: { [kind]: object } } });
const ofAdyen = (item: Json): Json => ({ notificationItems: [{ NotificationRequestItem: item }] });

describe('the parts of a purchase that an event is of', () => {
  it.each<[string, Pick<Provider, 'objects'>, Json, string[]]>([
    ['a dispute', stripe, disputeEvent('created', AT, 'dp_1', 'ch_1', 100, 'lost'), ['payment:ch_1']],
    ['a refund', stripe, refundCreated(AT, 're_1', 'ch_1', 100), ['payment:ch_1']],
    [
      'a charge with its intent put in whole',
      stripe,
      ofStripe({
        id: 'ch_1',
        object: 'charge',
        payment_intent: { id: 'pi_1' },
        invoice: 'in_1',
        source: { id: 'card_1' },
      }),
      ['payment:ch_1', 'intent:pi_1', 'invoice:in_1'],
    ],
    [
      'an intent of an early version',
      stripe,
      ofStripe({ id: 'pi_1', object: 'payment_intent', latest_charge: null, charges: { data: [{ id: 'ch_1' }] } }),
      ['intent:pi_1', 'payment:ch_1'],
    ],
    [
      'a session',
      stripe,
      ofStripe({ id: 'cs_1', object: 'checkout.session', payment_intent: 'pi_1' }),
      ['session:cs_1', 'intent:pi_1'],
    ],
    [
      'an invoice and its payments',
      stripe,
      ofStripe({
        id: 'in_1',
        object: 'invoice',
        payments: { data: [{ payment: { payment_intent: 'pi_1', charge: 'ch_1' } }] },
      }),
      ['invoice:in_1', 'payment:ch_1', 'intent:pi_1'],
    ],
    ['a credit note', stripe, ofStripe({ id: 'cn_1', object: 'credit_note', invoice: 'in_1' }), ['invoice:in_1']],
    [
      'a line of the balance of a charge',
      stripeObjects.provider,
      ofStripe({ id: 'txn_1', object: 'balance_transaction', source: 'ch_1' }),
      ['payment:ch_1'],
    ],
    [
      'one of a refund',
      stripeObjects.provider,
      ofStripe({ id: 'txn_1', object: 'balance_transaction', source: { id: 're_1', charge: 'ch_1' } }),
      ['payment:ch_1'],
    ],
    ['a payout, which nobody bought', stripe, ofStripe({ id: 'po_1', object: 'payout' }), []],
    ['a customer', stripe, ofStripe({ id: 'cus_1', object: 'customer' }), []],
    ['a payment of Square', square, ofSquare('payment', { id: 'P1', order_id: 'O1' }), ['payment:P1', 'intent:O1']],
    ['a refund of Square', square, ofSquare('refund', { id: 'R1', payment_id: 'P1' }), ['payment:P1']],
    [
      'a dispute of Square',
      square,
      ofSquare('dispute', { id: 'D1', disputed_payment: { payment_id: 'P1' } }),
      ['payment:P1'],
    ],
    ['one that names no payment', square, ofSquare('dispute', { id: 'D1' }), ['intent:D1']],
    ['an invoice of Square', square, ofSquare('invoice', { id: 'I1', order_id: 'O1' }), ['invoice:I1', 'intent:O1']],
    [
      'an entry of a payout of Square',
      squareObjects.provider,
      ofStripe({ id: 'E1', object: 'payout_entry', type_charge_details: { payment_id: 'P1' } }),
      ['payment:P1'],
    ],
    [
      'a chargeback of Adyen',
      adyen,
      ofAdyen({ eventCode: 'CHARGEBACK', pspReference: 'D1', originalReference: 'P1' }),
      ['payment:P1', 'intent:D1'],
    ],
    [
      'an authorisation of Adyen',
      adyen,
      ofAdyen({ pspReference: 'P1', originalReference: '' }),
      ['payment:P1', 'intent:P1'],
    ],
    [
      'a line of a settlement',
      adyenObjects.provider,
      ofStripe({ id: 'L1', object: 'settlement_line', cells: { 'psp reference': 'P1' } }),
      ['payment:P1'],
    ],
    ['what is no event', stripe, { data: { object: 7 } }, []],
  ])('given %s, then they are told by its ids', (_, provider, body, expected) => {
    expect(named(provider, body)).toEqual(expected);
  });

  it('given an id that is an e-mail address, then its tag is that of the hash by which facts call it', () => {
    const vault = {
      safeId: (id: string) => (id.includes('@') ? 'h_hash' : id),
      subjectTag: (kind: string, of: string) => `${kind}.${of}`,
    };
    const objects = [{ kind: 'order', id: 'ada@example.com' } as const, { kind: 'payment', id: 'ch_1' } as const];
    expect(objectTags(vault, objects)).toEqual(['p.order:h_hash', 'p.payment:ch_1']);
  });
});

const folder = path.join(process.env['TRUTH_LEDGER_FIXTURES'] ?? '../shared/fixtures', 'stripe/lifecycles-derived');
const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.events.json')) : [];

describe('what facts are about', () => {
  it('given events, also those that others recorded, then each is among the parts that its event is of', () => {
    const events = [
      ...[disputeEvent('closed', AT, 'dp_1', 'ch_1', 100, 'lost'), refundCreated(AT, 're_1', 'ch_1', 100)],
      ...files.flatMap((name) => JSON.parse(readFileSync(path.join(folder, name), 'utf8')) as Json[]),
    ];
    let told = 0;
    for (const event of events) {
      const of = new Set(named(stripe, event));
      for (const { subject, refs = [] } of factsOf(event)) {
        if (!OBJECT_KINDS.some((kind) => subject.startsWith(`${kind}:`))) continue;
        told += 1;
        if (![subject, ...refs].some((ref) => of.has(ref))) expect([event['type'], subject]).toBe('named');
      }
    }
    expect(told).toBeGreaterThan(1);
  });

  it('given an object that was read, then the same holds', () => {
    const event = stripeEvent('charge.updated', AT, {
      id: 'ch_1',
      object: 'charge',
      status: 'succeeded',
      amount: 5,
      currency: 'usd',
    });
    expect(named(stripe, event)).toContain(factsOf(event)[0]!.subject);
  });
});

function factsOf(event: Json) {
  const identified = stripe.identify(event);
  if (!identified) return [];
  const { type, attributes, originEventId = '' } = identified;
  const entry = { id: '', position: 0, schemaVersion: 1, origin: 'stripe', account: '', occurredAt: 0, body: event };
  return interpret({ ...entry, type, originEventId, attributes: { ...attributes, livemode: 'true' } }) ?? [];
}
