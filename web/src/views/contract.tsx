import { api, type MetricInfo, type Schemas } from '../api.ts';
import type { ViewProps } from '../app.tsx';
import { nameOf } from '../format.ts';
import { Prose } from '../prose.tsx';
import { Show } from '../states.tsx';
import { Table } from '../table.tsx';
import { useData } from '../use-data.ts';

type Catalog = Schemas['Catalog'];
type DomainEvent = Catalog['domain_events'][number];

/** What every number means, and what may be said to the service. */
export function ContractView(_: ViewProps) {
  const metrics = useData('metrics', () => api<Schemas['MetricList']>('/v1/metrics'));
  const catalog = useData('catalog', () => api<Catalog>('/v1/catalog'));
  return (
    <>
      <section>
        <h2>The measurement contract</h2>
        <Show data={metrics}>
          {({ data }) => (
            <Table<MetricInfo>
              caption="Metrics"
              file="measurement-contract"
              rows={data}
              columns={[
                { title: 'Metric', text: ({ name }) => nameOf(name) },
                { title: 'Name in the interface', text: ({ name }) => name },
                { title: 'Meaning', text: ({ meaning }) => meaning, show: ({ meaning }) => <Prose text={meaning} /> },
                { title: 'Dated by', text: ({ dated }) => dated },
                { title: 'Without', text: ({ excludes }) => excludes },
                { title: 'Source of truth', text: (row) => row.source_of_truth },
                { title: 'Tracked as', text: (row) => row.tracked_as.join(', ') },
              ]}
            />
          )}
        </Show>
      </section>
      <section>
        <h2>Domain events</h2>
        <Show data={catalog}>
          {({ domain_events: events, currencies }) => (
            <>
              <Table<DomainEvent>
                caption="What your services may say at /v1/events"
                file="domain-events"
                rows={events}
                columns={[
                  { title: 'Type', text: ({ type }) => type },
                  { title: 'Meaning', text: ({ meaning }) => meaning },
                  { title: 'Version', numeric: true, text: ({ version }) => String(version) },
                  { title: 'Must have', text: (event) => fieldsOf(event).must.join(', ') },
                  { title: 'May have', text: (event) => fieldsOf(event).may.join(', ') },
                ]}
              />
              <Table<Catalog['currencies'][number]>
                caption="Decimals of currencies; of all others 2"
                file="currencies"
                rows={currencies}
                columns={[
                  { title: 'Currency', text: ({ currency }) => currency },
                  { title: 'Decimals', numeric: true, text: ({ exponent }) => String(exponent) },
                ]}
              />
            </>
          )}
        </Show>
      </section>
    </>
  );
}

/** Members of an event's data. Of the alternatives of an event that wants one of several, each is named with a bar between. */
function fieldsOf({ data_schema: schema }: DomainEvent): { must: string[]; may: string[] } {
  const { properties = {}, required = [], anyOf = [] } = schema as DataSchema;
  const oneOf = anyOf.flatMap((each) => each.required ?? []);
  const may = Object.keys(properties).filter((name) => !required.includes(name) && !oneOf.includes(name));
  return { must: [...required, ...(oneOf.length > 0 ? [oneOf.join(' | ')] : [])], may };
}

interface DataSchema {
  properties?: Record<string, unknown>;
  required?: string[];
  anyOf?: { required?: string[] }[];
}
