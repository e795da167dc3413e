import { isIdShaped, isPersonalUrl, type PersonalPolicy, unknownPolicy } from './personal.js';

/** Adyen's items: what is signed and what describes the event is open, everything else is sealed unless listed. Its other webhooks are sealed like anything unknown. `eventType` with or without `adyen.`. */
export function adyenPolicy(eventType: string): PersonalPolicy {
  return eventType.endsWith('REPORT_AVAILABLE') ? reportItem : anyItem;
}

const ITEM = ['notificationItems', 'NotificationRequestItem'];
const TEXT_MAX = 255; // characters

// Needed to check the signature again and to tell which event it is.
const SIGNED = new Set([
  'pspReference',
  'originalReference',
  'merchantAccountCode',
  'eventCode',
  'success',
  'amount',
  'currency',
  'value',
]);
const DESCRIBING = new Set(['merchantReference', 'eventDate', 'paymentMethod', 'operations', 'originalPsp']);

// Of the free-form container: codes, countries, references to other events. Names, addresses, cards and accounts stand beside them.
const ADDITIONAL = new Set([
  'hmacSignature',
  'shopperReference',
  'recurring.shopperReference',
  'tokenization.shopperReference',
  'shopperInteraction',
  'shopperCountry',
  'issuerCountry',
  'cardIssuingCountry',
  'fundingSource',
  'paymentMethodVariant',
  'modification.action',
  'capturePspReference',
  'captureMerchantReference',
  'modificationMerchantReferences',
  'chargebackReasonCode',
  'chargebackSchemeCode',
  'disputeStatus',
  'defendable',
  'autoDefended',
  'defensePeriodEndsAt',
  'nofReasonCode',
  'nofSchemeCode',
  'grossCurrency',
  'grossValue',
  'retry.rescueReference',
  'merchantOrderReference',
  'checkoutSessionId',
  'paymentLinkId',
  'arn',
  'store',
]);

// A refusal is one word; an authorisation writes its code and the end of the card there.
const WORD = /^[A-Za-z][A-Za-z-]{0,39}$/;

const itemPolicy =
  (isOpenReason: (reason: string) => boolean): PersonalPolicy =>
  (path, value) => {
    const text = String(value);
    if (path.length === 1 && path[0] === 'live') return text.length > TEXT_MAX;
    if (path[0] !== ITEM[0] || path[1] !== ITEM[1]) return unknownPolicy(path, value);
    const [, , name = '', inner] = path;
    if (SIGNED.has(name) && (name === 'amount' ? path.length === 4 && SIGNED.has(inner!) : path.length === 3))
      return text.length > TEXT_MAX;
    if (name === 'reason') return !isOpenReason(text);
    if (name === 'additionalData') return !(path.length === 4 && ADDITIONAL.has(inner!) && isIdShaped(text));
    return !(path.length === 3 && DESCRIBING.has(name) && isIdShaped(text));
  };

const anyItem = itemPolicy((reason) => WORD.test(reason));
/** The reason of a report is where it can be fetched. */
const reportItem = itemPolicy((reason) => isIdShaped(reason) && !isPersonalUrl(reason));
