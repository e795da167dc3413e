import type { Fact } from '../../../../catalog/facts.js';
import { idOf, openText, refTo } from '../../../../catalog/identifiers.js';
import { makeFact } from '../../../../catalog/make-fact.js';
import type { Interpreter } from '../../../interpreter.js';
import { objectIn } from '../../../json-members.js';
import { moneyOf } from './amount.js';
import { changedAt, createdAt, placeOf, squareEvent, type SquareEvent, stampAt, wordOf } from './square-event.js';

const STATES = [
  'INQUIRY_EVIDENCE_REQUIRED',
  'INQUIRY_PROCESSING',
  'INQUIRY_CLOSED',
  'EVIDENCE_REQUIRED',
  'PROCESSING',
  'WON',
  'LOST',
  'ACCEPTED',
];

// Decided for the customer: by the bank, or by the shop that does not contest it.
const LOST = new Set(['LOST', 'ACCEPTED']);

// Tell of evidence, which may come after the decision, and repeat the state.
const EVIDENCE = 'dispute.evidence.';

// What takes the money: a state that only a chargeback can be in. An inquiry is a question, and of a state not known yet nobody can tell.
const WITHDRAWN = new Set(['EVIDENCE_REQUIRED', 'PROCESSING', 'WON', 'LOST', 'ACCEPTED']);

/** Square holds the disputed amount back from the moment of a chargeback, and gives it back when it is won. */
export const dispute: Interpreter = {
  name: 'square/dispute',
  version: 4,
  // Each has an older name, which subscriptions made for it keep.
  reads: [
    ...['created', 'state.updated', 'state.changed'],
    ...['evidence.added', 'evidence.created', 'evidence.removed', 'evidence.deleted'],
  ].map((each) => `square.dispute.${each}`),
  interpret: (entry) => disputeFacts(squareEvent(entry, 'dispute')),
};

function disputeFacts(event: SquareEvent): Fact[] {
  const { object } = event;
  const id = idOf(object['dispute_id']) ?? event.id;
  const state = String(object['state']);
  const isLost = LOST.has(state);
  const subject = refTo('payment', objectIn(object['disputed_payment'])['payment_id']) ?? `intent:${id}`;
  const about = { subject, stamp: stampAt(event, placeOf(STATES, state)) };
  const money = moneyOf(object['amount_money']);
  const facts = [
    makeFact({
      ...about,
      type: 'DisputeChanged',
      effect: `dispute:${id}`,
      fields: {
        ...{ at: createdAt(event), ...money, reason: openText(object['reason']) },
        status: isLost ? 'lost' : wordOf(state),
        closed_at: isLost && !event.type.startsWith(EVIDENCE) ? changedAt(event) : undefined,
      },
    }),
  ];
  if (!WITHDRAWN.has(state)) return facts;
  // Only the first notification proves that it was a chargeback from the beginning.
  const at = event.type === 'dispute.created' ? createdAt(event) : changedAt(event);
  facts.push(
    makeFact({
      ...about,
      type: 'DisputeFundsWithdrawn',
      effect: `dispute:${id}:withdrawn`,
      fields: { at, ...money },
    }),
  );
  if (state !== 'WON') return facts;
  const reinstated = { at: changedAt(event), ...money };
  return [
    ...facts,
    makeFact({ ...about, type: 'DisputeFundsReinstated', effect: `dispute:${id}:reinstated`, fields: reinstated }),
  ];
}
