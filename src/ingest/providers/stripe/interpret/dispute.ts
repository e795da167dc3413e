import type { Fact, FactType, Ref } from '../../../../catalog/facts.js';
import { openText } from '../../../../catalog/identifiers.js';
import { makeFact } from '../../../../catalog/make-fact.js';
import type { Interpreter } from '../../../interpreter.js';
import { moneyOf } from './amount.js';
import { balanceMoved } from './balance-transaction.js';
import {
  createdAt,
  idIn,
  listIn,
  msOf,
  ownId,
  readObject,
  refIn,
  stampAt,
  type StripeEvent,
  stripeEvent,
} from './stripe-event.js';
import type { Json } from '../../../json-members.js';

// The order in which a dispute lives through states of one second; what is not known yet comes first.
const STATUSES = [
  'warning_needs_response',
  'warning_under_review',
  'warning_closed',
  'needs_response',
  'under_review',
  'appeal_needs_response',
  'appeal_under_review',
  'charge_refunded',
  'prevented',
  'won',
  'lost',
];

const DECIDED: ReadonlySet<string> = new Set(['won', 'lost', 'warning_closed', 'charge_refunded', 'prevented']);

/**
 * Only withdrawn and reinstated funds are money; opening or closing a dispute moves none. Both are told by an event of their own and
 * by the dispute's balance transactions in every event after it, which restate one effect.
 */
export const dispute: Interpreter = {
  name: 'stripe/dispute',
  version: 4,
  reads: [
    ...['created', 'updated', 'funds_withdrawn', 'funds_reinstated', 'closed'].map(
      (each) => `stripe.charge.dispute.${each}`,
    ),
    readObject('dispute'),
  ],
  interpret: (entry) => disputeFacts(stripeEvent(entry)),
};

type Dispute = { event: StripeEvent; subject: Ref; effect: string; stamp: string; refs: (Ref | undefined)[] };

function disputeFacts(event: StripeEvent): Fact[] {
  const { object } = event;
  // The oldest disputes have no id: a charge could have one only.
  const id = idIn(object['id'] ?? object['charge']) ?? ownId(event);
  const intent = refIn('intent', object['payment_intent']);
  const subject = refIn('payment', object['charge']) ?? intent;
  if (subject === undefined) return [];
  const status = openText(object['status']);
  const ties = STATUSES.indexOf(status ?? '') * 10 + (event.type === 'charge.dispute.created' ? 10 : 11);
  const about: Dispute = {
    event,
    subject,
    effect: `dispute:${id}`,
    stamp: stampAt(event, ties),
    refs: subject === intent ? [] : [intent],
  };
  const money = moneyOf(object['amount'], object['currency']);
  const changed = makeFact({
    ...about,
    type: 'DisputeChanged',
    fields: {
      ...{ at: createdAt(event), ...money, status, reason: openText(object['reason']) },
      // An object that was read says that it is decided, and not when.
      closed_at: DECIDED.has(status ?? '') && !event.read ? event.at : undefined,
    },
  });
  // An inquiry is a question: it never takes money.
  if (status?.startsWith('warning_') || status === 'prevented') return [changed];
  const lines = listIn(object['balance_transactions']).flatMap((each) => balanceMoved(about, each));
  return [changed, ...funds(about, 'withdrawn'), ...funds(about, 'reinstated'), ...lines];
}

const FUNDS: Readonly<Record<'withdrawn' | 'reinstated', FactType>> = {
  withdrawn: 'DisputeFundsWithdrawn',
  reinstated: 'DisputeFundsReinstated',
};

function funds(about: Dispute, direction: 'withdrawn' | 'reinstated'): Fact[] {
  const { event } = about;
  const transactions = listIn(event.object['balance_transactions']).filter((each) => directionOf(each) === direction);
  const told = event.type === `charge.dispute.funds_${direction}`;
  if (transactions.length === 0 && !told) return [];
  const times = transactions.map((each) => msOf(each['created'])).filter((at) => at !== undefined);
  return [
    makeFact({
      ...about,
      type: FUNDS[direction],
      effect: `${about.effect}:${direction}`,
      fields: {
        at: Math.min(...times, ...(told || times.length === 0 ? [event.at] : [])),
        ...moved(event.object, transactions),
      },
    }),
  ];
}

function directionOf({ amount }: Json): 'withdrawn' | 'reinstated' | undefined {
  if (typeof amount !== 'number' || amount === 0) return undefined;
  return amount < 0 ? 'withdrawn' : 'reinstated';
}

/**
 * The disputed amount without the fee. Balance transactions are in the currency of settlement, so they say how much of it moved only where
 * that is the currency of the dispute, and each never more than was disputed: an appeal may take the same money a second time.
 */
function moved({ amount, currency }: Json, transactions: readonly Json[]): { amount: string; currency: string } {
  const comparable = transactions.length > 0 && transactions.every((each) => each['currency'] === currency);
  if (!comparable || typeof amount !== 'number') return moneyOf(amount, currency);
  const sum = transactions.reduce((total, each) => total + Math.min(amount, Math.abs(Number(each['amount']))), 0);
  return moneyOf(sum, currency);
}
