import type { Zone } from '../../kernel/day.js';
import type { Tracked } from '../match.js';
import type { MatchBy } from '../reconciled-metrics.js';
import type { Key, TrackedRow } from '../source.js';

/** The best evidence first: what an order is called, then how it was paid, then where it began. */
const REF_ORDER = ['order', 'payment', 'intent', 'session', 'invoice', 'subscription', 'checkout'];
const CHECKOUT_ORDER = ['checkout', ...REF_ORDER.slice(0, -1)];

/** The ids by which an event can be matched, the best first. A person is matched by user id, by the device only where it names no user. */
export function keysOfEvent(event: TrackedRow, by: MatchBy): readonly Key[] {
  if (by === 'person') {
    if (event.userId !== null) return [`user:${event.userId}`];
    return event.anonymousId === null ? [] : [`anonymous:${event.anonymousId}`];
  }
  if (event.refs.length <= 1) return event.refs;
  const order = by === 'checkout' ? CHECKOUT_ORDER : REF_ORDER;
  const rank = (ref: string): number => {
    const index = order.indexOf(ref.slice(0, ref.indexOf(':')));
    return index < 0 ? order.length : index;
  };
  return [...event.refs].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
}

/** What is known of keys: their group in truth, and which user a browser says a device belongs to. */
export interface KnownKeys {
  groups: ReadonlyMap<Key, string>;
  /** Users linked with a device by browsers. */
  linked: ReadonlyMap<Key, readonly Key[]>;
}

/** Events with the group and the day they belong to. An event that truth knows nothing of is a group by its best id. */
export function groupEvents(events: readonly Grouped[], by: MatchBy, known: KnownKeys, zone: Zone): Tracked[] {
  return events.map((event) => {
    const group = groupOf(event, by, known);
    if (isIn(event, group)) return event;
    return { ...event, day: event.day ?? zone.dayOf(event.at), group };
  });
}

/** An event, perhaps with the group and the day that were found for it before. */
export type Grouped = TrackedRow & Partial<Pick<Tracked, 'day' | 'group'>>;

const isIn = (event: Grouped, group: string): event is Tracked => event.day !== undefined && event.group === group;

function groupOf(event: TrackedRow, by: MatchBy, { groups, linked }: KnownKeys): string {
  const keys = keysOfEvent(event, by);
  for (const key of keys) {
    const group = groups.get(key);
    if (group !== undefined && !isUnnamed(group)) return group;
    const users = linked.get(key);
    if (users?.length === 1) return groups.get(users[0]!) ?? users[0]!; // a shared device tells nothing
    if (group !== undefined) return group;
  }
  return keys[0] ?? `message:${event.messageId}`;
}

/** A device that the server has seen, but knows no user of. */
const isUnnamed = (group: string): boolean => group.startsWith('anonymous:');
