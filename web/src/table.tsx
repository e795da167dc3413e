import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { type Column, csv } from './csv.ts';
import { figure } from './format.ts';

export type { Column };

interface Props<T> {
  caption: string;
  /** What the caption goes on to say, and its file's name and a screen reader's list of tables leave out. */
  note?: ComponentChildren;
  rows: readonly T[];
  columns: readonly Column<T>[];
  /** Name of the file that the button saves. */
  file: string;
  empty?: string | undefined;
  selected?: (row: T) => boolean;
}

/** A page that has to draw more than so many rows stands still. */
const ROWS_SHOWN = 1_000;

/** Paper gets no more rows of one table than these; the style sheet counts to the same number. */
const ROWS_ON_PAPER = 100;

/** So many rows are drawn at a time, so that the page takes clicks between them; the first fill what is seen of a table. */
const ROWS_AT_ONCE = 100;

/** Texts of so many characters stay on one line: days, names, ids. */
const SHORT = 24;

/** Numbers as a table, with the same rows as a file. */
export function Table<T>({ caption, note, rows, columns, file, empty = 'Nothing here.', selected }: Props<T>) {
  const drawn = useDrawn(Math.min(rows.length, ROWS_SHOWN));
  return (
    <figure class="table">
      <figcaption>
        <span>
          {caption}
          {note}
        </span>
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
              {rows.slice(0, drawn).map((row) => (
                <tr class={selected?.(row) ? 'selected' : undefined}>
                  {columns.map(({ text, show, numeric }) => (
                    <td class={numeric ? 'numeric' : text(row).length <= SHORT ? 'short' : 'text'}>
                      {show ? show(row) : text(row)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <Cut of={rows.length} to={ROWS_SHOWN} where="on-screen" />
      <Cut of={rows.length} to={ROWS_ON_PAPER} where="on-paper" />
    </figure>
  );
}

const Cut = ({ of, to, where }: { of: number; to: number; where: string }) =>
  of > to && (
    <p class={`hint ${where}`}>
      The first {figure(to)} of {figure(of)} rows; the CSV has all of these.
    </p>
  );

/** How many of the rows are to be drawn by now. */
function useDrawn(wanted: number): number {
  const [drawn, setDrawn] = useState(ROWS_AT_ONCE);
  useEffect(() => {
    if (drawn >= wanted) return undefined;
    const timer = setTimeout(() => setDrawn(drawn + ROWS_AT_ONCE));
    return () => clearTimeout(timer);
  }, [drawn, wanted]);
  return Math.min(drawn, wanted);
}

function save(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/csv' }));
  const link = Object.assign(document.createElement('a'), { href: url, download: `${name}.csv` });
  link.click();
  URL.revokeObjectURL(url);
}
