import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { RawRequest } from '../../src/ingest/ingest.js';
import type { ProviderName } from '../../src/ingest/providers/index.js';
import { anAuthorisation } from '../fixtures/adyen-items.js';
import { aPayment, squareBody } from '../fixtures/square-events.js';
import {
  adyenDelivery,
  notification,
  SECRET,
  signedItem,
  signatureOf,
  squareDelivery,
  stripeDelivery,
} from '../support/doors.js';

type Json = Record<string, any>;

/** What the contract of providers needs to know of one of them. */
export interface ProviderGiven {
  name: ProviderName;
  /** A right environment and the settings it gives. */
  env: Record<string, string>;
  settings: unknown;
  /** Environments that must be refused with a sentence. */
  wrongEnv: Record<string, string>[];
  /** Settings that would leave the door open or useless. */
  useless: unknown[];
  /** A genuine event of its own, about one captured or authorised payment of 49.90. */
  event(number: number): Json;
  /** The same event as it may come again. */
  again(event: Json, retry: number): Json;
  /** The same event with another amount, genuinely signed. */
  altered(event: Json): Json;
  deliver(event: Json): RawRequest;
  /** The same event in test mode. */
  deliverTest(event: Json): RawRequest;
  /** Requests with this event that prove nothing. */
  forged(event: Json): RawRequest[];
  /** With a member of many characters where the provider has free text. */
  withText(event: Json, text: string): Json;
  /** What its entry says. */
  entry(event: Json): Json;
  /** Plain text that must not be in it. */
  personal: RegExp;
  /** Path of the amount in the stored body. */
  amountIn(body: Json): unknown;
  /** What the facts say of the payment. */
  fact: { type: string; currency: string };
}

const charge = JSON.parse(
  readFileSync(path.join(import.meta.dirname, '../fixtures/stripe/charge-succeeded.json'), 'utf8'),
) as Json;

const stripe: ProviderGiven = {
  name: 'stripe',
  env: { STRIPE_WEBHOOK_SECRETS: 'a , b' },
  settings: { secrets: ['a', 'b'] },
  wrongEnv: ['', ' ', 'a,', 'a, ,b'].map((secrets) => ({ STRIPE_WEBHOOK_SECRETS: secrets })),
  useless: [{ secrets: ['  '] }, { secrets: [] }],
  event: (number) => ({ ...charge, id: `evt_contract_${number}` }),
  again: (event, retry) => ({ ...event, pending_webhooks: retry }),
  altered: (event) => ({ ...event, data: { object: { ...event['data'].object, amount_captured: 1 } } }),
  deliver: (event) => stripeDelivery(event),
  deliverTest: (event) => stripeDelivery({ ...event, livemode: false }),
  forged: (event) => [
    stripeDelivery(event, { 'stripe-signature': undefined }),
    stripeDelivery(event, { 'stripe-signature': signatureOf(Buffer.from('{}'), undefined, SECRET) }),
  ],
  withText: (event, text) => ({
    ...event,
    data: { object: { ...event['data'].object, metadata: { note: text } } },
  }),
  entry: (event) => ({
    type: 'stripe.charge.succeeded',
    account: '',
    originEventId: event['id'],
    authenticatedBy: 'stripe-signature',
    attributes: { livemode: 'true', object_id: 'ch_harbour_0001' },
  }),
  personal: /iris\.lund|Iris Lund|Fyrv/,
  amountIn: (body) => body['data'].object.amount_captured,
  fact: { type: 'PaymentCaptured', currency: 'EUR' },
};

const square: ProviderGiven = {
  name: 'square',
  env: { SQUARE_WEBHOOK_SIGNATURE_KEYS: 'a , b', SQUARE_NOTIFICATION_URL: 'https://x.example/hook' },
  settings: { keys: ['a', 'b'], notificationUrl: 'https://x.example/hook' },
  wrongEnv: [
    ...['', ' ', 'a,', 'a, ,b'].map((keys) => ({
      SQUARE_WEBHOOK_SIGNATURE_KEYS: keys,
      SQUARE_NOTIFICATION_URL: 'https://x.example/hook',
    })),
    { SQUARE_WEBHOOK_SIGNATURE_KEYS: 'a' },
  ],
  useless: [
    { keys: ['  '], notificationUrl: 'https://x.example' },
    { keys: [], notificationUrl: 'https://x.example' },
    { keys: ['a'], notificationUrl: '' },
  ],
  event: (number) =>
    squareBody(
      'payment.updated',
      'payment',
      aPayment({ buyer_email_address: 'iris.lund@example.com', note: 'for Iris Lund' }),
      { id: `ev-contract-${number}` },
    ),
  again: (event) => event,
  altered: (event) => ({
    ...event,
    data: { ...event['data'], object: { payment: aPayment({ total_money: { amount: 1, currency: 'USD' } }) } },
  }),
  deliver: (event) => squareDelivery(event),
  deliverTest: (event) => squareDelivery(event, { 'square-environment': 'Sandbox' }),
  forged: (event) => [
    squareDelivery(event, { 'x-square-hmacsha256-signature': undefined }),
    squareDelivery(event, {}, 'sq_other'),
    // Headers that name another address do not move what was signed.
    squareDelivery(event, { host: 'evil.example', 'x-square-hmacsha256-signature': 'AAAA' }),
  ],
  withText: (event, text) => ({ ...event, extra: { note: text } }),
  entry: (event) => ({
    type: 'square.payment.updated',
    account: 'MERCHANT1',
    originEventId: event['event_id'],
    authenticatedBy: 'square-hmacsha256',
    attributes: { livemode: 'true', object: 'payment' },
  }),
  personal: /iris\.lund|Iris Lund/,
  amountIn: (body) => body['data'].object.payment.total_money.amount,
  fact: { type: 'PaymentCaptured', currency: 'USD' },
};

const authorised = (number: number, over: Json = {}): Json =>
  anAuthorisation({
    pspReference: `PSPCONTRACT${number}`,
    reason: '1234:7777:12/2030',
    additionalData: { shopperReference: 'u_iris', shopperEmail: 'iris.lund@example.com', cardHolderName: 'Iris Lund' },
    ...over,
  });

const itemIn = (event: Json): Json => event['notificationItems'][0].NotificationRequestItem as Json;

const adyen: ProviderGiven = {
  name: 'adyen',
  env: { ADYEN_HMAC_KEYS: 'AB , cd', ADYEN_BASIC_AUTH: 'user:pass' },
  settings: { keys: ['AB', 'cd'], basicAuth: 'user:pass' },
  wrongEnv: ['', ' ', 'AB,', 'AB, ,CD'].map((keys) => ({ ADYEN_HMAC_KEYS: keys })),
  useless: [{ keys: ['  '] }, { keys: [] }, { keys: ['xyz'] }],
  event: (number) => notification([authorised(number)]),
  // A repetition may have another date, and anything else that is not signed.
  again: (event, retry) =>
    notification([{ ...itemIn(event), eventDate: `2026-10-03T11:00:${String(retry % 60).padStart(2, '0')}+02:00` }]),
  altered: (event) => notification([{ ...itemIn(event), amount: { value: 1, currency: 'EUR' } }]),
  deliver: (event) => adyenDelivery(event),
  deliverTest: (event) => adyenDelivery({ ...event, live: 'false' }),
  forged: (event) => [
    adyenDelivery(event, { authorization: undefined }),
    adyenDelivery(event, { authorization: `Basic ${btoa('harbour:wrong')}` }),
    adyenDelivery({
      live: 'true',
      notificationItems: [{ NotificationRequestItem: signedItem(itemIn(event), 'cd'.repeat(32)) }],
    }),
    adyenDelivery({ live: 'true', notificationItems: [] }),
    adyenDelivery({ ...itemIn(event) }),
  ],
  withText: (event, text) =>
    notification([{ ...itemIn(event), additionalData: { ...itemIn(event)['additionalData'], 'metadata.note': text } }]),
  entry: (event) => ({
    type: 'adyen.AUTHORISATION',
    account: 'HarbourShopECOM',
    originEventId: `AUTHORISATION:true:${itemIn(event)['pspReference']}`,
    authenticatedBy: 'adyen-hmac',
    attributes: {
      ...{ livemode: 'true', success: 'true', object_id: itemIn(event)['pspReference'] },
      unsigned: expectedUnsigned(itemIn(event)),
    },
  }),
  personal: /iris\.lund|Iris Lund|1234:7777/,
  amountIn: (body) => itemIn(body)['amount'].value,
  fact: { type: 'PaymentAuthorised', currency: 'EUR' },
};

const COVERED = 'pspReference originalReference merchantAccountCode merchantReference amount eventCode success'.split(
  ' ',
);
const expectedUnsigned = (item: Json): string =>
  ['live', ...Object.keys(item).filter((name) => !COVERED.includes(name))].join(' ');

/** One for every provider of the registry; a test holds both in step. */
export const providerGivens: readonly ProviderGiven[] = [stripe, square, adyen];
