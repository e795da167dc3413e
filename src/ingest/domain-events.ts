import { paymentRef } from '../catalog/identifiers.js';
import { domainEvents } from '../catalog/domain-events/index.js';
import { domainEventPolicy, unknownPolicy } from '../catalog/personal.js';
import { validateDomainEvent } from '../catalog/validate.js';
import { isDay } from '../kernel/day.js';
import { Problem } from '../kernel/errors.js';
import { decodeStrictUtf8, parseStrict } from '../kernel/json-scan.js';
import { repeatedMembers } from '../kernel/repeated-members.js';
import { cleanText, TEXT_MAX, typeName, type ClearText } from './clear-text.js';
import { contentTypeOf, headerOf } from './content-type.js';
import type { Parked, ReplayContext } from './dead-letters.js';
import { elementTexts } from './element-texts.js';
import type { Outcome, Principal, RawRequest } from './ingest.js';
import { isObject, type Json } from './json-members.js';
import type { Subject } from './provider.js';
import { type ObjectKind, objectsNamed, objectTags, type PurchaseObject } from './purchase-objects.js';
import { reservedOrigins } from './providers/index.js';
import { keep, type Arrival, type ReceiveDeps } from './receive.js';

export interface EventsDeps extends ReceiveDeps {
  clear: ClearText;
}

/** What the door needs of a key; the rest of it is not kept for a replay. */
export type Sender = Pick<Principal, 'keyId' | 'name' | 'account' | 'origins'>;

/** Where in time an event is looked at: a replay judges it now, but dates it when it came in. */
export interface Moment {
  now: Date;
  receivedAt: Date;
  correlationId: string;
  contentType?: string;
}

export type Judged =
  | { arrival: Arrival }
  | { refused: 'forbidden'; errors: readonly string[] }
  | { refused: 'invalid_event'; errors: readonly string[]; parked: Parked };

const SINGLE = 'application/cloudevents+json';
const BATCH = 'application/cloudevents-batch+json';
const PLAIN = 'application/json';
const FUTURE_MAX_MS = 86_400_000;

/** One CloudEvents event or a batch. Every event gets its own outcome, in order; a batch is answered as a whole only when something could not be made durable. */
export async function receiveEvents(
  deps: EventsDeps,
  request: RawRequest,
  sender: Sender,
): Promise<{ batch: boolean; outcomes: Outcome[] }> {
  const { batch, events } = readEvents(deps, request);
  const now = deps.clock();
  const moment = {
    now,
    receivedAt: now,
    correlationId: request.correlationId,
    contentType: contentTypeOf(request.headers),
  };
  const judged = events.map(({ text, value }) => judge(deps, text, value, sender, moment));
  if (!batch && 'refused' in judged[0]! && judged[0].refused === 'forbidden') {
    throw new Problem('forbidden', judged[0].errors[0], { errors: judged[0].errors });
  }
  const letterIds = await parkRefused(deps, judged);
  const settled = await Promise.allSettled(judged.map((one, index) => settle(deps, one, letterIds.get(index), batch)));
  const failed = settled.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
  return { batch, outcomes: settled.map((result) => (result as PromiseFulfilledResult<Outcome>).value) };
}

function readEvents(
  { limits }: EventsDeps,
  request: RawRequest,
): { batch: boolean; events: { text: string; value: unknown }[] } {
  if (request.body.length > limits.bodyBytesMax) throw new Problem('too_large');
  const contentType = contentTypeOf(request.headers);
  const charset = /charset\s*=\s*"?([\w-]+)/i.exec(headerOf(request.headers, 'content-type') ?? '')?.[1] ?? 'utf-8';
  if (![SINGLE, BATCH, PLAIN].includes(contentType ?? '') || !/^(utf-?8|us-ascii)$/i.test(charset)) {
    throw new Problem('unsupported_media_type', `Send ${SINGLE} or ${BATCH} in UTF-8.`);
  }
  const text = decodeStrictUtf8(request.body);
  const value = parseStrict(text);
  const batch = Array.isArray(value);
  if ((contentType === SINGLE && batch) || (contentType === BATCH && !batch)) {
    throw new Problem('invalid_request', `${SINGLE} is one event, ${BATCH} is an array of events.`);
  }
  if (contentType === PLAIN && !batch && !isObject(value))
    throw new Problem('invalid_request', 'The body is not an event.');
  if (!batch) return { batch, events: [{ text, value }] };
  if (value.length > limits.eventsMax) throw new Problem('too_large', `A batch may have ${limits.eventsMax} events.`);
  const texts = elementTexts(text);
  return { batch, events: value.map((event: unknown, index) => ({ text: texts[index]!, value: event })) };
}

/** Whether an event may go into the ledger, and as what. Pure but for the sealing of what is refused. */
export function judge(deps: EventsDeps, text: string, value: unknown, sender: Sender, moment: Moment): Judged {
  const event = isObject(value) ? value : {};
  const forbidden = sourceRefusal(event['source'], sender);
  if (forbidden) return { refused: 'forbidden', errors: [forbidden] };
  const version = versionOf(event['dataversion']);
  const reasons = isObject(value) ? envelopeReasons(event, moment.now) : ['event: must be an object'];
  const type = cleanText(event['type']);
  const checked = type === undefined ? { reasons: [] } : validateDomainEvent(type, event['data'], version);
  reasons.push(...(checked.reasons ?? []), ...repeatedReasons(text, deps.clear));
  if (reasons.length > 0)
    return { refused: 'invalid_event', errors: reasons, parked: parkedOf(deps, text, event, sender, moment, reasons) };
  return { arrival: arrivalOf(deps, text, event, sender, moment, checked.schemaVersion!) };
}

const REPEATED_TOLD_MAX = 10;

/** What is said twice is refused: which of them we read would be our guess, and what other readers of the text see another one. */
const repeatedReasons = (text: string, clear: ClearText): string[] =>
  repeatedMembers(text)
    .slice(0, REPEATED_TOLD_MAX)
    .map((path) => `${clear(path) ?? '(unreadable)'}: is there more than once`);

/** Why a key may not write under a source; undefined when it may, or when the source is no text at all (another rule says so). */
function sourceRefusal(source: unknown, { origins }: Sender): string | undefined {
  if (typeof source !== 'string' || source === '') return undefined;
  // Of a longer one another rule tells.
  const name = source.length > TEXT_MAX ? '' : source.toLowerCase().replace(/^\/+|\/+$/g, '');
  if (reservedOrigins.has(name))
    return 'source: the name of a payment provider, or ours, is not for events of services';
  return origins === '*' || origins.includes(source)
    ? undefined
    : 'source: the key may not write events of this source';
}

const JSON_MEDIA = /^[\w.+-]+\/([\w.+-]+\+)?json\s*(;|$)/i;

function envelopeReasons(event: Json, now: Date): string[] {
  const reasons: string[] = [];
  if (event['specversion'] !== '1.0') reasons.push('specversion: must be "1.0"');
  for (const name of ['id', 'source', 'type']) {
    if (cleanText(event[name]) === undefined)
      reasons.push(`${name}: must be text of 1 to 255 characters without control characters`);
  }
  if (typeof event['source'] === 'string' && event['source'].includes('@'))
    reasons.push('source: must not hold an e-mail address');
  const time = event['time'];
  if (!isAbsent(time)) {
    const at = rfc3339(time);
    if (at === undefined) reasons.push('time: must be RFC 3339, for example 2026-11-01T10:00:00Z');
    else if (at > now.getTime() + FUTURE_MAX_MS) reasons.push('time: more than a day in the future');
  }
  if (event['data_base64'] !== undefined) reasons.push('data_base64: data must be JSON, in `data`');
  const media = event['datacontenttype'];
  if (!isAbsent(media) && (typeof media !== 'string' || !JSON_MEDIA.test(media)))
    reasons.push('datacontenttype: must be JSON');
  if (!isAbsent(event['dataversion']) && versionOf(event['dataversion']) === undefined)
    reasons.push('dataversion: must be a whole number');
  return reasons;
}

function arrivalOf(
  deps: EventsDeps,
  text: string,
  event: Json,
  sender: Sender,
  moment: Moment,
  schemaVersion: number,
): Arrival {
  const type = event['type'] as string;
  const at = isAbsent(event['time']) ? undefined : rfc3339(event['time']);
  return {
    door: 'events',
    account: sender.account,
    origin: event['source'] as string,
    originEventId: deps.clear(event['id'])!,
    type,
    schemaVersion,
    occurredAt: at === undefined ? moment.receivedAt : new Date(at),
    attributes: at === undefined ? { time: 'assigned' } : {},
    subjects: subjectsOf(event['data'] as Json),
    objects: () => objectsOf(event['data'] as Json),
    text,
    content: contentOf(event),
    policy: domainEventPolicy(type),
    actor: `key:${sender.keyId}`,
    authenticatedBy: 'api-key',
    correlationId: moment.correlationId,
    contentType: moment.contentType,
    context: contextOf(sender),
  };
}

function parkedOf(
  deps: EventsDeps,
  text: string,
  event: Json,
  sender: Sender,
  moment: Moment,
  errors: readonly string[],
): Parked {
  const type = deps.clear(event['type']);
  const data = isObject(event['data']) ? event['data'] : {};
  const policy = type !== undefined && domainEvents.has(type) ? domainEventPolicy(type) : unknownPolicy;
  const sealed = deps.vault.seal(text, policy);
  const named = subjectsOf(data).map(({ kind, value }) => deps.vault.subjectTag(kind, value));
  const isNamed = named.length + sealed.subjects.length > 0;
  return {
    reason: 'invalid_event',
    door: 'events',
    origin: deps.clear(event['source']) ?? '',
    account: sender.account,
    originEventId: deps.clear(event['id']),
    type: type === undefined ? undefined : typeName(type),
    errors,
    sealed,
    subjects: isNamed ? named : objectTags(deps.vault, objectsOf(data)),
    contentMac: deps.vault.contentMac(contentOf(event)),
    contentType: moment.contentType,
    context: contextOf(sender),
    receivedAt: moment.receivedAt,
  };
}

// Tracing headers of the attempt, not of the event: a retry has others.
const VOLATILE: ReadonlySet<string> = new Set(['traceparent', 'tracestate']);
const contentOf = (event: Json): Json =>
  Object.fromEntries(Object.entries(event).filter(([name]) => !VOLATILE.has(name)));

const contextOf = ({ keyId, name, account, origins }: Sender): ReplayContext => ({
  door: 'events',
  keyId,
  name,
  account,
  origins,
});

async function parkRefused(deps: EventsDeps, judged: readonly Judged[]): Promise<Map<number, string>> {
  const refused = judged.flatMap((one, index) => ('parked' in one ? [{ index, parked: one.parked }] : []));
  const ids = await deps.deadLetters.park(refused.map(({ parked }) => parked));
  return new Map(refused.map(({ index }, at) => [index, ids[at]!]));
}

async function settle(
  deps: EventsDeps,
  judged: Judged,
  deadLetterId: string | undefined,
  batch: boolean,
): Promise<Outcome> {
  if ('refused' in judged) return { outcome: 'rejected', code: judged.refused, errors: judged.errors, deadLetterId };
  try {
    return await keep(deps, judged.arrival);
  } catch (error) {
    // One event of a batch that is too large must not take the others with it.
    if (!batch || !(error instanceof Problem) || error.code !== 'too_large') throw error;
    return { outcome: 'rejected', code: 'too_large', errors: [error.detail] };
  }
}
const isAbsent = (value: unknown): boolean => value === undefined || value === null;

function versionOf(value: unknown): number | undefined {
  const version = typeof value === 'string' && /^\d{1,4}$/.test(value) ? Number(value) : value;
  return typeof version === 'number' && Number.isInteger(version) && version > 0 ? version : undefined;
}

const RFC_3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/i;

/** Epoch milliseconds of an RFC 3339 time since 1970. */
function rfc3339(value: unknown): number | undefined {
  // A day that its month does not have would be read as one of the next.
  if (typeof value !== 'string' || !RFC_3339.test(value) || !isDay(value.slice(0, 10))) return undefined;
  const at = Date.parse(value.toUpperCase());
  return at >= 0 ? at : undefined;
}

/** Everybody an event names, by the members that the catalog gives them. */
function subjectsOf(data: Json): Subject[] {
  const members: [Subject['kind'], string][] = [
    ['u', 'user_id'],
    ['a', 'anonymous_id'],
    ['c', 'provider_customer_id'],
    ['e', 'email'],
  ];
  return members.flatMap(([kind, name]) => {
    const value = data[name];
    const text = cleanText(typeof value === 'number' ? String(value) : value, 320);
    return text === undefined ? [] : [{ kind, value: text }];
  });
}

/** The order, checkout and payment that an event is of. */
function objectsOf(data: Json): PurchaseObject[] {
  const payment = data['payment_id'];
  const kind = paymentRef(payment)?.split(':', 1)[0] as ObjectKind | undefined;
  return objectsNamed([
    ['order', data['order_id']],
    ['checkout', data['checkout_id']],
    ...(kind ? [[kind, payment] as const] : []),
  ]);
}
