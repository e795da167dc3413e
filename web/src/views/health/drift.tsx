import { api, type Schemas } from '../../api.ts';
import { nameOf, percent } from '../../format.ts';
import { Show } from '../../states.tsx';
import { Table } from '../../table.tsx';
import { timeColumn } from '../../time.tsx';
import { useData } from '../../use-data.ts';
import { driftNames, figureNames, words } from '../../words.ts';

type Drift = Schemas['DriftPage']['data'][number];
type Marker = Schemas['MarkerPage']['data'][number];

/** Every watched percentage against what is usual, what is alarming first; and what was released. */
export function DriftSections() {
  const drift = useData('drift', () => api<Schemas['DriftPage']>('/v1/drift'));
  const markers = useData('markers', () => api<Schemas['MarkerPage']>('/v1/markers'));
  return (
    <>
      <Show data={drift}>{({ data }) => <Drifts rows={data} />}</Show>
      <Show data={markers}>{({ data }) => <Markers rows={data} />}</Show>
    </>
  );
}

function Drifts({ rows }: { rows: readonly Drift[] }) {
  const place = ({ alarming, moved }: Drift): number => (alarming ? 0 : moved === 'steady' ? 2 : 1);
  return (
    <Table<Drift>
      caption="Watched percentages, as of the newest settled day"
      file="drift"
      rows={[...rows].sort((a, b) => place(a) - place(b))}
      empty="Nothing was compared for long enough to be watched."
      columns={[
        { title: 'Source', text: ({ source }) => source },
        { title: 'Metric', text: ({ metric, currency }) => `${nameOf(metric)}${currency ? `, ${currency}` : ''}` },
        { title: 'Figure', text: ({ figure }) => figureNames[figure] ?? words(figure) },
        { title: 'Day', text: ({ day }) => day },
        { title: 'Value', numeric: true, text: ({ value }) => percent(value) },
        { title: 'Usual', numeric: true, text: ({ baseline }) => percent(baseline) },
        {
          title: 'Verdict',
          text: verdictOf,
          show: (row) => (
            <>
              {verdictOf(row)}
              {row.alarming && <span class="tag">alarming</span>}
            </>
          ),
        },
        { title: 'Level changed', text: shiftOf },
        { title: 'Moved by', text: movedBy },
        { title: 'Released before', text: ({ markers }) => markers.map(({ title }) => title).join('; ') },
      ]}
    />
  );
}

/** The day itself may be as usual while the level it is on is a new one. */
const verdictOf = ({ verdict, moved }: Drift): string =>
  verdict === 'steady' && moved !== 'steady' ? `on a new level, ${moved}` : (driftNames[verdict] ?? verdict);

const shiftOf = ({ shift }: Drift): string =>
  shift === null ? '' : `${shift.day}: ${percent(shift.before)} to ${percent(shift.after)}`;

/** Which causes moved it, in points, and what the losses have in common. */
const movedBy = ({ causes, concentrated_in: common }: Drift): string =>
  [
    ...causes.map(({ cause, points }) => `${words(cause)} ${points > 0 ? '+' : ''}${points}`),
    ...(common ? [`${words(common.dimension)} ${common.value}: ${common.lost} of ${common.of} lost`] : []),
  ].join('; ');

function Markers({ rows }: { rows: readonly Marker[] }) {
  return (
    <Table<Marker>
      caption="Releases and other markers, the newest first"
      file="markers"
      rows={rows}
      empty="No marker was set: POST /v1/markers from your pipeline says what was released when."
      columns={[
        timeColumn('When', ({ at }) => at),
        { title: 'Kind', text: ({ kind }) => kind },
        { title: 'Title', text: ({ title }) => title },
        { title: 'Reference', text: ({ reference }) => reference ?? '' },
      ]}
    />
  );
}
