/**
 * How a sealed value looks inside a stored body: a JSON string `~sealed:1:<ciphertext>` or, when the value was an e-mail address,
 * `~sealed:1:<ciphertext>:<keyed hash>`. AES-256-GCM runs once over all raw JSON tokens of a body that are sealed, one behind the other;
 * the ciphertext is base64url of this token's piece of it, in the last token followed by the tag. Unsealing gives the received bytes back.
 * The keyed hash joins entries of one address without telling it.
 */
export const SEALED = '~sealed:1:';

export const isSealed = (value: unknown): value is string => typeof value === 'string' && value.startsWith(SEALED);

/** The keyed hash of a sealed e-mail address; undefined for anything else. */
export function emailHashOf(value: unknown): string | undefined {
  if (!isSealed(value)) return undefined;
  const colon = value.indexOf(':', SEALED.length);
  return colon < 0 ? undefined : value.slice(colon + 1);
}

/** A received id as projections use it: unchanged, or `h_<keyed hash>` where the sender used an e-mail address; undefined when absent or unreadable. */
export function identifierOf(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'string' || value === '') return undefined;
  if (!isSealed(value)) return value;
  const hash = emailHashOf(value);
  return hash === undefined ? undefined : `h_${hash}`;
}
