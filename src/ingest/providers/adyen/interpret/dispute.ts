import type { Fact, Ref } from '../../../../catalog/facts.js';
import { openText } from '../../../../catalog/identifiers.js';
import { makeFact } from '../../../../catalog/make-fact.js';
import type { Interpreter } from '../../../interpreter.js';
import { adyenItem, type AdyenItem, amountIfAny, amountOf, stampAt } from './adyen-item.js';

// The order in which a dispute lives through its events.
const EVENTS = [
  'NOTIFICATION_OF_FRAUD',
  'REQUEST_FOR_INFORMATION',
  'NOTIFICATION_OF_CHARGEBACK',
  'CHARGEBACK',
  'ISSUER_COMMENTS',
  'INFORMATION_SUPPLIED',
  'DISPUTE_DEFENSE_PERIOD_ENDED',
  'ISSUER_RESPONSE_TIMEFRAME_EXPIRED',
  'CHARGEBACK_REVERSED',
  'PREARBITRATION_OPEN',
  'PREARBITRATION_ISSUER_WITHDRAWN',
  'PREARBITRATION_WON',
  'PREARBITRATION_LOST',
  'SECOND_CHARGEBACK',
  'SCHEME_ARBITRATION',
  'SCHEME_ARBITRATION_WON',
  'SCHEME_ARBITRATION_LOST',
];

/**
 * Three events move money: a chargeback takes it, its reversal (which is not final) gives it back, a second one takes it again. The
 * others are notices and rulings; what follows from them in money is told by one of the three.
 */
const MOVES: Readonly<Record<string, { type: 'DisputeFundsWithdrawn' | 'DisputeFundsReinstated'; effect: string }>> = {
  CHARGEBACK: { type: 'DisputeFundsWithdrawn', effect: 'withdrawn' },
  CHARGEBACK_REVERSED: { type: 'DisputeFundsReinstated', effect: 'reinstated' },
  SECOND_CHARGEBACK: { type: 'DisputeFundsWithdrawn', effect: 'withdrawn:second' },
};

/** What decides it for the customer. The defense period ends so where nobody defended the payment, or liability was accepted. */
const LOST = new Set([
  'DISPUTE_DEFENSE_PERIOD_ENDED',
  'PREARBITRATION_LOST',
  'SECOND_CHARGEBACK',
  'SCHEME_ARBITRATION_LOST',
]);

/** All events of one dispute have its own reference. */
export const dispute: Interpreter = {
  name: 'adyen/dispute',
  version: 3,
  reads: EVENTS.map((code) => `adyen.${code}`),
  interpret: (entry) => {
    const item = adyenItem(entry);
    return item.success === 'true' ? disputeFacts(item) : [];
  },
};

function disputeFacts(item: AdyenItem): Fact[] {
  const effect = `dispute:${item.pspReference}`;
  const isLost = LOST.has(item.eventCode);
  const about = { ...subjectOf(item), stamp: stampAt(item, EVENTS.indexOf(item.eventCode)) };
  const changed = makeFact({
    ...about,
    type: 'DisputeChanged',
    effect,
    fields: {
      at: item.at,
      ...amountIfAny(item),
      status: isLost ? 'lost' : item.eventCode.toLowerCase(),
      reason: openText(item.additional['chargebackReasonCode']),
      closed_at: isLost ? item.at : undefined,
    },
  });
  const move = MOVES[item.eventCode];
  if (!move) return [changed];
  const fields = { at: item.at, ...amountOf(item) };
  return [changed, makeFact({ ...about, type: move.type, effect: `${effect}:${move.effect}`, fields })];
}

/**
 * The payment. Unless the account is set to say it, later events of a dispute do not name the payment: these are about the dispute itself,
 * which those that name both join with the payment.
 */
function subjectOf({ originalReference, pspReference }: AdyenItem): { subject: Ref; refs: Ref[] } {
  const itself = `intent:${pspReference}`;
  return originalReference === ''
    ? { subject: itself, refs: [] }
    : { subject: `payment:${originalReference}`, refs: [itself] };
}
