const LOCAL_MAX = 64; // characters before the @ of an address
const DOMAIN_MAX = 253; // characters behind it
const FOUND_MAX = 50; // addresses taken from one text; a longer list is sealed all the same

// An @ inside a URL may be encoded, once or several times over.
const ENCODED_AT = /%(?:25)*40/gi;
const LOOSE = /[^\s@]@[^\s@]+\.[^\s@]/;
const WHOLE =
  /^[^\s@<>()[\]\\,;:"/?#&=|{}]{1,64}@[^\s@<>()[\]\\,;:"'/?#&=|{}_]{1,250}\.[^\s@<>()[\]\\,;:"'/?#&=|{}_.]{2,63}$/;
const LOCAL = /[\p{L}\p{N}\p{M}._%+'-]/u;
const DOMAIN = /[\p{L}\p{N}\p{M}.-]/u;

const decoded = (text: string): string => (text.includes('%') ? text.replace(ENCODED_AT, '@') : text);

/** Whether a text holds something that may be an e-mail address, also with its `@` encoded as in a URL. Errs on the side of yes. */
export const holdsEmail = (text: string): boolean =>
  LOOSE.test(text) || (text.includes('%') && LOOSE.test(decoded(text)));

/** The address that a text is, trimmed and in lower case; undefined when it is anything else or more. */
export function emailOf(text: string): string | undefined {
  if (text.length > 330 || !(text.includes('@') || text.includes('%'))) return undefined;
  const whole = decoded(text).trim();
  return WHOLE.test(whole) ? whole.toLowerCase() : undefined;
}

/** The addresses within a text, in lower case. Each `@` is looked at once, so the time is linear whatever the text. */
export function emailsIn(text: string): string[] {
  const plain = decoded(text);
  const found = new Set<string>();
  for (let at = plain.indexOf('@'); at >= 0 && found.size < FOUND_MAX; at = plain.indexOf('@', at + 1)) {
    let start = at;
    while (start > 0 && at - start < LOCAL_MAX && LOCAL.test(plain[start - 1]!)) start--;
    let end = at + 1;
    while (end < plain.length && end - at <= DOMAIN_MAX && DOMAIN.test(plain[end]!)) end++;
    const email = emailOf(plain.slice(start, end).replace(/[.-]+$/, ''));
    if (email !== undefined) found.add(email);
  }
  return [...found];
}
