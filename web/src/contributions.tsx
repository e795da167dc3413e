import { useState } from 'preact/hooks';
import { all, query, type Contribution, type List } from './api.ts';
import { EntryDialog } from './entry-dialog.tsx';
import { figure } from './format.ts';
import { CutNote, Show } from './states.tsx';
import { Table } from './table.tsx';
import { timeColumn } from './time.tsx';
import { useData } from './use-data.ts';

interface Props {
  caption: string;
  metric: string;
  /** Which of its entries, in the words of the interface: `day`, or `from` and `to`; a currency; a group. */
  asked: Readonly<Record<string, string | undefined>>;
  /** Only what this subject contributed. */
  subject?: string | undefined;
  onAll?: () => void;
}

/** What a number is the sum of, down to the ledger entry under each part of it. */
export function Contributions({ caption, metric, asked, subject, onAll }: Props) {
  const [entry, setEntry] = useState<string>();
  const path = `/v1/metrics/${metric}/contributions${query({ ...asked, limit: '1000' })}`;
  const data = useData(path, () => all<Contribution>(path));
  return (
    <>
      <Show data={data}>
        {(list) => (
          <>
            <CutNote list={list} what="entries" />
            <Table<Contribution>
              caption={subject ? `Ledger entries of ${subject}` : caption}
              file={`contributions-${metric}-${asked['day'] ?? asked['from']}`}
              empty={subject ? emptyOf(list) : 'No contributions.'}
              rows={subject ? list.rows.filter((row) => row.subject === subject) : list.rows}
              columns={[
                timeColumn('Happened', (row) => row.occurred_at),
                { title: 'Subject', text: (row) => row.subject },
                { title: 'Fact', text: (row) => row.fact },
                { title: 'Adds', numeric: true, text: (row) => figure(row.delta, row.currency) },
                { title: 'Origin', text: (row) => row.origin },
                {
                  title: 'Entry',
                  text: (row) => row.entry_id,
                  show: (row) => (
                    <button type="button" class="link" onClick={() => setEntry(row.entry_id)}>
                      #{figure(row.position)}
                    </button>
                  ),
                },
              ]}
            />
          </>
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

const emptyOf = ({ cut }: List<unknown>): string =>
  cut ? 'No entry of this id is among those.' : 'This id contributed nothing on this day.';
