import { addDays, type Day } from '../../kernel/day.js';
import type { EffectRecord } from '../../catalog/merge-facts.js';
import { effectsOf } from '../../projections/rows.js';
import type { AccountKey } from '../chart-of-accounts.js';
import { converted, credit, debit, journalEntry, type JournalEntry } from '../journal-entry.js';
import { cutAt, firstDays, shares, type Spread } from '../spread.js';

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
  const inTime = [...unwindings].sort((a, b) => a.at - b.at || (a.entry < b.entry ? -1 : 1));
  for (const unwinding of inTime) {
    if (invoice.endsOn !== undefined && unwinding.day >= invoice.endsOn) continue;
    const { left, entry } = unwind(services, unwinding, invoice);
    services = left;
    if (entry) unwound.push(entry);
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
    const [from, until] = [dayOf(start), dayOf(end - 1)];
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

function unwind(
  services: readonly Service[],
  { entry, object, at, day, amount, booked }: Unwinding,
  { currency, finalizedOn }: Invoice,
): { left: Service[]; entry: JournalEntry | undefined } {
  const earned = services.flatMap((service) => pieces(service, day).before);
  const ahead = services.flatMap((service) => pieces(service, day).after);
  const total = ahead.reduce((sum, service) => sum + positive(service.amount), 0n);
  const taken = amount < total ? amount : total;
  if (taken <= 0n) return { left: [...services], entry: undefined };
  const parts = shares(
    taken,
    ahead.map((service) => positive(service.amount)),
  );
  const left = ahead.map((service, index) => ({ ...service, amount: service.amount - parts[index]! }));
  const share = booked.amount === amount ? taken : (booked.amount * taken) / amount;
  return {
    left: [...earned, ...left],
    entry: journalEntry({
      ...{ entry: `${entry}:deferral`, object, at, day, rateDay: finalizedOn },
      ...{ kind: 'deferral', memo: 'of what was still to be earned' },
      lines: converted([debit('deferred_revenue', taken, currency), credit(booked.account, share, booked.currency)]),
    }),
  };
}

const positive = (amount: bigint): bigint => (amount > 0n ? amount : 0n);

function releaseOf(
  { name, from, until, amount }: Service,
  { ref, currency, finalizedOn }: Invoice,
  dayOf: (at: number) => Day,
): JournalEntry[] {
  const entry = journalEntry({
    // Of what is spread, `at` says no more than the day: noon in UTC is on the same day in most zones.
    ...{ entry: `release:${ref}:${name}:${from}`, object: ref, day: from, until, rateDay: finalizedOn },
    ...{ at: noonOf(from, dayOf), kind: 'release', memo: `service ${name}` },
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
