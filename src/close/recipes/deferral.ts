import { addDays, type Day } from '../../kernel/day.js';
import type { EffectRecord } from '../../catalog/merge-facts.js';
import { effectsOf } from '../../projections/rows.js';
import type { AccountKey } from '../journal/chart-of-accounts.js';
import { converted, credit, debit, journalEntry, type JournalEntry } from '../journal/journal-entry.js';
import { cutAt, firstDays, shares, type Spread } from '../journal/spread.js';

/** A service that an invoice bills for a time, and what of it is released on which days. */
interface Service extends Spread {
  /** The time as it was billed: names its releases. */
  name: string;
}

/** What lowers what is still to be earned: a credit note, or a refund that no credit note stands for. */
export interface Unwinding {
  entry: string;
  object: string;
  at: number;
  day: Day;
  /** Of the invoice's currency, without tax. */
  amount: bigint;
  /** Where it was booked against, in which currency and how much: that is lowered by the same part. */
  booked: { account: AccountKey; amount: bigint; currency: string };
  /** When it was taken back: the credit note was voided, or the refund failed. */
  undone?: { at: number; day: Day } | undefined;
}

export interface Deferral {
  /** Deferred when the invoice is finalised; the rest of what it bills is earned at once. */
  deferred: bigint;
  releases: JournalEntry[];
  unwound: JournalEntry[];
}

interface Invoice {
  ref: string;
  currency: string;
  finalizedOn: Day;
  /** Nothing is earned from this day on. */
  endsOn?: Day;
}

/**
 * Revenue of a service over time is earned day by day, the same on every day, what is left over on the first ones. Days before the invoice
 * are earned with it. What takes money back takes it from the days that are still to come, in proportion, and only then from what is earned.
 */
export function deferralOf(
  invoice: Invoice,
  effects: Readonly<Record<string, EffectRecord>>,
  unwindings: readonly Unwinding[],
  dayOf: (at: number) => Day,
): Deferral {
  let services = servicesIn(effects, dayOf).flatMap((service) => pieces(service, invoice.finalizedOn).after);
  const deferred = services.reduce((sum, { amount }) => sum + amount, 0n);
  const unwound: JournalEntry[] = [];
  const taken = new Map<Unwinding, Taken>();
  for (const step of stepsOf(unwindings)) {
    const { unwinding, isUndone } = step;
    if (invoice.endsOn !== undefined && step.day >= invoice.endsOn) continue;
    const took = taken.get(unwinding);
    if (isUndone && took) {
      const { left, entry } = giveBack(services, step, took, invoice);
      services = left;
      unwound.push(...entry);
    } else if (!isUndone) {
      const { left, took: now, entry } = unwind(services, unwinding, invoice);
      services = left;
      if (now) taken.set(unwinding, now);
      unwound.push(...entry);
    }
  }
  if (invoice.endsOn !== undefined) services = services.flatMap((service) => pieces(service, invoice.endsOn!).before);
  return { deferred, releases: services.flatMap((service) => releaseOf(service, invoice, dayOf)), unwound };
}

/** One service for each time that is billed, in its order; lines of the same days are one. */
function servicesIn(effects: Readonly<Record<string, EffectRecord>>, dayOf: (at: number) => Day): Service[] {
  const services = new Map<string, Service>();
  for (const [, { fields }] of effectsOf(effects, 'InvoicePeriodBilled')) {
    const { starts_at: start, ends_at: end, net } = fields;
    if (typeof start !== 'number' || typeof end !== 'number' || typeof net !== 'string') continue;
    // The day on which it ends belongs to the time after it, so that a month has as many days as the calendar says.
    const [from, until] = [dayOf(start), addDays(dayOf(end), -1)];
    if (until < from) continue;
    const name = `${from}..${until}`;
    services.set(name, { name, from, until, amount: (services.get(name)?.amount ?? 0n) + BigInt(net) });
  }
  return [...services.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** A service before a day and from it on: none or one of each. */
function pieces(service: Service, day: Day): { before: Service[]; after: Service[] } {
  const { before, after } = cutAt(service, day);
  const named = (spread: Spread | undefined): Service[] => (spread ? [{ ...spread, name: service.name }] : []);
  return { before: named(before), after: named(after) };
}

/** What an unwinding took of the days to come, and how much of where it was booked that lowered. */
interface Taken {
  of: readonly Service[];
  amount: bigint;
  share: bigint;
}

interface Step {
  unwinding: Unwinding;
  at: number;
  day: Day;
  isUndone: boolean;
}

/** Unwindings and what was taken back of them, in the order of time; none is taken back before it was made. */
function stepsOf(unwindings: readonly Unwinding[]): Step[] {
  const steps = unwindings.flatMap((unwinding): Step[] => {
    const { at, day, undone } = unwinding;
    const made = { unwinding, at, day, isUndone: false };
    if (!undone) return [made];
    return [made, { unwinding, isUndone: true, ...(undone.at < at ? { at, day } : undone) }];
  });
  return steps.sort(
    (a, b) =>
      a.at - b.at || Number(a.isUndone) - Number(b.isUndone) || (a.unwinding.entry < b.unwinding.entry ? -1 : 1),
  );
}

function unwind(
  services: readonly Service[],
  { entry, object, at, day, amount, booked }: Unwinding,
  { currency, finalizedOn }: Invoice,
): { left: Service[]; took?: Taken; entry: JournalEntry[] } {
  const earned = services.flatMap((service) => pieces(service, day).before);
  const ahead = services.flatMap((service) => pieces(service, day).after);
  const total = ahead.reduce((sum, service) => sum + positive(service.amount), 0n);
  const taken = amount < total ? amount : total;
  if (taken <= 0n) return { left: [...services], entry: [] };
  const parts = shares(
    taken,
    ahead.map((service) => positive(service.amount)),
  );
  const left = ahead.map((service, index) => ({ ...service, amount: service.amount - parts[index]! }));
  const share = booked.amount === amount ? taken : (booked.amount * taken) / amount;
  const made = journalEntry({
    entry: `${entry}:deferral`,
    object,
    at,
    day,
    rateDay: finalizedOn,
    kind: 'deferral',
    memo: 'of what was still to be earned',
    lines: converted([debit('deferred_revenue', taken, currency), credit(booked.account, share, booked.currency)]),
  });
  return {
    left: [...earned, ...left],
    took: { of: ahead.map((service, index) => ({ ...service, amount: parts[index]! })), amount: taken, share },
    entry: made ? [made] : [],
  };
}

/** The reverse, on its own day: what was taken of days that are over by then is earned at once, the rest over the days to come. */
function giveBack(
  services: readonly Service[],
  { at, day, unwinding: { entry, object, booked } }: Step,
  { of, amount, share }: Taken,
  { currency, finalizedOn }: Invoice,
): { left: Service[]; entry: JournalEntry[] } {
  const before = services.flatMap((service) => pieces(service, day).before);
  const ahead = services.flatMap((service) => pieces(service, day).after);
  const missed = of.flatMap((service) => pieces(service, day).before).reduce((sum, piece) => sum + piece.amount, 0n);
  // What is to come of a service is one piece, up to its last day: what is given back is of the same days.
  const back = new Map(of.flatMap((service) => pieces(service, day).after).map((piece) => [piece.name, piece.amount]));
  const made = journalEntry({
    entry: `${entry}:deferral:undone`,
    object,
    at,
    day,
    rateDay: finalizedOn,
    kind: 'deferral',
    memo: 'taken back: still to be earned after all',
    lines: converted([
      credit('deferred_revenue', amount - missed, currency),
      credit('revenue', missed, currency),
      debit(booked.account, share, booked.currency),
    ]),
  });
  const left = ahead.map((service) => ({ ...service, amount: service.amount + (back.get(service.name) ?? 0n) }));
  return { left: [...before, ...left], entry: made ? [made] : [] };
}

const positive = (amount: bigint): bigint => (amount > 0n ? amount : 0n);

function releaseOf(
  { name, from, until, amount }: Service,
  { ref, currency, finalizedOn }: Invoice,
  dayOf: (at: number) => Day,
): JournalEntry[] {
  const entry = journalEntry({
    // Of what is spread, `at` says no more than the day: noon in UTC is on the same day in most zones.
    entry: `release:${ref}:${name}:${from}`,
    object: ref,
    day: from,
    until,
    rateDay: finalizedOn,
    at: noonOf(from, dayOf),
    kind: 'release',
    memo: `service ${name}`,
    lines: [debit('deferred_revenue', amount, currency), credit('revenue', amount, currency)],
  });
  return entry ? [entry] : [];
}

/** An instant of a day in the reporting zone. */
function noonOf(day: Day, dayOf: (at: number) => Day): number {
  const noon = Date.parse(`${day}T12:00:00Z`);
  return [noon, noon - 12 * HOUR_MS, noon + 11 * HOUR_MS].find((at) => dayOf(at) === day) ?? noon;
}

const HOUR_MS = 3_600_000;

/** What is earned of releases until a day, that day included. */
export const releasedUntil = (releases: readonly JournalEntry[], day: Day): bigint =>
  releases
    .flatMap(({ day: from, until, lines }) => {
      const amount = lines.find(({ account }) => account === 'deferred_revenue')!.amount;
      const { before } = cutAt({ from, until: until!, amount }, addDays(day, 1));
      return before ? [firstDays(before, Number.MAX_SAFE_INTEGER)] : [];
    })
    .reduce((sum, amount) => sum + amount, 0n);
