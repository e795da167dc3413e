import { upcast } from '../../catalog/domain-events/index.js';
import { type Fact, type InterpretableEntry, stampOf } from '../../catalog/facts.js';
import { type FactParts, makeFact } from '../../catalog/make-fact.js';
import { isObject, type Json } from '../json-members.js';

/** A domain event as interpreters read it: its data in today's schema version. */
export interface DomainEvent {
  entryId: string;
  /** Epoch milliseconds. */
  at: number;
  data: Json;
  stamp: string;
}

const RANK = 6; // our own services know their orders and users better than a provider does

/** Opens an entry. Throws TypeError without data, RangeError for a schema version that never was. */
export function domainEvent(entry: InterpretableEntry): DomainEvent {
  const data = isObject(entry.body) ? entry.body['data'] : undefined;
  if (!isObject(data)) throw new TypeError(`${entry.type} has no data`);
  return {
    entryId: entry.id,
    at: entry.occurredAt,
    data: upcast(entry.type, entry.schemaVersion, data),
    stamp: stampOf(RANK, entry.occurredAt, entry.originEventId),
  };
}

/** An identifier that an event cannot do without. Throws TypeError when it is unreadable. */
export function needed<T>(id: T | undefined, member: string): T {
  if (id === undefined) throw new TypeError(`data.${member} cannot be read`);
  return id;
}

/** Minor units without leading zeros. Amounts of domain events already use our own exponents. */
function minorUnits(value: unknown): string | undefined {
  if (typeof value === 'string' && /^\d{1,18}$/.test(value)) return BigInt(value).toString();
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? String(value) : undefined;
}

/** Money as facts carry it; nothing when absent. Throws RangeError for what is no amount. */
export function moneyIn(value: unknown): { amount?: string; currency?: string } {
  if (!isObject(value)) return {};
  const amount = minorUnits(value['amount_minor']);
  const currency = value['currency'];
  if (amount === undefined || typeof currency !== 'string' || !/^[A-Z]{3}$/.test(currency)) {
    throw new RangeError('not an amount of money');
  }
  return { amount, currency };
}

/** An amount within a total, in its currency: minor units, or money. Throws RangeError for another currency. */
export function partIn(value: unknown, currency: string | undefined): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (!isObject(value)) return minorUnits(value);
  if (value['currency'] !== currency) throw new RangeError('a part of a total has another currency than the total');
  return minorUnits(value['amount_minor']);
}

/** A fact of an event, without the members and fields that are not known. */
export const fact = ({ stamp }: DomainEvent, parts: Omit<FactParts, 'stamp'>): Fact => makeFact({ ...parts, stamp });
