import { all, api, query, type Schemas } from '../../api.ts';
import { Choice } from '../../choice.tsx';
import { figure } from '../../format.ts';
import { CutNote, Show } from '../../states.tsx';
import { Table } from '../../table.tsx';
import { timeColumn } from '../../time.tsx';
import type { UrlState } from '../../url-state.ts';
import { useData } from '../../use-data.ts';
import { hourNames } from '../../words.ts';
import { type Hour, isFinding, stripsOf } from './hours.ts';
import { HourStrip } from './hour-strip.tsx';

type Page = Schemas['CompletenessPage'];
type Provider = Page['providers'][number];

const SHOWN = { findings: 'with a finding', all: 'all' } as const;

interface Props {
  from: string;
  to: string;
  zone: string;
  url: UrlState;
  go: (change: UrlState) => void;
}

/** Each provider and each hour: what it lists, what arrived, what was fetched, what is missing. */
export function Completeness({ from, to, zone, url, go }: Props) {
  const path = `/v1/completeness${query({ from, to, limit: '1000' })}`;
  const head = useData(`${path} providers`, () => api<Page>(`/v1/completeness${query({ from, to, limit: '1' })}`));
  const hours = useData(path, () => all<Hour>(path));
  const shown = url['hours'] === 'all' ? 'all' : 'findings';
  return (
    <>
      <Show data={head}>{({ providers }) => <Providers rows={providers} />}</Show>
      <Show data={hours}>
        {(list) => (
          <>
            <CutNote list={list} what="hours of these days" />
            {stripsOf(list.rows, zone).map((strip) => (
              <HourStrip key={strip.provider} strip={strip} zone={zone} />
            ))}
            {list.rows.length > 0 && (
              <form class="choices" onSubmit={(event) => event.preventDefault()}>
                <Choice
                  label="Hours"
                  value={shown}
                  options={Object.entries(SHOWN)}
                  onPick={(picked) => go({ hours: picked === 'all' ? 'all' : undefined })}
                />
              </form>
            )}
            <Hours
              rows={shown === 'all' ? list.rows : list.rows.filter(isFinding)}
              caption={shown === 'all' ? 'Every hour' : 'Hours with a finding'}
              empty={emptyOf(list.rows.length, list.cut)}
            />
          </>
        )}
      </Show>
    </>
  );
}

const emptyOf = (hours: number, isCut: boolean): string =>
  hours === 0
    ? 'No hour of these days has begun, or no provider has delivered anything yet.'
    : `No hour of ${isCut ? 'those' : 'these days'} has anything missing, fetched or unchecked.`;

function Providers({ rows }: { rows: Provider[] }) {
  return (
    <Table<Provider>
      caption="Providers"
      file="providers"
      rows={rows}
      empty="No provider has delivered anything yet."
      columns={[
        { title: 'Provider', text: ({ provider }) => provider },
        timeColumn('Last delivery', (row) => row.last_delivery_at),
        {
          title: 'Silent',
          text: ({ silent }) => (silent ? 'yes: usually there are deliveries at this hour' : 'no'),
        },
        timeColumn('Listed since', (row) => row.listed_since),
        { title: 'Missing', numeric: true, text: ({ missing }) => figure(missing) },
        { title: 'Fetched', numeric: true, text: ({ healed }) => figure(healed) },
        { title: 'Hours unchecked', numeric: true, text: (row) => figure(row.unchecked_hours) },
        { title: 'Trouble', text: ({ error }) => error ?? '' },
      ]}
    />
  );
}

function Hours({ rows, caption, empty }: { rows: readonly Hour[]; caption: string; empty: string }) {
  return (
    <Table<Hour>
      caption={caption}
      file="completeness"
      rows={rows}
      empty={empty}
      columns={[
        timeColumn('Hour', ({ hour }) => hour),
        { title: 'Provider', text: ({ provider }) => provider },
        { title: 'Status', text: ({ status }) => hourNames[status] ?? status },
        { title: 'Deliveries', numeric: true, text: ({ deliveries }) => figure(deliveries) },
        { title: 'Listed', numeric: true, text: ({ listed }) => figure(listed) },
        { title: 'By webhook', numeric: true, text: ({ delivered }) => figure(delivered) },
        { title: 'Fetched', numeric: true, text: ({ healed }) => figure(healed) },
        { title: 'Missing', numeric: true, text: ({ missing }) => figure(missing) },
        { title: 'Ids', text: (row) => [...(row.missing_ids ?? []), ...(row.healed_ids ?? [])].join(' ') },
      ]}
    />
  );
}
