import { listIn } from './stripe-json.js';
import { isObject, type Json, objectIn } from '../../../json-members.js';

/**
 * Payloads of all API versions in one shape, the newest one's. Stripe writes an event in the version of its endpoint and never again, so
 * a ledger holds every shape there has been since it began, and a new version brings another one.
 *
 * Each change undoes one version's move of something that interpreters read; a payload goes through those of versions after its own, in
 * order. A change leaves alone what is in its new place already, so a version that is absent or wrong does no harm.
 */
export type Kind = 'subscription' | 'payment_intent' | 'invoice' | 'credit_note';

interface Change {
  /** The version that brought the new shape, without its name. */
  since: string;
  kind: Kind;
  upgrade: (object: Json) => Json;
}

const CHANGES: readonly Change[] = [
  { since: '2020-08-27', kind: 'subscription', upgrade: planToPrices },
  { since: '2020-08-27', kind: 'invoice', upgrade: invoiceWithStatus },
  { since: '2022-11-15', kind: 'payment_intent', upgrade: chargesToLatest },
  { since: '2025-03-31', kind: 'invoice', upgrade: invoiceWithPayments },
  { since: '2025-03-31', kind: 'credit_note', upgrade: creditNoteWithParts },
];

const KINDS: readonly (readonly [prefix: string, kind: Kind])[] = [
  ['customer.subscription.', 'subscription'],
  ['payment_intent.', 'payment_intent'],
  ['invoice.', 'invoice'],
  ['credit_note.', 'credit_note'],
  ['object.subscription', 'subscription'],
  ['object.invoice', 'invoice'],
  ['object.credit_note', 'credit_note'],
];

/** What an event of a type is about, where its shape ever changed in what we read. */
export const kindOf = (type: string): Kind | undefined => KINDS.find(([prefix]) => type.startsWith(prefix))?.[1];

const DATE_LENGTH = '2025-03-31'.length;

/** An object in the newest shape. `apiVersion` as the event names it (`2025-03-31.basil`); without one it goes through every change. */
export function canonical(kind: Kind | undefined, object: Json, apiVersion: unknown): Json {
  if (kind === undefined) return object;
  const version = typeof apiVersion === 'string' ? apiVersion.slice(0, DATE_LENGTH) : '';
  let now = object;
  for (const change of CHANGES) if (change.kind === kind && version < change.since) now = change.upgrade(now);
  return now;
}

/** Subscriptions had one plan and no items; then items with plans; prices came with 2020-08-27. */
function planToPrices(object: Json): Json {
  const { plan, quantity, items } = object;
  const listed = isObject(items) || Array.isArray(items) ? listIn(items) : isObject(plan) ? [{ plan, quantity }] : [];
  const start = object['start_date'] ?? object['start'];
  return {
    ...object,
    ...(start === undefined ? {} : { start_date: start }),
    items: { data: listed.map((item: Json) => (isObject(item['price']) ? item : { ...item, price: priceOf(item) })) },
  };
}

function priceOf(item: Json): Json {
  const plan = objectIn(item['plan']);
  const { currency, billing_scheme, interval, interval_count, usage_type } = plan;
  return {
    currency,
    billing_scheme,
    unit_amount: plan['amount'],
    unit_amount_decimal: plan['amount_decimal'],
    transform_quantity: plan['transform_usage'],
    recurring: { interval, interval_count, usage_type },
  };
}

/** Invoices had no status, and a `date`. */
function invoiceWithStatus(object: Json): Json {
  const { status, paid, created, date } = object;
  return { ...object, status: status ?? (paid === true ? 'paid' : undefined), created: created ?? date };
}

/** An intent listed its charges, the newest first. */
function chargesToLatest(object: Json): Json {
  const [newest] = listIn(object['charges']);
  return newest === undefined || object['latest_charge'] ? object : { ...object, latest_charge: newest['id'] };
}

/** An invoice named one charge, one intent and its subscription itself, and only said whether it was paid elsewhere. */
function invoiceWithPayments(object: Json): Json {
  const { charge, payment_intent: intent, subscription } = object;
  const payments = [
    ...(charge ? [{ payment: { type: 'charge', charge } }] : []),
    ...(intent ? [{ payment: { type: 'payment_intent', payment_intent: intent } }] : []),
  ];
  const details = objectIn(object['subscription_details']);
  return {
    ...object,
    payments: object['payments'] ?? { data: payments },
    parent: object['parent'] ?? { subscription_details: { subscription, metadata: details['metadata'] } },
    ...(object['paid_out_of_band'] === true ? { amount_paid_off_stripe: object['amount_due'] } : {}),
  };
}

/** A credit note was of one type as a whole, and named one refund. */
function creditNoteWithParts(object: Json): Json {
  const { amount, type, refund } = object;
  return {
    ...object,
    refunds: object['refunds'] ?? (refund ? [{ refund }] : []),
    pre_payment_amount: object['pre_payment_amount'] ?? (type === 'pre_payment' ? amount : 0),
    post_payment_amount: object['post_payment_amount'] ?? (type === 'post_payment' ? amount : 0),
  };
}
