import type { InterpretableEntry } from '../../src/catalog/facts.js';
import type { Json } from '../fixtures/stripe-events.js';

/** Objects that lists show, by the kind of event that tells of them. */
const KINDS: readonly (readonly [type: RegExp, kind: string])[] = [
  [/^stripe\.charge\.dispute\./, 'dispute'],
  [/^stripe\.(refund|charge\.refund)\./, 'refund'],
  [/^stripe\.charge\./, 'charge'],
  [/^stripe\.customer\.subscription\./, 'subscription'],
];

const kindOf = (type: string): string | undefined => KINDS.find(([pattern]) => pattern.test(type))?.[1];
const bodyOf = (entry: InterpretableEntry) =>
  entry.body as { api_version?: string; created: number; data: { object: Json } };
const isTaken = ({ object }: { object: Json }): boolean =>
  object['captured'] === true && object['status'] === 'succeeded';

/** An entry of an object that was read at a second. */
export function readEntry(kind: string, object: Json, at: number, over: Json = {}): InterpretableEntry {
  const id = `${String(object['id'])}.read${at}`;
  return {
    ...{ id: `entry-${id}`, position: 1, type: `stripe.object.${kind}`, schemaVersion: 1, origin: 'stripe' },
    ...{ account: '', originEventId: id, occurredAt: at * 1000, attributes: { livemode: 'true' } },
    body: { id, object: 'import', created: at, as_of: 'known', livemode: true, data: { object }, ...over },
  };
}

/**
 * What Stripe's lists show at the end of a history, as of a second after it: the last state of each object, with balance transactions made
 * at the very second in which the money moved.
 */
export function objectsAtTheEnd(entries: readonly InterpretableEntry[], at: number): InterpretableEntry[] {
  const last = new Map<string, { kind: string; object: Json; apiVersion: unknown }>();
  const lines = new Map<string, Json>();
  for (const entry of entries) {
    const kind = kindOf(entry.type);
    const { api_version: apiVersion, created, data } = bodyOf(entry);
    if (kind === undefined) continue;
    const id = String(data.object['id']);
    const line = { id: `txn_of_${id}`, created, currency: data.object['currency'] };
    if (kind === 'charge' && isTaken(data) && !lines.has(id)) lines.set(id, { balance_transaction: line });
    const failed =
      kind === 'charge' ? data.object['failure_balance_transaction'] : entry.type === 'stripe.refund.failed';
    if (failed) lines.set(id, { ...lines.get(id), failure_balance_transaction: { ...line, id: `txn_back_${id}` } });
    last.set(id, { kind, object: data.object, apiVersion });
  }
  return [...last].map(([id, { kind, object, apiVersion }]) =>
    readEntry(kind, { ...object, ...lines.get(id) }, at, { api_version: apiVersion }),
  );
}
