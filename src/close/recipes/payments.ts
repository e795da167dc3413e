import type { Fact } from '../../catalog/facts.js';
import type { EffectRecord } from '../../catalog/merge-facts.js';
import type { Day } from '../../kernel/day.js';
import { capturesOf } from '../../projections/capture.js';
import { effectsOf } from '../../projections/rows.js';
import { refundsOf, returnedOf } from '../../projections/subject-states.js';
import { credit, debit, journalEntry, type JournalEntry } from '../journal/journal-entry.js';
import { kindOf, type MoneyObject, together } from '../journal/money-objects.js';
import type { Transaction } from './balance.js';
import { type MoneyEvent, worthOf } from './money-event.js';

type Effects = Record<string, EffectRecord>;

/** A refund, with whether a credit note of the invoice stands for it. */
export interface RefundOfPayment {
  event: MoneyEvent;
  byCreditNote: boolean;
  /** When the money came back, where it failed. */
  failedAt: number | undefined;
}

export interface PaymentEvents {
  captures: readonly MoneyEvent[];
  returns: readonly MoneyEvent[];
  refunds: readonly RefundOfPayment[];
  refundFailures: readonly MoneyEvent[];
  disputes: readonly Dispute[];
  /** Captures that failed and refunds that were cancelled: no money in the end, and yet lines of the balance. */
  undone: readonly MoneyEvent[];
}

interface Dispute {
  id: string;
  lostAt: number | undefined;
  movements: readonly MoneyEvent[];
}

export interface Surroundings {
  dayOf: (at: number) => Day;
  provider: string;
  /** Ref of the invoice that the payments pay, where there is one. */
  invoice: string | undefined;
  /** Ids of refunds that stand in a credit note of it. */
  credited: ReadonlySet<string>;
}

/**
 * What payments moved. What counts as a capture and as a refund is decided by the code behind `revenue_gross` and `refunds`, so that the
 * journal can be bridged to them line by line.
 */
export function paymentEvents(objects: readonly MoneyObject[], around: Surroundings): PaymentEvents {
  const payments = objects.filter(({ ref }) => kindOf(ref) === 'payment');
  const intents = objects.filter(({ ref }) => kindOf(ref) === 'intent');
  const captures = payments.flatMap((payment) => capturesIn(payment, around));
  const returns = payments.flatMap((payment) => returnsIn(payment, captures, around));
  // A refund or a dispute may name only the intent.
  const effects = together([...payments, ...intents]);
  const [refunds, failures] = refundsIn(payments, intents, around);
  const undone = undoneIn([...payments, ...intents], refunds, around);
  return { captures, returns, refunds, refundFailures: failures, disputes: disputesIn(effects, around), undone };
}

const nothingCaptured: Readonly<Record<string, EffectRecord>> = {};

function capturesIn({ ref, effects }: MoneyObject, { dayOf, invoice, provider }: Surroundings): MoneyEvent[] {
  const all = effectsOf(effects, 'PaymentCaptured');
  const told = all.filter(([, { fields }]) => fields['at'] !== undefined);
  const authorised = effects['authorised'] ? { authorised: effects['authorised'] } : nothingCaptured;
  return (told.length > 0 ? told : all).flatMap(([effect, record]) => {
    const [moved] = capturesOf({ kind: 'payment', doc: { effects: { ...authorised, [effect]: record } } });
    if (!moved) return [];
    const entry = effect === 'captured' ? ref : `${ref}:${effect}`;
    return [
      {
        entry,
        matter: `${provider}:${entry}`,
        object: ref,
        at: moved.at,
        day: dayOf(moved.at),
        kind: 'charge',
        amount: moved.amountMinor,
        currency: moved.currency,
        categories: ['charge', 'partial_capture_reversal'],
        transaction: textIn(record, 'balance_transaction'),
        ...(invoice === undefined ? { against: 'revenue' } : { against: 'receivable', owed: true }),
        memo: invoice === undefined ? 'captured' : `pays ${invoice}`,
      } satisfies MoneyEvent,
    ];
  });
}

function returnsIn(
  { ref, effects }: MoneyObject,
  captures: readonly MoneyEvent[],
  { dayOf, invoice, provider }: Surroundings,
): MoneyEvent[] {
  const moved = captures.some(({ object }) => object === ref) ? returnedOf(effects) : undefined;
  if (!moved) return [];
  const entry = `${ref}:returned`;
  return [
    {
      entry,
      matter: `${provider}:${entry}`,
      object: ref,
      at: moved.at,
      day: dayOf(moved.at),
      kind: 'charge_failure',
      amount: -moved.amountMinor,
      currency: moved.currency,
      categories: ['charge_failure'],
      ...(invoice === undefined ? { against: 'revenue' } : { against: 'receivable', owed: true }),
      memo: 'taken back by the bank',
    },
  ];
}

function refundsIn(
  payments: readonly MoneyObject[],
  intents: readonly MoneyObject[],
  { dayOf, credited, provider }: Surroundings,
): [RefundOfPayment[], MoneyEvent[]] {
  const refunds = new Map<string, RefundOfPayment>();
  const failures: MoneyEvent[] = [];
  for (const holder of [...payments, ...intents]) {
    const captures = capturesOf({ kind: kindOf(holder.ref), doc: holder });
    for (const { fact, at, amountMinor, currency, returned } of refundsOf(holder.effects, captures)) {
      const entry = fact.slice(fact.indexOf(' ') + 1);
      if (refunds.has(entry)) continue;
      const byCreditNote = credited.has(entry.slice('refund:'.length));
      const event: MoneyEvent = {
        entry,
        matter: `${provider}:${entry}`,
        object: entry,
        at,
        day: dayOf(at),
        kind: 'refund',
        categories: ['refund'],
        amount: -amountMinor,
        currency,
        transaction: textIn(holder.effects[entry]!, 'balance_transaction'),
        ...(byCreditNote ? { against: 'refunds_due', owed: true } : { against: 'refunds' }),
        memo: `of ${holder.ref}`,
      };
      refunds.set(entry, { event, byCreditNote, failedAt: returned?.at });
      if (!returned) continue;
      failures.push({
        ...event,
        entry: `${entry}:failed`,
        matter: `${provider}:${entry}:failed`,
        kind: 'refund_failure',
        amount: amountMinor,
        at: returned.at,
        day: dayOf(returned.at),
        categories: ['refund_failure'],
        transaction: undefined,
        memo: 'the refund failed, its money came back',
      });
    }
  }
  return [[...refunds.values()], failures];
}

/** What did not come true; of a refund that a payment and its intent tell otherwise, the one that stands counts. */
function undoneIn(
  holders: readonly MoneyObject[],
  refunds: readonly RefundOfPayment[],
  around: Surroundings,
): MoneyEvent[] {
  const undone = holders.flatMap(({ ref, effects }) => [
    ...effectsOf(effects, 'PaymentCaptured')
      .filter(([, { fields }]) => fields['failed_at'] !== undefined)
      .map(([effect, record]) => {
        const entry = effect === 'captured' ? ref : `${ref}:${effect}`;
        const categories = ['charge', 'partial_capture_reversal', 'charge_failure'];
        return nothing({ entry, object: ref, kind: 'charge', categories, against: 'revenue' }, record, around);
      }),
    ...effectsOf(effects, 'RefundChanged')
      .filter(
        ([entry, { fields }]) => fields['status'] === 'canceled' && !refunds.some((each) => each.event.entry === entry),
      )
      .map(([entry, record]) => {
        const categories = ['refund', 'refund_failure'];
        return nothing({ entry, object: entry, kind: 'refund', categories, against: 'refunds' }, record, around);
      }),
  ]);
  return [...new Map(undone.filter((each) => each !== undefined).map((each) => [each.entry, each])).values()];
}

/** An event that came to nothing: what its lines do not take back themselves is in nobody's account. */
function nothing(
  about: Pick<MoneyEvent, 'entry' | 'object' | 'kind' | 'categories' | 'against'>,
  record: EffectRecord,
  { dayOf, provider }: Surroundings,
): MoneyEvent | undefined {
  const { at, currency } = record.fields;
  if (typeof at !== 'number' || typeof currency !== 'string') return undefined;
  return {
    ...about,
    matter: `${provider}:${about.entry}`,
    at,
    day: dayOf(at),
    amount: 0n,
    currency,
    owed: true,
    transaction: textIn(record, 'balance_transaction'),
    memo: 'it did not come true',
  };
}

const DIRECTIONS = [
  ['DisputeFundsWithdrawn', 'dispute', 'withdrawn', -1n],
  ['DisputeFundsReinstated', 'dispute_reversal', 'reinstated', 1n],
] as const;

/** What a movement's effect has behind the dispute's: `dispute:DSP1:withdrawn:second` is the second time. */
const MOVEMENT = /:(withdrawn|reinstated)(:second)?$/;

function disputesIn(effects: Effects, { dayOf, provider }: Surroundings): Dispute[] {
  const disputes = new Map<string, MoneyEvent[]>();
  for (const [type, category, direction, sign] of DIRECTIONS) {
    for (const [entry, { fields }] of effectsOf(effects, type)) {
      const { at, amount, currency } = fields;
      if (typeof at !== 'number' || typeof amount !== 'string' || typeof currency !== 'string') continue;
      const id = entry.replace(MOVEMENT, '');
      const event: MoneyEvent = {
        entry,
        matter: `${provider}:${entry}`,
        object: id,
        at,
        day: dayOf(at),
        kind: category,
        categories: [category],
        amount: sign * BigInt(amount),
        currency,
        against: 'dispute_receivable',
        memo: `funds ${direction}`,
      };
      disputes.set(id, [...(disputes.get(id) ?? []), event]);
    }
  }
  return [...disputes].map(([id, movements]) => ({ id, movements, lostAt: lostAt(effects[id]) }));
}

/** When a dispute was lost for good: when that was decided; where no entry tells, when it was opened. */
function lostAt(effect: EffectRecord | undefined): number | undefined {
  const { status, closed_at: closed, at } = effect?.fields ?? {};
  if (status !== 'lost') return undefined;
  const decided = closed ?? at;
  return typeof decided === 'number' ? decided : undefined;
}

/** What was withdrawn and never given back is a loss, from the day the dispute was decided. */
export function lostDispute(
  { id, lostAt: at, movements }: Dispute,
  of: ReadonlyMap<MoneyEvent, readonly Transaction[]>,
  dayOf: (at: number) => Day,
): JournalEntry | undefined {
  if (at === undefined) return undefined;
  const lost = movements.flatMap((event) => worthOf(event, of.get(event)));
  return journalEntry({
    entry: `${id}:lost`,
    object: id,
    at,
    day: dayOf(at),
    kind: 'dispute_lost',
    memo: 'decided for the customer',
    lines: lost.flatMap(({ amount, currency }) => [
      debit('dispute_losses', -amount, currency),
      credit('dispute_receivable', -amount, currency),
    ]),
  });
}

const textIn = ({ fields }: Pick<Fact, 'fields'>, name: string): string | undefined =>
  typeof fields[name] === 'string' ? fields[name] : undefined;
