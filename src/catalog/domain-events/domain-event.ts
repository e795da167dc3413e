import { z } from 'zod';

/** What a service may tell us: one type, its data by schema version, and how older data become today's. */
export interface DomainEvent {
  type: string;
  /** What it says, in a sentence. */
  meaning: string;
  /** The schema version that new senders use, from 1. */
  version: number;
  /** Schema of `data` in that version. Members it does not name are kept. */
  data: z.ZodObject;
  /** Members of which at least one must be there. */
  oneOf?: readonly string[];
  /** Schemas of older versions, which are still accepted. */
  earlier?: Readonly<Record<number, z.ZodObject>>;
  /** From the named version to the next one. There is one for every version below `version`. */
  upcasters?: Readonly<Record<number, (data: Readonly<Record<string, unknown>>) => Record<string, unknown>>>;
  /** A valid `data`, for documents and tests. */
  example: Readonly<Record<string, unknown>>;
}

export const defineDomainEvent = (event: DomainEvent): DomainEvent => event;

/** The object schema of a `data`: what is not named stays. */
export const dataOf = <Shape extends z.ZodRawShape>(shape: Shape): z.ZodObject => z.looseObject(shape);

const ID_MAX = 255; // characters
// oxlint-disable-next-line no-control-regex
const isClean = (text: string): boolean => text.isWellFormed() && !/[\u0000-\u001f\u007f]/.test(text);

const clean = (max: number) => z.string().min(1).max(max).refine(isClean, 'must not hold control characters');

/** An id as its sender writes it: text, or a whole number. */
export const id = z.union([clean(ID_MAX), z.int()], {
  error: `must be text of 1 to ${ID_MAX} characters, or a whole number`,
});

export const text = z.string().max(8_192);

/** Minor units: a decimal string, or a whole number within 2^53. */
export const amountMinor = z.union([z.string().regex(/^\d{1,18}$/), z.int().min(0)], {
  error: 'must be a whole number of minor units, 0 or more, as a string such as "1234"',
});

export const currency = z.string().regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code in upper case');

export const money = z.looseObject({ amount_minor: amountMinor, currency });

/** An amount that is a part of a total, in the currency of the total: minor units, or money. */
const part = z.union([amountMinor, money], { error: 'must be minor units as a string, or money' });

/** Money with the parts that it includes. */
export const total = z.looseObject({
  amount_minor: amountMinor,
  currency,
  tax: part.optional(),
  shipping: part.optional(),
  discount: part.optional(),
});

/** Where somebody came from. An unknown value is left out, never made up. */
export const attributionShape = {
  source: text.nullish(),
  medium: text.nullish(),
  campaign: text.nullish(),
  term: text.nullish(),
  content: text.nullish(),
  referrer: text.nullish(),
  landing_page: text.nullish(),
  click_id: text.nullish(),
};

export const attribution = z.looseObject(attributionShape);
