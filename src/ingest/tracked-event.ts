import { lineageOf } from '../catalog/lineage.js';
import { mapTracked } from '../catalog/tracked-events.js';
import { trackedPolicy } from '../catalog/personal.js';
import type { Vault } from '../ledger/vault.js';
import type { ClearText } from './clear-text.js';
import { truncatedAddress } from './client-address.js';
import type { ClientEvent, Collector } from './collector.js';
import { describeClient } from './describe-client.js';
import { isObject, type Json } from './json-members.js';
import type { SdkLink, TrackedEvent } from './tracked-store.js';

/** What all events of one request share. */
export interface ClientRequest {
  collector: Collector;
  keyId: string;
  sentAt: unknown;
  receivedAt: Date;
  /** Keyed hash of the network that the request came from. */
  network?: string;
  eventBytesMax: number;
}

export interface Sealing {
  vault: Vault;
  clear: ClearText;
}

export type Mapped = { event: TrackedEvent; links: SdkLink[] } | { reason: string };

const DAY_MS = 86_400_000;
const EARLIEST_MS = Date.UTC(2000, 0);

/** One event as sent to one that can be stored, or why not. */
export function toTracked(sealing: Sealing, request: ClientRequest, sent: unknown): Mapped {
  if (!isObject(sent)) return { reason: 'not_an_object' };
  const text = textOf(sent);
  if (Buffer.byteLength(text) > request.eventBytesMax) return { reason: 'too_large' };
  const client = request.collector.event(sent);
  if (typeof client === 'string') return { reason: client };
  const { clear, vault } = sealing;
  const userId = clear(client.userId);
  const anonymousId = clear(client.anonymousId);
  if (userId === undefined && anonymousId === undefined) return { reason: 'missing_id' };
  const times = timesOf(client, request);
  if (!times) return { reason: 'bad_time' };
  const meaning = client.named ? mapTracked(client.name, client.properties, clear) : { kind: undefined, refs: [] };
  if (meaning.violation) return { reason: meaning.violation };
  const sealed = vault.seal(text, trackedPolicy(request.collector.name));
  const event: TrackedEvent = {
    ...meaning,
    ...times,
    ...describe(sealing, client, request),
    collector: request.collector.name,
    keyId: request.keyId,
    messageId: messageIdOf(sealing, client, sent),
    event: clear(client.name) ?? '(unreadable)',
    userId,
    anonymousId,
    receivedAt: request.receivedAt,
    subjects: [...new Set([...sealed.subjects, ...tagsOf(vault, client)])].sort(),
    sealed,
  };
  return { event, links: linksOf(clear, client, request.receivedAt) };
}

/** An event as it is kept, sealed: no address of a visitor is stored whole, in whichever member an SDK or a shop puts it. */
const textOf = (sent: unknown): string =>
  JSON.stringify(sent, (name, value: unknown) =>
    typeof value === 'string' ? withoutAddresses(value, ADDRESS_NAME.test(name)) : value,
  );

// `ip`, `$ip`, `ipAddress`, `client_ip`, `clientIp`, `remoteAddress`, `x-forwarded-for`, …
const ADDRESS_NAME =
  /^\$?(?:.*[_-])?ip(?:_?addr(?:ess)?)?$|[a-z]I[pP](?:Addr(?:ess)?)?$|remote_?addr(?:ess)?$|forwarded[_-]?for$/i;
const ADDRESS = /^[\da-f.:%[\]]{3,60}$/i;

/**
 * A text that is an address, or a list of them, is cut to their networks; four numbers with dots may also be the version of a program, and are
 * cut only under the name of an address.
 */
function withoutAddresses(text: string, isNamed: boolean): string {
  if (!isNamed && !(text.includes(':') && ADDRESS.test(text))) return text;
  const cut = text.split(',').map((each) => networkIn(each.trim()));
  if (cut.every((each) => each !== undefined)) return cut.join(', ');
  return isNamed && /\d[.:]/.test(text) ? LEFT_OUT : text;
}

/** The network of an address with or without a port. */
const networkIn = (text: string): string | undefined =>
  truncatedAddress(text) ??
  truncatedAddress(/^\[(.+)\](?::\d{1,5})?$/.exec(text)?.[1]) ??
  truncatedAddress(/^([\d.]+):\d{1,5}$/.exec(text)?.[1]);

const LEFT_OUT = '[address]';

/** What a refused event is sampled as: sealed like the others, cut to the size of an event. */
export function toSample({ vault }: Sealing, request: ClientRequest, sent: unknown) {
  const text = textOf(sent) ?? 'null';
  const kept = Buffer.byteLength(text) > request.eventBytesMax ? JSON.stringify({ left_out: 'too_large' }) : text;
  const sealed = vault.seal(kept, trackedPolicy(request.collector.name));
  const client = isObject(sent) ? request.collector.event(sent) : 'not_an_object';
  const tags = typeof client === 'string' ? [] : tagsOf(vault, client);
  const times = typeof client === 'string' ? undefined : timesOf(client, request);
  const occurredAt = times?.occurredAt ?? request.receivedAt;
  return { sealed, subjects: [...new Set([...sealed.subjects, ...tags])], occurredAt };
}

/** Keyed tags of the person of an event as sent. */
export function tagsOfSent({ vault }: Sealing, request: ClientRequest, sent: unknown): string[] {
  const client = isObject(sent) ? request.collector.event(sent) : undefined;
  return typeof client === 'object' ? tagsOf(vault, client) : [];
}

/** The client as rate limits see it: its own id and the network it comes from. */
export function clientOf(sealing: Sealing, request: ClientRequest, sent: unknown): string {
  const client = isObject(sent) ? request.collector.event(sent) : undefined;
  const id = typeof client === 'object' ? sealing.clear(client.anonymousId ?? client.userId) : undefined;
  return `${id ?? ''} ${request.network ?? ''}`;
}

/** Times of an event, corrected for a clock that is wrong: its error is in both of the device's times and cancels. Undefined when they make no sense. */
export function timesOf(
  client: Pick<ClientEvent, 'clientAt' | 'offsetMs'>,
  request: Pick<ClientRequest, 'sentAt' | 'receivedAt'>,
) {
  const receivedMs = request.receivedAt.getTime();
  const sentMs = instant(request.sentAt);
  const given = client.clientAt !== undefined && client.clientAt !== null;
  const clientMs = given ? instant(client.clientAt) : undefined;
  if (given && clientMs === undefined) return undefined;
  let occurredMs = receivedMs - (client.offsetMs ?? 0);
  if (clientMs !== undefined) occurredMs = sentMs === undefined ? clientMs : receivedMs - (sentMs - clientMs);
  if (occurredMs > receivedMs + DAY_MS || occurredMs < EARLIEST_MS) return undefined;
  const date = (ms: number | undefined): Date | undefined => (ms === undefined ? undefined : new Date(ms));
  return { occurredAt: new Date(occurredMs), clientAt: date(clientMs), sentAt: date(sentMs) };
}

/** Epoch milliseconds of a time as SDKs write it: text, seconds or milliseconds. */
function instant(value: unknown): number | undefined {
  const ms =
    typeof value === 'string'
      ? Date.parse(value)
      : typeof value === 'number'
        ? value < 1e11
          ? value * 1000
          : value
        : Number.NaN;
  return ms >= 0 && ms < Date.UTC(9999, 0) ? Math.round(ms) : undefined;
}

// Without an id of the sender's own, the same content is the same event.
const messageIdOf = ({ clear, vault }: Sealing, client: ClientEvent, sent: Json): string =>
  clear(client.messageId) ?? `content_${vault.contentMac(sent).toString('base64url').slice(0, 22)}`;

/** Keyed hash of the network that an address is in; undefined for what is no address. */
export function networkOf(vault: Pick<Vault, 'contentMac'>, address: unknown): string | undefined {
  const network = truncatedAddress(address);
  return network === undefined ? undefined : vault.contentMac({ network }).toString('base64url').slice(0, 22);
}

function describe({ clear, vault }: Sealing, client: ClientEvent, request: ClientRequest) {
  return {
    ...describeClient(clear, client),
    clientHash: networkOf(vault, client.ip) ?? request.network,
    // What a server sent, and what we routed to a tool ourselves, is no evidence of what browsers saw.
    lineage: lineageOf(client.properties, client.library) === 'client' ? ('client' as const) : ('server' as const),
  };
}

const asText = (id: unknown): string | undefined =>
  typeof id === 'string' ? id : typeof id === 'number' ? String(id) : undefined;

function tagsOf(vault: Vault, client: ClientEvent): string[] {
  const user = asText(client.userId);
  const anonymous = asText(client.anonymousId);
  return [...(user ? [vault.subjectTag('u', user)] : []), ...(anonymous ? [vault.subjectTag('a', anonymous)] : [])];
}

function linksOf(clear: ClearText, client: ClientEvent, seenAt: Date): SdkLink[] {
  return client.links.flatMap((link) => {
    const anonymousId = clear(link.anonymousId);
    const userId = clear(link.userId);
    return anonymousId === undefined || userId === undefined || anonymousId === userId
      ? []
      : [{ anonymousId, userId, seenAt }];
  });
}
