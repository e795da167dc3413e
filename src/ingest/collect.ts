import type { Clock } from '../kernel/clock.js';
import type { Zone } from '../kernel/day.js';
import { Problem } from '../kernel/errors.js';
import type { Collector } from './collector.js';
import { decodeBody } from './collectors/decode.js';
import type { CollectReply, RawRequest } from './ingest.js';
import type { IngestLimits } from './limits.js';
import type { OnOutcome } from './outcome.js';
import { TokenBuckets } from './rate-limit.js';
import {
  clientOf,
  networkOf,
  tagsOfSent,
  toSample,
  toTracked,
  type ClientRequest,
  type Sealing,
} from './tracked-event.js';
import type { Reject, SdkLink, TrackedEvent, TrackedStore } from './tracked-store.js';

export interface CollectDeps extends Sealing {
  store: TrackedStore;
  findKey: (sent: string | undefined) => string | undefined;
  clock: Clock;
  /** Days of the reject counters. */
  zone: Zone;
  limits: IngestLimits;
  onOutcome: OnOutcome;
}

export type Collect = (collector: Collector, request: RawRequest) => Promise<CollectReply>;

/** The collector: reads a request in one of the protocols, keeps its good events and counts the others by reason. */
export function createCollect(deps: CollectDeps): Collect {
  const limiter = { client: new TokenBuckets(deps.limits.client), key: new TokenBuckets(deps.limits.key) };
  return async (collector, request) => {
    const receivedAt = deps.clock();
    const { client, events } = await read(deps, collector, request, receivedAt);
    limit(deps, limiter, client, events);
    const reply = await keep(deps, client, events);
    const rejected = Object.values(reply.rejected).reduce((sum, count) => sum + count, 0);
    const seen = { recorded: reply.accepted, duplicate: reply.duplicates, rejected } as const;
    for (const outcome of ['recorded', 'duplicate', 'rejected'] as const) {
      if (seen[outcome] > 0)
        deps.onOutcome({ door: 'collector', origin: collector.name, outcome, count: seen[outcome] });
    }
    return reply;
  };
}

async function read(
  { limits, findKey, vault }: CollectDeps,
  collector: Collector,
  request: RawRequest,
  receivedAt: Date,
) {
  if (request.body.length > limits.bodyBytesMax) throw new Problem('too_large');
  const body = await decodeBody(request, limits.inflatedBytesMax);
  const batch = collector.batch(request, body);
  if (!batch) throw new Problem('unreadable_body', 'The body has not the shape of the protocol.');
  const keyId = findKey(batch.writeKey);
  if (keyId === undefined) throw new Problem('unauthenticated', 'The write key is missing or unknown.');
  if (batch.events.length > limits.trackedEventsMax) {
    throw new Problem('too_large', `A request may have ${limits.trackedEventsMax} events.`);
  }
  const client: ClientRequest = {
    collector,
    keyId,
    sentAt: batch.sentAt,
    receivedAt,
    network: networkOf(vault, request.remoteAddress),
    eventBytesMax: limits.trackedEventBytesMax,
  };
  return { client, events: batch.events };
}

/** Clients first, then the key. Nothing is taken from any bucket unless all of them have enough. */
function limit(
  deps: CollectDeps,
  { client, key }: { client: TokenBuckets; key: TokenBuckets },
  request: ClientRequest,
  events: readonly unknown[],
): void {
  const nowMs = request.receivedAt.getTime();
  const counts = new Map<string, number>();
  for (const sent of events) {
    const name = `${request.keyId} ${clientOf(deps, request, sent)}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const clientWaitS = Math.max(0, ...[...counts].map(([name, count]) => client.waitS(name, count, nowMs)));
  const keyWaitS = key.waitS(request.keyId, events.length, nowMs);
  if (clientWaitS === 0 && keyWaitS === 0) {
    for (const [name, count] of counts) client.take(name, count, nowMs);
    key.take(request.keyId, events.length, nowMs);
    return;
  }
  const reason = clientWaitS > 0 ? 'rate_limited_client' : 'rate_limited_key';
  const rejects = [{ ...rejectOf(deps, request, reason, events.length), limited: limitedTags(deps, request, events) }];
  // Counted with the next commit. The answer does not wait: refusing has to stay cheap.
  deps.store.add({ events: [], links: [], rejects }).catch(() => undefined);
  deps.onOutcome({ door: 'collector', origin: request.collector.name, outcome: 'rate_limited', count: events.length });
  throw new Problem('rate_limited', undefined, {
    retryAfterS: Math.max(1, Math.ceil(Math.max(clientWaitS, keyWaitS))),
  });
}

const LIMITED_MAX = 20; // persons of one refused request that are remembered: refusing has to stay cheap

/** Keyed tags of whom a refused request speaks of, so that what they lost can be explained. */
function limitedTags(deps: CollectDeps, request: ClientRequest, events: readonly unknown[]): string[] {
  const tags = new Set<string>();
  for (const sent of events) {
    for (const tag of tagsOfSent(deps, request, sent)) tags.add(tag);
    if (tags.size >= LIMITED_MAX) break;
  }
  return [...tags];
}

async function keep(deps: CollectDeps, request: ClientRequest, sent: readonly unknown[]): Promise<CollectReply> {
  const events: TrackedEvent[] = [];
  const links: SdkLink[] = [];
  const rejects: Reject[] = [];
  const rejected: Record<string, number> = {};
  for (const one of sent) {
    const mapped = toTracked(deps, request, one);
    if ('event' in mapped) {
      events.push(mapped.event);
      links.push(...mapped.links);
      continue;
    }
    rejected[mapped.reason] = (rejected[mapped.reason] ?? 0) + 1;
    rejects.push({ ...rejectOf(deps, request, mapped.reason, 1), sample: toSample(deps, request, one) });
  }
  const { accepted, duplicates } = await deps.store.add({ events, links, rejects });
  return {
    accepted,
    duplicates,
    rejected,
  };
}

const rejectOf = (
  { zone }: CollectDeps,
  { collector, keyId, receivedAt }: ClientRequest,
  reason: string,
  count: number,
): Reject => ({
  day: zone.dayOf(receivedAt.getTime()),
  collector: collector.name,
  keyId,
  reason,
  count,
  receivedAt,
});
