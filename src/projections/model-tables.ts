import type { Zone } from '../kernel/day.js';
import { CopyWriter } from '../storage/copy-writer.js';
import type { Contributing } from './contributions.js';
import { identifierText, partText } from './documents.js';
import type { Customer, Identifier, Part, TouchRow } from './rows.js';

type ColumnType = 'text' | 'uuid' | 'json' | 'boolean' | 'int' | 'bigint' | 'timestamptz' | 'date';

/** A value of a column: a bigint also as its decimal text, a time in epoch milliseconds, a date `YYYY-MM-DD`, a document as its text. */
export type Value = string | number | boolean | null;

/** A table that the fold fills; the first column is its key. */
export interface Table<T> {
  name: string;
  columns: readonly (readonly [name: string, type: ColumnType])[];
  /** The values of a row, in the order of the columns. */
  valuesOf(row: T, zone: Zone): Value[];
}

export const PARTS: Table<Part> = {
  name: 'parts',
  columns: [
    ['ref', 'text'],
    ['kind', 'text'],
    ['purchase', 'text'],
    ['party', 'text'],
    ['at', 'timestamptz'],
    ['day', 'date'],
    ['amount_minor', 'bigint'],
    ['currency', 'text'],
    ['status', 'text'],
    ['customer_present', 'boolean'],
    ['doc', 'json'],
  ],
  valuesOf: (part, zone) => {
    const { ref, kind, purchase, party, present } = part;
    const { at, amountMinor, currency, status } = part.columns;
    const day = dayOf(at, zone);
    return [ref, kind, purchase, party, at, day, amountMinor, currency, status, present, partText(part)];
  },
};

export const IDENTIFIERS: Table<Identifier> = {
  name: 'identifiers',
  columns: [
    ['node', 'text'],
    ['customer', 'text'],
    ['doc', 'json'],
  ],
  valuesOf: (identifier) => [identifier.node, identifier.customer, identifierText(identifier)],
};

export const CUSTOMERS: Table<Customer> = {
  name: 'customers',
  columns: [
    ['customer', 'text'],
    ['user_id', 'text'],
    ['signed_up_at', 'timestamptz'],
    ['signed_up_day', 'date'],
    ['first_touch_at', 'timestamptz'],
    ['source', 'text'],
    ['medium', 'text'],
    ['campaign', 'text'],
    ['unknown_reason', 'text'],
    ['first_payment_ref', 'text'],
    ['first_payment_at', 'timestamptz'],
    ['first_payment_day', 'date'],
    ['first_payment_entry', 'uuid'],
  ],
  valuesOf: (row, zone) => [
    row.customer,
    row.userId,
    row.signedUpAt,
    dayOf(row.signedUpAt, zone),
    row.firstTouchAt,
    row.source,
    row.medium,
    row.campaign,
    row.reason,
    row.firstPaymentRef,
    row.firstPaymentAt,
    dayOf(row.firstPaymentAt, zone),
    row.firstPaymentEntry,
  ],
};

export const CONTRIBUTIONS: Table<Contributing> = {
  name: 'contributions',
  columns: [
    ['position', 'bigint'],
    ['ordinal', 'int'],
    ['metric', 'text'],
    ['subject', 'text'],
    ['day', 'date'],
    ['currency', 'text'],
    ['delta', 'bigint'],
    ['source', 'text'],
    ['medium', 'text'],
    ['campaign', 'text'],
    ['unknown_reason', 'text'],
    ['customer_kind', 'text'],
    ['customer_present', 'boolean'],
    ['fact', 'text'],
    ['entry_id', 'uuid'],
    ['occurred_at', 'timestamptz'],
  ],
  valuesOf: ({ position, ordinal, subject, what, by, sign }, zone) => [
    position,
    ordinal,
    what.metric,
    subject,
    zone.dayOf(what.at),
    what.currency,
    signed(what.delta, sign),
    by.source,
    by.medium,
    by.campaign,
    by.reason,
    by.kind,
    by.present,
    what.fact,
    what.entryId,
    what.at,
  ],
};

export const TOUCHES: Table<TouchRow> = {
  name: 'touches',
  columns: [
    ['node', 'text'],
    ['at', 'timestamptz'],
    ['entry_id', 'uuid'],
    ['source', 'text'],
    ['medium', 'text'],
    ['campaign', 'text'],
    ['referrer', 'text'],
    ['landing_page', 'text'],
    ['click_id', 'text'],
  ],
  valuesOf: ({ node, at, entryId, source, medium, campaign, referrer, landingPage, clickId }) => {
    return [node, at, entryId, source, medium, campaign, referrer, landingPage, clickId];
  },
};

/** A decimal text with this sign. */
export const signed = (delta: string, sign: 1 | -1): string =>
  sign === 1 ? delta : delta.startsWith('-') ? delta.slice(1) : `-${delta}`;

const dayOf = (at: number | null, zone: Zone): string | null => (at === null ? null : zone.dayOf(at));

const BYTES_PER_ROW = 512;

/** Rows in COPY's binary format; undefined when there are none. */
export function copyOf<T>({ columns, valuesOf }: Table<T>, rows: readonly T[], zone: Zone): Buffer | undefined {
  if (rows.length === 0) return undefined;
  const out = new CopyWriter(rows.length * BYTES_PER_ROW);
  for (const row of rows) {
    const values = valuesOf(row, zone);
    out.columns(values.length);
    for (let index = 0; index < values.length; index++) put(out, columns[index]![1], values[index]!);
  }
  return out.finished();
}

function put(out: CopyWriter, type: ColumnType, value: Value): void {
  if (value === null) return out.null();
  switch (type) {
    case 'text':
    case 'json':
      return out.text(value as string);
    case 'bigint':
      return typeof value === 'number' ? out.int8(value) : out.int8Text(value as string);
    case 'timestamptz':
      return out.time(value as number);
    case 'date':
      return out.date(midnightOf(value as string));
    case 'boolean':
      return out.bool(value as boolean);
    case 'uuid':
      return out.uuid(value as string);
    case 'int':
      out.int4(4);
      return out.int4(value as number);
  }
}

let lastDay = '';
let lastMidnight = 0;

function midnightOf(day: string): number {
  if (day !== lastDay) [lastDay, lastMidnight] = [day, Date.parse(`${day}T00:00:00Z`)];
  return lastMidnight;
}

/** Rows as one JSON text of objects, to change rows that exist; undefined when there are none. */
export function jsonOf<T>({ columns, valuesOf }: Table<T>, rows: readonly T[], zone: Zone): string | undefined {
  if (rows.length === 0) return undefined;
  return JSON.stringify(
    rows.map((row) => {
      const named: Record<string, Value> = {};
      const values = valuesOf(row, zone);
      for (let index = 0; index < values.length; index++) {
        const [name, type] = columns[index]!;
        const value = values[index]!;
        named[name] = type === 'timestamptz' && value !== null ? new Date(value as number).toISOString() : value;
      }
      return named;
    }),
  );
}
