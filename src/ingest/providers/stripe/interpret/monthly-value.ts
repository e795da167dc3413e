import { openText } from '../../../../catalog/identifiers.js';
import { type Fraction, halfToEven, MONTHLY_MAX, monthlyPart } from '../../../monthly-part.js';
import { decimalsOf } from './amount.js';
import { listIn } from './stripe-json.js';
import { type Json, objectIn } from '../../../json-members.js';

/** What a subscription is worth in a time, by the prices and quantities it names. */
export interface Value {
  /** Minor units; each item rounded half to even, then added. */
  value: bigint;
  /** Null where no item names one. */
  currency: string | null;
  /** Whether an item's price cannot be told from the event, and is left out: tiers, a price in another currency. */
  unpriced: boolean;
}

/** Worth in a month of a subscription in canonical shape. Usage that is metered afterwards is worth nothing in advance. */
export const monthlyValue = (subscription: Json): Value => valueOf(subscription, monthsOf);

/** Worth in one period of its own, whatever that is. */
export const periodValue = (subscription: Json): Value => valueOf(subscription, () => ONE);

const ONE: Fraction = { over: 1n, under: 1n };

function valueOf(subscription: Json, share: (recurring: Json) => Fraction | undefined): Value {
  const items = listIn(subscription['items']).filter((item) => item['deleted'] !== true);
  const currency = openText(subscription['currency'] ?? objectIn(items[0]?.['price'])['currency'])?.toUpperCase();
  if (currency === undefined || !/^[A-Z]{3}$/.test(currency)) return { value: 0n, currency: null, unpriced: true };
  let value = 0n;
  let unpriced = items.length === 0;
  for (const item of items) {
    const worth = itemValue(item, currency, taxRatesOf(item, subscription), share);
    if (worth === undefined) unpriced = true;
    else value += worth;
  }
  return value > MONTHLY_MAX ? { value: 0n, currency, unpriced: true } : { value, currency, unpriced };
}

function itemValue(
  item: Json,
  currency: string,
  taxRates: readonly Json[],
  share: (recurring: Json) => Fraction | undefined,
): bigint | undefined {
  const price = objectIn(item['price']);
  const recurring = objectIn(price['recurring']);
  if (recurring['usage_type'] === 'metered') return 0n;
  const unit = unitPrice(price, currency);
  const quantity = billedQuantity(item['quantity'] ?? 1, objectIn(price['transform_quantity']));
  const part = share(recurring);
  if (!unit || quantity === undefined || !part) return undefined;
  const net = withoutTax(taxRates);
  const { from, to } = decimalsOf(currency);
  return halfToEven(
    unit.over * quantity * part.over * net.over * 10n ** BigInt(to),
    unit.under * part.under * net.under * 10n ** BigInt(from),
  );
}

/** The part of a period's price that falls into a month. */
const monthsOf = (recurring: Json): Fraction | undefined =>
  monthlyPart(recurring['interval'], recurring['interval_count'] ?? 1);

/** Per unit in the provider's minor units; undefined where the event does not tell it in the currency of the subscription. */
function unitPrice(price: Json, currency: string): Fraction | undefined {
  if (price['billing_scheme'] === 'tiered') return undefined;
  const isOwn = openText(price['currency'])?.toUpperCase() === currency;
  const named = isOwn ? price : objectIn(objectIn(price['currency_options'])[currency.toLowerCase()]);
  return fractionOf(named['unit_amount_decimal'] ?? named['unit_amount']);
}

function billedQuantity(quantity: unknown, { divide_by: by, round }: Json): bigint | undefined {
  if (!isCount(quantity)) return undefined;
  if (!isCount(by) || by === 0) return BigInt(quantity);
  return (BigInt(quantity) + (round === 'up' ? BigInt(by) - 1n : 0n)) / BigInt(by);
}

/** Those of the item; where it has none, those of the subscription. */
function taxRatesOf(item: Json, subscription: Json): readonly Json[] {
  const own = listIn(item['tax_rates']);
  return own.length > 0 ? own : listIn(subscription['default_tax_rates']);
}

/** What is left of a price without the taxes within it. Stripe Tax names no rate here: such a price counts as it is listed. */
function withoutTax(taxRates: readonly Json[]): Fraction {
  let percent: Fraction = { over: 0n, under: 1n };
  for (const { inclusive, percentage } of taxRates) {
    const each = inclusive === true ? fractionOf(percentage) : undefined;
    if (each)
      percent = { over: percent.over * each.under + each.over * percent.under, under: percent.under * each.under };
  }
  return { over: 100n * percent.under, under: 100n * percent.under + percent.over };
}

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

const DECIMAL = /^(\d{1,15})(?:\.(\d{1,12}))?$/;

/** `1250`, `"12.5"`; undefined for what is no plain decimal. */
function fractionOf(value: unknown): Fraction | undefined {
  const match = typeof value === 'number' || typeof value === 'string' ? DECIMAL.exec(String(value)) : null;
  if (!match) return undefined;
  const decimals = match[2] ?? '';
  return { over: BigInt(match[1]! + decimals), under: 10n ** BigInt(decimals.length) };
}
