import type { Ref } from './facts.js';
import { exponentOf } from '../kernel/money.js';

/** What client-side events are called, and which of their properties carry the ids and the amount that truth is compared with. */
export type TrackedKind = 'signup' | 'checkout_started' | 'order_completed';
export type ValueBasis = 'total' | 'net';
export type ValueProblem = 'missing_currency' | 'unknown_currency' | 'not_a_number';

/** Names per kind, in snake_case: Segment's `Order Completed` is `order_completed`. */
export const trackedNames: Readonly<Record<TrackedKind, readonly string[]>> = {
  signup: ['signed_up', 'sign_up', 'signup', 'signup_completed', 'user_signed_up'],
  checkout_started: ['checkout_started', 'begin_checkout', 'checkout_begun'],
  order_completed: ['order_completed', 'purchase', 'purchase_completed'],
};

/** Properties that hold ids, by the kind of reference. `transaction_id` is GA4's order id, whatever the shop puts there. */
export const trackedIds = {
  order: ['order_id', 'orderId', 'transaction_id', 'transactionId'],
  checkout: ['checkout_id', 'checkoutId', 'cart_id', 'cartId'],
  payment: ['payment_id', 'paymentId', 'charge_id', 'chargeId'],
  intent: ['payment_intent_id', 'payment_intent', 'paymentIntentId'],
  session: ['checkout_session_id', 'stripe_session_id', 'checkoutSessionId'],
  invoice: ['invoice_id', 'invoiceId'],
} as const;

/** Properties that hold the amount in major units, first found first taken, with what it stands for. */
export const trackedValues: readonly (readonly [property: string, basis: ValueBasis])[] = [
  ['total', 'total'],
  ['amount', 'total'],
  ['revenue', 'net'],
  ['value', 'net'],
];

/** What a source calls things. */
export interface TrackedAliases {
  /** Per kind; compared in snake_case. */
  names: Readonly<Record<TrackedKind, readonly string[]>>;
  ids: Readonly<Record<IdName, readonly string[]>>;
  values: readonly (readonly [property: string, basis: ValueBasis])[];
  /** Properties that hold the currency of the amount, first found first taken. */
  currency: readonly string[];
}
export type IdName = keyof typeof trackedIds;

/** What Segment, GA4 and most shops write. */
export const defaultAliases: TrackedAliases = {
  names: trackedNames,
  ids: trackedIds,
  values: trackedValues,
  currency: ['currency'],
};

// Stripe's ids tell by their beginning what they name, wherever a shop puts them.
const prefixes: readonly (readonly [prefix: string, kind: string])[] = [
  ['ch_', 'payment'],
  ['py_', 'payment'],
  ['pi_', 'intent'],
  ['cs_', 'session'],
  ['in_', 'invoice'],
];

/** What one client-side event says in our words. */
export interface TrackedMeaning {
  kind: TrackedKind | undefined;
  refs: readonly Ref[];
  valueMinor?: bigint;
  valueBasis?: ValueBasis;
  currency?: string;
  valueProblem?: ValueProblem;
  /** Why the catalog refuses it: an event of this kind without the id that makes it countable. */
  violation?: 'missing_order_id' | 'missing_checkout_id';
}

type Properties = Readonly<Record<string, unknown>>;

/** `Order Completed` and `order-completed` are `order_completed`. */
export const snakeCase = (name: string): string =>
  name
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, '_');

/** Gives an id as it may be stored, or nothing for one that is refused and passed over. */
type SafeId = (value: unknown) => string | undefined;

/** Reads client-side events by the names of one source. */
export interface TrackedMapper {
  kindOf(name: string): TrackedKind | undefined;
  map(name: string, properties: Properties, safeId: SafeId): TrackedMeaning;
}

export function trackedMapper(aliases: TrackedAliases = defaultAliases): TrackedMapper {
  const kinds = new Map<string, TrackedKind>(
    (Object.keys(aliases.names) as TrackedKind[]).flatMap((kind) =>
      aliases.names[kind].map((name) => [snakeCase(name), kind] as const),
    ),
  );
  const kindOf = (name: string): TrackedKind | undefined => kinds.get(snakeCase(name));
  return {
    kindOf,
    map(name, properties, safeId) {
      const kind = kindOf(name);
      if (kind === undefined) return { kind, refs: [] };
      const refs = refsOf(properties, aliases.ids, safeId);
      if (kind === 'signup') return { kind, refs };
      const violation = kind === 'order_completed' ? 'missing_order_id' : 'missing_checkout_id';
      return { kind, refs, ...valueOf(properties, aliases), ...(refs.length === 0 ? { violation } : {}) };
    },
  };
}

const byDefault = trackedMapper();

/** Maps an event with the default names. */
export const mapTracked = (name: string, properties: Properties, safeId: SafeId): TrackedMeaning =>
  byDefault.map(name, properties, safeId);

function refsOf(properties: Properties, ids: TrackedAliases['ids'], safeId: SafeId): Ref[] {
  const refs = new Set<Ref>();
  for (const [kind, names] of Object.entries(ids)) {
    for (const name of names) {
      const id = safeId(properties[name]);
      if (id === undefined) continue;
      refs.add(`${kind}:${id}`);
      const byPrefix = prefixes.find(([prefix]) => id.startsWith(prefix));
      if (byPrefix) refs.add(`${byPrefix[1]}:${id}`);
    }
  }
  return [...refs];
}

const isAbsent = (value: unknown): boolean => value === undefined || value === null || value === '';

function valueOf(
  properties: Properties,
  { values, currency: currencies }: TrackedAliases,
): Pick<TrackedMeaning, 'valueMinor' | 'valueBasis' | 'currency' | 'valueProblem'> {
  const found = values.find(([property]) => !isAbsent(properties[property]));
  const told = properties[currencies.find((property) => !isAbsent(properties[property])) ?? ''];
  const currency = typeof told === 'string' ? told.trim().toUpperCase() : '';
  const isKnown = /^[A-Z]{3}$/.test(currency) && isCurrency(currency);
  const named = isKnown ? { currency } : {};
  if (!found) return named;
  const valueBasis = found[1];
  if (currency === '') return { valueBasis, valueProblem: 'missing_currency' };
  if (!isKnown) return { valueBasis, valueProblem: 'unknown_currency' };
  const valueMinor = minorUnits(properties[found[0]], currency);
  return valueMinor === undefined
    ? { ...named, valueBasis, valueProblem: 'not_a_number' }
    : { ...named, valueBasis, valueMinor };
}

const currencyCodes = new Set(Intl.supportedValuesOf('currency'));
export const isCurrency = (code: string): boolean => currencyCodes.has(code);

/** An amount in major units as a browser computes it, to the nearest minor unit: 59.96999999999999 is 5997. Undefined when it is no number. */
export function minorUnits(value: unknown, currency: string): bigint | undefined {
  const text = typeof value === 'number' ? decimal(value) : typeof value === 'string' ? value.trim() : '';
  const match = /^(-?)(\d{1,15})(?:\.(\d{1,30}))?$/.exec(text);
  if (!match) return undefined;
  const exponent = exponentOf(currency);
  const fraction = (match[3] ?? '').padEnd(exponent + 1, '0');
  const kept = BigInt(match[2]! + fraction.slice(0, exponent));
  const rounded = fraction[exponent]! >= '5' ? kept + 1n : kept;
  return match[1] ? -rounded : rounded;
}

// Twelve places are below every minor unit and above the noise of binary fractions.
const decimal = (value: number): string => (Number.isFinite(value) && Math.abs(value) < 1e15 ? roundNoise(value) : '');
const roundNoise = (value: number): string => {
  const places = Math.max(0, 12 - Math.ceil(Math.log10(Math.abs(value) + 1)));
  return value.toFixed(places);
};
