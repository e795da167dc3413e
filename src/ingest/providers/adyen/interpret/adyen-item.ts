import { type InterpretableEntry, type Node, type Ref, stampOf } from '../../../../catalog/facts.js';
import { emailNode, openText, present, refTo, userNode } from '../../../../catalog/identifiers.js';
import { type Json, objectIn } from '../../../json-members.js';
import { itemOf, signedFieldsOf, type SignedFields } from '../notification.js';
import { moneyOf } from './amount.js';

/**
 * An item as interpreters read it. What moves money (who, what, how much, whether it worked) is signed. `at` and `method` are not: they may
 * date and describe money, and never make any.
 */
export interface AdyenItem extends SignedFields {
  /** When Adyen made the event, epoch milliseconds. */
  at: number;
  method: string | undefined;
  additional: Json;
  /** The whole item, for what else it says. */
  item: Json;
  originEventId: string;
}

const RANK = 5; // signed webhooks; imports are below

/** Opens an entry. Throws TypeError when it has no item. */
export function adyenItem(entry: InterpretableEntry): AdyenItem {
  const item = itemOf(entry.body);
  const fields = item && signedFieldsOf(item);
  if (!fields || fields.pspReference === '') throw new TypeError(`${entry.type} has no item`);
  return {
    ...fields,
    at: entry.occurredAt,
    method: openText(item['paymentMethod']),
    additional: objectIn(item['additionalData']),
    item,
    originEventId: entry.originEventId,
  };
}

const PLACE = 100_000_000_000_000; // more than a time in milliseconds has until the year 5138

/**
 * Orders what items say of one effect: by the place of their event in its life, which is signed; only of one place by the date, which
 * is not. Dates that were changed on the way can so make no refund out of one that failed.
 */
export const stampAt = ({ at, originEventId }: AdyenItem, place: number): string =>
  stampOf(RANK, place * PLACE + Math.min(at, PLACE - 1), originEventId);

/** The payment that an item is about: a modification names it, the payment's own events are it. */
export const paymentRef = ({ originalReference, pspReference }: SignedFields): Ref =>
  `payment:${originalReference === '' ? pspReference : originalReference}`;

export const amountOf = ({ value, currency }: SignedFields): { amount: string; currency: string } =>
  moneyOf(value, currency);

/** The same for a notice, which may come without an amount. */
export const amountIfAny = (fields: SignedFields): { amount?: string; currency?: string } =>
  fields.value === undefined ? {} : amountOf(fields);

/** The shop's reference of the payment. A modification has one of its own, which is no order. */
export const orderRef = ({ merchantReference }: SignedFields): Ref | undefined => refTo('order', merchantReference);

// Charged again without the shopper, at a till, or by telephone: no browser could have seen it.
const ABSENT = new Set(['ContAuth', 'POS', 'Moto']);
export const isCustomerPresent = ({ additional }: AdyenItem): false | undefined =>
  ABSENT.has(String(additional['shopperInteraction'])) ? false : undefined;

/** Who paid, best evidence first. */
export const shopperOf = ({ additional }: AdyenItem): Node[] =>
  present([
    userNode(
      additional['shopperReference'] ??
        additional['recurring.shopperReference'] ??
        additional['tokenization.shopperReference'],
    ),
    emailNode(additional['shopperEmail']),
  ]);
