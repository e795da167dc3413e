import { isObject, type Json, objectIn, objectsIn } from '../../json-members.js';
import { objectsNamed, type ObjectKind, type PurchaseObject } from '../../purchase-objects.js';

const OWN: Readonly<Record<string, ObjectKind>> = {
  charge: 'payment',
  payment_intent: 'intent',
  invoice: 'invoice',
  'checkout.session': 'session',
};

const NAMED: readonly (readonly [ObjectKind, string])[] = [
  ['payment', 'charge'],
  ['payment', 'latest_charge'],
  ['payment', 'source_transaction'],
  ['intent', 'payment_intent'],
  ['invoice', 'invoice'],
];

/**
 * The charge, intent, session and invoice that an object of Stripe is, or is of: a dispute and a refund name their charge, an invoice its
 * payments, of whatever API version. Ids that the shop made (`metadata.order_id`) are left out: only Stripe's own are one purchase's for sure.
 */
export function stripePurchases(object: Json): PurchaseObject[] {
  const own = OWN[String(object['object'])];
  const within = [...listOf(object['payments']).map(({ payment }) => objectIn(payment)), objectIn(object['payment'])];
  return objectsNamed([
    ...(own ? [[own, object['id']] as const] : []),
    ...[object, ...within].flatMap((each) => NAMED.map(([kind, name]) => [kind, idOf(each[name])] as const)),
    ...listOf(object['charges']).map((charge) => ['payment', charge['id']] as const),
    ...sourceOf(object['source']),
  ]);
}

/** What a line of the balance comes from: a charge, or the refund or dispute of one. A charge's own `source` is a card. */
function sourceOf(source: unknown): (readonly [ObjectKind, unknown])[] {
  const id = idOf(source);
  if (typeof id === 'string' && /^(?:ch|py)_/.test(id)) return [['payment', id]];
  const { charge, payment_intent: intent } = objectIn(source);
  return [
    ['payment', idOf(charge)],
    ['intent', idOf(intent)],
  ];
}

const listOf = (list: unknown): readonly Json[] => objectsIn(isObject(list) ? list['data'] : list);
const idOf = (value: unknown): unknown => (isObject(value) ? value['id'] : value);
