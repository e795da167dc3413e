import { clearTextWith } from './clear-text.js';
import { contentTypeOf } from './content-type.js';
import type { Clock } from '../kernel/clock.js';
import { entryId } from '../kernel/entry-id.js';
import { Problem } from '../kernel/errors.js';
import { decodeStrictUtf8, parseStrict } from '../kernel/json-scan.js';
import type { Ledger, NewEntry } from '../ledger/ledger.js';
import { storedBytes } from '../ledger/stored-hash.js';
import { receivedStream } from '../ledger/streams.js';
import type { SealedBody, SealingPolicy, Vault } from '../ledger/vault.js';
import type { DeadLetterStore, ReplayContext } from './dead-letters.js';
import type { Outcome, RawRequest } from './ingest.js';
import type { IngestLimits } from './limits.js';
import type { Identified, Provider, Said, Subject } from './provider.js';
import { objectTags, type PurchaseObject } from './purchase-objects.js';
import { shortenBody, withoutLongTexts, withoutSpaces } from './shorten-body.js';

export interface ReceiveDeps {
  ledger: Pick<Ledger, 'record' | 'find'>;
  vault: Vault;
  deadLetters: Pick<DeadLetterStore, 'park'>;
  clock: Clock;
  limits: IngestLimits;
}

/** One event that was authenticated and identified, on its way into the ledger. */
export interface Arrival {
  /** Of its entry, where the caller has worked it out already. */
  id?: string;
  door: 'provider' | 'events' | 'import';
  account: string;
  origin: string;
  originEventId: string;
  type: string;
  schemaVersion: number;
  occurredAt: Date;
  attributes: Readonly<Record<string, string>>;
  subjects: readonly Subject[];
  /** Tags of subjects that stand elsewhere than in its text. */
  tags?: readonly string[];
  /** The parts of purchases that it is of; asked where it names nobody. */
  objects: () => readonly PurchaseObject[];
  /** The JSON text as received. */
  text: string;
  /** What is compared between two copies. */
  content: unknown;
  /** Its HMAC, where the caller has it already. */
  contentMac?: Buffer;
  policy: SealingPolicy;
  /** Whether a copy with these attributes can be compared with this one; default: always. */
  comparable?: (known: Readonly<Record<string, string>>) => boolean;
  /** The parsed body of what is shortened when it is too large to store: a signed webhook. A service is told instead. */
  shortenable?: { body: unknown };
  actor: string;
  authenticatedBy: string;
  correlationId: string;
  contentType?: string;
  context: ReplayContext;
}

/**
 * A provider's delivery, from the bytes to the answer: one outcome per event in it. Where each is signed by itself, one that is not genuine
 * is `rejected` and keeps none of the others out. Throws Problem when none is genuine.
 */
export async function receiveWebhook<S>(
  deps: ReceiveDeps,
  provider: Provider<S>,
  settings: S,
  request: RawRequest,
): Promise<Outcome[]> {
  if (request.body.length > deps.limits.bodyBytesMax) throw new Problem('too_large');
  // Before a byte of it is looked at: a forged body must learn nothing and cost nothing.
  const verdict = provider.verify(request, settings, deps.clock());
  if (verdict !== 'verified') throw new Problem(verdict);
  const text = decodeStrictUtf8(request.body);
  const texts = provider.split ? provider.split(text) : [text];
  const outcomes = await Promise.all(texts.map((each) => receiveOne(deps, provider, settings, request, each)));
  if (outcomes.every(({ outcome }) => outcome === 'rejected')) throw new Problem('bad_signature');
  return outcomes;
}

async function receiveOne<S>(
  deps: ReceiveDeps,
  provider: Provider<S>,
  settings: S,
  request: RawRequest,
  text: string,
): Promise<Outcome> {
  const { correlationId, headers } = request;
  const arrival = webhookArrival(deps, provider, text, correlationId, provider.said?.(headers));
  if (provider.verifyEvent?.(request, arrival.shortenable.body, settings) === 'bad_signature')
    return { outcome: 'rejected', code: 'bad_signature' };
  return keep(deps, { ...arrival, contentType: contentTypeOf(headers) });
}

/** What a genuine delivery of one event is. Throws Problem `unreadable_body` for what is no JSON. */
export function webhookArrival<S>(
  deps: Pick<ReceiveDeps, 'vault' | 'clock'>,
  provider: Provider<S>,
  text: string,
  correlationId: string,
  said?: Said,
): Arrival & Required<Pick<Arrival, 'shortenable'>> {
  return providerArrival(deps, provider, text, parseStrict(text), correlationId, said);
}

/** The same of a text that was parsed before. */
export function providerArrival<S>(
  deps: Pick<ReceiveDeps, 'vault' | 'clock'>,
  provider: Provider<S>,
  text: string,
  body: unknown,
  correlationId: string,
  said?: Said,
): Arrival & Required<Pick<Arrival, 'shortenable'>> {
  const content = provider.content(body);
  const identified = provider.identify(body, said) ?? unreadable(provider.name);
  const { occurredAt, attributes } = identified;
  const clear = clearTextWith(deps.vault); // ids that are e-mail addresses stand nowhere as such
  return {
    ...identified,
    account: clear(identified.account) ?? '',
    originEventId: clear(identified.originEventId) ?? contentId(identified.type, deps.vault.contentMac(content)),
    door: 'provider',
    origin: provider.name,
    schemaVersion: 1,
    occurredAt: occurredAt ?? deps.clock(),
    attributes: occurredAt ? attributes : { ...attributes, time: 'assigned' },
    subjects: provider.subjects(body),
    objects: () => provider.objects(body),
    text,
    content,
    policy: provider.policy(identified.type),
    comparable: (known) => provider.comparable(known, attributes),
    shortenable: { body },
    actor: `provider:${provider.name}`,
    authenticatedBy: provider.authenticatedBy,
    correlationId,
    context: { door: 'provider', provider: provider.name, ...(said ? { said } : {}) },
  };
}

/** Seals an arrival and appends it. Throws Problem `unavailable`, and `too_large` where it may be refused. */
export async function keep(deps: ReceiveDeps, arrival: Arrival, park = true): Promise<Outcome> {
  const entry = entryOf(deps, arrival);
  if (entry.attributes['truncated'] !== undefined && park) await parkTruncated(deps, arrival, entry);
  const { outcome } = await deps.ledger.record(entry);
  if (outcome !== 'conflict') return { outcome, entryId: entry.id };
  const known = arrival.comparable && (await deps.ledger.find(entry.id));
  // Two endpoints of different API versions get two renderings of one event. The first that came is kept.
  if (known && !arrival.comparable!(known.attributes)) return { outcome: 'duplicate', entryId: entry.id };
  const deadLetterId = park ? await parkConflict(deps, arrival, entry) : undefined;
  return { outcome: 'conflict', entryId: entry.id, deadLetterId, code: 'conflict', errors: [CONFLICT] };
}

const CONFLICT = 'The same id is known with other content.';

async function parkConflict(deps: ReceiveDeps, arrival: Arrival, entry: NewEntry): Promise<string | undefined> {
  const { door, account, origin, originEventId, type, contentType, context } = arrival;
  const sealed: SealedBody = { body: entry.body, subjects: [...entry.subjects], key: entry.key };
  const [id] = await deps.deadLetters.park([
    {
      reason: 'conflict',
      door,
      account,
      origin,
      originEventId,
      type,
      contentType,
      context,
      sealed,
      errors: [CONFLICT],
      entryId: entry.id,
      contentMac: entry.contentMac,
    },
  ]);
  return id;
}

/** Says what is to be completed before it is kept, so that no crash leaves it unsaid. What is kept already was told then. */
async function parkTruncated(deps: ReceiveDeps, arrival: Arrival, entry: NewEntry): Promise<void> {
  const { door, account, origin, originEventId, type, occurredAt } = arrival;
  if (await deps.ledger.find(entry.id)) return;
  const isWhole = entry.attributes['truncated'] === TEXTS;
  const counts = !isWhole && entry.attributes['livemode'] !== 'false';
  await deps.deadLetters.park([
    {
      reason: 'truncated',
      door,
      account,
      origin,
      originEventId,
      type,
      entryId: entry.id,
      errors: [
        `It is larger than an entry may be: ${isWhole ? 'its longest texts were' : 'a part of it was'} left out.`,
      ],
      context: { door: 'truncated', occurredAt: occurredAt.toISOString(), lost: counts ? 'members' : 'texts' },
      subjects: entry.subjects,
      blocks: counts,
    },
  ]);
}

/** How an entry is marked of which only texts are left out that no number depends on; `true` where other leaves are. */
const TEXTS = 'texts';

/** The entry within the stored size. How much longer sealing makes a text is told by the first attempt; small steps do the rest. */
function entryOf(deps: ReceiveDeps, arrival: Arrival): NewEntry {
  const { storedBytesMax } = deps.limits;
  const contentMac = arrival.contentMac ?? deps.vault.contentMac(arrival.content);
  const whole = sealedEntry(deps.vault, arrival, arrival.text, contentMac);
  if (isSmall(whole, storedBytesMax)) return whole;
  if (storedBytes(whole) <= storedBytesMax) return whole;
  if (!arrival.shortenable) {
    throw new Problem('too_large', `An event may have ${storedBytesMax} bytes as it is stored.`);
  }
  const { body } = arrival.shortenable;
  const compact = sealedEntry(deps.vault, arrival, withoutSpaces(arrival.text), contentMac);
  const bytes = storedBytes(compact);
  if (bytes <= storedBytesMax) return compact;
  let room = Math.floor((storedBytesMax / bytes) * Buffer.byteLength(arrival.text));
  const tags = tagsKept(whole); // also of whom only what is left out names
  for (;;) {
    room = Math.floor(room * 0.9);
    const shortened = withoutLongTexts(body, room);
    const truncated = shortened === undefined ? 'true' : TEXTS;
    const marked = { ...arrival, tags, attributes: { ...arrival.attributes, truncated } };
    const shorter = sealedEntry(deps.vault, marked, shortened ?? shortenBody(body, room), contentMac);
    if (storedBytes(shorter) <= storedBytesMax) return shorter;
  }
}

// A text may hold any number of addresses, and what is shortened has to fit with its tags.
const TAGS_KEPT_MAX = 1_000;
const tagsKept = ({ subjects }: NewEntry): readonly string[] => subjects.slice(0, TAGS_KEPT_MAX);

/** The tags that an arrival is kept with as a whole. They are not read back: a ledger may have no place for it yet. */
export const tagsOfArrival = (vault: Vault, arrival: Arrival): readonly string[] =>
  tagsKept(sealedEntry(vault, arrival, arrival.text, Buffer.alloc(0)));

// Nearly all are: a UTF-16 unit takes three bytes at most, a tag 32, and the rest is bounded. Only the others are measured.
const ENVELOPE_MAX = 32 * 1024; // bytes
const isSmall = ({ body, subjects }: NewEntry, bytesMax: number): boolean =>
  body.length * 3 + subjects.length * 32 + ENVELOPE_MAX < bytesMax;

function sealedEntry(vault: Vault, arrival: Arrival, text: string, contentMac: Buffer): NewEntry {
  const { door, account, origin, originEventId, type, schemaVersion, occurredAt, attributes } = arrival;
  const { actor, authenticatedBy, correlationId } = arrival;
  const id = arrival.id ?? entryId({ door, account, origin, id: originEventId });
  const sealed = vault.sealEntry(text, arrival.policy);
  const subjects = new Set(sealed.subjects);
  for (const tag of arrival.tags ?? []) subjects.add(tag);
  for (const { kind, value } of arrival.subjects) subjects.add(vault.subjectTag(kind, value));
  // Only where nobody is named: what names somebody is never reached through a purchase, which may be another one's as well.
  if (sealed.key && subjects.size === 0) for (const tag of objectTags(vault, arrival.objects())) subjects.add(tag);
  // Written out: this is on the way of every event, and spreading costs more than hashing.
  const entry: NewEntry = {
    id,
    stream: receivedStream(origin, id),
    type,
    schemaVersion,
    origin,
    account,
    originEventId,
    occurredAt,
    correlationId,
    actor,
    authenticatedBy,
    subjects: [...subjects].sort(),
    attributes,
    body: sealed.body,
    contentMac,
  };
  if (sealed.key) entry.key = sealed.key;
  return entry;
}

/** A genuine delivery that is no event we know the shape of: kept under an identity of its content. */
const unreadable = (provider: string): Identified => ({
  account: '',
  originEventId: undefined,
  type: `${provider}.unreadable`,
  occurredAt: undefined,
  attributes: {},
});

/** `unreadable_…`: the last part of the type and a keyed hash of the content. */
const contentId = (type: string, contentMac: Buffer): string =>
  `${type.slice(type.lastIndexOf('.') + 1)}_${contentMac.toString('base64url').slice(0, 22)}`;
