import fc from 'fast-check';
import type { InterpretableEntry } from '../../src/catalog/facts.js';
import { exponentOf } from '../../src/kernel/money.js';
import { adyenEntry, aModification, anAuthorisation } from '../fixtures/adyen-items.js';
import { aPayment, aSquareDispute, aSquareRefund, type Json, squareEntry, T0 } from '../fixtures/square-events.js';

/*
 * Lives of payments, planned first and told by events afterwards. Money is what the plan says, in our minor units, and worked out without
 * any code of the interpreters or the fold. Steps are 0, 1 or 40,000,000 ms apart, so that many share an instant, a second or a day.
 */
export interface Plan {
  entries: InterpretableEntry[];
  /** `revenue_gross EUR` and the like: minor units by metric and currency; `payments `: how many were captured. */
  money: Map<string, bigint>;
}

const steps = fc.array(fc.constantFrom(0, 1, 999, 40_000_000), { minLength: 24, maxLength: 24 });
const amount = fc.integer({ min: 2, max: 900 });

class Telling {
  readonly entries: InterpretableEntry[] = [];
  readonly money = new Map<string, bigint>();
  private step = 0;
  private now = 0;

  constructor(
    private readonly steps: readonly number[],
    /** Digits behind the point as the provider writes the currency. */
    private readonly exponent: number,
    readonly currency: string,
  ) {}

  /** Milliseconds from the beginning; goes on, or stands still. */
  later(): number {
    this.now += this.steps[this.step++ % this.steps.length]!;
    return this.now;
  }

  /** Amounts of the plan are whole units of the currency, so that every provider can write them. */
  units = (major: number): number => major * 10 ** this.exponent;

  /** A payment was captured. */
  paid(): void {
    this.money.set('payments ', (this.money.get('payments ') ?? 0n) + 1n);
  }

  moved(metric: string, major: number): void {
    const key = `${metric} ${this.currency}`;
    this.money.set(key, (this.money.get(key) ?? 0n) + BigInt(major) * 10n ** BigInt(exponentOf(this.currency)));
  }
}

const iso = (ms: number): string => new Date(T0 + ms).toISOString();

// Square -----------------------------------------------------------------------------------------------------------------------

const squareCurrency = fc.constantFrom(['USD', 2], ['JPY', 0], ['KWD', 3], ['MGA', 2]);

const squarePayment = fc.record({
  amount,
  currency: squareCurrency,
  steps,
  way: fc.constantFrom('captured', 'captured later', 'cash', 'let go', 'failed'),
  restated: fc.nat(2),
  refunds: fc.array(
    fc.record({
      part: fc.integer({ min: 1, max: 3 }),
      end: fc.constantFrom('PENDING', 'COMPLETED', 'FAILED', 'REJECTED'),
    }),
    {
      maxLength: 2,
    },
  ),
  dispute: fc.constantFrom('none', 'none', 'asked', 'asked and lost', 'won', 'lost', 'accepted', 'open'),
});
/** How a dispute was decided; one that is open was not. */
const ENDS: Readonly<Record<string, string>> = {
  won: 'WON',
  lost: 'LOST',
  'asked and lost': 'LOST',
  accepted: 'ACCEPTED',
};
type SquarePlan = typeof squarePayment extends fc.Arbitrary<infer P> ? P : never;

function tellSquare(plan: SquarePlan, number: number): Plan {
  const [currency, exponent] = plan.currency as [string, number];
  const told = new Telling(plan.steps, exponent, currency);
  const id = `PAY${number}`;
  const money = (major: number): Json => ({ amount: told.units(major), currency });
  const tell = (type: string, kind: string, object: Json, at: number): void => {
    const event = `${type}-${object['id']}-${told.entries.length}`;
    told.entries.push(squareEntry(type, kind, object, { id: event, at: T0 + at }));
  };
  const base = { id, total_money: money(plan.amount), order_id: `SALE${number}`, reference_id: `o${number}` };
  const created = told.later();
  const timeline = { authorized_at: iso(created) };
  const pay = (status: string, at: number, more: Json = {}): void =>
    tell(
      at === created ? 'payment.created' : 'payment.updated',
      'payment',
      aPayment({ ...base, status, created_at: iso(created), updated_at: iso(at), ...more }),
      at,
    );
  if (plan.way === 'failed') {
    pay('FAILED', created, { card_details: {} });
    return told;
  }
  if (plan.way !== 'cash') pay('APPROVED', created, { card_details: { card_payment_timeline: timeline } });
  const at = plan.way === 'captured later' ? told.later() : created;
  if (plan.way === 'let go') {
    pay('CANCELED', told.later(), { card_details: { card_payment_timeline: timeline } });
    return told;
  }
  const details = plan.way === 'cash' ? undefined : { card_payment_timeline: { ...timeline, captured_at: iso(at) } };
  const completed = { source_type: plan.way === 'cash' ? 'CASH' : 'CARD', card_details: details };
  pay('COMPLETED', at, completed);
  told.moved('revenue_gross', plan.amount);
  told.paid();
  for (let again = 0; again < plan.restated; again++) pay('COMPLETED', told.later(), completed);
  plan.refunds.forEach((refund, index) => tellRefund(refund, index));
  tellDispute();
  return told;

  function tellRefund({ part, end }: SquarePlan['refunds'][number], index: number): void {
    const opened = told.later();
    const object = { id: `${id}_R${index}`, payment_id: id, amount_money: money(part), created_at: iso(opened) };
    tell('refund.created', 'refund', aSquareRefund({ ...object, updated_at: iso(opened), version: 1 }), opened);
    if (end !== 'PENDING') {
      const closed = told.later();
      const ended = { ...object, status: end, updated_at: iso(closed), version: 2 };
      tell('refund.updated', 'refund', aSquareRefund(ended), closed);
    }
    if (end === 'PENDING' || end === 'COMPLETED') told.moved('refunds', part);
  }

  function tellDispute(): void {
    if (plan.dispute === 'none') return;
    const opened = told.later();
    let version = 0;
    const say = (state: string, when: number): void => {
      const times = { created_at: iso(opened), updated_at: iso(when), version: ++version };
      const object = {
        id: `D${number}`,
        disputed_payment: { payment_id: id },
        amount_money: money(plan.amount),
        state,
      };
      tell(
        version === 1 ? 'dispute.created' : 'dispute.state.updated',
        'dispute',
        aSquareDispute({ ...object, ...times }),
        when,
      );
    };
    if (plan.dispute.startsWith('asked')) say('INQUIRY_EVIDENCE_REQUIRED', opened);
    if (plan.dispute === 'asked') return say('INQUIRY_CLOSED', told.later());
    say('EVIDENCE_REQUIRED', plan.dispute === 'asked and lost' ? told.later() : opened);
    const end = ENDS[plan.dispute];
    if (end !== undefined) {
      say('PROCESSING', told.later());
      say(end, told.later());
    }
    if (end !== 'WON') told.moved('disputes', plan.amount);
  }
}

// Adyen ------------------------------------------------------------------------------------------------------------------------

const adyenCurrency = fc.constantFrom(
  ['EUR', 2],
  ['JPY', 0],
  ['CLP', 2],
  ['ISK', 2],
  ['CVE', 0],
  ['IDR', 0],
  ['KWD', 3],
);
/** Captures without being asked, as the interpreter of the test is told. */
export const AUTOMATIC = 'HarbourAutomatic';

const adyenPayment = fc.record({
  amount: fc.integer({ min: 4, max: 900 }),
  currency: adyenCurrency,
  steps,
  automatic: fc.boolean(),
  refused: fc.constantFrom(true, false, false, false),
  end: fc.constantFrom('none', 'captured', 'captured', 'captured', 'cancelled', 'expired', 'cancelled or refunded'),
  captures: fc.array(fc.constantFrom('works', 'works', 'fails', 'failed at once'), { minLength: 1, maxLength: 3 }),
  refunds: fc.array(fc.constantFrom('works', 'fails', 'comes back', 'refused'), { maxLength: 2 }),
  dispute: fc.constantFrom('none', 'none', 'notice', 'charged back', 'reversed', 'charged back twice', 'lost before'),
  namesPayment: fc.boolean(),
});
type AdyenPlan = typeof adyenPayment extends fc.Arbitrary<infer P> ? P : never;

function tellAdyen(plan: AdyenPlan, number: number): Plan {
  const [currency, exponent] = plan.currency as [string, number];
  const told = new Telling(plan.steps, exponent, currency);
  const psp = `PSP${number}`;
  const common = (major: number): Json => ({
    amount: { value: told.units(major), currency },
    merchantAccountCode: plan.automatic ? AUTOMATIC : 'HarbourShopECOM',
  });
  const tell = (item: Json): void => void told.entries.push(adyenEntry(item, { afterMs: told.later() }));
  const modify = (code: string, reference: string, major: number, more: Json = {}): void =>
    tell(aModification(code, reference, { ...common(major), originalReference: psp, ...more }));

  const authorised = { ...common(plan.amount), pspReference: psp, merchantReference: `o${number}` };
  tell(anAuthorisation({ ...authorised, success: String(!plan.refused) }));
  if (plan.refused) return told;
  const captured = tellEnd();
  told.moved('revenue_gross', captured);
  if (captured > 0) told.paid();
  if (captured === 0 || plan.end === 'cancelled or refunded') return told;
  plan.refunds.forEach((end, index) => tellRefund(end, `R${number}_${index}`));
  tellDispute(`D${number}`, captured);
  return told;

  /** What was captured in the end, in whole units. */
  function tellEnd(): number {
    switch (plan.end) {
      case 'captured':
        return plan.captures.reduce((sum, end, index) => sum + tellCapture(end, `C${number}_${index}`), 0);
      case 'cancelled':
        modify('CANCELLATION', `X${number}`, plan.amount);
        return 0;
      case 'expired':
        tell(anAuthorisation({ ...authorised, eventCode: 'EXPIRE' }));
        return 0;
      case 'cancelled or refunded':
        modify('CANCEL_OR_REFUND', `X${number}`, plan.amount);
        // Of what was only authorised there is nothing to refund.
        if (plan.automatic) told.moved('refunds', plan.amount);
        return plan.automatic ? plan.amount : 0;
      default:
        return plan.automatic ? plan.amount : 0;
    }
  }

  function tellCapture(end: string, reference: string): number {
    const part = Math.floor(plan.amount / plan.captures.length);
    if (end === 'failed at once') {
      modify('CAPTURE', reference, part, { success: 'false' });
      // A capture that nobody got is still none that was taken for granted.
      return plan.automatic && plan.captures.every((each) => each === end) && reference.endsWith('_0')
        ? plan.amount
        : 0;
    }
    modify('CAPTURE', reference, part);
    if (end === 'fails') modify('CAPTURE_FAILED', reference, part);
    return end === 'works' ? part : 0;
  }

  function tellRefund(end: string, reference: string): void {
    modify('REFUND', reference, 1, { success: String(end !== 'refused') });
    if (end === 'fails') modify('REFUND_FAILED', reference, 1);
    if (end === 'comes back') modify('REFUNDED_REVERSED', reference, 1);
    if (end === 'works') told.moved('refunds', 1);
  }

  function tellDispute(reference: string, captured: number): void {
    if (plan.dispute === 'none') return;
    modify('NOTIFICATION_OF_CHARGEBACK', reference, captured);
    if (plan.dispute === 'notice') return;
    modify('CHARGEBACK', reference, captured);
    // Unless the account is set to, later events do not name the payment.
    const late: Json = plan.namesPayment ? {} : { originalReference: undefined };
    if (plan.dispute !== 'charged back') modify('CHARGEBACK_REVERSED', reference, captured, late);
    if (plan.dispute === 'charged back twice') modify('SECOND_CHARGEBACK', reference, captured, late);
    if (plan.dispute === 'lost before') modify('PREARBITRATION_WON', reference, captured, late);
    if (plan.dispute === 'charged back' || plan.dispute === 'charged back twice') told.moved('disputes', captured);
  }
}

const together = (plans: readonly Plan[]): Plan => {
  const money = new Map<string, bigint>();
  for (const plan of plans) for (const [key, value] of plan.money) money.set(key, (money.get(key) ?? 0n) + value);
  return { entries: plans.flatMap(({ entries }) => entries), money };
};

/** The lives of one or two payments of a provider. */
export const plansOf: Readonly<Record<'square' | 'adyen', fc.Arbitrary<Plan>>> = {
  square: fc.array(squarePayment, { minLength: 1, maxLength: 2 }).map((plans) => together(plans.map(tellSquare))),
  adyen: fc.array(adyenPayment, { minLength: 1, maxLength: 2 }).map((plans) => together(plans.map(tellAdyen))),
};
