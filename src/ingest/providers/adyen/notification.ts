import { Problem } from '../../../kernel/errors.js';
import { elementTexts } from '../../element-texts.js';
import { isObject, type Json, objectIn, objectsIn } from '../../json-members.js';
import { parseStrict } from '../../../kernel/json-scan.js';

/**
 * A delivery of Adyen's standard webhooks: `{ live, notificationItems: [{ NotificationRequestItem }] }`. Everything in an item but the
 * members below is outside its signature, and so is `live`.
 */
export interface SignedFields {
  pspReference: string;
  originalReference: string;
  merchantAccountCode: string;
  merchantReference: string;
  /** In Adyen's own minor units; undefined where an event has no amount. */
  value: number | undefined;
  currency: string;
  eventCode: string;
  success: 'true' | 'false';
}

/** The one item of a delivery; undefined when it is none of the standard webhooks, or of several items. */
export function itemOf(body: unknown): Json | undefined {
  const items = objectsIn(objectIn(body)['notificationItems']);
  const item = items[0]?.['NotificationRequestItem'];
  return items.length === 1 && isObject(item) ? item : undefined;
}

const text = (value: unknown): string | undefined =>
  value === undefined || value === null ? '' : typeof value === 'string' ? value : undefined;

/**
 * What the signature of an item covers; undefined when it could not be signed like this. The signed text joins the fields by colons and
 * escapes none, so that `a:b` next to `c` and `a` next to `b:c` have one signature. Only the merchant's own reference may have colons: then
 * there is one way to read the text, and nobody can move a genuine signature to an item with other fields.
 */
export function signedFieldsOf(item: Json): SignedFields | undefined {
  const amount = objectIn(item['amount']);
  const { value } = amount;
  if (value !== undefined && !(typeof value === 'number' && Number.isSafeInteger(value))) return undefined;
  const merchantReference = text(item['merchantReference']);
  const [pspReference, originalReference, merchantAccountCode, currency, eventCode, success] = [
    item['pspReference'],
    item['originalReference'],
    item['merchantAccountCode'],
    amount['currency'],
    item['eventCode'],
    item['success'],
  ].map((member) => (text(member)?.includes(':') ? undefined : text(member)));
  if (merchantReference === undefined || pspReference === undefined || originalReference === undefined)
    return undefined;
  if (merchantAccountCode === undefined || currency === undefined || eventCode === undefined) return undefined;
  if (success !== 'true' && success !== 'false') return undefined;
  return {
    ...{ pspReference, originalReference, merchantAccountCode, merchantReference },
    ...{ value, currency, eventCode, success },
  };
}

const SIGNED = new Set([
  'pspReference',
  'originalReference',
  'merchantAccountCode',
  'merchantReference',
  'amount',
  'eventCode',
  'success',
]);

/** Names of what an item says beside its signature, in their order: marked in the entry, because anything may stand there. */
export const unsignedOf = (item: Json): string[] => Object.keys(item).filter((name) => !SIGNED.has(name));

/** Adyen sends one item, of old six. What is signed is an item, so that anybody may put together a delivery. */
const ITEMS_MAX = 100;
const REST_CHARS_MAX = 1_000_000; // of all copies of what else a delivery says

const LIST = /^"notificationItems"\s*:\s*(?=\[)/;

/**
 * A delivery of several items as deliveries of one each; what else the delivery says stands in all of them, as it was sent. Throws Problem
 * `too_large` for more than Adyen would ever send, before anything is made of it.
 */
export function splitItems(delivery: string): string[] {
  const parsed = parseStrict(delivery);
  const items = objectIn(parsed)['notificationItems'];
  if (!Array.isArray(items) || items.length === 1) return [delivery];
  if (items.length > ITEMS_MAX) throw new Problem('too_large', `A delivery has at most ${ITEMS_MAX} items.`);
  const members = elementTexts(delivery);
  const lists = members.filter((member) => LIST.test(member));
  const elements = lists.length === 1 ? elementTexts(lists[0]!.replace(LIST, '')) : [];
  if (elements.length !== items.length) throw new Problem('unreadable_body', 'The items of the delivery are unclear.');
  const rest = members.filter((member) => !LIST.test(member));
  if (rest.join('').length * items.length > REST_CHARS_MAX)
    throw new Problem('too_large', 'What a delivery says beside its items is too much to be said of each.');
  return elements.map((element) => `{${[...rest, `"notificationItems":[${element}]`].join(',')}}`);
}
