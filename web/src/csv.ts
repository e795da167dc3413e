import type { ComponentChildren } from 'preact';

export interface Column<T> {
  title: string;
  /** What the file of the table has; also shown unless `show` is given. */
  text: (row: T) => string;
  show?: (row: T) => ComponentChildren;
  /** Its cells are set to the right, and go into the file without separators of thousands, their unit apart. */
  numeric?: boolean;
}

/** RFC 4180. A cell that a spreadsheet would take for a formula is told apart by a quote, unless it is a number. */
export function csv<T>(rows: readonly T[], columns: readonly Column<T>[]): string {
  const lists = columns.flatMap((column) => listsOf(column, rows));
  const lines = Array.from({ length: rows.length + 1 }, (_, index) => lists.map((list) => cell(list[index]!)));
  return lines.map((cells) => cells.join(',')).join('\r\n');
}

const NUMBER = /^(-?[\d,]+(?:\.\d+)?)(?: (\S+))?$/;

/** A column of the page as columns of the file, each a title and its cells: `1,234.50 USD` is a number to add up and a unit. */
function listsOf<T>({ title, text, numeric }: Column<T>, rows: readonly T[]): string[][] {
  const texts = rows.map(text);
  if (!numeric) return [[title, ...texts]];
  const parts = texts.map((shown) => {
    const [, digits, unit = ''] = NUMBER.exec(shown) ?? [];
    return digits === undefined
      ? { value: shown === '–' ? '' : shown, unit: '' }
      : { value: digits.replaceAll(',', ''), unit };
  });
  const values = parts.map(({ value }) => value);
  const units = [...new Set(parts.filter(({ value }) => value !== '').map(({ unit }) => unit))];
  if (units.every((unit) => unit === '')) return [[title, ...values]];
  if (units.length === 1) return [[`${title} (${units[0]})`, ...values]];
  return [
    [title, ...values],
    [`${title}, unit`, ...parts.map(({ unit }) => unit)],
  ];
}

function cell(text: string): string {
  const safe = /^[=+\-@\t\r\0]/.test(text) && !/^-?\d+(\.\d+)?$/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
