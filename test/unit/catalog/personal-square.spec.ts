import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { squarePolicy } from '../../../src/catalog/personal-square.js';
import { expectAllOpen, expectAllSealed, type Json, judged } from '../../support/personal-leaves.js';

const of = (kind: string, object: Json): Json => ({ data: { object: { [kind]: object } } });
const payment = squarePolicy('square.payment.updated');

const ADDRESS = {
  address_line_1: 'Hauptstr. 1',
  address_line_2: 'c/o Byron',
  locality: 'Berlin',
  administrative_district_level_1: 'Berlin',
  postal_code: '10115',
  first_name: 'Ada',
};

describe('Square', () => {
  it('hides persons in payments and refunds', () => {
    expectAllSealed(
      payment,
      of('payment', {
        note: 'call me',
        receipt_url: 'https://squareup.com/receipt/preview/x',
        billing_address: ADDRESS,
        shipping_address: ADDRESS,
        statement_description_identifier: undefined,
        card_details: { card: { cardholder_name: 'Ada Lovelace' }, statement_description: 'SQ *ADA' },
        cash_app_details: { buyer_full_name: 'Ada Lovelace', buyer_cashtag: '$ada' },
        bank_account_details: { ach_details: { routing_number: '110000000', account_number_suffix: '1234' } },
        device_details: { device_name: "Ada's till" },
        buyer_phone: '+4930',
      }),
    );
    expectAllSealed(squarePolicy('refund.updated'), of('refund', { reason: 'Ada changed her mind' }));
  });

  it('hides persons in customers and invoices', () => {
    expectAllSealed(
      squarePolicy('square.customer.updated'),
      of('customer', {
        ...{ given_name: 'Ada', family_name: 'Lovelace', nickname: 'Countess', company_name: 'Ada & Co' },
        ...{ phone_number: '+4930', birthday: '1815-12-10', note: 'VIP', address: ADDRESS },
        tax_ids: { eu_vat: 'IE3426675K' },
      }),
    );
    expectAllSealed(
      squarePolicy('invoice.published'),
      of('invoice', {
        primary_recipient: { given_name: 'Ada', phone_number: '+4930', company_name: 'Ada', address: ADDRESS },
        ...{ title: 'Lessons for Ada', description: 'Sums', public_url: 'https://squareup.com/pay-invoice/x' },
        custom_fields: [{ label: 'Name', value: 'Ada' }],
      }),
    );
  });

  it('leaves what interpreters and reports need', () => {
    expectAllOpen(payment, {
      merchant_id: 'M1',
      location_id: 'L1',
      type: 'payment.updated',
      event_id: '6a8f5f28-54a1-4eb0-a98a-3111513fd4fc',
      created_at: '2026-10-03T09:00:00.000Z',
      data: { type: 'payment', id: 'P1' },
    });
    expectAllOpen(
      payment,
      of('payment', {
        ...{ id: 'P1', status: 'COMPLETED', source_type: 'CARD', version_token: 'bhC3b8qK', customer_id: 'C1' },
        ...{ order_id: 'S1', reference_id: 'o_1', receipt_number: 'hYy9', updated_at: '2026-10-03T09:00:00.000Z' },
        total_money: { amount: 4990, currency: 'USD' },
        card_details: {
          ...{ entry_method: 'KEYED', avs_status: 'AVS_ACCEPTED', errors: [{ code: 'CVV_FAILURE' }] },
          card: { card_brand: 'VISA', last_4: '1111', exp_month: 11, exp_year: 2030, fingerprint: 'sq-1-x' },
          card_payment_timeline: { captured_at: '2026-10-03T09:00:00.000Z' },
        },
        application_details: { square_product: 'ECOMMERCE_API' },
        billing_address: { country: 'DE' },
      }),
    );
    expectAllOpen(
      squarePolicy('dispute.created'),
      of('dispute', { state: 'WON', reason: 'NOT_RECEIVED', disputed_payment: { payment_id: 'P1' }, version: 3 }),
    );
    expectAllOpen(
      squarePolicy('invoice.created'),
      of('invoice', { id: 'inv:0-1', status: 'PAID', primary_recipient: { customer_id: 'C1' } }),
    );
  });

  it('seals what nobody reads like anything unknown', () => {
    for (const type of ['square.customer.custom_attribute.updated', 'booking.created', 'team_member.updated'])
      expectAllSealed(squarePolicy(type), of('thing', { value: 'Ada', remark: 'Lovelace', given_name: 'Ada' }));
  });
});

const folder = path.join(process.env['TRUTH_LEDGER_FIXTURES'] ?? '../shared/fixtures', 'square/webhook-examples');
const files = existsSync(folder) ? readdirSync(folder) : [];
const READ = /^(?:payment|refund|dispute|order|invoice|payout|customer|subscription)\.(?!custom_attribute)/;
const NEEDED = /(^|_)(ids?|type|status|state|currency|currency_code|version|created_at|updated_at|captured_at|amount)$/;

describe(`Square's own examples (${files.length} files)`, () => {
  it('keep every id, amount, currency, type, status and time', () => {
    const hidden = new Set<string>();
    for (const file of files.filter((name) => READ.test(name))) {
      const event = JSON.parse(readFileSync(path.join(folder, file), 'utf8')) as Json;
      for (const at of judged(squarePolicy(String(event['type'])), event).sealed)
        if (NEEDED.test(at.split('.').at(-1)!)) hidden.add(at);
    }
    expect([...hidden]).toEqual([]);
  });
});
