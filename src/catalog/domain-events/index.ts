import { z } from 'zod';
import { checkoutStarted } from './checkout-started.js';
import { consentChanged } from './consent-changed.js';
import type { DomainEvent } from './domain-event.js';
import { orderCancelled, orderCompleted, orderFulfilled } from './order-changes.js';
import { orderPlaced } from './order-placed.js';
import { touchRecorded } from './touch-recorded.js';
import { userIdentified } from './user-identified.js';
import { userSignedUp } from './user-signed-up.js';

/** The only list of domain events. */
const all: readonly DomainEvent[] = [
  userSignedUp,
  userIdentified,
  touchRecorded,
  consentChanged,
  checkoutStarted,
  orderPlaced,
  orderCompleted,
  orderFulfilled,
  orderCancelled,
];

export const domainEvents: ReadonlyMap<string, DomainEvent> = new Map(all.map((event) => [event.type, event]));

/** The schema of `data` in a version; undefined when there is no such version. */
export const schemaOf = (event: DomainEvent, version: number): z.ZodObject | undefined =>
  version === event.version ? event.data : event.earlier?.[version];

/** Data of an older version as today's. Throws RangeError for a version that never was. */
export function upcast(
  type: string,
  version: number,
  data: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const event = domainEvents.get(type);
  if (!event || version > event.version) throw new RangeError(`${type} has no version ${version}`);
  let current = data;
  for (let from = version; from < event.version; from++) {
    const step = event.upcasters?.[from];
    if (!step) throw new RangeError(`${type} has no version ${from}`);
    current = step(current);
  }
  return current;
}

/** Registered events whose older versions cannot be read: a mistake of ours, found at start. */
export const missingUpcasters = (events: Iterable<DomainEvent> = domainEvents.values()): string[] =>
  [...events].flatMap((event) =>
    Array.from({ length: event.version - 1 }, (_, index) => index + 1)
      .filter((version) => !event.upcasters?.[version] || !event.earlier?.[version])
      .map((version) => `${event.type} needs the schema and the upcaster of version ${version}`),
  );

export interface CatalogEntry {
  type: string;
  meaning: string;
  version: number;
  /** JSON Schema (2020-12) of `data`. */
  data_schema: Record<string, unknown>;
  example: Readonly<Record<string, unknown>>;
}

let schemas: readonly CatalogEntry[] | undefined;

/** The catalog as `GET /v1/catalog` serves it. Made once: every page of the dashboard asks for it, and it never changes. */
export const domainEventSchemas = (): readonly CatalogEntry[] => (schemas ??= all.map(described));

const described = ({ type, meaning, version, data, oneOf, example }: DomainEvent): CatalogEntry => ({
  type,
  meaning,
  version,
  data_schema: {
    ...z.toJSONSchema(data),
    ...(oneOf ? { anyOf: oneOf.map((member) => ({ required: [member] })) } : {}),
  },
  example,
});
