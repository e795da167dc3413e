/** A list without pages, of which the first rows are answered; `rows`: one more than that, where there are more. */
export const firstOf = <T>(limit: number, rows: readonly T[]) => ({
  data: rows.slice(0, limit),
  next_cursor: null,
  truncated: rows.length > limit,
});
