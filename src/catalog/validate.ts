import type { z } from 'zod';
import { domainEvents, schemaOf } from './domain-events/index.js';

/** What the catalog says of a domain event: its schema version, or why it does not match, one reason a line. */
export type Validated =
  { schemaVersion: number; reasons?: undefined } | { reasons: readonly string[]; schemaVersion?: undefined };

const REASONS_MAX = 20;

/** Checks `data` against the schema of its type. Without a version, the present one. Reasons name members, never their values. */
export function validateDomainEvent(type: string, data: unknown, version?: number): Validated {
  const event = domainEvents.get(type);
  if (!event) return { reasons: ['type: no such event in the catalog, see GET /v1/catalog'] };
  const schemaVersion = version ?? event.version;
  const schema = schemaOf(event, schemaVersion);
  if (!schema) return { reasons: [`dataversion: ${type} has versions up to ${event.version}`] };
  const checked = schema.safeParse(data, { error: inWords });
  const reasons = checked.success ? [] : reasonsOf(checked.error.issues);
  if (
    checked.success &&
    event.oneOf &&
    !event.oneOf.some((member) => isGiven((data as Record<string, unknown>)[member]))
  ) {
    reasons.push(`data: needs ${event.oneOf.join(' or ')}`);
  }
  return reasons.length > 0 ? { reasons } : { schemaVersion };
}

/** The library's own words for a member that is not there name types. Where a schema has words of its own, those stand. */
const inWords = ({ input }: { input?: unknown }): string | undefined =>
  input === undefined ? 'is missing' : undefined;

const isGiven = (value: unknown): boolean => value !== undefined && value !== null;

/** The reasons of a failed check, each `data.total.currency: must be …`. */
export const reasonsOf = (issues: readonly z.core.$ZodIssue[], root = 'data'): string[] =>
  issues.slice(0, REASONS_MAX).map((issue) => `${[root, ...issue.path.map(String)].join('.')}: ${issue.message}`);
