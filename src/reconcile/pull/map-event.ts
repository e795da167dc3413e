import { type Lineage, lineageOf } from '../../catalog/lineage.js';
import type { TrackedKind, TrackedMapper, ValueBasis, ValueProblem } from '../../catalog/tracked-events.js';
import type { ClearText } from '../../ingest/clear-text.js';
import { describeClient } from '../../ingest/describe-client.js';
import type { SourceEvent } from '../source-type.js';
import type { Key } from '../source.js';
import { packContext } from '../tracked/tracked-context.js';

/** How what was fetched may be written down. */
export interface Writing {
  clear: ClearText;
  /** Keyed hash of any value, as text. */
  hash: (value: unknown) => string;
}

/** An event that means something to truth, as it is kept. */
export interface PulledEvent {
  messageId: string;
  event: string;
  kind: TrackedKind;
  userId?: string;
  anonymousId?: string;
  refs: readonly string[];
  valueMinor?: bigint;
  valueBasis?: ValueBasis;
  currency?: string;
  valueProblem?: ValueProblem;
  at: number;
  receivedAt: number;
  isBot?: boolean;
  device?: string;
  browser?: string;
  os?: string;
  country?: string;
  host?: string;
  release?: string;
  /** It says of itself that it is a test. */
  isTest?: boolean;
  source?: string;
  medium?: string;
  campaign?: string;
  lineage: Lineage;
}

/** What is kept of an event: itself where it means something, its name, and whom it shows to have been there. */
export interface Mapped {
  name: string;
  kind: TrackedKind | undefined;
  event?: PulledEvent;
  seen: readonly Key[];
  /** What the client of those was, packed. */
  context: string;
  links: readonly { anonymousId: string; userId: string }[];
}

export function mapEvent(sent: SourceEvent, mapper: TrackedMapper, { clear, hash }: Writing): Mapped {
  const name = clear(sent.name) ?? '(unreadable)';
  const userId = clear(sent.userId);
  const anonymousId = clear(sent.anonymousId);
  const meaning = sent.named ? mapper.map(sent.name, sent.properties, clear) : { kind: undefined, refs: [] };
  const lineage = lineageOf(sent.properties, sent.library);
  const people = [...(userId ? [`user:${userId}`] : []), ...(anonymousId ? [`anonymous:${anonymousId}`] : [])];
  const described = describeClient(clear, sent);
  const mapped: Mapped = {
    name,
    kind: meaning.kind,
    context: packContext(described),
    seen: lineage === 'client' ? [...people, ...meaning.refs] : [],
    links: lineage === 'client' ? linksOf(sent, clear) : [],
  };
  if (meaning.kind === undefined) return mapped;
  const { violation: _, ...meant } = meaning;
  const content = { name, userId, anonymousId, at: sent.at, properties: sent.properties };
  const event: PulledEvent = {
    ...meant,
    ...described,
    kind: meaning.kind,
    messageId: clear(sent.messageId) ?? `content_${hash(content)}`,
    event: name,
    userId,
    anonymousId,
    at: sent.at,
    receivedAt: sent.receivedAt ?? sent.at,
    lineage,
  };
  return { ...mapped, event };
}

const linksOf = (sent: SourceEvent, clear: ClearText): { anonymousId: string; userId: string }[] =>
  sent.links.flatMap((link) => {
    const anonymousId = clear(link.anonymousId);
    const userId = clear(link.userId);
    return anonymousId === undefined || userId === undefined || anonymousId === userId ? [] : [{ anonymousId, userId }];
  });
