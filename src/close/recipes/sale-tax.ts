import { effectsOf } from '../../projections/rows.js';
import { kindOf, type MoneyObject, saleOf } from '../journal/money-objects.js';
import type { MoneyEvent } from './money-event.js';
import type { PaymentEvents } from './payments.js';

/** Payments that links join, and what they moved. */
export interface Paid {
  objects: readonly MoneyObject[];
  payments: PaymentEvents;
  /** Whether there is an invoice, which tells its own tax. */
  invoiced: boolean;
}

/** Why tax that is told stays in revenue: the memo of the capture, by which statements count them. */
export const TAX_LEFT = {
  currency: 'captured; its tax is told in another currency',
  impossible: 'captured; its tax is told to be less than nothing or all of it',
  several: 'captured; several orders of its checkout tell a tax',
} as const;

/** What somebody said of the tax within a total, in minor units. */
interface Told {
  ref: string;
  currency: string;
  total: bigint;
  tax: bigint;
}

/** Who tells the tax of some payments, or why nobody does; `of`: these, and who was passed over for another currency, by ref. */
interface Telling {
  by: readonly Told[];
  of: readonly string[];
  why?: string;
}

/** Payments that share what was told: several of one order, or one of several orders. */
interface Pot {
  told: Map<string, Told>;
  paid: Set<Paid>;
}

type Find = (ref: string) => MoneyObject | undefined;

/**
 * The same payments with the part of each movement that is tax. `objects`: everything that was sold together. A sale any payment of which pays
 * an invoice has the tax of that invoice, and none of its payments has another.
 */
export function withTax(all: readonly Paid[], objects: readonly MoneyObject[]): PaymentEvents[] {
  const known = new Map(objects.map((object) => [object.ref, object]));
  // An order, a session or a checkout by itself pays nothing; asked who tells its tax, a checkout would name all its orders as those of one payment.
  const paying = all.filter(({ invoiced, payments }) => invoiced || movedBy(payments).length > 0);
  const telling = new Map(paying.map((paid) => [paid, tellingOf(paid, (ref) => known.get(ref))]));
  const taxes = new Map<string, bigint>();
  const left = new Map<Paid, string>();
  for (const [paid, { why }] of telling) if (why !== undefined) left.set(paid, why);
  const pots = potsOf(telling);
  const tellersOf = ({ paid }: Pot): string[] => [...paid].flatMap((each) => telling.get(each)?.of ?? []);
  const billed = new Set(pots.filter(({ paid }) => [...paid].some(({ invoiced }) => invoiced)).flatMap(tellersOf));
  for (const pot of pots) {
    if (tellersOf(pot).some((ref) => billed.has(ref))) continue;
    const { told, paid } = pot;
    const events = [...paid].flatMap(({ payments }) => movedBy(payments));
    for (const [event, tax] of shares(events, [...told.values()])) taxes.set(event, tax);
    if ([...told.values()].some(({ tax }) => tax > 0n)) for (const each of paid) left.set(each, TAX_LEFT.currency);
  }
  return all.map((paid) => (paid.invoiced ? paid.payments : marked(paid.payments, taxes, left.get(paid))));
}

/** Those who are nearest and speak of its currency: orders that are named with a payment, else its session, else the one order of its checkout. */
function tellingOf({ objects, payments, invoiced }: Paid, find: Find): Telling {
  const linkedWith = (of: readonly MoneyObject[], kind: string): MoneyObject[] =>
    [...new Set(of.flatMap(saleOf))]
      .filter((ref) => kindOf(ref) === kind)
      .sort()
      .flatMap((ref) => find(ref) ?? []);
  const sessions = linkedWith(objects, 'session');
  const near = [...objects, ...sessions];
  const orders = linkedWith(near, 'order');
  const ofCheckout = orders.length > 0 ? [] : linkedWith(linkedWith(near, 'checkout'), 'order').filter(isPlaced);
  const moved = new Set(movedBy(payments).map(({ currency }) => currency));
  const passed: string[] = [];
  let why: string | undefined;
  for (const tellers of [orders, sessions, ofCheckout]) {
    const told = tellers.flatMap(toldBy);
    const possible = told.filter(isPossible);
    const by = possible.filter(({ currency }) => invoiced || moved.has(currency));
    if (tellers === ofCheckout && tellers.length > 1 && told.length > 0) {
      why ??= TAX_LEFT.several;
      continue;
    }
    passed.push(...possible.map(({ ref }) => ref));
    if (by.length > 0) return { by, of: passed };
    if (possible.some(({ tax }) => tax > 0n)) why ??= TAX_LEFT.currency;
    else if (told.length > possible.length) why ??= TAX_LEFT.impossible;
  }
  return { by: [], of: passed, ...(why === undefined ? {} : { why }) };
}

const isPlaced = ({ effects }: MoneyObject): boolean => effectsOf(effects, 'OrderPlaced').length > 0;

/** Of an order or a session; nothing where it says nothing of tax. */
const toldBy = ({ ref, effects }: MoneyObject): Told[] =>
  [...effectsOf(effects, 'OrderPlaced'), ...effectsOf(effects, 'CheckoutSessionChanged')].flatMap(([, { fields }]) => {
    const { amount, tax, currency } = fields;
    if (typeof amount !== 'string' || typeof tax !== 'string' || typeof currency !== 'string') return [];
    return [{ ref, currency, total: BigInt(amount), tax: BigInt(tax) }];
  });

const isPossible = ({ total, tax }: Told): boolean => tax === 0n || (tax > 0n && tax < total);

function potsOf(telling: ReadonlyMap<Paid, Telling>): Pot[] {
  let pots: Pot[] = [];
  for (const [paid, { by }] of telling) {
    if (by.length === 0) continue;
    const pot: Pot = { told: new Map(by.map((told) => [told.ref, told])), paid: new Set([paid]) };
    for (const other of pots.filter(({ told }) => by.some(({ ref }) => told.has(ref)))) {
      for (const [ref, told] of other.told) pot.told.set(ref, told);
      for (const each of other.paid) pot.paid.add(each);
    }
    pots = [...pots.filter(({ told }) => !by.some(({ ref }) => told.has(ref))), pot];
  }
  return pots;
}

/** What brought a customer's money in or took it back. Disputes are not of it: a sale that is disputed, and lost, was one. */
const movedBy = ({ captures, returns, refunds, refundFailures }: PaymentEvents): MoneyEvent[] => [
  ...captures,
  ...returns,
  ...refunds.map(({ event }) => event),
  ...refundFailures,
];

/**
 * How much tax each event brings or takes back: after each of them, in the order of time, so much is due as is of what is paid by then.
 * So they sum to the whole tax where all is paid, and to nothing where all is paid back, whatever the parts were.
 */
function shares(events: readonly MoneyEvent[], told: readonly Told[]): Map<string, bigint> {
  const found = new Map<string, bigint>();
  for (const currency of new Set(told.map((each) => each.currency))) {
    const own = told.filter((each) => each.currency === currency);
    const total = own.reduce((sum, each) => sum + each.total, 0n);
    const tax = own.reduce((sum, each) => sum + each.tax, 0n);
    let [paid, due] = [0n, 0n];
    for (const { entry, amount } of events.filter((event) => event.currency === currency).sort(inTime)) {
      paid += amount;
      const now = dueOf(paid, total, tax);
      found.set(entry, now - due);
      due = now;
    }
  }
  return found;
}

const inTime = (a: MoneyEvent, b: MoneyEvent): number => a.at - b.at || (a.entry < b.entry ? -1 : 1);

/** In proportion, to the nearest unit; all of it where more than the total is paid, such as a tip. */
const dueOf = (paid: bigint, total: bigint, tax: bigint): bigint =>
  paid <= 0n ? 0n : paid >= total ? tax : (2n * tax * paid + total) / (2n * total);

function marked(payments: PaymentEvents, taxes: ReadonlyMap<string, bigint>, left: string | undefined): PaymentEvents {
  const withPart = (event: MoneyEvent): MoneyEvent => {
    const tax = taxes.get(event.entry);
    return tax === undefined ? event : { ...event, tax };
  };
  return {
    ...payments,
    captures: payments.captures.map((event) =>
      left === undefined || taxes.has(event.entry) ? withPart(event) : { ...event, memo: left },
    ),
    returns: payments.returns.map(withPart),
    refunds: payments.refunds.map((refund) => ({ ...refund, event: withPart(refund.event) })),
    refundFailures: payments.refundFailures.map(withPart),
  };
}
