import { z } from 'zod';
import { adyenPolicy } from '../../../catalog/personal-adyen.js';
import { SetupError } from '../../../kernel/errors.js';
import { cleanText, typeName } from '../../clear-text.js';
import { isObject, type Json, objectIn } from '../../json-members.js';
import type { Identified, Provider, Subject } from '../../provider.js';
import { objectsNamed } from '../../purchase-objects.js';
import { itemOf, signedFieldsOf, splitItems, unsignedOf } from './notification.js';
import { hasBasicAuth, verifyBody, verifyItem } from './verify.js';

const KEYS = 'ADYEN_HMAC_KEYS';

const settings = z.object({
  keys: z.array(z.string().regex(/^([0-9a-f]{2})+$/i)).min(1),
  /** `user:password`. */
  basicAuth: z.string().optional(),
});
export type AdyenSettings = z.infer<typeof settings>;

/** Adyen: standard webhooks, each item an event of its own, and the webhooks of platforms, which are kept as they are. */
export const adyen: Provider<AdyenSettings> = {
  name: 'adyen',
  authenticatedBy: 'adyen-hmac',
  settings,
  acknowledgement: '[accepted]',

  fromEnv(env) {
    const text = env[KEYS];
    if (text === undefined) return undefined;
    const keys = text.split(',').map((key) => key.trim());
    if (keys.includes('')) throw new SetupError(`${KEYS} has an empty key; leave it out where Adyen is not used.`);
    return { keys, basicAuth: env['ADYEN_BASIC_AUTH'] };
  },

  // Who may knock at all; what each item is worth is in it.
  verify({ headers }, { basicAuth }) {
    const may = basicAuth === undefined || hasBasicAuth(headers['authorization'], basicAuth);
    return may ? 'verified' : 'bad_signature';
  },

  split: splitItems,

  verifyEvent: ({ headers, body: bytes }, body, { keys }) =>
    itemOf(body) ? verifyItem(body, keys) : verifyBody(headers['hmacsignature'], bytes, keys),

  identify(body) {
    const item = itemOf(body);
    return item ? identifyItem(objectIn(body), item) : identifyOther(body);
  },

  // What is not signed may differ between two deliveries of one event, and `eventDate` does.
  content(body) {
    const item = itemOf(body);
    return (item && signedFieldsOf(item)) ?? body;
  },

  comparable: () => true,

  policy: adyenPolicy,

  subjects(body) {
    const item = itemOf(body);
    return item ? subjectsOf(objectIn(item['additionalData'])) : [];
  },

  // The payment, which a modification names beside its own reference; later events of a dispute have only that of the dispute.
  objects(body) {
    const { originalReference, pspReference } = objectIn(itemOf(body));
    return objectsNamed([
      ['payment', originalReference || pspReference],
      ['intent', pspReference],
    ]);
  },
};

/** Only what says that it is live counts; the rest is an account of its own, so that it can occupy no identity of live mode. */
const isLive = (body: Json): boolean => body['live'] === 'true' || body['live'] === true;

const accountOf = (account: string | undefined, live: boolean): string =>
  [account ?? '', live ? '' : 'test'].filter((part) => part !== '').join(':');

function identifyItem(body: Json, item: Json): Identified | undefined {
  const pspReference = cleanText(item['pspReference']);
  const eventCode = cleanText(item['eventCode']);
  const success = cleanText(item['success']);
  if (pspReference === undefined || eventCode === undefined || success === undefined) return undefined;
  const live = isLive(body);
  return {
    account: accountOf(cleanText(item['merchantAccountCode']), live),
    // A modification that fails after it succeeded has the same reference as before.
    originEventId: `${eventCode}:${success}:${pspReference}`,
    type: `adyen.${typeName(eventCode)}`,
    occurredAt: timeOf(item['eventDate']),
    attributes: clean({
      livemode: String(live),
      success,
      object_id: pspReference,
      original: item['originalReference'],
      unsigned: ['live', ...unsignedOf(item)].join(' '),
    }),
  };
}

/** `{ type, data, environment, timestamp | createdAt }`: these name no id of the event. */
function identifyOther(body: unknown): Identified | undefined {
  const type = isObject(body) && isObject(body['data']) ? cleanText(body['type']) : undefined;
  if (!isObject(body) || type === undefined) return undefined;
  const live = body['environment'] === 'live';
  return {
    account: accountOf(cleanText(objectIn(body['data'])['balancePlatform']), live),
    originEventId: undefined,
    type: `adyen.${typeName(type)}`,
    occurredAt: timeOf(body['timestamp'] ?? body['createdAt']),
    attributes: clean({ livemode: String(live) }),
  };
}

function timeOf(date: unknown): Date | undefined {
  const ms = typeof date === 'string' ? Date.parse(date) : Number.NaN;
  return ms >= 0 && ms < Date.UTC(9999, 0) ? new Date(ms) : undefined;
}

function clean(found: Readonly<Record<string, unknown>>): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const [name, value] of Object.entries(found)) {
    const text = cleanText(value);
    if (text !== undefined && !text.includes('@')) attributes[name] = text;
  }
  return attributes;
}

/** The shop's own name for the shopper, wherever Adyen carries it. */
const SHOPPER = ['shopperReference', 'recurring.shopperReference', 'tokenization.shopperReference'];

function subjectsOf(additional: Json): Subject[] {
  const found = SHOPPER.flatMap((name) => cleanText(additional[name]) ?? []);
  return [...new Set(found)].map((value) => ({ kind: 'u', value }));
}
