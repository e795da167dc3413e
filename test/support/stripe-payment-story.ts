import fc from 'fast-check';
import { type Json } from '../fixtures/stripe-events.js';
import { CURRENCIES, stepOf, type Truth } from './stripe-truth.js';

/** Tells one event: type, second, object, and what the event says was before. */
export type Tell = (type: string, at: number, object: Json, previous?: Json) => void;

const GAPS = [0, 0, 1, 40, 3_600, 86_400, 3 * 86_400]; // seconds; none is the hard case
const gap = fc.constantFrom(...GAPS);

const KINDS = [
  'automatic',
  'automatic',
  'manual',
  'partial',
  'released',
  'async',
  'bounced',
  'refused',
  'expired',
] as const;
const OUTCOMES = ['succeeded', 'pending', 'pending_succeeded', 'failed', 'pending_failed', 'canceled'] as const;
const DISPUTES = [
  'none',
  'none',
  'none',
  'inquiry',
  'prevented',
  'open',
  'withdrawn',
  'lost',
  'won',
  'won_unlisted',
] as const;

/** A payment of a shop, from its first refused attempt to its last dispute. */
export const paymentStory = fc.record({
  currency: fc.constantFrom(...CURRENCIES),
  steps: fc.integer({ min: 3, max: 900 }),
  kind: fc.constantFrom(...KINDS),
  refused: fc.integer({ min: 0, max: 2 }),
  refunds: fc.array(
    fc.record({ steps: fc.integer({ min: 1, max: 300 }), outcome: fc.constantFrom(...OUTCOMES), gap }),
    {
      maxLength: 3,
    },
  ),
  dispute: fc.constantFrom(...DISPUTES),
  settledInOther: fc.boolean(),
  gaps: fc.array(gap, { minLength: 8, maxLength: 8 }),
  old: fc.boolean(),
  nth: fc.nat(1_000_000),
  start: fc.integer({ min: 0, max: 20 * 86_400 }),
});

export type PaymentStory = typeof paymentStory extends fc.Arbitrary<infer T> ? T : never;

/** A payment on its way through its story: the clock, what it has come to, and who listens. */
class Payment {
  readonly amount: number;
  captured = 0;
  refunded = 0;
  private gapsTaken = 0;
  private readonly refundsListed: Json[] = [];

  constructor(
    readonly story: PaymentStory,
    readonly id: string,
    public at: number,
    readonly tell: Tell,
    readonly truth: Truth,
  ) {
    this.amount = story.steps * stepOf(story.currency);
    this.created = at;
  }

  created: number;

  wait(seconds = this.story.gaps[this.gapsTaken++ % this.story.gaps.length]!): void {
    this.at += seconds;
  }

  charge(over: Json): Json {
    return {
      ...{ id: `ch_${this.id}`, object: 'charge', created: this.created, currency: this.story.currency, paid: true },
      ...{ amount: this.amount, amount_captured: this.captured, amount_refunded: this.refunded, captured: true },
      ...{ status: 'succeeded', payment_intent: `pi_${this.id}`, customer: `cus_${this.story.nth % 5}`, metadata: {} },
      // Until 2022-11-15 a charge carried its refunds.
      ...(this.story.old ? { refunds: { object: 'list', data: [...this.refundsListed] } } : {}),
      ...over,
    };
  }

  intent(over: Json): Json {
    const latest = this.story.old
      ? { charges: { data: [{ id: `ch_${this.id}` }] } }
      : { latest_charge: `ch_${this.id}` };
    return { id: `pi_${this.id}`, object: 'payment_intent', created: this.created, metadata: {}, ...latest, ...over };
  }

  refund(id: string, amount: number, created: number, status: string): Json {
    const { currency } = this.story;
    return {
      id,
      object: 'refund',
      amount,
      created,
      currency,
      status,
      charge: `ch_${this.id}`,
      payment_intent: `pi_${this.id}`,
    };
  }

  /** Tells a refund, and the charge with it. */
  tellRefund(type: string, refund: Json): void {
    this.tell(type, this.at, refund);
    const known = this.refundsListed.findIndex(({ id }) => id === refund['id']);
    this.refundsListed.splice(known < 0 ? this.refundsListed.length : known, 1, refund);
  }
}

export function tellPayment(story: PaymentStory, id: string, start: number, tell: Tell, truth: Truth): void {
  const payment = new Payment(story, id, start, tell, truth);
  tell(
    'payment_intent.created',
    payment.at,
    payment.intent({ status: 'requires_payment_method', latest_charge: null }),
  );
  for (let nth = 0; nth < story.refused; nth++) tellRefusal(payment, `ch_${id}_refused_${nth}`);
  payment.wait();
  payment.created = payment.at;
  if (story.kind === 'refused') return tellRefusal(payment, `ch_${id}`);
  if (!tellCapture(payment)) return;
  payment.wait();
  tell('charge.updated', payment.at, payment.charge({ balance_transaction: `txn_${id}` }), {
    balance_transaction: null,
  });
  if (story.kind === 'bounced') return tellBounce(payment);
  for (const [nth, refund] of story.refunds.entries()) tellRefund(payment, `re_${id}_${nth}`, refund);
  tellDispute(payment);
}

function tellRefusal(payment: Payment, chargeId: string): void {
  const failed = { status: 'failed', paid: false, captured: false, amount_captured: 0, failure_code: 'card_declined' };
  const charge = payment.charge({ id: chargeId, created: payment.at, ...failed, failure_balance_transaction: null });
  payment.tell('charge.failed', payment.at, charge);
  const error = { charge: chargeId, code: 'card_declined' };
  payment.tell('payment_intent.payment_failed', payment.at, payment.intent({ last_payment_error: error }));
  payment.wait();
}

/** From the charge to its money; false where none comes. */
function tellCapture(payment: Payment): boolean {
  const { story, tell, truth } = payment;
  const authorised = { captured: false, amount_captured: 0 };
  const slow = story.kind === 'async' || story.kind === 'bounced';
  const held = ['manual', 'partial', 'released', 'expired'].includes(story.kind);
  if (slow) tell('charge.pending', payment.at, payment.charge({ status: 'pending', paid: false, ...authorised }));
  if (held) tell('charge.succeeded', payment.at, payment.charge(authorised));
  if (slow) payment.wait(2 * 86_400);
  else if (held) payment.wait();
  if (story.kind === 'expired') {
    tell('charge.expired', payment.at, payment.charge({ ...authorised, amount_refunded: payment.amount }));
    payment.tellRefund(
      'refund.created',
      payment.refund(`re_${payment.id}_void`, payment.amount, payment.at, 'succeeded'),
    );
    return false;
  }
  const partial = story.kind === 'partial' || story.kind === 'released';
  payment.captured = partial ? payment.amount - stepOf(story.currency) * 2 : payment.amount;
  truth.count('payments', payment.at);
  truth.money('revenue_gross', payment.at, story.currency, payment.captured, 1);
  if (story.kind === 'released') tellRelease(payment);
  else tell(held ? 'charge.captured' : 'charge.succeeded', payment.at, payment.charge({}));
  tell('payment_intent.succeeded', payment.at, payment.intent({ amount_received: payment.captured }));
  return true;
}

/** A partial capture that counts what it let go as refunded, although nobody ever had it. */
function tellRelease(payment: Payment): void {
  payment.refunded = payment.amount - payment.captured;
  const id = `re_${payment.id}_`; // sorts before the refunds that follow
  payment.tellRefund('refund.created', payment.refund(id, payment.refunded, payment.at, 'succeeded'));
  payment.tell('charge.captured', payment.at, payment.charge({}));
}

function tellBounce(payment: Payment): void {
  const { story, tell, truth } = payment;
  payment.wait(86_400);
  const back = {
    status: 'failed',
    paid: false,
    failure_code: 'nsf',
    failure_balance_transaction: `txn_${payment.id}_f`,
  };
  tell('charge.failed', payment.at, payment.charge(back));
  truth.money('refunds', payment.at, story.currency, payment.captured, -1);
}

function tellRefund(
  payment: Payment,
  id: string,
  { steps, outcome, gap: after }: PaymentStory['refunds'][number],
): void {
  const { story, truth } = payment;
  const amount = steps * stepOf(story.currency);
  if (payment.refunded + amount > payment.amount) return;
  payment.wait();
  const created = payment.at;
  const first = outcome === 'succeeded' || outcome === 'failed' ? 'succeeded' : 'pending';
  payment.refunded += amount;
  payment.tellRefund('refund.created', payment.refund(id, amount, created, first));
  payment.tell('charge.refunded', payment.at, payment.charge({}));
  payment.wait(after);
  const end = outcome.replace('pending_', '');
  if (outcome !== 'canceled') truth.money('refunds', created, story.currency, amount, -1);
  if (end === first) return;
  payment.tellRefund(end === 'failed' ? 'refund.failed' : 'refund.updated', payment.refund(id, amount, created, end));
  if (story.nth % 2) payment.tell('charge.refund.updated', payment.at, payment.refund(id, amount, created, end));
  if (end !== 'failed') return;
  payment.refunded -= amount;
  truth.money('refunds', payment.at, story.currency, -amount, -1);
}

function tellDispute(payment: Payment): void {
  const { story, tell, truth, id } = payment;
  if (story.dispute === 'none') return;
  payment.wait();
  const amount = payment.captured;
  const settled = story.settledInOther ? { amount: amount * 3, currency: 'gbp' } : { amount, currency: story.currency };
  const lines: Json[] = [];
  const line = (sign: 1 | -1): Json => ({
    ...{ id: `txn_${id}_${lines.length}`, created: payment.at, currency: settled.currency },
    ...{ amount: sign * settled.amount, fee: 0, net: sign * settled.amount, fee_details: [] },
  });
  const created = payment.at;
  const dispute = (status: string): Json => ({
    ...{ id: `dp_${id}`, object: 'dispute', amount, created, currency: story.currency, status, reason: 'general' },
    ...{ charge: `ch_${id}`, payment_intent: `pi_${id}`, balance_transactions: [...lines] },
  });
  const inquiry = story.dispute === 'inquiry' || story.dispute === 'prevented';
  tell('charge.dispute.created', payment.at, dispute(inquiry ? 'warning_needs_response' : 'needs_response'));
  payment.wait();
  if (inquiry)
    return tell(
      'charge.dispute.closed',
      payment.at,
      dispute(story.dispute === 'inquiry' ? 'warning_closed' : 'prevented'),
    );
  if (story.dispute === 'open') return;
  const listed = story.dispute !== 'won_unlisted';
  if (listed) lines.push(line(-1));
  tell('charge.dispute.funds_withdrawn', payment.at, dispute('needs_response'));
  truth.money('disputes', payment.at, story.currency, amount, -1);
  if (story.dispute === 'withdrawn') return;
  payment.wait();
  tell('charge.dispute.updated', payment.at, dispute('under_review'));
  payment.wait();
  if (story.dispute === 'lost') return tell('charge.dispute.closed', payment.at, dispute('lost'));
  if (listed) lines.push(line(1));
  tell('charge.dispute.funds_reinstated', payment.at, dispute('won'));
  tell('charge.dispute.closed', payment.at, dispute('won'));
  truth.money('disputes', payment.at, story.currency, -amount, -1);
}
