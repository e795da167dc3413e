import { z } from 'zod';
import { stripePolicy } from '../../../catalog/personal.js';
import { SetupError } from '../../../kernel/errors.js';
import { cleanText, typeName } from '../../clear-text.js';
import { isObject, type Json } from '../../json-members.js';
import type { Identified, Provider, Subject } from '../../provider.js';
import { stripePurchases } from './purchase-objects.js';
import { verifyStripe } from './verify.js';

const SETTING = 'STRIPE_WEBHOOK_SECRETS';

const settings = z.object({
  secrets: z.array(z.string().refine((secret) => secret.trim() !== '', 'must not be empty')).min(1),
});
export type StripeSettings = z.infer<typeof settings>;

/** Stripe: snapshot events and thin (`v2.core.event`) notifications of all API versions. */
export const stripe: Provider<StripeSettings> = {
  name: 'stripe',
  authenticatedBy: 'stripe-signature',
  settings,

  fromEnv(env) {
    const text = env[SETTING];
    if (text === undefined) return undefined;
    const secrets = text.split(',').map((secret) => secret.trim());
    if (secrets.includes(''))
      throw new SetupError(`${SETTING} has an empty secret; leave it out where Stripe is not used.`);
    return { secrets };
  },

  verify(request, { secrets }, now) {
    const header = request.headers['stripe-signature'];
    return verifyStripe(Array.isArray(header) ? header.join(',') : header, request.body, secrets, now);
  },

  identify(body) {
    if (!isObject(body)) return undefined;
    const originEventId = cleanText(body['id']);
    const type = cleanText(body['type']);
    if (originEventId === undefined || type === undefined) return undefined;
    return {
      account: accountOf(body),
      originEventId,
      type: `stripe.${typeName(type)}`,
      occurredAt: timeOf(body['created']),
      attributes: attributesOf(body),
    } satisfies Identified;
  },

  // The number of endpoints that have not answered yet goes down from delivery to delivery.
  content: (body) => (isObject(body) ? withoutPending(body) : body),

  comparable: (known, arrived) => known['api_version'] === arrived['api_version'],

  policy: stripePolicy,

  subjects(body) {
    const object = objectOf(body);
    return object ? subjectsOf(object) : [];
  },

  objects(body) {
    const object = objectOf(body);
    return object ? stripePurchases(object) : [];
  },
};

function objectOf(body: unknown): Json | undefined {
  const object = isObject(body) && isObject(body['data']) ? body['data']['object'] : undefined;
  return isObject(object) ? object : undefined;
}

function withoutPending(body: Json): Json {
  const { pending_webhooks: _pending, ...rest } = body;
  return rest;
}

// Test mode is an account of its own, so that nothing of it can occupy or change an identity of live mode.
function accountOf(body: Json): string {
  const account = cleanText(body['account']) ?? cleanText(body['context']) ?? '';
  return [account, body['livemode'] === false ? 'test' : ''].filter((part) => part !== '').join(':');
}

/** Seconds in a snapshot, RFC 3339 text in a thin event. */
function timeOf(created: unknown): Date | undefined {
  const ms =
    typeof created === 'number' ? created * 1000 : typeof created === 'string' ? Date.parse(created) : Number.NaN;
  return ms >= 0 && ms < Date.UTC(9999, 0) ? new Date(ms) : undefined;
}

function attributesOf(body: Json): Record<string, string> {
  const object = isObject(body['data']) && isObject(body['data']['object']) ? body['data']['object'] : {};
  const related = isObject(body['related_object']) ? body['related_object'] : {};
  const found = {
    envelope: body['object'],
    api_version: body['api_version'],
    livemode: typeof body['livemode'] === 'boolean' ? String(body['livemode']) : undefined,
    account: body['account'] ?? body['context'],
    object: object['object'] ?? related['type'],
    object_id: object['id'] ?? related['id'],
    snapshot_event: body['snapshot_event'],
  };
  const clean: Record<string, string> = {};
  for (const [name, value] of Object.entries(found)) {
    const text = cleanText(value);
    if (text !== undefined && !text.includes('@')) clean[name] = text;
  }
  return clean;
}

/** The customer and our own user ids, wherever Stripe's objects carry them. */
function subjectsOf(object: Json): Subject[] {
  const metadata = isObject(object['metadata']) ? object['metadata'] : {};
  const customer = object['object'] === 'customer' ? object['id'] : idOf(object['customer']);
  const found: [Subject['kind'], unknown][] = [
    ['c', customer],
    ['c', object['customer_account']],
    ['u', object['client_reference_id']],
    ['u', metadata['user_id'] ?? metadata['userId']],
    ['a', metadata['anonymous_id'] ?? metadata['anonymousId']],
  ];
  return found.flatMap(([kind, value]) => {
    const text = cleanText(value);
    return text === undefined ? [] : [{ kind, value: text }];
  });
}

const idOf = (value: unknown): unknown => (isObject(value) ? value['id'] : value);
