import type { Schemas } from '../../api.ts';

export type MetricRow = Schemas['Metric']['data'][number];

/** Where a row stands in the table of a metric, as the address has it. */
export interface Place {
  readonly day?: string | undefined;
  readonly currency?: string | undefined;
  /** The name of its group, which may be empty. */
  readonly of?: string | undefined;
}

/** No row is chosen. The currency stays: it is what the whole view is in. */
export const NO_ROW = { day: undefined, of: undefined };

/** `group` is what the table is grouped by, if by anything. */
export const placeOf = ({ period, currency, group: of }: MetricRow, group: string | undefined): Place => ({
  ...{ day: period, currency },
  of: group ? of?.[group] : undefined,
});

/** The row of a place; of an address that names only the period, its first. */
export const rowAt = (rows: readonly MetricRow[], place: Place, group: string | undefined): MetricRow | undefined =>
  rows.find((row) => {
    const { day, currency, of } = placeOf(row, group);
    return day === place.day && [currency, undefined].includes(place.currency) && [of, undefined].includes(place.of);
  });

/** How the interface is asked for what lies under a row: its currency and its group alone; of a stock everything until its last day. */
export const under = (
  { currency, group }: MetricRow,
  kind: string,
  [from, to]: readonly [string, string],
): Record<string, string | undefined> => ({ ...(kind === 'stock' ? { day: to } : { from, to }), currency, ...group });
