import { useState } from 'preact/hooks';
import { EntryDialog } from '../../entry-dialog.tsx';
import { figure, nameOf, rate, type Figure } from '../../format.ts';
import { Table } from '../../table.tsx';
import { adjustmentNames } from '../../words.ts';
import type { Period, PeriodProps } from '../close.tsx';

type Numbers = Period['numbers'][number] & { currency?: string; adjustment?: Figure };
type Adjustment = Period['adjustments'][number];

/** Every metric as the close reported it, as it is known, and the difference; and what of earlier periods this one takes. */
export function PeriodNumbers({ period }: PeriodProps) {
  return (
    <>
      <Reported period={period} />
      <Adjustments period={period} />
    </>
  );
}

function Reported({ period: { id, state, numbers, proposal } }: { period: Period }) {
  const isClosed = state === 'closed';
  return (
    <section>
      <h3>The numbers</h3>
      {proposal && !isClosed && (
        <p class="hint">
          As they are known now. The proposal is of position {proposal.up_to}: what came after it is not in it.
        </p>
      )}
      <Table<Numbers>
        caption={isClosed ? 'As reported, and as known now' : 'As known now'}
        file={`numbers-${id}`}
        rows={numbers}
        columns={[
          { title: 'Metric', text: ({ metric }) => nameOf(metric) },
          { title: isClosed ? 'Reported' : 'Value', numeric: true, text: (row) => told(row, row.value) },
          ...(isClosed
            ? [
                { title: 'Known now', numeric: true, text: (row: Numbers) => told(row, row.known) },
                {
                  title: 'Adjustment',
                  numeric: true,
                  text: (row: Numbers) => told(row, row.adjustment),
                  show: (row: Numbers) => (
                    <span class={isZero(row.adjustment) ? 'quiet-text' : 'moved'}>{told(row, row.adjustment)}</span>
                  ),
                },
              ]
            : []),
        ]}
      />
    </section>
  );
}

function Adjustments({ period: { id, adjustments } }: { period: Period }) {
  const [entry, setEntry] = useState<string>();
  return (
    <>
      <section>
        <h3>Adjustments of earlier periods</h3>
        <Table<Adjustment>
          caption="What came late for closed days and is booked in this period"
          file={`adjustments-${id}`}
          rows={adjustments}
          empty="None: nothing came late for a closed day, or an earlier period takes it."
          columns={[
            { title: 'Of', text: ({ adjusts }) => adjusts },
            { title: 'Metric', text: ({ metric }) => nameOf(metric) },
            { title: 'Why', text: ({ cause }) => adjustmentNames[cause] ?? cause },
            {
              title: 'Amount',
              numeric: true,
              text: ({ value, currency, regrouped }) => (regrouped ? 'only between groups' : figure(value, currency)),
            },
            { title: 'Days', text: ({ days }) => days.join(' ') },
            {
              title: 'Entries',
              text: ({ entry_ids: ids, entries }) => `${entries}: ${ids.join(' ')}`,
              show: ({ entry_ids: ids, entries }) => (
                <>
                  {ids.slice(0, ENTRIES_SHOWN).map((each, index) => (
                    <>
                      {index > 0 && ' '}
                      <button type="button" class="link" onClick={() => setEntry(each)}>
                        {each.slice(0, 8)}
                      </button>
                    </>
                  ))}
                  {entries > ENTRIES_SHOWN && ` and ${entries - ENTRIES_SHOWN} more`}
                </>
              ),
            },
          ]}
        />
      </section>
      {entry && <EntryDialog id={entry} onClose={() => setEntry(undefined)} />}
    </>
  );
}

const ENTRIES_SHOWN = 5;

const told = ({ unit, currency }: Numbers, value: Figure): string =>
  unit === 'ratio' ? rate(value as number | null) : figure(value, currency);

const isZero = (value: Figure): boolean => value === null || value === undefined || Number(value) === 0;
