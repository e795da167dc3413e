/** One form of something that must not be found. */
export interface Needle {
  /** What it is and in which form, for the message. */
  what: string;
  bytes: Buffer;
}

/** A text as it may lie in a file: in other cases and encodings, as a part of base64 at any of three alignments, in hexadecimal, in a URL, in JSON. */
export function formsOf(what: string, text: string): Needle[] {
  const forms = new Map<string, Needle>();
  const add = (form: string, bytes: Buffer): void =>
    void (forms.has(bytes.toString('hex')) || forms.set(bytes.toString('hex'), { what: `${what} ${form}`, bytes }));
  const utf8 = Buffer.from(text);
  const utf16 = Buffer.from(text, 'utf16le');
  add('in UTF-8', utf8);
  add('in lower case', Buffer.from(text.toLowerCase()));
  add('in upper case', Buffer.from(text.toUpperCase()));
  add('in UTF-16LE', utf16);
  add('in UTF-16BE', Buffer.from(utf16).swap16());
  add('in Latin-1', Buffer.from(text, 'latin1'));
  add('in hexadecimal', Buffer.from(utf8.toString('hex')));
  add('in hexadecimal', Buffer.from(utf8.toString('hex').toUpperCase()));
  for (const part of base64Parts(utf8)) add('in base64', Buffer.from(part));
  add('in a URL', Buffer.from(encodeURIComponent(text)));
  add('in a URL', Buffer.from(encodeURIComponent(text).toLowerCase()));
  add('in a form', Buffer.from(encodeURIComponent(text).replaceAll('%20', '+')));

  add(
    'in JSON',
    Buffer.from(text.replace(/[^ -~]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`)),
  );
  return [...forms.values()];
}

// What of a base64 text depends on these bytes alone, whatever stands before and after them; in both alphabets.
function base64Parts(bytes: Buffer): string[] {
  return [0, 1, 2].flatMap((lead) => {
    const text = Buffer.concat([Buffer.alloc(lead), bytes]).toString('base64');
    const from = Math.ceil((lead * 8) / 6);
    const to = Math.floor(((lead + bytes.length) * 8) / 6);
    const part = text.slice(from, to);
    return [part, part.replaceAll('+', '-').replaceAll('/', '_')];
  });
}

/** Which of them are in the bytes, each with what stands around it where it was met first. */
export const needlesIn = (bytes: Buffer, needles: readonly Needle[]): string[] =>
  needles.flatMap(({ what, bytes: needle }) => {
    const at = bytes.indexOf(needle);
    return at < 0 ? [] : [`${what}: ${excerpt(bytes, at, needle.length)}`];
  });

const AROUND = 48; // bytes
const excerpt = (bytes: Buffer, at: number, length: number): string =>
  bytes
    .subarray(Math.max(0, at - AROUND), at + length + AROUND)
    .toString('latin1')
    .replace(/[^ -~]/g, '.');
