import { z } from 'zod';
import { domainEvents } from './domain-events/index.js';
import * as is from './personal-names.js';
import { classify, kindsOf } from './personal-names.js';

/**
 * Which leaves of a received body are personal. `path` holds the names of the members around a value, its own last. E-mail addresses are
 * sealed wherever they stand, so no policy needs to look for them. Lists are in `personal-names.ts`.
 */
export type PersonalPolicy = (path: readonly string[], value: string | number) => boolean;

/** Stripe's objects have a known shape: open unless the name is personal, below a person, or free-form. An object that Stripe did not have when this was written is sealed like anything unknown. `eventType` with or without `stripe.`. */
export function stripePolicy(eventType: string): PersonalPolicy {
  const kind = eventType.startsWith('stripe.') ? eventType.slice('stripe.'.length) : eventType;
  if (VALUES.test(kind)) return stripeValue;
  if (THINGS.test(kind)) return stripeThing;
  return OBJECTS.test(kind) ? stripeObject : unknownPolicy;
}

// What the types of Stripe's events begin with.
const OBJECTS =
  /^(?:v\d\.\w+\.)?(?:account|application_fee|balance|billing|billing_portal|capability|cash_balance|charge|checkout|credit_note|customer|customer_cash_balance_transaction|dispute|event_destination|external_account|file|financial_connections|identity|invoice|invoice_item|invoice_payment|invoiceitem|issuing_\w+|mandate|money_management|outbound_\w+|payment|payment_intent|payment_link|payment_method|payment_record|payout|person|quote|refund|review|setup_intent|sigma|source|subscription|subscription_schedule|tax|terminal|test_helpers|topup|transfer|treasury)\b/;

// Events about what a shop sells, whose own `name` is nobody's.
const THINGS =
  /^(?:v\d\.\w+\.)?(?:product|price|plan|coupon|promotion_code|tax_rate|shipping_rate|entitlements|billing\.meter|climate|reporting|payment_method_configuration|customer\.discount)\b/;

// Tax numbers, and lists of addresses and cards to watch: what they are about is in `value`.
const VALUES = /^(?:customer\.)?(?:tax_id|radar)\b/;

const stripeObject: PersonalPolicy = (path, value) =>
  typeof value === 'number' ? isPersonalNumber(path) : stripeText(path, value, false);
const stripeThing: PersonalPolicy = (path, value) =>
  typeof value === 'number' ? isPersonalNumber(path) : stripeText(path, value, path.length === 3);
const stripeValue: PersonalPolicy = (path, value) => path[path.length - 1] === 'value' || stripeObject(path, value);

function stripeText(path: readonly string[], value: string, isThing: boolean): boolean {
  const name = path[path.length - 1] ?? '';
  const own = kindsOf(name);
  // `url` is the address of a list in the API, or a page that opens without signing in.
  if (name === 'url' && !isThing && !value.startsWith('/v')) return true;
  if (isThing && (own & is.NAME) !== 0) return false;
  return decide(path, own, value, OPEN);
}

/** Our own domain events, as CloudEvents: what the catalog names is open (free text only as a code), everything else is sealed unless listed. */
export function domainEventPolicy(type: string): PersonalPolicy {
  let policy = domainPolicies.get(type);
  if (policy) return policy;
  const event = domainEvents.get(type);
  if (!event) return unknownPolicy;
  const known = new Set(ENVELOPE);
  for (const schema of [event.data, ...Object.values(event.earlier ?? {})]) addPaths(schema, 'data', known);
  policy = (path, value) => {
    if (typeof value === 'number') return isPersonalNumber(path);
    const own = kindsOf(path[path.length - 1] ?? '');
    if (known.has(path.join('.'))) return knownText(path[path.length - 1]!, own, value);
    return decide(path, own, value, SEALED);
  };
  domainPolicies.set(type, policy);
  return policy;
}

const domainPolicies = new Map<string, PersonalPolicy>();
const ENVELOPE = 'specversion id source type time dataschema datacontenttype dataversion traceparent tracestate'.split(
  ' ',
);
// Members of the catalog in which people write sentences.
const FREE_TEXT = new Set(['reason']);
// Search words and ad texts of a marketing link: the shop's own words, whatever their names suggest elsewhere.
const MARKETING = new Set(['source', 'medium', 'campaign', 'term', 'content', 'click_id']);

function knownText(name: string, own: number, value: string): boolean {
  if (MARKETING.has(name)) return false;
  if ((own & is.PAGE) !== 0) return isPersonalUrl(value);
  if (FREE_TEXT.has(name)) return !isIdShaped(value);
  return (own & is.PERSONAL) !== 0;
}

/** Adds the dotted paths of everything that a schema names. */
function addPaths(schema: unknown, prefix: string, known: Set<string>): void {
  if (schema instanceof z.ZodObject) {
    for (const [name, member] of Object.entries(schema.shape)) addPaths(member, `${prefix}.${name}`, known);
  } else if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable)
    addPaths(schema.unwrap(), prefix, known);
  else if (schema instanceof z.ZodUnion) for (const option of schema.options) addPaths(option, prefix, known);
  else known.add(prefix);
  if (schema instanceof z.ZodUnion) known.add(prefix);
}

/** Client-side events: everything is sealed unless listed, but the protocol's own members and what a shop calls its events. */
export function trackedPolicy(collector: string): PersonalPolicy {
  return TRACKED.has(collector) ? trackedEvent : unknownPolicy;
}

const TRACKED = new Set(['segment', 'posthog']);
const PROTOCOL = new Set(['event', 'type', 'channel', 'version']);
const TIMES = new Set(['timestamp', 'originalTimestamp', 'sentAt', 'receivedAt', 'sent_at']);
const TIME_SHAPE = /^\d{4}-\d\d-\d\d(?:[T ][\d:.,]{2,20} ?(?:Z|[+-]\d\d:?\d\d)?)?$/i;

const CAMPAIGN = new Set(['name', 'source', 'medium', 'term', 'content']);

const trackedEvent: PersonalPolicy = (path, value) => {
  if (typeof value === 'number') return isPersonalNumber(path);
  if (path.length === 1 && PROTOCOL.has(path[0]!)) return value.length > TEXT_MAX;
  if (path.length === 1 && TIMES.has(path[0]!)) return !TIME_SHAPE.test(value);
  const own = kindsOf(path[path.length - 1] ?? '');
  if (path.length === 3 && path[0] === 'context' && path[1] === 'campaign' && CAMPAIGN.has(path[2]!))
    return value.length > TEXT_MAX;
  return decide(path, own, value, SEALED);
};

/** The safe default for what has no list: sealed unless the name is listed and the value has the shape of an id. */
export const unknownPolicy: PersonalPolicy = (path, value) => {
  if (typeof value === 'number') return isPersonalNumber(path);
  const own = kindsOf(path[path.length - 1] ?? '');
  if (path.length === 1 && ENVELOPE.includes(path[0]!)) return !isIdShaped(value);
  return decide(path, own, value, SEALED);
};

const TEXT_MAX = 255; // characters
const OPEN = false;
const SEALED = true;

const BY_NAME = is.PERSONAL | is.PAGE | is.BEARER_LINK;

/** The name first, then the place, then what holds for everything else. `own`: the kinds of the last name; `otherwise`: whether the rest is sealed. */
export const decide = (path: readonly string[], own: number, value: string, otherwise: boolean): boolean =>
  value !== '' &&
  (((own & BY_NAME) === 0 ? undefined : named(path, own, value)) ?? hidden(path, own, value, otherwise));

/** What the name alone says; undefined when the place decides. */
function named(path: readonly string[], own: number, value: string): boolean | undefined {
  if ((own & is.BEARER_LINK) !== 0) return true;
  if ((own & is.PERSONAL) !== 0) {
    const ofThing = (own & is.NAME) !== 0 && path.length > 1 && (kindsOf(path[path.length - 2]!) & is.THING) !== 0;
    return !(ofThing && value.length <= TEXT_MAX && (isIdShaped(value) || !under(path, is.FREE_FORM)));
  }
  if ((own & is.PAGE) !== 0) return isPersonalUrl(value) || under(path, is.PERSON);
  return undefined;
}

/** What the place says of a text whose name is not personal. */
function hidden(path: readonly string[], own: number, value: string, otherwise: boolean): boolean {
  if ((own & is.ID) !== 0 && isIdShaped(value)) return false;
  for (let at = path.length - 2; at >= 0; at--) {
    const around = kindsOf(path[at]!);
    if ((around & is.PERSON) !== 0) return !isReference(value);
    if ((around & is.FREE_FORM) !== 0) return !isListed(own, value);
  }
  // A person by name: text as in `owner: "Ada"`, where an id or an amount would be open.
  if ((own & is.PERSON) !== 0) return !(isAmount(value) || isReference(value));
  return otherwise && !isListed(own, value);
}

const isListed = (own: number, value: string): boolean =>
  ((own & is.LISTED) !== 0 && isIdShaped(value)) || ((own & is.NUMERIC) !== 0 && isAmount(value));

function under(path: readonly string[], kind: number): boolean {
  for (let at = path.length - 2; at >= 0; at--) if ((kindsOf(path[at]!) & kind) !== 0) return true;
  return false;
}

export function isPersonalNumber(path: readonly string[]): boolean {
  const own = kindsOf(path[path.length - 1] ?? '');
  if ((own & is.PERSONAL) !== 0) return true;
  return (
    (own & is.BIRTH) !== 0 && path.length > 1 && (kindsOf(path[path.length - 2]!) & (is.PERSON | is.PERSONAL)) !== 0
  );
}

const ID_SHAPE = /^[^\s"'<>{}\\]{1,128}$/;
export const isIdShaped = (value: string): boolean => ID_SHAPE.test(value);
// An id as providers make them, `cus_QXg1o8vcGmoR32`: long, with digits, so that no user name passes for one.
const REFERENCE = /^[a-z]{2,8}_(?=[A-Za-z]{0,13}\d)[A-Za-z0-9]{14,64}$/;
const isReference = (value: string): boolean => REFERENCE.test(value);
const AMOUNT = /^-?\d{1,12}(?:[.,]\d{1,12})?$/;
const isAmount = (value: string): boolean => AMOUNT.test(value);

const URL_MAX = 2_048; // characters
const ENCODED_AT = /%(?:25)*40/i;

/** Whether an address of a page holds an e-mail address, or a query member with a personal name. */
export function isPersonalUrl(url: string): boolean {
  if (url.length > URL_MAX || /\s/.test(url) || url.includes('@') || ENCODED_AT.test(url)) return true;
  const query = url.search(/[?#]/);
  if (query < 0) return false;
  return url
    .slice(query + 1)
    .split(/[&;?#]/)
    .some((part) => part.includes('=') && (classify(decoded(part.split('=', 1)[0]!)) & is.PERSONAL) !== 0);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
