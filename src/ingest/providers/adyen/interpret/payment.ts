import type { Fact, InterpretableEntry } from '../../../../catalog/facts.js';
import { openText } from '../../../../catalog/identifiers.js';
import { makeFact } from '../../../../catalog/make-fact.js';
import type { Interpreter } from '../../../interpreter.js';
import {
  adyenItem,
  type AdyenItem,
  amountOf,
  isCustomerPresent,
  orderRef,
  paymentRef,
  shopperOf,
  stampAt,
} from './adyen-item.js';

/** Which merchant accounts capture by themselves; `*`: all. Adyen's events do not tell, so the operator does. */
export type AutomaticCapture = readonly string[];

const READS: Readonly<Record<string, (item: AdyenItem, automatic: AutomaticCapture) => Fact[]>> = {
  AUTHORISATION: authorisation,
  AUTHORISATION_ADJUSTMENT: adjustment,
  CAPTURE: (item) => (item.success === 'true' ? [capture(item)] : []),
  CAPTURE_FAILED: (item) => (item.success === 'true' ? [captureFailed(item)] : []),
  CANCELLATION: released,
  TECHNICAL_CANCEL: released,
  EXPIRE: released,
};

/**
 * An authorisation is no money. Where captures are asked for, each is money on its own day, and a payment may have several; where the
 * account captures by itself no event says so, and the authorisation dates it, provisionally.
 */
export const paymentInterpreter = (automatic: AutomaticCapture): Interpreter => ({
  name: `adyen/payment${automatic.length > 0 ? `(${[...automatic].sort().join(' ')})` : ''}`,
  version: 2,
  reads: Object.keys(READS).map((code) => `adyen.${code}`),
  interpret: (entry: InterpretableEntry) => {
    const item = adyenItem(entry);
    return READS[item.eventCode]?.(item, automatic) ?? [];
  },
});

function authorisation(item: AdyenItem, automatic: AutomaticCapture): Fact[] {
  const about = {
    subject: paymentRef(item),
    stamp: stampAt(item, 1),
    refs: [orderRef(item)],
    nodes: shopperOf(item),
  };
  if (item.success === 'false') {
    const fields = { at: item.at, reason: openText(item.item['reason']) };
    return [makeFact({ ...about, type: 'PaymentFailed', effect: 'failed', fields })];
  }
  const money = { ...amountOf(item), method: item.method, customer_present: isCustomerPresent(item) };
  const authorised = makeFact({
    ...about,
    type: 'PaymentAuthorised',
    effect: 'authorised',
    fields: { at: item.at, ...money },
  });
  const captures = automatic.includes('*') || automatic.includes(item.merchantAccountCode);
  if (!captures || money.amount === '0') return [authorised]; // nothing is captured of a card that was only checked
  const fields = { provisional_at: item.at, provisional: true, ...money, provider: 'adyen' };
  return [authorised, makeFact({ ...about, type: 'PaymentCaptured', effect: 'captured', fields })];
}

function adjustment(item: AdyenItem): Fact[] {
  if (item.success === 'false') return [];
  const fields = { at: item.at, ...amountOf(item) };
  return [
    makeFact({
      type: 'PaymentAuthorised',
      subject: paymentRef(item),
      effect: 'authorised',
      stamp: stampAt(item, 2),
      fields,
    }),
  ];
}

const capture = (item: AdyenItem): Fact =>
  makeFact({
    type: 'PaymentCaptured',
    subject: paymentRef(item),
    effect: `captured:${item.pspReference}`,
    stamp: stampAt(item, 1),
    fields: { at: item.at, provisional: false, ...amountOf(item), method: item.method, provider: 'adyen' },
  });

/** It has the reference of the capture that did not come true after all. */
function captureFailed(item: AdyenItem): Fact {
  const fact = capture(item);
  return { ...fact, stamp: stampAt(item, 2), fields: { ...fact.fields, failed_at: item.at } };
}

/** What was authorised and not captured will not be any more. */
function released(item: AdyenItem): Fact[] {
  if (item.success === 'false') return [];
  return [
    makeFact({
      type: 'PaymentAuthorised',
      subject: paymentRef(item),
      effect: 'authorised',
      stamp: stampAt(item, 0),
      fields: { released_at: item.at },
    }),
  ];
}
