import { api, type Row, type Schemas } from '../../api.ts';
import { nameOf, percent, time } from '../../format.ts';
import { Show } from '../../states.tsx';
import { Table } from '../../table.tsx';
import { Time } from '../../time.tsx';
import { useData } from '../../use-data.ts';
import { words } from '../../words.ts';

type Source = Schemas['SourceList']['data'][number];

/** Every system that truth is compared with, and how fetching from it went. */
export function Sources() {
  const data = useData('sources', () => api<Schemas['SourceList']>('/v1/sources'));
  return (
    <Show data={data}>
      {({ data: rows }) => (
        <Table<Source>
          caption="Where these numbers come from"
          file="sources"
          rows={rows}
          empty="There is no source."
          columns={[
            { title: 'Source', text: ({ name }) => name },
            { title: 'Is', text: ({ type, meaning }) => (meaning === '' ? words(type) : meaning) },
            { title: 'Compared by', text: ({ matched_by: by }) => (by === null ? 'nothing: it is evidence only' : by) },
            { title: 'Settles after', numeric: true, text: (row) => `${row.settles_hours} h` },
            { title: 'Last fetched', text: fetchedOf, show: (row) => <Fetched last={row.last_fetch} /> },
            { title: 'It says of itself', text: ({ last_fetch: last }) => notesOf(last) },
            {
              title: 'Trouble',
              text: ({ failures }) => failures.map(({ day, error }) => `${day}: ${error}`).join('; '),
            },
          ]}
        />
      )}
    </Show>
  );
}

const fetchedOf = ({ last_fetch: last }: Source): string =>
  last === null
    ? 'it is told, not asked'
    : `${last.day}, at ${time(last.fetched_at)}; its days are in ${last.time_zone}`;

const Fetched = ({ last }: { last: Source['last_fetch'] }) =>
  last === null ? (
    <>it is told, not asked</>
  ) : (
    <>
      {last.day}, at <Time at={last.fetched_at} />; its days are in {last.time_zone}
    </>
  );

const notesOf = (last: Source['last_fetch']): string =>
  last === null ? '' : [...last.flags.map(words), ...last.notes].join('; ');

/** Days that say nothing, or nothing for good, and why. A row that is no comparison of two numbers shows its own. */
export function Caveats({ rows }: { rows: readonly Row[] }) {
  const listed = rows.filter((row) => !row.comparable || row.provisional || row.value !== undefined);
  if (listed.length === 0) return null;
  return (
    <Table<Row>
      caption="What to know of these days"
      file="caveats"
      rows={listed}
      columns={[
        { title: 'Day', text: ({ day }) => day },
        { title: 'Source', text: ({ source }) => source },
        { title: 'Metric', text: ({ metric, currency }) => `${nameOf(metric)}${currency ? `, ${currency}` : ''}` },
        { title: 'Value', numeric: true, text: ({ value }) => (value === undefined ? '' : percent(value)) },
        { title: 'Is', text: stateOf },
        { title: 'Why', text: ({ reasons }) => reasons.join(' ') },
      ]}
    />
  );
}

export function stateOf({ comparable, provisional, status }: Row): string {
  if (!comparable) return 'not comparable';
  return provisional ? 'provisional: it may still change' : words(status);
}
