import { type InterpretableEntry, type Node, type Ref, stampOf } from '../../../../catalog/facts.js';
import { idOf, openText, refTo } from '../../../../catalog/identifiers.js';
import { type Json, objectIn } from '../../../json-members.js';

/** A Square event as interpreters read it. */
export interface SquareEvent {
  /** Without the provider: `payment.updated`. */
  type: string;
  /** When the notification was made, epoch milliseconds. */
  at: number;
  /** The object it tells of; without members where only its id is told, as of one that was deleted. */
  object: Json;
  id: string;
  /** The event's own id, also where an entry of another completes one that was too large. */
  originEventId: string;
  /** Decides between two entries of one instant: that of the entry. */
  entryEventId: string;
}

const PREFIX = 'square.';
const RANK = 5; // signed webhooks; imports are below

/** Opens an entry. `member`: what `data.object` calls the object. Throws TypeError when it is no notification of one. */
export function squareEvent(entry: InterpretableEntry, member: string): SquareEvent {
  const body = objectIn(entry.body);
  const data = objectIn(body['data']);
  const object = objectIn(objectIn(data['object'])[member]);
  // The object's own id: that of the notification may be of another one.
  const id = idOf(object['id']) ?? idOf(data['id']);
  if (id === undefined) throw new TypeError(`the object of ${entry.type} has no id`);
  return {
    type: entry.type.slice(PREFIX.length),
    at: timeIn(body['created_at']) ?? entry.occurredAt,
    object,
    id,
    originEventId: entry.attributes['completes'] ?? entry.originEventId,
    entryEventId: entry.originEventId,
  };
}

const RFC3339 = /^\d{4}-\d\d-\d\dT[\d:]{8}(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;

/** RFC 3339 in epoch milliseconds; undefined when absent. Throws RangeError for what is no time. */
export function timeIn(text: unknown): number | undefined {
  if (text === undefined || text === null) return undefined;
  const ms = typeof text === 'string' && RFC3339.test(text) ? Date.parse(text) : Number.NaN;
  if (!(ms >= 0)) throw new RangeError('not a time');
  return ms;
}

export const createdAt = ({ object, at }: SquareEvent): number => timeIn(object['created_at']) ?? at;

/** When the object came to be as it is told. */
export const changedAt = ({ object, at }: SquareEvent): number => timeIn(object['updated_at']) ?? at;

/**
 * Orders what is told of one object: by the object's own version where its kind has one, then by when it changed, then by `ties`, the
 * place of its state among those that may share an instant. When a delivery came in decides nothing.
 */
export function stampAt(event: SquareEvent, ties: number): string {
  const { version } = event.object;
  const counted = typeof version === 'number' && Number.isSafeInteger(version) && version > 0 ? version : 0;
  const changed = String(changedAt(event)).padStart(15, '0');
  return stampOf(RANK, counted, `${changed}.${String(ties).padStart(2, '0')}.${event.entryEventId}`);
}

/** Place of a state in the order an object lives through them; one that is not known yet comes first. */
export const placeOf = (states: readonly string[], state: unknown): number => states.indexOf(String(state)) + 1;

export const providerCustomer = (id: string): Node => `square:${id}`;

export function customerNode(value: unknown): Node | undefined {
  const id = idOf(value);
  return id === undefined ? undefined : providerCustomer(id);
}

/**
 * What Square calls an order joins a payment, its refunds and its invoice. It is no order of the shop: Square makes one for every payment,
 * also where the shop has an order of its own, and one purchase must not count as two.
 */
export const saleRef = (value: unknown): Ref | undefined => refTo('intent', value);

/** An open word of Square's, in lower case: `COMPLETED` is `completed`. */
export const wordOf = (value: unknown): string | undefined => openText(value)?.toLowerCase();
