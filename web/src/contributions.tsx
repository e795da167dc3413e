import { useState } from 'preact/hooks';
import { all, query, type Contribution } from './api.ts';
import { EntryDialog } from './entry-dialog.tsx';
import { figure, time } from './format.ts';
import { Show } from './states.tsx';
import { Table } from './table.tsx';
import { useData } from './use-data.ts';

interface Props {
  metric: string;
  from: string;
  to: string;
  currency?: string | undefined;
  /** Only what this subject contributed. */
  subject?: string | undefined;
  onAll?: () => void;
}

/** What a number is the sum of, down to the ledger entry under each part of it. */
export function Contributions({ metric, from, to, currency, subject, onAll }: Props) {
  const [entry, setEntry] = useState<string>();
  const path = `/v1/metrics/${metric}/contributions${query({ from, to, currency, limit: '1000' })}`;
  const data = useData(path, () => all<Contribution>(path));
  return (
    <>
      <Show data={data}>
        {(rows) => (
          <Table<Contribution>
            caption={subject ? `Ledger entries of ${subject}` : 'The ledger entries under this number'}
            file={`contributions-${metric}-${from}`}
            empty={subject ? 'This id contributed nothing on this day.' : 'No contributions.'}
            rows={subject ? rows.filter((row) => row.subject === subject) : rows}
            columns={[
              { title: 'Happened', text: (row) => time(row.occurred_at) },
              { title: 'Subject', text: (row) => row.subject },
              { title: 'Fact', text: (row) => row.fact },
              { title: 'Adds', numeric: true, text: (row) => figure(row.delta, row.currency) },
              { title: 'Origin', text: (row) => row.origin },
              {
                title: 'Entry',
                text: (row) => row.entry_id,
                show: (row) => (
                  <button type="button" class="link" onClick={() => setEntry(row.entry_id)}>
                    #{row.position}
                  </button>
                ),
              },
            ]}
          />
        )}
      </Show>
      {subject && onAll && (
        <button type="button" class="quiet" onClick={onAll}>
          All entries of the day
        </button>
      )}
      {entry && <EntryDialog id={entry} onClose={() => setEntry(undefined)} />}
    </>
  );
}
