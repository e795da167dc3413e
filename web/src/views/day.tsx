import { api, query, type Detail } from '../api.ts';
import { Contributions } from '../contributions.tsx';
import { figure, nameOf, timed, type Figure } from '../format.ts';
import { Opened } from '../opened.tsx';
import { Show } from '../states.tsx';
import { Table } from '../table.tsx';
import { Time, Timed } from '../time.tsx';
import type { UrlState } from '../url-state.ts';
import { useData } from '../use-data.ts';
import { causeNames, partNames } from '../words.ts';
import { Concentration } from './gap/concentration.tsx';
import { evidenceText } from './gap/evidence.ts';
import { stateOf } from './gap/sources.tsx';

interface Props {
  day: string;
  source: string;
  metric: string;
  currency?: string | undefined;
  subject?: string | undefined;
  go: (change: UrlState) => void;
}

interface Listed {
  part: string;
  id: string;
  cause: string | null;
  confidence: string | null;
  evidence: Record<string, unknown>;
}

const TRUTH = ['matched', 'wrong_value', 'wrong_currency', 'other_day', 'missing', 'expected'] as const;
const TRACKED = ['matched', 'wrong_value', 'wrong_currency', 'tracked_other_day', 'duplicates', 'client_only'] as const;

/** One day taken apart: the two sums, why they differ, the ids, and the ledger entries under the true number. */
export function DayView({ day, source, metric, currency, subject, go }: Props) {
  const path = `/v1/reconciliations/${day}/${source}/${metric}${query({ currency, limit: '500' })}`;
  const data = useData(path, () => api<Detail>(path));
  return (
    <Opened class="day" label={`${nameOf(metric)} on ${day}`}>
      <div class="title">
        <h3>
          {nameOf(metric)} on {day}
        </h3>
        <button type="button" class="quiet" onClick={() => go({ day: undefined, subject: undefined })}>
          Close
        </button>
      </div>
      <Show data={data}>
        {(row) => (
          <>
            <p>
              True {figure(row.actual, currency)}, tracked {figure(row.tracked, currency)}, gap{' '}
              {figure(row.gap, currency)}. Compared <Time at={row.fetched_at} />, recorded at ledger position{' '}
              {figure(row.position)}. State: {stateOf(row)}.
            </p>
            {row.reasons.length > 0 && (
              <ul class="notes">
                {row.reasons.map((reason) => (
                  <li>{reason}</li>
                ))}
              </ul>
            )}
            {row.gap !== null && (
              <>
                <Parts row={row} currency={currency} />
                <Causes row={row} />
                <Concentration row={row} />
                {row.matched_by === 'id' && <Ids row={row} currency={currency} go={go} />}
              </>
            )}
          </>
        )}
      </Show>
      <Contributions
        caption={`Ledger entries of ${nameOf(metric)} on ${day}, with those that no browser could see`}
        metric={metric}
        asked={{ from: day, to: day, currency }}
        subject={subject}
        onAll={() => go({ subject: undefined })}
      />
    </Opened>
  );
}

/** Both sides, part by part. A source that only counts has none. */
function Parts({ row, currency }: { row: Detail; currency: string | undefined }) {
  if (row.matched_by === 'count')
    return (
      <p class="hint">
        {row.source} only counts: it gives no ids, so nobody can say which ones are missing, or why. Another source with
        ids may show it.
      </p>
    );
  return (
    <div class="sides">
      <Side title="True side" row={row} parts={TRUTH} total={row.actual} currency={currency} amount="amount_actual" />
      <Side
        title="Tracked side"
        row={row}
        parts={TRACKED}
        total={row.tracked}
        currency={currency}
        amount="amount_tracked"
      />
    </div>
  );
}

interface SideProps {
  title: string;
  row: Detail;
  parts: readonly (typeof TRUTH | typeof TRACKED)[number][];
  total: Figure;
  currency?: string | undefined;
  amount: 'amount_actual' | 'amount_tracked';
}

function Side({ title, row, parts, total, currency, amount }: SideProps) {
  const amounts = (row as { amounts?: Record<string, Record<string, string>> }).amounts;
  const rows = parts.filter((part) => (row[part] ?? 0) > 0);
  return (
    <Table<(typeof parts)[number]>
      caption={`${title}: ${figure(total, currency)}`}
      file={`${row.metric}-${row.day}-${amount === 'amount_actual' ? 'true' : 'tracked'}`}
      rows={rows}
      empty="Nothing on this side."
      columns={[
        { title: 'Part', text: (part) => partNames[part] ?? part },
        { title: 'Ids', numeric: true, text: (part) => figure(row[part]) },
        ...(currency && amounts
          ? [{ title: 'Amount', numeric: true, text: (part: string) => figure(amounts[part]?.[amount], currency) }]
          : []),
      ]}
    />
  );
}

interface Caused {
  part: string;
  cause: string;
  times: number;
  confidence: string;
}

function Causes({ row }: { row: Detail }) {
  const caused = Object.entries(row.causes_by_part).flatMap(([part, causes]) =>
    Object.entries(causes).map(([cause, times]): Caused => ({
      part,
      cause,
      times,
      confidence: sureness(row, part, cause),
    })),
  );
  const rows = caused.sort((a, b) => b.times - a.times);
  if (rows.length === 0) return null;
  return (
    <Table<Caused>
      caption="Why they differ"
      file={`causes-${row.metric}-${row.day}`}
      rows={rows}
      columns={[
        { title: 'Cause', text: ({ cause }) => causeNames[cause] ?? cause },
        { title: 'Of', text: ({ part }) => partNames[part] ?? part },
        { title: 'Times', numeric: true, text: ({ times }) => figure(times) },
        { title: 'How sure', text: ({ confidence }) => confidence },
      ]}
    />
  );
}

/** How sure the cause is for each of the listed ids: `3 certain, 1 possible`. */
function sureness({ ids }: Detail, part: string, cause: string): string {
  const counts = new Map<string, number>();
  for (const each of ids[part] ?? [])
    if (each.cause === cause && each.confidence) counts.set(each.confidence, (counts.get(each.confidence) ?? 0) + 1);
  return ['certain', 'likely', 'possible']
    .flatMap((each) => (counts.has(each) ? [`${counts.get(each)} ${each}`] : []))
    .join(', ');
}

function Ids({ row, currency, go }: { row: Detail; currency: string | undefined; go: (change: UrlState) => void }) {
  const ids = Object.entries(row.ids).flatMap(([part, list]): Listed[] => list.map((each) => ({ part, ...each })));
  return (
    <Table<Listed>
      caption={`The ids${row.next_cursor === null ? '' : ` (the first ${ids.length})`}`}
      file={`ids-${row.metric}-${row.day}`}
      rows={ids}
      empty="Every id matched."
      columns={[
        { title: 'Part', text: ({ part }) => partNames[part] ?? part },
        {
          title: 'Id',
          text: ({ id }) => id,
          show: ({ id, evidence }) => (
            <button type="button" class="link" onClick={() => go({ subject: text(evidence['truth']) ?? id })}>
              {id}
            </button>
          ),
        },
        { title: 'Cause', text: ({ cause }) => (cause === null ? '' : (causeNames[cause] ?? cause)) },
        { title: 'How sure', text: ({ confidence }) => confidence ?? '' },
        {
          title: 'Evidence',
          text: ({ evidence }) => timed(evidenceText(evidence, currency)),
          show: ({ evidence }) => <Timed text={evidenceText(evidence, currency)} />,
        },
      ]}
    />
  );
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
