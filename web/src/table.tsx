import type { ComponentChildren } from 'preact';
import { figure } from './format.ts';

export interface Column<T> {
  title: string;
  /** What the file of the table has; also shown unless `show` is given. */
  text: (row: T) => string;
  show?: (row: T) => ComponentChildren;
  numeric?: boolean;
}

interface Props<T> {
  caption: string;
  rows: readonly T[];
  columns: readonly Column<T>[];
  /** Name of the file that the button saves. */
  file: string;
  empty?: string;
  selected?: (row: T) => boolean;
}

/** A page that has to draw more than so many rows stands still. */
const ROWS_SHOWN = 1_000;

/** Texts of so many characters stay on one line: days, names, ids. */
const SHORT = 24;

/** Numbers as a table, with the same rows as a file. */
export function Table<T>({ caption, rows, columns, file, empty = 'Nothing here.', selected }: Props<T>) {
  return (
    <figure class="table">
      <figcaption>
        <span>{caption}</span>
        {rows.length > 0 && (
          <button type="button" class="quiet" onClick={() => save(file, csv(rows, columns))}>
            CSV
          </button>
        )}
      </figcaption>
      {rows.length === 0 ? (
        <p class="empty">{empty}</p>
      ) : (
        <div class="scroll" tabIndex={0} role="region" aria-label={caption}>
          <table>
            <thead>
              <tr>
                {columns.map(({ title, numeric }) => (
                  <th scope="col" class={numeric ? 'numeric' : undefined}>
                    {title}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.slice(0, ROWS_SHOWN).map((row) => (
                <tr class={selected?.(row) ? 'selected' : undefined}>
                  {columns.map(({ text, show, numeric }) => (
                    <td class={numeric ? 'numeric' : text(row).length <= SHORT ? 'short' : undefined}>
                      {show ? show(row) : text(row)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {rows.length > ROWS_SHOWN && (
        <p class="hint">
          The first {figure(ROWS_SHOWN)} of {figure(rows.length)} rows; the CSV has all of these.
        </p>
      )}
    </figure>
  );
}

/** RFC 4180. A cell that a spreadsheet would take for a formula is told apart by a quote, unless it is a number. */
export function csv<T>(rows: readonly T[], columns: readonly Column<T>[]): string {
  const lines = [columns.map(({ title }) => title), ...rows.map((row) => columns.map(({ text }) => text(row)))];
  return lines.map((cells) => cells.map(cell).join(',')).join('\r\n');
}

function cell(text: string): string {
  const safe = /^[=+\-@\t\r\0]/.test(text) && !/^-?[\d,.\s]+( %| [A-Z]{3})?$/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function save(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/csv' }));
  const link = Object.assign(document.createElement('a'), { href: url, download: `${name}.csv` });
  link.click();
  URL.revokeObjectURL(url);
}
