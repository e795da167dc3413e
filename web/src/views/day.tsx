import { api, query, type Detail } from '../api.ts';
import { Contributions } from '../contributions.tsx';
import { figure, nameOf, time, type Figure } from '../format.ts';
import { Show } from '../states.tsx';
import { Table } from '../table.tsx';
import type { UrlState } from '../url-state.ts';
import { useData } from '../use-data.ts';
import { causeNames, partNames } from '../words.ts';

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
  evidence: Record<string, unknown>;
}

const TRUTH = ['matched', 'wrong_value', 'wrong_currency', 'other_day', 'missing', 'expected'] as const;
const TRACKED = ['matched', 'wrong_value', 'wrong_currency', 'tracked_other_day', 'duplicates', 'client_only'] as const;

/** One day taken apart: the two sums, why they differ, the ids, and the ledger entries under the true number. */
export function DayView({ day, source, metric, currency, subject, go }: Props) {
  const path = `/v1/reconciliations/${day}/${source}/${metric}${query({ currency, limit: '500' })}`;
  const data = useData(path, () => api<Detail>(path));
  return (
    <section class="day" aria-label={`${nameOf(metric)} on ${day}`}>
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
              {figure(row.gap, currency)}. Compared {time(row.fetched_at)}, recorded at ledger position {row.position}.
            </p>
            {row.reasons.length > 0 && (
              <ul class="notes">
                {row.reasons.map((reason) => (
                  <li>{reason}</li>
                ))}
              </ul>
            )}
            <div class="sides">
              <Side
                title="True side"
                row={row}
                parts={TRUTH}
                total={row.actual}
                currency={currency}
                amount="amount_actual"
              />
              <Side
                title="Tracked side"
                row={row}
                parts={TRACKED}
                total={row.tracked}
                currency={currency}
                amount="amount_tracked"
              />
            </div>
            <Causes row={row} />
            <Ids row={row} go={go} />
          </>
        )}
      </Show>
      <Contributions
        metric={metric}
        from={day}
        to={day}
        currency={currency}
        subject={subject}
        onAll={() => go({ subject: undefined })}
      />
    </section>
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

function Causes({ row }: { row: Detail }) {
  const causes = Object.entries(row.causes).sort(([, a], [, b]) => b - a);
  if (causes.length === 0 && row.unexplained === 0) return null;
  return (
    <Table<[string, number]>
      caption="Why they differ"
      file={`causes-${row.metric}-${row.day}`}
      rows={row.unexplained > 0 ? [...causes, ['unexplained', row.unexplained]] : causes}
      columns={[
        { title: 'Cause', text: ([cause]) => causeNames[cause] ?? cause },
        { title: 'Times', numeric: true, text: ([, times]) => figure(times) },
      ]}
    />
  );
}

function Ids({ row, go }: { row: Detail; go: (change: UrlState) => void }) {
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
        { title: 'Evidence', text: ({ evidence }) => told(evidence) },
      ]}
    />
  );
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

const told = (evidence: Readonly<Record<string, unknown>>): string =>
  Object.entries(evidence)
    .map(([name, value]) => `${name.replaceAll('_', ' ')} ${Array.isArray(value) ? value.join(' ') : String(value)}`)
    .join('; ');
