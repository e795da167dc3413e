import type { Interpret } from '../catalog/facts.js';
import { Problem } from '../kernel/errors.js';
import { COMPLETES } from '../ledger/completed-event.js';
import type { Entry, Ledger } from '../ledger/ledger.js';
import { ERASED } from '../ledger/vault/seal-body.js';
import { isAway } from '../storage/is-away.js';
import type { ListedProvider } from './backfill.js';
import type { DeadLetterStore, ParkedDelivery } from './dead-letters.js';
import type { DeadLetter, Outcome } from './ingest.js';
import { isObject, type Json } from './json-members.js';
import { type Arrival, keep, type ReceiveDeps, tagsOfArrival, webhookArrival } from './receive.js';
import { longTextsOf, onlyShortTexts } from './shorten-body.js';

const PAGE = 100;
const DAY_MS = 86_400_000;
/** How long after a webhook came its provider is asked for the second time; the next waits are twice as long each. */
const SECOND_ASK_MS = 10 * 60_000;
/** What a letter says that is not asked for again by itself. */
export const GIVEN_UP = 'It is not asked for again by itself: replay the letter, or dismiss it.';
/** Of the stored size that the long texts in one entry may take: sealing makes them longer by half at most. */
const PIECE_SHARE = 0.5;

export interface CompletionDeps extends ReceiveDeps {
  ledger: Pick<Ledger, 'record' | 'find'>;
  deadLetters: Pick<DeadLetterStore, 'park' | 'list' | 'replay' | 'failed'>;
  lists: readonly ListedProvider[];
  interpret: Interpret;
  log(line: string, error: unknown): void;
}

/** Webhooks that were too large to be kept whole: what was left out is fetched from the provider's own list. */
export interface Completion {
  /** Fetches what the letter of one entry says is missing. Rejected where it cannot be had; throws Problem `unavailable`. */
  complete(parked: ParkedDelivery): Promise<Outcome>;
  /**
   * Does so for every open letter whose turn it is: after 10, 30, 70 … minutes, until its event is older than what its provider lists. What
   * was asked for the last time says so. Where asking fails, the letter says why, and its next turn is 10, 20, 40 … minutes later, until the same
   * end. Resolves with how many were settled, and how many of those whose turn it was are left; rejected where not even that could be noted.
   */
  sweep(onProgress?: (done: number, total: number) => Promise<void>): Promise<{ completed: number; left: number }>;
}

/**
 * The whole event is kept beside the entry that is not: under the identity `<event>.whole`, as one entry that means what the event means, and its
 * long texts behind it. Every fact of it has a later stamp than those of the shortened one, and the same effect.
 */
export function createCompletion(deps: CompletionDeps): Completion {
  const listOf = (name: string): ListedProvider | undefined =>
    deps.lists.find(({ provider }) => provider.name === name);

  return {
    async complete({ letter }) {
      const one = listOf(letter.origin);
      const outcome = await complete(deps, one, letter).catch((error: unknown) => {
        if (!(error instanceof Problem) || error.status >= 500) throw error;
        return refused(letter, error.detail);
      });
      const answered = { ...letter, failures: 0, failedAt: null };
      const isLast = one !== undefined && nextAsk(answered, letter.replays + 1) > lastAsk(letter, one);
      const isKept = outcome.outcome === 'recorded' || outcome.outcome === 'duplicate';
      return !isKept && isLast ? { ...outcome, errors: [...(outcome.errors ?? []), GIVEN_UP] } : outcome;
    },

    async sweep(onProgress = () => Promise.resolve()) {
      const open = await lettersToAsk(deps, listOf);
      const away = new Set<string>();
      let completed = 0;
      for (const [nth, letter] of open.entries()) {
        await onProgress(nth, open.length);
        // A provider that is away keeps those of no other one waiting.
        if (away.has(letter.origin)) continue;
        try {
          const { outcome } = await deps.deadLetters.replay(letter.id, 'system');
          if (outcome === 'recorded' || outcome === 'duplicate') completed += 1;
        } catch (error) {
          if (isElsewhere(error)) away.add(letter.origin);
          await noteFailure(deps, listOf(letter.origin)!, letter, error);
        }
      }
      return { completed, left: open.length - completed };
    },
  };
}

/** Whether it is no matter of the one letter. */
const isElsewhere = (error: unknown): boolean => isAway(error) || (error instanceof Problem && error.status >= 500);

async function noteFailure(deps: CompletionDeps, one: ListedProvider, letter: DeadLetter, error: unknown) {
  // What was thrown by accident may quote what it stumbled over.
  const why = error instanceof Problem ? error.detail : `an error that nobody foresaw (${(error as Error)?.name}).`;
  const failed = { ...letter, failures: letter.failures + 1, failedAt: deps.clock() };
  const isLast = nextAsk(failed, letter.replays) > lastAsk(letter, one);
  deps.log('a webhook that was too large could not be asked for', error);
  await deps.deadLetters
    .failed(letter.id, [`It could not be asked for: ${why}`, ...(isLast ? [GIVEN_UP] : [])])
    .catch(() => {
      throw error; // the database is away, which the first error says too
    });
}

async function complete(deps: CompletionDeps, one: ListedProvider | undefined, letter: DeadLetter): Promise<Outcome> {
  const { origin, entryId: id } = letter;
  if (!one) return refused(letter, `${origin} has no list of events that is asked: the entry stays as it is.`);
  const entry = id === null ? undefined : await deps.ledger.find(id);
  if (!entry) return refused(letter, 'The delivery was not kept yet: its provider sends it again.');
  if (await isErased(deps, entry))
    return refused(letter, 'The person it speaks of was erased: nothing is fetched again.');
  const { originEventId, occurredAt, attributes } = entry;
  const event = await one.list.find({ id: originEventId, account: attributes['account'], occurredAt });
  if (!isObject(event)) return refused(letter, `${origin} lists the event no more.`);
  if (!isOf(deps, one, entry, event))
    return refused(letter, `What ${origin} lists under this id is not what it signed.`);
  return keepWhole(deps, one, entry, event, letter);
}

async function isErased({ vault }: CompletionDeps, { body, keyId }: Entry): Promise<boolean> {
  return keyId !== undefined && (await vault.unseal(body, keyId)).includes(ERASED);
}

async function lettersToAsk(
  { deadLetters, clock }: CompletionDeps,
  listOf: (name: string) => ListedProvider | undefined,
): Promise<DeadLetter[]> {
  const open: DeadLetter[] = [];
  for (let cursor: string | undefined; ;) {
    const page = await deadLetters.list({ reason: 'truncated', resolved: false, cursor, limit: PAGE });
    open.push(...page.data);
    if (page.nextCursor === null) break;
    cursor = page.nextCursor;
  }
  const isDue = (letter: DeadLetter): boolean => {
    const one = listOf(letter.origin);
    if (!one || letter.door !== 'provider') return false;
    const next = nextAsk(letter, letter.replays);
    return next > lastAsk(letter, one) ? !letter.errors.includes(GIVEN_UP) : next <= clock().getTime();
  };
  return open.filter(isDue);
}

/**
 * When it is asked for again by itself after so many answers. A service that was down catches up, and asks no more often in all; what failed
 * waits from then on, each time twice as long.
 */
const nextAsk = ({ receivedAt, failures, failedAt }: DeadLetter, times: number): number =>
  Math.max(
    receivedAt.getTime() + SECOND_ASK_MS * (2 ** times - 1),
    failedAt ? failedAt.getTime() + SECOND_ASK_MS * 2 ** (failures - 1) : 0,
  );
const lastAsk = ({ receivedAt }: DeadLetter, { list }: ListedProvider): number =>
  receivedAt.getTime() + list.reachDays * DAY_MS;

const refused = ({ id, entryId }: DeadLetter, why: string): Outcome => ({
  outcome: 'rejected',
  code: 'invalid_request',
  errors: [why],
  deadLetterId: id,
  ...(entryId === null ? {} : { entryId }),
});

/** Whether an event is the one of an entry: the same content, where two copies can be compared, else the same event. */
function isOf({ vault }: CompletionDeps, { provider, list }: ListedProvider, entry: Entry, event: Json): boolean {
  const found = provider.identify(event, list.said);
  if (found?.originEventId !== entry.originEventId || found.type !== entry.type) return false;
  if (!provider.comparable(entry.attributes, found.attributes)) return true;
  return vault.contentMac(provider.content(event)).equals(entry.contentMac);
}

/** Bytes of texts that may be left out, the longest first; no e-mail address is as long as the last. */
const TEXTS = [2_048, 512, 320];

/** Each entry is known again by its id when this is done twice, so it may stop anywhere. */
async function keepWhole(
  deps: CompletionDeps,
  { provider, list, authenticatedBy }: ListedProvider,
  { originEventId, account, type }: Entry,
  event: Json,
  letter: DeadLetter,
): Promise<Outcome> {
  const arrival = webhookArrival(deps, provider, JSON.stringify(event), `complete-${letter.id}`, list.said);
  const attributes = { ...arrival.attributes, [COMPLETES]: originEventId };
  const named = { ...arrival, shortenable: undefined, account, type, authenticatedBy, attributes };
  const marked = { ...named, tags: tagsOfArrival(deps.vault, named) }; // also of whom only its long texts name
  const meaning = meaningOf(deps, marked, event);
  for (const bytesMin of TEXTS) {
    const short = onlyShortTexts(event, bytesMin);
    if (meaningOf(deps, marked, short) !== meaning) break;
    const whole = { ...marked, text: JSON.stringify(short), originEventId: `${originEventId}.whole` };
    const outcome = await keptIfItFits(deps, whole);
    if (!outcome) continue;
    const texts = longTextsOf(event, bytesMin, deps.limits.storedBytesMax * PIECE_SHARE);
    await keepTexts(deps, whole, originEventId, texts);
    return { ...outcome, deadLetterId: letter.id };
  }
  return refused(letter, 'The event is too large even without its long texts.');
}

async function keptIfItFits(deps: CompletionDeps, arrival: Arrival): Promise<Outcome | undefined> {
  try {
    return await keep(deps, arrival, false);
  } catch (error) {
    if (error instanceof Problem && error.code === 'too_large') return undefined;
    throw error;
  }
}

/**
 * The long texts of the event, beside the entry that is without them, for whom the event as a whole is. All of them are sealed: whether a text is
 * personal cannot be told from a piece of it, which may begin in the middle of an address.
 */
async function keepTexts(
  deps: CompletionDeps,
  whole: Arrival,
  originEventId: string,
  bodies: readonly unknown[],
): Promise<void> {
  for (const [index, body] of bodies.entries()) {
    const attributes = { ...whole.attributes, piece: `${index + 1}/${bodies.length}` };
    const text = { attributes, text: JSON.stringify(body), content: body, policy: everything };
    await keep(deps, { ...whole, ...text, originEventId: `${originEventId}.text-${index + 1}` }, false);
  }
}

const everything = (): boolean => true;

/** The facts of an event as text. Its personal leaves are in clear here and sealed where it is kept, and mean nothing but themselves. */
function meaningOf({ interpret }: CompletionDeps, { type, attributes, ...arrival }: Arrival, body: unknown): string {
  const { origin, account, originEventId, schemaVersion } = arrival;
  const entry = { id: '', position: 0, type, schemaVersion, origin, account, originEventId };
  try {
    return JSON.stringify(interpret({ ...entry, occurredAt: arrival.occurredAt.getTime(), attributes, body }) ?? []);
  } catch (error) {
    return String(error); // what is not interpretable is parked where it is read
  }
}
