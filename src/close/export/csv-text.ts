/** A row of RFC 4180: fields quoted where they must be, CRLF at the end. */
export const csvRow = (fields: readonly string[]): string => `${fields.map(csvField).join(',')}\r\n`;

/** A field of RFC 4180: quoted where it must be. */
export const csvField = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

// Signs that make a spreadsheet take a text for a formula, also the full-width ones and behind white space.
const FORMULA = /^'*\s*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;

/**
 * A text that no spreadsheet runs as a formula: such ones get an apostrophe in front. For columns of text only; an amount may well begin
 * with a minus. Taking one apostrophe off what still looks so gives the text back.
 */
export const guarded = (text: string): string => (FORMULA.test(text) ? `'${text}` : text);
