import { hash } from 'node:crypto';
import { canonicalJson } from '../kernel/canonical-json.js';
import { lengthPrefixed } from '../kernel/entry-id.js';
import { Problem } from '../kernel/errors.js';
import type { Entry, NewEntry, Revision } from './ledger.js';

/** The most bytes one stored entry may have on any backend: 0.9 MiB, so that it fits KurrentDB's 1 MiB with its envelope. */
export const STORED_BYTES_MAX = Math.floor(0.9 * 1024 * 1024);

// The stored format: changing one byte of it breaks every proof, so a new layout would be a new domain.
export const ENTRY_DOMAIN = 'truth-ledger/entry/1\n';

/**
 * SHA-256 over the domain, then every stored field but the position (which only says where the leaf is), each as its length in
 * UTF-8 bytes, a colon and its text: no two different entries give the same bytes. Optional fields follow `1`, or `0` where absent.
 * Times are ISO 8601 with milliseconds, attributes canonical JSON, the content MAC base64; the body comes last.
 */
export function storedHash(entry: Omit<Entry, 'position' | 'storedHash'>): Buffer {
  return sha256(encode(entry, entry.revision, entry.recordedAt.toISOString(), entry.keyId));
}

/** The same as a text with a character for each byte. */
export const storedDigest = (entry: Omit<Entry, 'position' | 'storedHash'>): string =>
  hash('sha256', encode(entry, entry.revision, entry.recordedAt.toISOString(), entry.keyId), 'binary');

/** The same for an entry about to be stored, without copying it into another object; `recordedAt` in ISO 8601. */
export function storedHashOf(entry: NewEntry, revision: Revision, recordedAt: string): Buffer {
  return sha256(encode(entry, revision, recordedAt, entry.key?.id));
}

/** Bytes an entry takes when stored (what the hash runs over): the measure of the size cap. */
export const storedBytes = (entry: NewEntry): number =>
  encode(entry, 0, entry.occurredAt.toISOString(), entry.key?.id).length;

/** Throws Problem `too_large` for an entry above the cap, `invalid_request` for what no backend can keep unchanged. */
export function assertStorable(entry: NewEntry): void {
  let units = 1024;
  for (const text of textsOf(entry)) {
    if (text.includes('\0') || !text.isWellFormed())
      throw unstorable('Text may not hold U+0000 or half a surrogate pair.');
    units += text.length + 2;
  }
  const year = entry.occurredAt.getUTCFullYear();
  if (!(year >= 1 && year <= 9999)) throw unstorable('The time of the event must lie in the years 1 to 9999.');
  // A UTF-16 unit takes three bytes at most, six as an escape: most entries need no counting.
  if (units * 6 < STORED_BYTES_MAX) return;
  const bytes = storedBytes(entry);
  if (bytes > STORED_BYTES_MAX) {
    throw new Problem('too_large', `The entry would be stored in ${bytes} bytes; ${STORED_BYTES_MAX} are the limit.`);
  }
}

const unstorable = (why: string) => new Problem('invalid_request', why);

function textsOf(entry: NewEntry): string[] {
  const texts = [entry.body, entry.stream, entry.type, entry.origin, entry.account, entry.originEventId];
  texts.push(entry.correlationId, entry.causationId ?? '', entry.actor, entry.authenticatedBy, ...entry.subjects);
  for (const [name, value] of Object.entries(entry.attributes)) texts.push(name, value);
  return texts;
}

// By way of text: much quicker than asking for a buffer.
const sha256 = (bytes: Buffer): Buffer => Buffer.from(hash('sha256', bytes, 'binary'), 'latin1');

// One buffer for all: encoding never awaits, so nobody else can be in it.
let scratch = Buffer.allocUnsafe(64 * 1024);

function encode(
  entry: Omit<NewEntry, 'key'>,
  revision: Revision,
  recordedAt: string,
  keyId: string | undefined,
): Buffer {
  const head = lengthPrefixed([
    entry.id,
    entry.stream,
    String(revision),
    entry.type,
    String(entry.schemaVersion),
    entry.origin,
    entry.account,
    entry.originEventId,
    entry.occurredAt.toISOString(),
    recordedAt,
    entry.correlationId,
    ...optional(entry.causationId),
    entry.actor,
    entry.authenticatedBy,
    String(entry.subjects.length),
    ...entry.subjects,
    attributesJson(entry.attributes),
    entry.contentMac.toString('base64'),
    ...optional(keyId),
  ]);
  const prefix = `${ENTRY_DOMAIN}${head}${Buffer.byteLength(entry.body)}:`;
  const needed = (prefix.length + entry.body.length) * 3;
  if (needed > scratch.length) scratch = Buffer.allocUnsafe(needed);
  const at = scratch.write(prefix, 0, 'utf8');
  return scratch.subarray(0, at + scratch.write(entry.body, at, 'utf8'));
}

const optional = (value: string | undefined): string[] => (value === undefined ? ['0'] : ['1', value]);

/** Canonical JSON of attributes; the common case, names in order already, costs no sorting. */
export function attributesJson(attributes: Readonly<Record<string, string>>): string {
  const names = Object.keys(attributes);
  const sorted = names.every((name, index) => index === 0 || names[index - 1]! < name);
  return sorted ? JSON.stringify(attributes) : canonicalJson(attributes);
}
