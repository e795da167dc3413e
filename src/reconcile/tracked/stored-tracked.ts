import type { Key, TrackedRow, Window } from '../source.js';

/** A tracked event as a query of a source selects it, whichever table it is in. */
export interface StoredTracked {
  id: string;
  message_id: string;
  user_id: string | null;
  anonymous_id: string | null;
  refs: string[];
  value_minor: bigint | null;
  value_basis: TrackedRow['valueBasis'];
  currency: string | null;
  value_problem: TrackedRow['valueProblem'];
  at: number;
  received_at: number;
  deliveries: number;
  is_bot: boolean | null;
  source: string | null;
}

export const trackedRow = (row: StoredTracked, context: TrackedRow['context']): TrackedRow => ({
  id: row.id,
  messageId: row.message_id,
  userId: row.user_id,
  anonymousId: row.anonymous_id,
  refs: row.refs,
  valueMinor: row.value_minor,
  valueBasis: row.value_basis,
  currency: row.currency,
  valueProblem: row.value_problem,
  at: row.at,
  receivedAt: row.received_at,
  deliveries: row.deliveries,
  isBot: row.is_bot ?? false,
  source: row.source,
  context,
});

/** A window as two parameters of a query. */
export const times = ({ from, to }: Window): [Date, Date] => [new Date(from), new Date(to)];

/** Keys by what they are, without the prefixes of persons and devices. */
export function splitKeys(keys: readonly Key[]): { users: string[]; anonymous: string[]; refs: string[] } {
  const parts = { users: [] as string[], anonymous: [] as string[], refs: [] as string[] };
  for (const key of keys) {
    if (key.startsWith('user:')) parts.users.push(key.slice(5));
    else if (key.startsWith('anonymous:')) parts.anonymous.push(key.slice(10));
    else parts.refs.push(key);
  }
  return parts;
}
