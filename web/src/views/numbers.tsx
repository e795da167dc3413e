import { api, query, type MetricInfo, type Schemas } from '../api.ts';
import type { ViewProps } from '../app.tsx';
import { Choice } from '../choice.tsx';
import { nameOf } from '../format.ts';
import { Prose } from '../prose.tsx';
import { Show } from '../states.tsx';
import { type Data, useData } from '../use-data.ts';
import { currenciesOf } from './numbers/points.ts';
import { NO_ROW } from './numbers/rows.ts';
import { Values } from './numbers/values.tsx';

type Metric = Schemas['Metric'];

const GROUPS = ['', 'source', 'medium', 'campaign', 'customer_kind'];
const INTERVALS = ['day', 'week', 'month'];

/** Any metric of the contract: its value as a chart and as rows, its groups, and what it is the sum of. */
export function NumbersView({ url, go, from, to }: ViewProps) {
  const contract = useData('metrics', () => api<Schemas['MetricList']>('/v1/metrics'));
  const name = url['metric'] ?? 'revenue_gross';
  const interval = INTERVALS.includes(url['interval'] ?? '') ? url['interval']! : 'day';
  const group = GROUPS.includes(url['group'] ?? '') ? url['group'] : '';
  // Beside the contract, not after it: a name that the contract does not have is answered with what is wrong.
  const path = `/v1/metrics/${encodeURIComponent(name)}${query({ from, to, interval, group_by: group || undefined })}`;
  const values = useData(path, () => api<Metric>(path));
  return (
    <Show data={contract}>
      {({ data }) => {
        const metric = data.find((each) => each.name === name);
        const currencies = metric?.unit === 'money' ? offeredOf(values, url['currency']) : [];
        const currency = url['currency'] ?? currencies[0];
        return (
          <section>
            <form class="choices" onSubmit={(event) => event.preventDefault()}>
              <Choice
                label="Metric"
                value={name}
                options={data.map(({ name }) => [name, nameOf(name)])}
                onPick={(picked) => go({ ...NO_ROW, metric: picked })}
              />
              <Choice
                label="by"
                value={interval}
                options={INTERVALS.map((each) => [each, each])}
                onPick={(each) => go({ ...NO_ROW, interval: each })}
              />
              <Choice
                label="grouped by"
                value={group ?? ''}
                options={GROUPS.map((each) => [each, each === '' ? 'nothing' : each.replace('_', ' ')])}
                onPick={(each) => go({ ...NO_ROW, group: each || undefined })}
              />
              {currencies.length > 1 && (
                <Choice
                  label="Currency"
                  value={currency!}
                  options={currencies.map((each) => [each, each])}
                  onPick={(each) => go({ ...NO_ROW, currency: each })}
                />
              )}
            </form>
            <h2>
              {nameOf(name)}
              {metric?.unit === 'money' && currency && ` in ${currency}`}
            </h2>
            {metric && <Meaning of={metric} />}
            <Show data={values}>
              {(answer) =>
                metric && (
                  <Values
                    {...{ answer, metric, from, to, interval, group }}
                    currency={metric.unit === 'money' ? currency : undefined}
                    selected={url}
                    onSelect={(row) => go({ ...row })}
                  />
                )
              }
            </Show>
          </section>
        );
      }}
    </Show>
  );
}

/** What there is to choose from: the currencies of the answer, and the one that the address asks for although nothing is in it. */
function offeredOf(values: Data<Metric>, asked: string | undefined): string[] {
  const there = values.state === 'ready' ? currenciesOf(values.value.data) : [];
  return asked === undefined || there.includes(asked) ? there : [...there, asked].sort();
}

const Meaning = ({ of: { meaning, dated, excludes } }: { of: MetricInfo }) => (
  <p class="meaning">
    <Prose text={meaning} />{' '}
    <span class="quiet-text">
      Dated by the <Prose text={dated} />. Without: <Prose text={excludes} />.
    </span>
  </p>
);
