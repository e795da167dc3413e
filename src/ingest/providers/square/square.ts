import { z } from 'zod';
import { squarePolicy } from '../../../catalog/personal-square.js';
import { SetupError } from '../../../kernel/errors.js';
import { cleanText, typeName } from '../../clear-text.js';
import { isObject, type Json, objectIn } from '../../json-members.js';
import type { Identified, Provider, Said, Subject } from '../../provider.js';
import { objectsNamed, type PurchaseObject } from '../../purchase-objects.js';
import { verifySquare } from './verify.js';

const KEYS = 'SQUARE_WEBHOOK_SIGNATURE_KEYS';
const URL_SETTING = 'SQUARE_NOTIFICATION_URL';

const settings = z.object({
  keys: z.array(z.string().refine((key) => key.trim() !== '', 'must not be empty')).min(1),
  /** As it is written in the subscription, to the letter: it is a part of what is signed. */
  notificationUrl: z.string().min(1),
});
export type SquareSettings = z.infer<typeof settings>;

/** Square: event notifications of all kinds, of production and of the sandbox. */
export const square: Provider<SquareSettings> = {
  name: 'square',
  authenticatedBy: 'square-hmacsha256',
  settings,

  fromEnv(env) {
    const text = env[KEYS];
    if (text === undefined) return undefined;
    const keys = text.split(',').map((key) => key.trim());
    if (keys.includes('')) throw new SetupError(`${KEYS} has an empty key; leave it out where Square is not used.`);
    const notificationUrl = env[URL_SETTING];
    if (!notificationUrl) throw new SetupError(`${URL_SETTING} must be set when ${KEYS} is.`);
    return { keys, notificationUrl };
  },

  verify: (request, given) => verifySquare(request.headers['x-square-hmacsha256-signature'], request.body, given),

  // No header is signed. These say no more than where an event is kept, and a key of the sandbox opens nothing in production.
  said(headers) {
    const environment = cleanText(headers['square-environment'], ENVIRONMENT_MAX)?.toLowerCase();
    const version = cleanText(headers['square-version'], ENVIRONMENT_MAX);
    const said: Record<string, string> = {};
    if (environment !== undefined) said['livemode'] = String(environment !== 'sandbox');
    if (version !== undefined) said['api_version'] = version;
    return said;
  },

  identify(body, said = {}) {
    if (!isObject(body)) return undefined;
    const originEventId = cleanText(body['event_id']);
    const type = cleanText(body['type']);
    if (originEventId === undefined || type === undefined) return undefined;
    return {
      account: accountOf(body, said),
      originEventId,
      type: `square.${typeName(type)}`,
      occurredAt: timeOf(body['created_at']),
      attributes: attributesOf(body, said),
    } satisfies Identified;
  },

  // A retry is the same bytes again; what it counts stands in headers.
  content: (body) => body,

  comparable: (known, arrived) => known['api_version'] === arrived['api_version'],

  policy: squarePolicy,

  subjects: (body) => (isObject(body) ? objectsOf(body).flatMap(subjectsOf) : []),

  objects: (body) => (isObject(body) ? objectsOf(body).flatMap(purchasesOf) : []),
};

const ENVIRONMENT_MAX = 32; // characters

/** The sandbox is an account of its own, so that nothing of it can occupy or change an identity of production. */
function accountOf(body: Json, said: Said): string {
  const merchant = cleanText(body['merchant_id']) ?? '';
  return [merchant, said['livemode'] === 'false' ? 'test' : ''].filter((part) => part !== '').join(':');
}

function timeOf(created: unknown): Date | undefined {
  const ms = typeof created === 'string' ? Date.parse(created) : Number.NaN;
  return ms >= 0 && ms < Date.UTC(9999, 0) ? new Date(ms) : undefined;
}

function attributesOf(body: Json, said: Said): Record<string, string> {
  const data = objectIn(body['data']);
  const found = { object: data['type'], object_id: data['id'], location: body['location_id'] };
  const clean: Record<string, string> = { ...said };
  for (const [name, value] of Object.entries(found)) {
    const text = cleanText(value);
    if (text !== undefined && !text.includes('@')) clean[name] = text;
  }
  return clean;
}

/** What an event tells of, by the name of its kind: `data.object.payment`. */
const objectsOf = (body: Json): [string, Json][] =>
  Object.entries(objectIn(objectIn(body['data'])['object'])).flatMap(([kind, object]) =>
    isObject(object) ? [[kind, object] as [string, Json]] : [],
  );

function subjectsOf([kind, object]: [string, Json]): Subject[] {
  const isCustomer = kind === 'customer';
  const found: [Subject['kind'], unknown][] = [
    ['c', isCustomer ? object['id'] : (object['customer_id'] ?? objectIn(object['primary_recipient'])['customer_id'])],
    ['u', isCustomer ? object['reference_id'] : undefined],
  ];
  return found.flatMap(([of, value]) => {
    const text = cleanText(value);
    return text === undefined ? [] : [{ kind: of, value: text }];
  });
}

/**
 * The payment that a refund or a dispute is of, also where a line of a payout names it, and the sale (`order_id`) that joins it with its
 * refunds and its invoice. A dispute that names no payment is one by itself.
 */
function purchasesOf([kind, object]: [string, Json]): PurchaseObject[] {
  const disputed = objectIn(object['disputed_payment'])['payment_id'];
  return objectsNamed([
    ['payment', kind === 'payment' ? object['id'] : object['payment_id']],
    ['payment', disputed],
    ['invoice', kind === 'invoice' ? object['id'] : undefined],
    ['intent', object['order_id']],
    ['intent', kind === 'dispute' && disputed === undefined ? (object['dispute_id'] ?? object['id']) : undefined],
  ]);
}
