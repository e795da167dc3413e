import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { stripePolicy } from '../../../src/catalog/personal.js';
import { ADDRESS, expectAllOpen, expectAllSealed, judged, stripeEvent } from '../../support/personal-leaves.js';

describe('Stripe', () => {
  const policy = stripePolicy('stripe.charge.succeeded');

  it('hides persons in charges', () => {
    const secret = {
      description: 'Gift for Ada',
      receipt_url: 'https://pay.stripe.com/receipts/payment/CAcaFwoV',
      billing_details: { address: ADDRESS, name: 'Ada Lovelace', phone: '+49301234567', tax_id: '123.456.789-00' },
      shipping: { address: ADDRESS, name: 'Ada', phone: '+4930', carrier: 'DHL', tracking_number: 'JJD0123' },
      source: {
        name: 'Ada Lovelace',
        address_line1: 'Hauptstr. 1',
        address_line2: 'x',
        address_city: 'Berlin',
        address_zip: '10115',
      },
      payment_method_details: {
        paypal: { payer_name: 'Ada' },
        us_bank_account: { routing_number: '110000000' },
        ideal: { verified_name: 'Ada' },
        cashapp: { cashtag: '$ada' },
      },
      metadata: {
        customer_name: 'Ada',
        note: 'call me',
        gift_message: 'love',
        greeting: 'Lovelace',
        phone: '+4930',
        address: 'Hauptstr.',
        hobby: 'numbers',
        source: 'told by Ada Byron',
        ip: '203.0.113.9',
      },
    };
    expectAllSealed(policy, stripeEvent(secret));
    expectAllSealed(policy, { data: { previous_attributes: secret } });
  });

  it('leaves what interpreters and reports need', () => {
    const open = {
      id: 'ch_1',
      object: 'charge',
      amount: 4990,
      amount_captured: 4990,
      amount_refunded: 0,
      currency: 'eur',
      created: 1793527500,
      status: 'succeeded',
      customer: 'cus_1',
      invoice: 'in_1',
      payment_intent: 'pi_1',
      balance_transaction: 'txn_1',
      client_reference_id: 'u_1',
      billing_reason: 'subscription_cycle',
      mode: 'payment',
      payment_status: 'paid',
      failure_code: 'card_declined',
      statement_descriptor: 'SHOP BERLIN',
      calculated_statement_descriptor: 'SHOP',
      billing_address_collection: 'auto',
      customer_tax_exempt: 'none',
      number: 'ABC-0001',
      success_url: 'https://shop.example/thanks?session_id={CHECKOUT_SESSION_ID}',
      lines: {
        object: 'list',
        url: '/v1/invoices/in_1/lines',
        data: [
          {
            id: 'il_1',
            plan: { nickname: 'Pro monthly' },
            price: { id: 'price_1', nickname: 'Pro', product: 'prod_1' },
          },
        ],
      },
      discount: { coupon: { id: 'SUMMER', name: 'Summer sale', percent_off: 25.5 } },
      billing_details: { address: { country: 'DE' } },
      shipping_cost: { amount_total: 490 },
      outcome: {
        network_status: 'approved_by_network',
        risk_level: 'normal',
        seller_message: 'Payment complete.',
        type: 'authorized',
      },
      payment_method_details: {
        type: 'card',
        card: {
          brand: 'visa',
          country: 'DE',
          exp_month: 8,
          exp_year: 2028,
          fingerprint: 'Xt5',
          funding: 'credit',
          last4: '4242',
          network: 'visa',
          checks: { address_line1_check: 'pass', address_postal_code_check: 'pass', cvc_check: 'pass' },
        },
      },
      metadata: {
        order_id: 'o_1',
        user_id: 'u_1',
        checkout_id: 'c_1',
        orderId: 'o_1',
        userId: 'u_1',
        anonymousId: 'a_1',
        plan: 'pro',
        sku: 'A-1',
        utm_source: 'google',
        campaign: 'autumn',
        quantity: '2',
      },
      customer_details: { tax_exempt: 'none' },
      cardholder: { id: 'ich_1', status: 'active', type: 'individual' },
      owner: { customer: 'cus_QXg1o8vcGmoR32' },
    };
    expectAllOpen(policy, stripeEvent(open, { status: 'pending', amount_refunded: 0, metadata: { order_id: 'o_0' } }));
    expectAllOpen(policy, {
      id: 'evt_1',
      object: 'event',
      api_version: '2020-08-27',
      account: 'acct_1',
      type: 'charge.succeeded',
      request: { id: 'req_1', idempotency_key: 'b7f1-4a' },
    });
    expectAllOpen(policy, {
      type: 'v1.billing.meter.no_meter_found',
      created: '2026-11-01T10:00:00.000Z',
      related_object: { id: 'mtr_1', type: 'billing.meter', url: '/v1/billing/meters/mtr_1' },
    });
  });

  it('hides persons in customers, sessions, invoices, accounts and disputes', () => {
    expectAllSealed(
      policy,
      stripeEvent({
        name: 'Ada',
        phone: '+4930',
        description: 'VIP',
        address: ADDRESS,
        shipping: { name: 'Ada', address: ADDRESS },
      }),
    );
    expectAllSealed(
      policy,
      stripeEvent({
        client_secret: 'cs_test_secret',
        url: 'https://checkout.stripe.com/c/pay/cs_test_a1#fid',
        customer_details: { name: 'Ada', phone: '+4930', address: ADDRESS, tax_ids: [{ value: 'DE123456789' }] },
        custom_fields: [
          {
            key: 'engraving',
            label: { custom: 'Your name' },
            text: { value: 'Lovelace' },
            dropdown: { value: 'ada', options: [{ label: 'Ada', value: 'ada' }] },
          },
        ],
        shipping_details: { name: 'Ada', address: ADDRESS },
        success_url: 'https://shop.example/thanks?email=ada@example.com',
        cancel_url: 'https://shop.example/?name=Ada',
      }),
    );
    expectAllSealed(
      policy,
      stripeEvent({
        customer_name: 'Ada',
        customer_phone: '+4930',
        customer_address: ADDRESS,
        customer_tax_ids: [{ value: 'DE123456789' }],
        hosted_invoice_url: 'https://invoice.stripe.com/i/acct_1/x',
        invoice_pdf: 'https://pay.stripe.com/invoice/x/pdf',
        footer: 'Dear Ada',
        memo: 'x y',
        custom_fields: [{ name: 'Name', value: 'Ada' }],
        lines: { data: [{ description: 'Lesson for Ada' }] },
      }),
    );
    expectAllSealed(
      policy,
      stripeEvent({
        individual: {
          first_name: 'Ada',
          last_name: 'Lovelace',
          gender: 'female',
          dob: { day: 10, month: 12, year: 1815 },
          ssn_last_4: '0000',
          id_number: '1234',
          phone: '+4930',
        },
        tos_acceptance: { ip: '203.0.113.9', user_agent: 'Mozilla/5.0' },
        external_accounts: {
          data: [{ account_holder_name: 'Ada', routing_number: '110', account_number: '000123', iban: 'DE00' }],
        },
      }),
    );
    expectAllSealed(
      policy,
      stripeEvent({
        evidence: {
          customer_name: 'Ada',
          billing_address: 'Hauptstr. 1',
          customer_purchase_ip: '203.0.113.9',
          uncategorized_text: 'She said',
          shipping_carrier: 'DHL',
        },
      }),
    );
    expectAllSealed(
      stripePolicy('stripe.customer.tax_id.created'),
      stripeEvent({ value: 'DE123456789', verification: { verified_name: 'Ada', verified_address: 'Hauptstr. 1' } }),
    );
    expectAllSealed(stripePolicy('radar.value_list_item.created'), stripeEvent({ value: '203.0.113.9' }));
  });

  it('keeps the names of what is sold, and of no one else', () => {
    for (const type of ['stripe.product.created', 'price.updated', 'plan.created', 'coupon.created']) {
      expectAllOpen(stripePolicy(type), stripeEvent({ name: 'Pro plan', nickname: 'Pro' }, { name: 'Basic plan' }));
    }
    expectAllSealed(
      stripePolicy('stripe.product.created'),
      stripeEvent({ owner: { name: 'Ada' }, metadata: { name: 'Ada' } }),
    );
    expectAllSealed(stripePolicy('stripe.customer.updated'), stripeEvent({ name: 'Ada' }));
  });
});

const fixtures = path.join(process.env['TRUTH_LEDGER_FIXTURES'] ?? '../shared/fixtures', 'stripe');
const files = ['sync-engine', 'stripe-ruby-mock', 'lifecycles-derived'].flatMap((folder) =>
  existsSync(path.join(fixtures, folder))
    ? readdirSync(path.join(fixtures, folder))
        .filter((file) => file.endsWith('.json'))
        .map((file) => path.join(fixtures, folder, file))
    : [],
);
const NEEDED =
  /(^|_)(ids?|object|type|status|currency|country|created|amount|mode|interval|brand|last4|funding|reason|api_version|livemode)$|^amount_|_amount$/;

describe(`real Stripe events (${files.length} files)`, () => {
  it('keep every id, amount, currency, type and status', () => {
    const hidden = new Set<string>();
    for (const file of files) {
      for (const event of [JSON.parse(readFileSync(file, 'utf8'))].flat()) {
        for (const at of judged(stripePolicy(String(event.type)), event).sealed) {
          if (NEEDED.test(at.split('.').at(-1)!) && !/(^|_)tax_id$/.test(at)) hidden.add(at);
        }
      }
    }
    expect([...hidden]).toEqual([]);
  });
});
